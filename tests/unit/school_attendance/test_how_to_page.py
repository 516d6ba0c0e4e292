"""The page that tells a school how to connect holds: its examples, its fields, its refusals."""

import io
import re
from pathlib import Path

from connectors.manifest import manifest_of
from connectors.school_attendance.codes import KIND_OF_CHOICE, KIND_OF_CODE, VERSION_OF_CODE
from connectors.school_attendance.deriving import Region, SchoolType, derive
from connectors.school_attendance.deriving.absence_row import FILLED
from connectors.school_attendance.dialects import PROFILE
from schemas.vocabulary import Refusal
from tests.support.deliveries import NOW, Door

PAGE = (Path(__file__).parents[3] / "docs/how_to/connect_school_attendance.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```(xml|csv|verzuim)\n(.*?)```", re.DOTALL)
SAID = manifest_of("school_attendance")


def examples(kind: str) -> list[bytes]:
    return [text.encode() for found, text in EXAMPLE.findall(PAGE) if found == kind]


def test_every_example_of_a_levering_is_accepted() -> None:
    leveringen = [*examples("xml"), *examples("csv")]
    assert len(leveringen) == 3
    for content in leveringen:
        taken = Door().send("school_attendance", content)
        assert (taken.status, taken.refused, taken.duplicates) == ("accepted", (), ()), content


def test_the_example_of_an_absence_file_is_right_and_only_too_short() -> None:
    (content,) = examples("verzuim")
    found = derive(io.BytesIO(content), Region.MIDDEN, SchoolType.VO, "99XX", NOW.date())
    assert isinstance(found, tuple) and [each.reason for each in found] == [Refusal.WINDOW_INCOMPLETE]


def test_the_page_names_every_field_and_every_choice() -> None:
    columns = PROFILE.required | PROFILE.optional
    choices = {*KIND_OF_CODE, *KIND_OF_CHOICE, *VERSION_OF_CODE, *FILLED}
    assert {name for name in SAID.takes | SAID.drops | columns | choices if f"`{name}`" not in PAGE} == set()


def test_the_page_says_what_to_do_at_every_refusal_and_at_no_other() -> None:
    table = PAGE.partition("## Wat een weigering betekent")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = [code for row in rows for code in re.findall(r"`([a-z_]+)`", row)]
    assert sorted(named) == sorted(each.value for each in SAID.refuses)
