"""What holds for every page: Dutch, one h1, labels, no script of its own, no host of somebody else."""

import re
from itertools import pairwise

import pytest

from tests.unit.wijkteam_pages.invented import every_page, parsed

PAGES = every_page()
pytestmark = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


def test_a_page_is_dutch_and_has_one_h1_and_a_title(page: str) -> None:
    tree = parsed(page)
    assert tree.get("lang") == "nl"
    assert len(tree.xpath("//h1")) == 1
    assert tree.xpath("string(//title)").endswith("– Signalering")


def test_headings_never_skip_a_level(page: str) -> None:
    levels = [int(heading.tag[1]) for heading in parsed(page).xpath("//h1|//h2|//h3|//h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_field_has_a_label_and_every_id_is_used_once(page: str) -> None:
    tree = parsed(page)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for field in tree.xpath("//input[not(@type='hidden')]|//select|//textarea"):
        assert tree.xpath("//label[@for=$id]", id=field.get("id")), field.get("name")


def test_every_post_form_is_real_and_carries_csrf(page: str) -> None:
    for form in parsed(page).xpath("//form"):
        assert form.get("action", "").startswith("/")
        assert form.xpath(".//button[@type='submit']")
        if form.get("method") == "post":
            assert form.xpath("count(.//input[@type='hidden'][@name='csrf'][string(@value)])") == 1


def test_a_page_needs_no_inline_script_or_style(page: str) -> None:
    tree = parsed(page)
    assert not tree.xpath("//@style|//style")
    assert not [name for element in tree.iter("*") for name in element.attrib if name.lower().startswith("on")]
    assert all(script.get("src") and not (script.text or "").strip() for script in tree.xpath("//script"))


def test_a_page_never_leaves_our_own_host(page: str) -> None:
    for address in parsed(page).xpath("//@href|//@src|//@action"):
        assert re.match(r"/(?!/)|#|mailto:", address), address
    assert "http" not in page
