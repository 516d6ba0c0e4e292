"""The official examples hold numbers that fail the elfproef: only the kit's check may know them, if asked."""

import inspect
import io
import json
import re
from pathlib import Path

import pytest

import connectors
from connectors.bsn import Bsn
from connectors.connector import Refused, SignalDraft
from connectors.debt_services.agreement import OFFICIAL_EXAMPLE_BSNS
from connectors.debt_services.way_in import way_in
from connectors.sources import connectors_for
from tests.support.deliveries import arrears, ddas_file
from tests.unit.debt_services.files import meant

ROOT = Path(connectors.__file__).parents[1]
EXAMPLE = ROOT.parent / "shared/reference/ddas/enkelvoudigVoorbeeld.v0.9.json"


@pytest.mark.skipif(not EXAMPLE.exists(), reason=f"the official example is not at {EXAMPLE}")
def test_the_official_example_is_accepted_with_the_switch_and_refused_by_row_without() -> None:
    (municipality,) = {each["gemeentecode"] for each in json.loads(EXAMPLE.read_text())["leveringen"]}
    for fixtures, kind in ((OFFICIAL_EXAMPLE_BSNS, SignalDraft), ({}, Refused)):
        connector = way_in(municipality, fixtures)
        assert not isinstance(connector.delivered(io.BytesIO(EXAMPLE.read_bytes())), Refused)
        first, *_ = meant(EXAMPLE.read_bytes(), connector)
        assert isinstance(first, kind)
        if isinstance(first, Refused):
            assert (first.row, first.reason.value) == (1, "bsn_invalid")


def test_each_number_of_the_examples_stands_for_an_invented_person_and_is_no_bsn_itself() -> None:
    assert [Bsn.parse(each) for each in OFFICIAL_EXAMPLE_BSNS] == [None] * 4
    persons = [Bsn(each) for each in OFFICIAL_EXAMPLE_BSNS.values()]
    assert len(set(persons)) == 4 and all(each.startswith("9999") for each in OFFICIAL_EXAMPLE_BSNS.values())
    file = ddas_file(*(arrears(f"VS-{index}", bsn) for index, bsn in enumerate(OFFICIAL_EXAMPLE_BSNS)))
    drafts = meant(file, way_in("9990", OFFICIAL_EXAMPLE_BSNS))
    assert [each.whom for each in drafts if isinstance(each, SignalDraft)] == persons
    assert all(isinstance(each, Refused) for each in meant(file))


def test_no_other_number_that_fails_the_elfproef_passes_with_the_switch() -> None:
    (refused,) = meant(ddas_file(arrears(bsn="123456788")), way_in("9990", OFFICIAL_EXAMPLE_BSNS))
    assert isinstance(refused, Refused)


def test_intake_cannot_be_started_with_the_switch() -> None:
    assert list(inspect.signature(connectors_for).parameters) == ["municipality"]
    (refused,) = meant(ddas_file(arrears(bsn="123456789")), connectors_for("9990")["debt_services"])
    assert isinstance(refused, Refused) and refused.reason.value == "bsn_invalid"
    sources = [path for folder in ("connectors", "signaalbrug") for path in (ROOT / folder).rglob("*.py")]
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in sources
        if re.search(r"OFFICIAL_EXAMPLE_BSNS|fixture_bsns=", path.read_text())
    }
    own = {"connectors/debt_services/agreement.py", "connectors/debt_services/way_in.py"}
    assert asking - own <= {"connectors/kit/fixtures.py"}
