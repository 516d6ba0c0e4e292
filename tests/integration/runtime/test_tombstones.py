"""A tombstone is the last word of a log that falls silent: it is heard without delivery, and nothing waits on.

Behind it stand markers and aborted records: offsets that no reader ever gets.
"""

import time
from collections.abc import Callable, Sequence

import pytest
from prometheus_client import REGISTRY

from schemas.events.event import Forget
from schemas.record import OutRecord, Recorder
from schemas.trace import begun
from schemas.transport import Cluster, enqueue, transactional_producer
from streams.runtime.calendar import publish_day, publish_policy
from streams.runtime.cursors import committed_cursors, committed_states, undecided
from streams.runtime.rebuilding import rebuild_step
from streams.runtime.transactor import Transactor
from tests.integration.runtime.test_transactor import each_once
from tests.support.probe import LAST, PROBE, inputs, owners_of, probe, tools
from tests.support.runs import Sender, events_of
from tests.support.stories import at, codec, day, named, person, policy

pytestmark = pytest.mark.integration
#: no reading of a few records may need the patience of a reader that waits for what never comes
SOON_S = 10.0


def begin(few: Cluster, many: int = 2) -> list[str]:
    publish_day(few, codec(), day(1))
    publish_policy(few, codec(), policy())
    owners = owners_of(0, few)
    return [next(owners) for _ in range(many)]


def tombstone(topic: str, name: str, entity: str, few: Cluster) -> OutRecord:
    recorder = Recorder(codec(), few.partitions)
    return recorder.record(Forget(topic, person(name), entity), begun("test", name), at(1))


def forgets(name: str, few: Cluster) -> OutRecord:
    return tombstone("consent.v1", name, named("consent", f"{name}/a"), few)


def transact(few: Cluster, records: Sequence[OutRecord], *, commit: bool = True, of: str = "upstream") -> None:
    """One transaction of whoever is upstream; one that fails leaves its records and a marker on the log."""
    writer = transactional_producer(few, of)
    writer.init_transactions(30.0)
    writer.begin_transaction()
    for record in records:
        enqueue(writer, record)
    writer.flush(10)
    writer.commit_transaction(30.0) if commit else writer.abort_transaction(30.0)


def soon(what: Callable[[], None]) -> None:
    began = time.monotonic()
    what()
    assert time.monotonic() - began < SOON_S, "it waited for what never comes"


def position(few: Cluster) -> int:
    """The next offset of the quiet topic in the committed cursor."""
    return {each.topic: each.next_offset for each in committed_cursors(few, PROBE)[0].positions}["consent.v1"]


def lag() -> float | None:
    return REGISTRY.get_sample_value("signaalbrug_step_lag_records", {"step": "person", "topic": "consent.v1"})


def heard_and_quiet(few: Cluster, step: Transactor, counted: int, next_offset: int) -> None:
    """Everything counted once, the tombstone too; then nothing is behind and nothing is read again."""
    assert each_once(few, counted)
    assert events_of(few, "quarantine.v1") == []
    assert position(few) == next_offset
    assert undecided(few, PROBE)["consent.v1", 0] == 0
    soon(step.tick)
    assert lag() == 0, "markers and aborted records count as work"
    assert each_once(few, counted)


@pytest.mark.parametrize(
    ("before", "behind", "open_before"),
    [
        ("nothing", "nothing", False),
        ("nothing", "an aborted transaction", True),
        ("an aborted transaction", "nothing", True),
        ("an aborted transaction", "an aborted transaction", False),
    ],
)
def test_a_tombstone_at_the_end_of_a_quiet_topic_is_heard(
    before: str, behind: str, open_before: bool, few: Cluster
) -> None:
    first, second = begin(few)
    step = probe(few)
    transact(few, inputs([first, second], "a", few))  # offsets 0 and 1, marker at 2
    if open_before:
        soon(step.open)
    if before != "nothing":
        transact(few, inputs([second], "b", few), commit=False)  # one offset and its marker
    transact(few, [forgets(first, few)])
    if behind != "nothing":
        transact(few, inputs([second], "c", few), commit=False)
    soon(step.tick if open_before else step.open)
    heard_and_quiet(few, step, counted=3, next_offset=4 if before == "nothing" else 6)
    assert step.books.owners[person(first)].state.number == 2, "the tombstone was not put before its owner"
    step.close()
    again = probe(few)
    soon(again.open)
    heard_and_quiet(few, again, counted=3, next_offset=4 if before == "nothing" else 6)
    again.close()


def test_only_markers_and_aborted_records_are_no_work(few: Cluster) -> None:
    first, second = begin(few)
    step = probe(few)
    soon(step.open)
    transact(few, inputs([first, second], "a", few), commit=False)
    soon(step.tick)
    heard_and_quiet(few, step, counted=0, next_offset=0)
    Sender(few).send([forgets(first, few)])
    soon(step.tick)
    heard_and_quiet(few, step, counted=1, next_offset=4)
    step.close()


@pytest.mark.parametrize("rebuilt", [False, True], ids=["opened", "rebuilt"])
def test_books_that_end_in_a_tombstone_have_forgotten_that_owner(rebuilt: bool, few: Cluster) -> None:
    first, second = begin(few)
    Sender(few).send(inputs([first, second], "a", few))
    step = probe(few)
    soon(step.open)
    step.close()
    transact(few, [tombstone(PROBE.changelog, first, person(first), few)], of=step.transactional_id)
    aborted = [tombstone(PROBE.changelog, second, person(second), few)]
    transact(few, aborted, commit=False, of=step.transactional_id)
    assert [state.person for state in committed_states(few, PROBE)] == [person(second)]
    if rebuilt:
        soon(lambda: [*rebuild_step(PROBE, few, tools(few))].clear())
    again = probe(few)
    soon(again.open)
    assert list(again.books.owners) == [person(second)]
    Sender(few).send(inputs([first, second], "b", few))
    soon(again.tick)
    numbers = {owner: kept.state.number for owner, kept in again.books.owners.items()}
    assert numbers == {person(first): 1, person(second): 2}, "who was forgotten counted on"
    again.close()


def test_a_forgotten_owner_is_the_last_of_the_books_that_a_step_writes(few: Cluster) -> None:
    """The step's own tombstone: written by its decision, and gone at the next opening."""
    first, second = begin(few)
    Sender(few).send(inputs([first, second], "a", few))
    step = probe(few)
    soon(step.open)
    Sender(few).send([tombstone("consent.v1", first, named("consent", f"{first}/{LAST}"), few)])
    soon(step.tick)
    step.close()
    again = probe(few)
    soon(again.open)
    assert person(first) not in again.books.owners
    again.close()
