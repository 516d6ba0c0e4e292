"""The plain job in our own engine: the real deliveries, Holding and Transactor; only the decision is the plain one.

Admission, evidence and processing lines are what our steps do with a record, not what the engine costs: they are
measured by bench.native and bench.faust, and left out here as the peers leave them out.
Run     python -m bench.peers.ours_job BROKER RUN FOLDER faust|native [only-delivered]
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.peers import plain
from schemas.catalogue import Key
from schemas.codec import Codec, NotDecoded
from schemas.events.event import Event
from schemas.events.state import PersonRecord
from schemas.record import OutRecord, Recorder
from schemas.sealing import new_pair
from schemas.transport import Cluster
from schemas.vocabulary import StateKind
from streams.core.step import Step
from streams.runtime.books import Kept, cursor_record
from streams.runtime.holding import Holding
from streams.runtime.metrics import CAUGHT_UP, RECORDS, REDELIVERED, Meter
from streams.runtime.quarantine import sealing_to
from streams.runtime.raw import Raw
from streams.runtime.transactor import Transactor
from streams.runtime.turn import Tools, Turn
from streams.runtime.worker import DELIVERIES, THREADS
from streams.topology import PARTITION_WIDE

#: first byte of a list on the changelog; our own records, such as the cursor, begin with 0
LIST = b"\x01"


def step_of(run: str) -> Step[plain.State]:
    """Where the plain job stands: one input topic, one changelog."""

    def never(*_: Any) -> Any:
        raise NotImplementedError("PlainTurn decides")

    return Step(
        name="plain",
        owner="household",
        reads=(),
        emits=(),
        decide=never,
        topics=(f"plain.in.{run}",),
        changelog=f"plain.changelog.{run}",
        wrap=never,
        unwrap=lambda record: record.person,
    )


class PlainCodec(Codec):
    """Also reads the changelog of the plain job."""

    def decode(self, topic: str, value: bytes) -> Event | NotDecoded:
        """A list comes back as the state of a record, a cursor as it is."""
        if not topic.startswith("plain."):
            return super().decode(topic, value)
        if value[:1] != LIST:
            return super().decode("state.person.v1", value)
        kept: Any = plain.state_of(value[1:])
        return PersonRecord(StateKind.OWNER, None, kept, None)


class PlainTurn(Turn):
    """One transaction of the plain job; calendar and policy are taken as ever."""

    def take(self, raw: Raw) -> bool:
        """Decide one record."""
        if raw.at.topic in PARTITION_WIDE:
            return super().take(raw)
        if not self.in_force.complete:
            return False
        assert raw.value is not None and raw.key is not None
        self.inputs += 1
        self.positions[raw.at.topic] = raw.at.offset + 1
        arrived = plain.signal(raw.value)
        owner = arrived["household"]
        known = self._changes[owner] if owner in self._changes else self._books.owners.get(owner)
        state, alert = plain.decided(known.state if known else None, arrived)
        self._changes[owner] = Kept(state, None)
        if alert is not None:
            run = self._books.step.changelog.rpartition(".")[2]
            value = plain.alert_bytes(alert)
            self._outputs.append(OutRecord(f"plain.alert.{run}", raw.at.partition, raw.key, value, ()))
            self.size += len(value)
        return True

    def records(self) -> list[OutRecord]:
        """Every changed list once, the alerts and, last, the cursor."""
        books = self._books
        lists = [
            OutRecord(
                books.step.changelog,
                books.partition,
                Key(owner, owner).encode(),
                LIST + plain.state_bytes(kept.state),
                (),
            )
            for owner, kept in self._changes.items()
            if kept is not None
        ]
        event = cursor_record(PersonRecord, books, self.positions, self.in_force, self._fan_out(), self._now)
        value = self._tools.recorder.codec.encode("state.person.v1", event)
        key = Key(f"cursor-{books.partition}", "cursor").encode()
        return [*lists, *self._outputs, OutRecord(books.step.changelog, books.partition, key, value, ())]


class PlainTransactor(Transactor):
    """The transactor with that turn."""

    def _turn(self) -> Turn:
        return PlainTurn(self._books, self._tools, self._now())


class OnlyDelivered(PlainTransactor):
    """Never looks at the log by itself while it is open: shows what the delivery alone can carry."""

    def tick(self) -> None:
        """Nothing: every record has to be handed over."""


async def _serve(cluster: Cluster, run: str, folder: Path, delivery: str, kind: type[PlainTransactor]) -> int:
    step, meter = step_of(run), Meter("plain")
    tools = Tools(Recorder(PlainCodec(), cluster.partitions), sealing_to(new_pair()[1]))
    prefix = f"plain-{delivery}-{run}-"

    def make(partition: int) -> PlainTransactor:
        return kind(step, partition, cluster, tools, prefix=prefix, meter=meter)

    holding = Holding(make, meter, lambda *_, **__: None, threads=min(THREADS, cluster.partitions))
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    holding.on_ended = lambda: loop.call_soon_threadsafe(stop.set)  # type: ignore[assignment]
    holding.start()
    try:
        await DELIVERIES[delivery](step, cluster, holding, stop, prefix=prefix, state=folder, session_s=10.0)
    finally:
        holding.stop()
    sys.stderr.write(f"{_shares(step.name)}\n")
    if holding.ended is not None:
        sys.stderr.write(f"{holding.ended.why}\n")
        return holding.ended.code
    return 0


def _shares(step: str) -> str:
    """How many records the transactor was handed in vain or read by itself."""
    sums = {
        metric: sum(each.value for one in counter.collect() for each in one.samples if each.name.endswith("_total"))
        for metric, counter in (("decided", RECORDS), ("alone", CAUGHT_UP), ("twice", REDELIVERED))
    }
    alone, twice = sums["alone"], sums["twice"]
    return f"{step}: of {sums['decided']:.0f} decided {alone:.0f} read by itself; {twice:.0f} handed over in vain"


def main(given: Sequence[str]) -> int:
    """Until it is killed; the code of a worker that ended by itself."""
    broker, run, folder, delivery, *rest = given
    kind = OnlyDelivered if rest else PlainTransactor
    return asyncio.run(_serve(Cluster(broker, plain.PARTITIONS), run, Path(folder), delivery, kind))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
