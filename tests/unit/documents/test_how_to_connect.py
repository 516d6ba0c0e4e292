"""A page that tells a source how to connect holds: its examples, all of its fields, all of its refusals."""

import re
from pathlib import Path

import pytest

from connectors.manifest import manifest_of
from tests.support.deliveries import Door

PAGES = Path(__file__).parents[3] / "docs/how_to"
SOURCES = ("veilig_thuis", "wijkteam_intake", "consent_register")
EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)
REFUSALS = "## Wat een weigering betekent"


def page(source: str) -> str:
    return (PAGES / f"connect_{source}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", SOURCES)
def test_every_example_on_the_page_is_accepted(source: str) -> None:
    door, examples = Door(), EXAMPLE.findall(page(source))
    assert len(examples) >= 2
    for example in examples:
        taken = door.send(source, example.encode())
        assert (taken.refused, taken.duplicates, taken.status) == ((), (), "accepted"), example


@pytest.mark.parametrize("source", SOURCES)
def test_the_page_names_every_field_that_is_taken_or_dropped(source: str) -> None:
    said = manifest_of(source)
    assert {name for name in said.takes | said.drops if f"`{name}`" not in page(source)} == set()


@pytest.mark.parametrize("source", SOURCES)
def test_the_page_says_what_to_do_at_every_refusal_and_at_no_other(source: str) -> None:
    rows = [
        line.split("|")[1] for line in page(source).partition(REFUSALS)[2].splitlines() if line.startswith("| `")
    ]
    named = [code for row in rows for code in re.findall(r"`([a-z_]+)`", row)]
    assert sorted(named) == sorted(each.value for each in manifest_of(source).refuses)
