"""The same seed makes the same run, and every run has all that it must have."""

from datetime import UTC, datetime

import pytest

from schemas.vocabulary import Source
from tests.chaos.load import loaded
from tests.chaos.plan import FULL, MOVES_FROM, OTHERS, STEPS, TENTH, Sizes, What, planned

AREAS = ("BU99900101", "BU99900201", "BU99900301", "BU99900401")
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
SEEDS = range(40)


def test_the_sizes_are_those_that_were_asked() -> None:
    assert FULL.kills >= 40 and FULL.freezes >= 5 and FULL.brokers >= 3 and FULL.databases >= 3 and FULL.joins
    assert TENTH.kills >= 4 and TENTH.freezes and TENTH.brokers and TENTH.databases and TENTH.joins


@pytest.mark.parametrize("sizes", [FULL, TENTH])
def test_every_seed_kills_every_process_of_the_issue_while_load_flows(sizes: Sizes) -> None:
    for seed in SEEDS:
        beats = planned(seed, sizes, 200, 30)
        assert beats == planned(seed, sizes, 200, 30)
        killed = {beat.fault.target.rpartition("-")[0] or beat.fault.target for beat in beats}
        assert {*OTHERS[:4], *(f"worker-{step}" for step in STEPS)} <= killed
        assert [beat.first for beat in beats[1:]] == [beat.until for beat in beats[:-1]]
        assert all(beat.until > beat.first for beat in beats[:-1]), "files come in at every beat but the last"
        assert beats[-1].until == 200


@pytest.mark.parametrize("sizes", [FULL, TENTH])
def test_who_moves_was_known_before_and_who_joins_leaves_after(sizes: Sizes) -> None:
    for seed in SEEDS:
        beats = planned(seed, sizes, 200, 30)
        moving = [at for at, beat in enumerate(beats) if beat.moves]
        assert sorted(m for beat in beats for m in beat.moves) == list(range(30))
        assert min(moving) >= len(beats) * MOVES_FROM * 0.7
        order = [(beat.fault.what, beat.fault.target) for beat in beats]
        joined = [name for what, name in order if what is What.JOIN]
        assert len(joined) == sizes.joins
        assert all(order.index((What.JOIN, name)) < order.index((What.LEAVE, name)) for name in joined)


def test_another_seed_is_another_run() -> None:
    assert len({tuple(planned(seed, FULL, 200, 30)) for seed in SEEDS}) == len(SEEDS)


def test_the_load_of_a_seed_is_the_same_twice_and_holds_what_was_asked() -> None:
    load = loaded(3, 500, AREAS, NOW)
    assert load.files == loaded(3, 500, AREAS, NOW).files
    assert load.signals >= 500 and load.rows > load.signals + 100
    assert {each.file.source for each in load.files} == {
        Source.DEBT_SERVICES.value, Source.SCHOOL_ATTENDANCE.value, "consent_register"
    }  # fmt: skip
    everything = b"".join(each.file.content for each in load.files).decode()
    assert everything.count("onterecht signaal") >= 5, "debts that are taken back"
    assert everything.count("<StatusMeldingRelatiefVerzuim>I<") >= 5, "absences that are taken back"
    assert everything.count('"ingetrokken"') >= 5, "consents that are withdrawn"


def test_who_moves_comes_in_with_the_first_files() -> None:
    load = loaded(3, 500, AREAS, NOW)
    moving = {person.bsn for move in load.moves for person in (*move.people, *move.behind)}
    first = b"".join(each.file.content for each in load.files[: len(load.files) // 3]).decode()
    later = b"".join(each.file.content for each in load.files[len(load.files) // 3 :]).decode()
    told = {bsn for bsn in moving if bsn in first + later}
    assert len(told) >= 2 * len(load.moves)
    assert all(bsn in first for bsn in told)
