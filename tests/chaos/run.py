"""One run from nothing to a verdict: bring up, let it rain, let it settle, look at everything."""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from schemas.codec import Codec
from schemas.events.alert import Alert
from schemas.events.context import DayBegan
from schemas.events.delivery import Delivery
from schemas.following import Arrived
from signaalbrug.demo.proving import proved, trail_of
from signaalbrug.proof.finding import Checked
from signaalbrug.replaying import decided_again
from signaalbrug.uplift import areas_of
from signaalbrug.verify_command import verified
from signaalbrug.wiring import operator_url
from streams.runtime.raw import Raw
from streams.topology import PARTITION_WIDE, PERSON
from tests.chaos import judge, moving
from tests.chaos.clean import came, clean_run
from tests.chaos.faults import Done, Faults
from tests.chaos.flags import Phase
from tests.chaos.house import House, git_hash
from tests.chaos.load import Load, drop, loaded
from tests.chaos.plan import Beat, Sizes, planned
from tests.chaos.replaying import replayed
from tests.chaos.settling import LIVENESS_S, Settling
from tests.chaos.wijkteam import Teams
from tests.support.runs import Reading

Tell = Callable[[str], None]
#: What the steps did not write themselves, but for the decisions of teams.
FROM_OUTSIDE = (*PARTITION_WIDE, *PERSON.topics)


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    seed: int
    delivery: str
    git: str
    checked: list[Checked] = field(default_factory=list)
    faults: Sequence[Done] = ()
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return bool(self.checked) and all(each.holds for each in self.checked)


@dataclass(slots=True)
class _Run:
    house: House
    load: Load
    beats: Sequence[Beat]
    tell: Tell
    outcome: Outcome
    began: float
    read_during: int = 0

    def mark(self, what: str) -> None:
        self.tell(f"{time.monotonic() - self.began:7.1f} s  {what}")


def run(seed: int, delivery: str, signals: int, sizes: Sizes, tell: Tell, folder: Path | None = None) -> Outcome:
    """Everything, in a folder of its own that goes when all holds and stays to be looked at when not."""
    began, now, areas = time.monotonic(), datetime.now(UTC), areas_of()
    root = folder or Path(tempfile.mkdtemp(prefix="signaalbrug-chaos-"))
    load = loaded(seed, signals, areas, now)
    beats = planned(seed, sizes, len(load.files), len(load.moves))
    outcome = Outcome(seed, delivery, git_hash())
    tell(f"seed {seed}, {delivery}, {outcome.git}; {root}")
    outcome.figures["load"] = (
        f"{load.signals} signals, {load.rows} rows in {len(load.files)} files, {len(load.moves)} moves"
    )
    house = House(root, delivery)
    load.write_register(house.places.brp, house.places.areas)
    there = _Run(house, load, beats, tell, outcome, began)
    done = False
    try:
        house.up()
        there.mark("everything is up")
        _rain(there, sizes, lambda: loaded(seed, signals, areas, now))
        done = True
    finally:
        house.end(keep=not (done and outcome.holds))
    outcome.figures["seconds"] = f"{time.monotonic() - began:.0f}"
    if outcome.holds:
        shutil.rmtree(root, ignore_errors=True)
    return outcome


def _rain(there: _Run, sizes: Sizes, again: Callable[[], Load]) -> None:
    house, outcome = there.house, there.outcome
    teams = Teams(house.places.inbox, house.logins, outcome.seed)
    teams.start()
    flow = _Flow(there)
    faults = Faults(house, flow.more)
    try:
        for beat in there.beats:
            _beat(there, faults, flow, beat)
        faults.over()
    finally:
        outcome.faults = faults.done
        faults.wait()
        teams.stop()
    there.read_during = len(teams.entries)
    there.mark("the faults are over")
    settling = Settling(house)
    try:
        seconds = settling.settled()
        there.mark(f"settled after {seconds:.1f} s")
        outcome.checked += [judge.bitten(faults.done, sizes), judge.in_time(seconds, LIVENESS_S)]
        _look(there, settling, teams, again())
        outcome.checked += [replayed(house, settling, teams), judge.none_ended(house.unplanned)]
        there.mark("replayed from 0")
        _figures(there, settling, teams, seconds)
        outcome.figures["broker away"] = ", ".join(f"{away:.0f} s" for away in faults.away_s)
    finally:
        settling.close()


class _Flow:
    """Brings the files in, in their order, each once."""

    def __init__(self, there: _Run) -> None:
        self._files, self._folder, self._next = there.load.files, there.house.places.drop, 0

    def up_to(self, until: int) -> None:
        while self._next < until:
            drop(self._files[self._next], self._folder)
            self._next += 1

    def more(self) -> None:
        """One that was meant for later."""
        self.up_to(min(self._next + 1, len(self._files)))


def _beat(there: _Run, faults: Faults, flow: _Flow, beat: Beat) -> None:
    house = there.house
    flow.up_to(beat.until)
    for number in beat.moves:
        moving.move(house, there.load, number)
    there.tell(f"  {faults.carry_out(beat.fault)}")
    house.revive()
    time.sleep(beat.pause_s)


def _look(there: _Run, settling: Settling, teams: Teams, load: Load) -> None:
    """Everything that must hold, over the log, the trail, the feed and the folders."""
    house, outcome, codec, arrived = there.house, there.outcome, Codec(), settling.log.arrived
    teams.caught_up()
    shelf = trail_of(operator_url(house.servers.main, "trail"), codec)
    outcome.checked += proved(shelf, arrived, codec)
    there.mark("I1 to I4")
    alerts = [each.event for each in arrived if isinstance(each.event, Alert)]
    outcome.checked.append(judge.all_verify(verified(shelf, codec, None, erased=False), len(alerts)))
    there.mark("verified")
    outcome.checked.append(judge.feed_once(alerts, teams.entries))
    outcome.checked.append(judge.read_whole(teams.entries, teams.again, there.read_during))
    outcome.checked.append(judge.answered(alerts, teams.accepted))
    closed = [each.event for each in arrived if isinstance(each.event, Delivery)]
    outcome.checked.append(judge.every_row(load.files, _put_away(house), closed))
    with closing(Reading(house.cluster)) as reading:
        states = reading.states("household")
    clean = clean_run(house, load, there.beats, _days(arrived))
    outcome.checked += judge.same_as_clean(came(states, arrived, codec), clean)
    there.mark("compared with a clean run")
    inputs = [_raw(each) for each in arrived if each.at.topic in FROM_OUTSIDE]
    again = decided_again(inputs, {}, codec, house.cluster.partitions)
    outcome.checked.append(judge.decided_again(states, again.states("household").values(), len(inputs)))
    there.mark("decided again from the outsiders' topics")


def _raw(each: Arrived) -> Raw:
    return Raw(each.at, each.key, each.value, each.headers, each.timestamp_ms)


def _put_away(house: House) -> dict[str, bytes]:
    """What lies in `done` and `refused`, by receipt."""
    lying = (file for part in ("done", "refused") for file in house.places.drop.glob(f"*/{part}/*"))
    return {file.name.partition(".")[0]: file.read_bytes() for file in lying}


def _days(arrived: Sequence[Arrived]) -> set[object]:
    return {each.event.day for each in arrived if isinstance(each.event, DayBegan)}


def _figures(there: _Run, settling: Settling, teams: Teams, seconds: float) -> None:
    house, done, arrived = there.house, there.outcome.faults, settling.log.arrived
    met = Counter(each.met for each in judge.step_kills(done))
    written = met[f"transaction {Phase.WRITTEN.name.lower()}"]
    topics = Counter(each.at.topic for each in arrived)
    there.outcome.figures |= {
        "records on the log": str(len(arrived)),
        "signal versions": str(sum(many for topic, many in topics.items() if topic.startswith("signal."))),
        "alert revisions": str(topics["alert.v1"]),
        "feed entries": f"{len(teams.entries)}, read over {teams.reconnects} broken connections",
        "read before the faults were over": str(there.read_during),
        "faults": ", ".join(f"{many} {what}" for what, many in Counter(d.fault.what.value for d in done).items()),
        "kills of step workers": f"{met.total()}, of which {written} in an open transaction ({dict(met)})",
        "partitions fenced, failed": f"{house.lines('partition_fenced')}, {house.lines('partition_failed')}",
        "partitions opened": str(house.lines("partition_open")),
        "decisions of teams": f"{len(teams.accepted)} accepted, {topics['team-decision.v1']} on the log",
        "settled after the last fault": f"{seconds:.1f} s",
    }
