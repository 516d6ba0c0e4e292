"""Every sample beside a connector is taken in, or refused for the reason in its name."""

import re
from pathlib import Path

import pytest

import connectors
from connectors.manifest import manifest_of
from connectors.sources import SOURCES
from schemas.vocabulary import Refusal
from tests.support.deliveries import Door

HERE = Path(connectors.__file__).parent
ACCEPTED = sorted(path for source in SOURCES for path in (HERE / source / "samples/accepted").iterdir())
REFUSED = sorted(path for source in SOURCES for path in (HERE / source / "samples/refused").iterdir())


def _source(path: Path) -> str:
    return path.parents[2].name


def _name(path: Path) -> str:
    return f"{_source(path)}-{path.name}"


@pytest.mark.parametrize("path", ACCEPTED, ids=_name)
def test_an_accepted_sample_is_accepted_whole(path: Path) -> None:
    taken = Door().send(_source(path), path.read_bytes())
    # What a zaak says without ending a signal is written down and published nowhere: a duplicate.
    assert (taken.status, taken.refused) == ("accepted", ())
    assert taken.rows == taken.accepted + len(taken.duplicates)


@pytest.mark.parametrize("path", REFUSED, ids=_name)
def test_a_refused_sample_is_refused_for_the_reason_in_its_name(path: Path) -> None:
    taken = Door().send(_source(path), path.read_bytes())
    assert [each.reason.value for each in taken.refused] == [path.stem.partition("-")[0]]
    assert taken.rows == taken.accepted + len(taken.duplicates) + len(taken.refused)


@pytest.mark.parametrize("source", SOURCES)
def test_every_reason_that_a_source_can_be_given_has_a_sample(source: str) -> None:
    shown = {path.stem.partition("-")[0] for path in REFUSED if _source(path) == source}
    assert shown == {each.value for each in manifest_of(source).refuses}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_names_no_reason_in_its_code_that_its_manifest_leaves_out(source: str) -> None:
    named = {
        name
        for file in (HERE / source).glob("*.py")
        for name in re.findall(r"Refusal\.([A-Z_]+)", file.read_text())
    }
    assert {Refusal[name] for name in named} - {Refusal.UNKNOWN} <= manifest_of(source).refuses
