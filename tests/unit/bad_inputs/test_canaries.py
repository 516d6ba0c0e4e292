"""No value of any field of any source is in a log, an error, a metric or a record."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from connectors.sources import SOURCES
from schemas.events.delivery import Quarantined
from schemas.sealing import unseal
from tests.support.deliveries import PRIVATE, Door
from tests.unit.bad_inputs.heard import CANARIES, CANARY, TRACES, leaks, listening, told
from tests.unit.bad_inputs.places import filled, places, samples


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("canary", CANARIES)
def test_a_value_in_any_place_is_told_nowhere(source: str, canary: str) -> None:
    with listening() as heard:
        for place in places(source):
            said = told(Door(), source, place.with_value(canary))
            assert leaks(said, TRACES) == [], place.name
    assert leaks(heard.all(), TRACES) == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_file_of_nothing_but_such_values_is_told_nowhere(source: str) -> None:
    with listening() as heard:
        for path in (*samples(source), *_readable(samples(source, "refused"))):
            said = told(Door(), source, filled(path.read_bytes(), CANARY))
            assert leaks(said, TRACES) == [], path.name
    assert leaks(heard.all(), TRACES) == []


def _readable(paths: Sequence[Path]) -> Iterator[Path]:
    """Those that say something else than that they are no file of this format."""
    whole = ("empty", "encoding", "syntax", "depth", "dtd", "size", "quote", "separator", "control", "not_a_number")
    return (path for path in paths if not path.name.startswith(whole))


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_refused_lies_sealed_and_the_holder_of_the_key_alone_reads_it(source: str) -> None:
    """That the search is not in vain: the values did travel all the way."""
    kept = []
    for place in places(source):
        door = Door()
        door.send(source, place.with_value(CANARY))
        kept += [unseal(PRIVATE, each.sealed) for each in door.log.events(Quarantined) if each.sealed]
    assert any(CANARY.encode() in each for each in kept)
