"""Whatever a source or a colleague wrote is text, in every place where it is shown."""

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

import pytest

from connectors.wijkteam import pages
from connectors.wijkteam.templates.environment import BRONNEN
from tests.unit.wijkteam_pages.invented import (
    DETAIL,
    KAART,
    KADER,
    REVEALED,
    RULE,
    TODAY,
    WORK,
    every_page,
    in_state,
    parsed,
)

EVIL = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{ 7*7 }}&amp;javascript:"""
KEEP = {*BRONNEN, "vandaag", "open", "niet_doorgevoerd", "Huisarts", "Veilig Thuis"}
Model = TypeVar("Model")


def poisoned(value: Model) -> Model:
    """The same model with every free string replaced."""
    if isinstance(value, str):
        return value if value in KEEP else type(value)(EVIL)
    if isinstance(value, tuple):
        return type(value)(poisoned(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: poisoned(getattr(value, field.name)) for field in fields(value)})
    return value


KADER_ = poisoned(KADER)
BAD = poisoned(in_state("niet_doorgevoerd", replace(DETAIL, refused_reason="reden")))
PAGES = {
    "werkvoorraad": pages.werkvoorraad_page(KADER_, replace(poisoned(WORK), selected=BAD)),
    "signalering": pages.signalering_page(KADER_, BAD),
    "gegevens": pages.gegevens_page(KADER_, poisoned(REVEALED)),
    "afgehandeld": pages.afgehandeld_page(KADER_, ((poisoned(KAART), EVIL, TODAY),)),
    "uitleg": pages.uitleg_page(KADER_, (poisoned(RULE),)),
    "toegankelijkheid": pages.toegankelijkheid_page(KADER_, EVIL),
    "login": pages.login_page(replace(KADER_, user=None)),
    "fout": pages.fout_page(KADER_, 404, EVIL),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_hostile_text_is_inert_wherever_it_stands(page: str) -> None:
    tree = parsed(page)
    assert not tree.xpath("//img|//script[not(@src)]")
    assert not [name for element in tree.iter("*") for name in element.attrib if name.startswith("on")]
    assert all(address[0] in "/#m" for address in tree.xpath("//@href|//@action"))
    assert "49" not in tree.xpath("string(//main)").split()


def test_a_poisoned_page_has_the_same_elements_as_a_kind_one() -> None:
    kind = [
        element.tag for element in parsed(pages.signalering_page(KADER, in_state("niet_doorgevoerd"))).iter("*")
    ]
    assert [element.tag for element in parsed(PAGES["signalering"]).iter("*")] == kind


def test_an_alert_id_cannot_leave_its_path_segment() -> None:
    evil = replace(DETAIL, kaart=replace(KAART, alert_id="../uitloggen?x=1#"))
    actions = parsed(pages.signalering_page(KADER, evil)).xpath("//main//form/@action")
    assert actions and all(action.startswith("/signaleringen/..%2Fuitloggen%3Fx%3D1%23/") for action in actions)


def test_every_page_is_tried() -> None:
    assert {name.split()[-1] for name in every_page()} >= PAGES.keys() - {"signalering"}
