"""Every decision says what keeps it true, and no page points at a file that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ADRS = sorted((ROOT / "docs/adr").glob("*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
PARTS = (
    "Status: ",
    "## Context",
    "## Decision",
    "## Alternatives and why not",
    "## Consequences",
    "Checked by: ",
)
#: made by the browser test of the inbox, and copied when it is looked at
MADE_LATER = {"docs/images/inbox.png"}


@pytest.mark.parametrize("adr", ADRS, ids=lambda path: path.stem)
def test_a_decision_says_what_keeps_it_true(adr: Path) -> None:
    text = adr.read_text(encoding="utf-8")
    number = adr.name[:4]
    assert text.startswith(f"# {number} ")
    for part in PARTS:
        assert part in text, part
    assert len(text.splitlines()) <= 45


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(adr.name[:4]) for adr in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    targets = [(page.parent / link).resolve() for link in LINK.findall(page.read_text(encoding="utf-8"))]
    missing = {str(each.relative_to(ROOT)) for each in targets if not each.exists()}
    assert missing <= MADE_LATER
