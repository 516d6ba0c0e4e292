"""Every sample beside a connector is taken in, or refused for the reason in its name."""

from pathlib import Path

import pytest

import connectors
from connectors.sources import SOURCES
from schemas.vocabulary import Refusal
from tests.support.deliveries import Door

HERE = Path(connectors.__file__).parent
ACCEPTED = sorted(path for source in SOURCES for path in (HERE / source / "samples/accepted").iterdir())
REFUSED = sorted(path for source in SOURCES for path in (HERE / source / "samples/refused").iterdir())

#: What the loop refuses before a connector sees it, or what no format of that source can have.
_NOT_OF = {
    "debt_services": {Refusal.KIND_NOT_ACCEPTED, Refusal.DTD},
    "school_attendance": {Refusal.NOT_A_NUMBER},
    "consent_register": {
        Refusal.BSN_MISSING,
        Refusal.KIND_NOT_ACCEPTED,
        Refusal.OUTSIDE_AREA,
        Refusal.DUPLICATE_IN_FILE,
        Refusal.DTD,
    },
}
_OF_RECORDS_OR_FOLDERS = frozenset(list(Refusal)[list(Refusal).index(Refusal.FRAMING) :]) | {
    Refusal.UNKNOWN,
    Refusal.NOT_REGULAR,
}


def _source(path: Path) -> str:
    return path.parents[2].name


def _name(path: Path) -> str:
    return f"{_source(path)}-{path.name}"


@pytest.mark.parametrize("path", ACCEPTED, ids=_name)
def test_an_accepted_sample_is_accepted_whole(path: Path) -> None:
    taken = Door().send(_source(path), path.read_bytes())
    assert (taken.status, taken.refused, taken.rows) == ("accepted", (), taken.accepted)


@pytest.mark.parametrize("path", REFUSED, ids=_name)
def test_a_refused_sample_is_refused_for_the_reason_in_its_name(path: Path) -> None:
    taken = Door().send(_source(path), path.read_bytes())
    assert [each.reason.value for each in taken.refused] == [path.stem.partition("-")[0]]
    assert taken.rows == taken.accepted + len(taken.duplicates) + len(taken.refused)


@pytest.mark.parametrize("source", SOURCES)
def test_every_reason_that_a_source_can_be_given_has_a_sample(source: str) -> None:
    shown = {path.stem.partition("-")[0] for path in REFUSED if _source(path) == source}
    expected = {each.value for each in Refusal} - {each.value for each in _OF_RECORDS_OR_FOLDERS | _NOT_OF[source]}
    assert shown == expected
