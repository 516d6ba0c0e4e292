"""Words that a resident may read over the worker's shoulder: short sentences, no labels for people."""

import re

import pytest

from connectors.wijkteam.templates.environment import TEMPLATES
from tests.unit.wijkteam_pages.invented import every_page, parsed, text

LABELS = (
    *("risico", "verdacht", "probleemgezin", "multiprobleem", "dader"),
    *("slachtoffer", "score", "zorgmijder", "fraude", "dossier"),
)
PAGES = every_page()


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_no_template_puts_a_label_on_people(template: str) -> None:
    words = (TEMPLATES / template).read_text("utf-8").lower()
    assert [label for label in LABELS if label in words] == []


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_no_sentence_is_longer_than_twenty_words(page: str) -> None:
    blocks = [" ".join(block.text_content().split()) for block in parsed(page).xpath("//p|//li|//label|//h1|//h2")]
    sentences = [sentence for block in blocks for sentence in re.split(r"(?<=[.?!:])\s", block)]
    assert [sentence for sentence in sentences if len(sentence.split()) > 20] == []


def test_the_promises_to_the_worker_are_on_the_page() -> None:
    shown = text(PAGES["signalering"])
    assert "De regel telt alleen. Zij voorspelt niets over dit gezin. U beslist wat er gebeurt." in shown
    assert "Zichtbaar tot en met 22 februari 2027" in shown
    assert "School en Schuldhulp zien alleen: ontvangen, opgepakt, afgerond. Nu: ontvangen." in shown
