"""A policy visits five thousand owners; records for done and not-yet-done ones arrive, and the worker is killed."""

import os
import signal
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.admission import header
from schemas.codec import NotDecoded
from schemas.events.account import Outcome
from schemas.transport import Cluster
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.cursors import committed_cursors
from streams.runtime.transactor import Transactor
from streams.runtime.turn import Limits
from tests.support.halting import is_stopped
from tests.support.probe import PROBE, inputs, owners_of, probe
from tests.support.runs import Sender, Worker, events_of, read_all, wait_for
from tests.support.stories import codec, day, person, policy

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
OWNERS = 5_000
FIRST, SECOND = policy(), policy("rule:growing_debts")


def outcomes(few: Cluster) -> list[tuple[str, str, str, int]]:
    """Of each output in the order of the log: person, topic of its cause, policy, day."""
    found = []
    for raw in read_all(few, "outcome.v1"):
        event = codec().decode("outcome.v1", raw.value or b"")
        assert not isinstance(event, NotDecoded) and isinstance(event, Outcome)
        cause = (header(raw.headers, "sbcause") or "").partition("/")[0]
        found.append((event.person, cause, event.version, event.number))
    return found


def settled(few: Cluster) -> list[str]:
    """Five thousand owners of partition 0, in key order, each counted once."""
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), FIRST)
    owners = owners_of(0, few)
    everybody = sorted((next(owners) for _ in range(OWNERS)), key=person)
    Sender(few).send(inputs(everybody, "a", few))
    step = probe(few)
    step.open()
    step.close()
    return everybody


def test_each_owner_is_visited_once_although_the_worker_is_killed_halfway(
    few: Cluster, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    everybody = settled(few)
    worker = Worker("person", few, tmp_path, code=_probe_worker(limit=500, pause_after=2))
    try:
        wait_for(worker.is_ready, 60, "the worker is ready")
        publish_policy(few, codec(), SECOND)
        wait_for(lambda: _visited(few) is not None, 30, "the visit is under way")
        wait_for(lambda: is_stopped(worker.process.pid), 30, "the worker halts halfway")
        halfway = _visited(few)
        assert halfway is not None
        done = [name for name in everybody if person(name) <= halfway]
        ahead = [name for name in everybody if person(name) > halfway]
        assert len(done) > 200 and len(ahead) > 2_000
        sender = Sender(few)
        sender.send(inputs([*done[:50], *ahead[-50:]], "b", few))
        new = owners_of(0, few)
        late = [name for name in (next(new) for _ in range(OWNERS + 20)) if name not in set(everybody)]
        sender.send(inputs(late, "c", few))
    finally:
        worker.kill()
    heir = probe(few, limits=Limits(records=500))
    heir.open()
    while heir.visiting:
        heir.tick()
    heir.close()
    _check(few, everybody, late, figures, len(done))


def _check(few: Cluster, everybody: list[str], late: list[str], figures: Callable[[str], None], done: int) -> None:
    found = outcomes(few)
    visits = Counter(who for who, cause, _, _ in found if cause == "policy.v1")
    assert set(visits) >= {person(name) for name in everybody}
    assert set(visits.values()) == {1}, "somebody was visited twice"
    named = SECOND.policy_hash[:32]
    assert all(version == named for _, cause, version, _ in found if cause == "policy.v1")
    records = [each for each in found if each[1] == "consent.v1"]
    assert len(records) == OWNERS + 100 + len(late), "a record was lost or doubled"
    assert all(version == named for *_, version, _ in records[OWNERS:]), "decided under the old policy"
    numbers = defaultdict(list)
    for who, _, _, number in found:
        numbers[who].append(number)
    assert all(said == list(range(1, len(said) + 1)) for said in numbers.values()), "a state lost its count"
    assert committed_cursors(few, PROBE)[0].fan_out is None
    figures(
        f"killed after {done} of {OWNERS} owners; {len(visits)} visits, each once, all under the new policy;"
        f" {len(records)} records decided, each once, {100 + len(late)} of them meanwhile"
    )


def test_records_are_decided_between_two_stretches_of_a_visit(few: Cluster, figures: Callable[[str], None]) -> None:
    everybody = settled(few)
    step = probe(few, limits=Limits(records=400))
    step.open()
    publish_policy(few, codec(), SECOND)
    rows = [raw for raw in read_all(few, "policy.v1") if raw.at.partition == 0][1:]
    step.deliver(rows)
    Sender(few).send(inputs([everybody[0], everybody[-1]], "b", few))
    step.deliver([raw for raw in read_all(few, "consent.v1") if raw.at.partition == 0][-2:])
    assert step.visiting, "the records did not wait for the visit"
    publish_day(few, codec(), day(2))
    step.deliver([raw for raw in read_all(few, "calendar.v1") if raw.at.partition == 0][1:])
    assert step.books.in_force.today == day(1), "the next partition-wide record waits"
    _finish(step)
    causes = [cause for _, cause, _, _ in outcomes(few)][OWNERS:]
    first, last = causes.index("consent.v1"), len(causes) - 1 - causes[::-1].index("consent.v1")
    assert first > 0 and last < len(causes) - 1
    assert step.books.in_force.today == day(2)
    figures(f"2 records decided after {first} of {OWNERS} visits; the next day waited for the last one")
    step.close()


def test_a_day_visits_only_those_who_asked_for_it(few: Cluster) -> None:
    settled(few)
    step = probe(few)
    step.open()
    before = len(events_of(few, "outcome.v1"))
    publish_day(few, codec(), day(2))
    step.catch_up()
    _finish(step)
    assert len(events_of(few, "outcome.v1")) == before
    assert step.books.in_force.today == day(2)
    step.close()


def _finish(step: Transactor) -> None:
    while step.visiting:
        step.tick()


def _visited(few: Cluster) -> str | None:
    cursor = committed_cursors(few, PROBE).get(0)
    return cursor.fan_out.last_owner if cursor is not None and cursor.fan_out is not None else None


def _probe_worker(limit: int, pause_after: int) -> str:
    """A real worker process of the probe step that halts itself behind some transactions of a visit."""
    return (
        "from tests.support.halting import serve; "
        f"sys.exit(serve(os.environ, records={limit}, halt_after={pause_after}))"
    )


def test_a_halted_process_is_seen_as_halted() -> None:
    assert not is_stopped(os.getpid())
    assert signal.SIGSTOP
