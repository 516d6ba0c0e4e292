"""What has to hold at the end, each as a pure check that says over how much it looked and what is wrong."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from schemas.events.alert import Alert
from schemas.events.delivery import Delivery
from schemas.events.state import HouseholdState
from schemas.vocabulary import AlertKind, AlertReason, DeliveryKind
from signaalbrug.proof.finding import Checked, Finding
from streams.core.view import view
from streams.trail.verify import Verified
from tests.chaos.clean import Came, untouched
from tests.chaos.faults import AT_WORK, Done
from tests.chaos.load import Delivered
from tests.chaos.plan import FULL, Sizes, What
from tests.chaos.wijkteam import Entry

#: The share of the kills of step workers that must have met records of an open transaction.
BITES = 0.30
#: The share of its records that a step must have got again when its offsets were set to 0.
AGAIN = 0.5


def _checked(name: str, promise: str, looked: int, wrong: Iterable[tuple[str, str]]) -> Checked:
    return Checked(name, promise, looked, tuple(Finding(name, what, where) for what, where in wrong))


def same_as_clean(live: Came, clean: Came) -> Sequence[Checked]:
    """I6: households, versions and fates are those of a run in which nothing went wrong."""
    views = [
        ("a household that the clean run does not have", each[:80]) for each in live.households - clean.households
    ]
    views += [("a household of the clean run is missing", each[:80]) for each in clean.households - live.households]
    lost = [("a version was lost", node) for node, _ in sorted(clean.versions - live.versions)]
    lost += [
        ("a version that the clean run does not have", node) for node, _ in sorted(live.versions - clean.versions)
    ]
    nothing = ("nothing", "")
    became = [
        (
            f"became {live.fates.get(each, nothing)}, in the clean run {clean.fates.get(each, nothing)}",
            f"signal/{each}",
        )
        for each in sorted({*live.fates, *clean.fates})
        if live.fates.get(each) != clean.fates.get(each)
    ]
    return (
        _checked("I6", "the view is that of a clean in-memory run", clean.households.total(), views),
        _checked("versions", "every version of every signal once, none lost", len(clean.versions), lost),
        _checked("fates", "every signal became what it becomes in a clean run", len(clean.fates), became),
    )


def every_row(files: Sequence[Delivered], put_away: Mapping[str, bytes], closed: Iterable[Delivery]) -> Checked:
    """Every file lies put away under one receipt, and that receipt accounts for each of its rows.

    *put_away*: what lies in the folders of what was taken in, by the receipt under which it lies
    """
    by_content: dict[str, list[str]] = {}
    for receipt, content in put_away.items():
        by_content.setdefault(hashlib.sha256(content).hexdigest(), []).append(receipt)
    told = {each.receipt: each for each in closed if each.kind is DeliveryKind.CLOSED}
    wrong = []
    for each in files:
        receipts = by_content.get(hashlib.sha256(each.file.content).hexdigest(), [])
        if len(receipts) != 1:
            wrong.append((f"lies put away {len(receipts)} times", each.file.name))
            continue
        account = told.get(receipts[0])  # type: ignore[call-overload]
        if account is None:
            wrong.append(("its delivery was not closed", each.file.name))
        elif account.rows != each.rows:
            wrong.append((f"{each.rows} rows were sent, {account.rows} are accounted for", each.file.name))
    if len(put_away) != len(files):
        wrong.append((f"{len(files)} files were sent, {len(put_away)} lie put away", "drop"))
    return _checked("rows", "every row of every file has one outcome", sum(each.rows for each in files), wrong)


def feed_once(alerts: Sequence[Alert], entries: Iterable[Entry]) -> Checked:
    """I2 at the feed: each revision once for its team; who loses an alert hears so once; nobody else hears."""
    wanted: Counter[tuple[str, str, int, str]] = Counter()
    team_of: dict[str, str] = {}
    for alert in sorted(alerts, key=lambda each: (each.alert, each.revision)):
        if alert.revision == 0:
            continue
        wanted[alert.team, alert.alert, alert.revision, alert.kind.value] += 1
        before = team_of.get(alert.alert, alert.team)
        if before != alert.team and alert.reason is AlertReason.TEAM_CHANGED:
            wanted[before, alert.alert, alert.revision, AlertKind.WITHDRAWN.value] += 1
        team_of[alert.alert] = alert.team
    kinds = {kind.value for kind in AlertKind}
    told = Counter((e.team, e.alert, e.revision, e.kind) for e in entries if e.kind in kinds and e.revision)
    wrong = [
        (f"stands {told[each]} times in the feed, not {wanted[each]}", _place(each))
        for each in sorted(wanted | told)
        if told[each] != wanted[each]
    ]
    return _checked("feed", "each alert revision in the feed exactly once", wanted.total(), wrong)


def _place(each: tuple[str, str, int, str]) -> str:
    team, alert, revision, kind = each
    return f"{team}: {kind} alert/{alert}/{revision}"


def read_whole(read: Sequence[Entry], again: Sequence[Entry], during: int) -> Checked:
    """Who paged through the faults saw each position once, in order, and what stands there now.

    *during*: how many entries were read before the faults were over
    """
    wrong = [] if during else [("nothing was read while the faults happened", "feed")]
    for team, entries in groupby(read, key=lambda each: each.team):
        places = [each.position for each in entries]
        if places != list(range(1, len(places) + 1)):
            wrong.append(("positions have a gap or came twice", team))
    if list(read) != list(again):
        wrong.append((f"{len(read)} entries were read, {len(again)} stand there, or others", "feed"))
    return _checked("pages", "what was read in pieces is what stands there", len(again), wrong)


def all_verify(verified: Sequence[Verified], revisions: int) -> Checked:
    """Every revision decided again comes out the same."""
    wrong = [(each.answer, f"alert/{each.alert}/{each.revision}") for each in verified if each.answer != "verified"]
    if len(verified) != revisions:
        wrong.append((f"{len(verified)} of {revisions} revisions could be taken again", "alert.v1"))
    return _checked("verify", "every alert verifies", len(verified), wrong)


def nothing_new(
    before: Mapping[str, object],
    after: Mapping[str, object],
    again: Mapping[str, float],
    there: Mapping[str, int],
) -> Checked:
    """I11: what lay there for each step was delivered once more, and nothing came of it."""
    wrong = [
        (f"was {before[name]}, is {after[name]}"[:200], name) for name in before if before[name] != after[name]
    ]
    wrong += [
        (f"{again.get(step, 0):.0f} of {many} records were delivered again", step)
        for step, many in there.items()
        if not many or again.get(step, 0) < AGAIN * many
    ]
    return _checked("I11", "offsets set to 0: no alert, no entry, no view changed", int(sum(again.values())), wrong)


def decided_again(live: Iterable[HouseholdState], memory: Iterable[HouseholdState], inputs: int) -> Checked:
    """P18: what came from outside, decided again in memory in the order of its times, gives the same households.

    Which team took what up is no part of it: its decision met the alert as it was then.
    """
    now, again = (view(map(untouched, states)) for states in (live, memory))
    differing = sorted(name for name in now.keys() | again.keys() if now.get(name) != again.get(name))
    wrong = [("another view in memory", f"household/{each}") for each in differing]
    return _checked("P18", "the outsiders' topics decided again give the same view", inputs, wrong)


def answered(alerts: Sequence[Alert], accepted: Collection[str]) -> Checked:
    """What a team was told to be accepted is answered, and carried out at most once."""
    said = [each for each in alerts if each.answers is not None]
    applied = Counter(each.answers for each in said if each.kind is not AlertKind.DECISION_NOT_APPLIED)
    wrong = [("accepted, and never answered", each) for each in sorted(set(accepted) - {a.answers for a in said})]
    wrong += [(f"carried out {many} times", str(each)) for each, many in applied.items() if many > 1]
    if not accepted:
        wrong.append(("no decision was accepted", "teams"))
    return _checked("decisions", "each decision of a team is answered, and carried out once", len(accepted), wrong)


def bitten(done: Sequence[Done], sizes: Sizes) -> Checked:
    """The faults happened, and met what they were meant to meet."""
    wrong = []
    for what, least in _least(sizes).items():
        those = [each for each in done if each.fault.what is what]
        if len(those) < least:
            wrong.append((f"happened {len(those)} times, not {least}", what.value))
        if what is not What.KILL:
            wrong += [
                (f"met nothing: {each.met}", f"{what.value} {each.fault.target}") for each in those if not each.bit
            ]
    if sizes == FULL:
        at_work = {each.fault.target for each in done if each.fault.what is What.KILL and each.bit}
        wrong += [("was never killed at work", name) for name in AT_WORK if name not in at_work]
    kills = step_kills(done)
    share = sum(each.bit for each in kills) / len(kills) if kills else 0.0
    if share < BITES:
        wrong.append((f"{share:.0%} of the kills met an open transaction, not {BITES:.0%}", "step workers"))
    return _checked("bites", "the faults bit", len(done), wrong)


def step_kills(done: Iterable[Done]) -> list[Done]:
    """The kills of workers of both steps."""
    return [each for each in done if each.fault.what is What.KILL and each.fault.target.startswith("worker-")]


def _least(sizes: Sizes) -> Mapping[What, int]:
    return {
        What.KILL: sizes.kills,
        What.FREEZE: sizes.freezes,
        What.BROKER: sizes.brokers,
        What.DATABASE: sizes.databases,
        What.JOIN: sizes.joins,
        What.LEAVE: sizes.joins,
    }


def in_time(seconds: float, most: float) -> Checked:
    """I10: after the last fault everything is done soon."""
    wrong = [(f"it took {seconds:.0f} s", "after the last fault")] if seconds > most else []
    return _checked("I10", f"all done within {most:g} s after the last fault", 1, wrong)


def none_ended(unplanned: Sequence[tuple[str, int, str]]) -> Checked:
    """A process that nobody killed goes on through every outage."""
    wrong = [(f"ended by itself with {code}: {why}", name) for name, code, why in unplanned]
    return _checked("alive", "no process ended by itself", 1, wrong)
