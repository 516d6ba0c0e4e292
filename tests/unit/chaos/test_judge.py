"""The judge of a chaos run refuses what it must refuse: each check has an input that it does not let pass."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemas.events.alert import Alert
from schemas.events.delivery import Delivery
from schemas.identity import DecisionId, ReceiptId, TeamId
from schemas.vocabulary import AlertKind, AlertReason, AlertStatus, DeliveryKind
from signaalbrug.demo.municipality import File
from signaalbrug.proof.finding import Checked
from streams.runtime.memory import Memory
from streams.trail.inputs import Difference, Kind
from streams.trail.kept import keep
from streams.trail.verify import Verified
from tests.chaos import judge
from tests.chaos.clean import Came, came, versions_of
from tests.chaos.faults import AT_WORK, Done
from tests.chaos.load import Delivered
from tests.chaos.plan import FULL, TENTH, WORKERS, Fault, Sizes, What
from tests.chaos.wijkteam import Entry
from tests.support.stories import absence, agreed, arrears, codec, corrected, joined, withdrew
from tests.support.trail import arrived, told_with_deliveries

STORY = [
    joined("kind", "huis"),
    joined("ouder", "huis"),
    agreed("kind"),
    absence("kind", on=3),
    arrears("ouder", on=5),
]


def whats(checked: Checked) -> str:
    return "; ".join(map(str, checked.findings))


def run_of(memory: Memory) -> Came:
    return came(memory.states("household").values(), arrived(memory), codec())


def alerts_of(memory: Memory) -> list[Alert]:
    return [each for each in memory.events("alert.v1") if isinstance(each, Alert)]


def entries_of(alerts: list[Alert]) -> list[Entry]:
    return [Entry(each.team, at, each.alert, each.revision, each.kind.value) for at, each in enumerate(alerts, 1)]


def test_two_runs_of_one_story_are_the_same_whatever_their_households_are_called() -> None:
    renamed = [joined("kind", "elders"), joined("ouder", "elders"), *STORY[2:]]
    first, second = run_of(told_with_deliveries(STORY)), run_of(told_with_deliveries(renamed))
    assert first.households.total() == 1 and len(first.versions) == 2
    assert all(each.holds for each in judge.same_as_clean(first, second))


def test_a_signal_that_was_lost_is_refused() -> None:
    clean, live = run_of(told_with_deliveries(STORY)), run_of(told_with_deliveries(STORY[:-1]))
    view, versions, fates = judge.same_as_clean(live, clean)
    assert "a household of the clean run is missing" in whats(view)
    assert "a version was lost" in whats(versions)
    assert "became ('nothing', '')" in whats(fates)


def test_a_correction_that_was_lost_is_refused_though_its_signal_is_there() -> None:
    clean = run_of(told_with_deliveries([*STORY, corrected("kind", on=3)]))
    _, versions, _ = judge.same_as_clean(run_of(told_with_deliveries(STORY)), clean)
    assert whats(versions).count("a version was lost") == 1


def test_a_withdrawal_that_was_lost_is_refused_though_no_version_is_missing() -> None:
    clean, live = (
        run_of(told_with_deliveries([*STORY, withdrew("kind", on=9)])),
        run_of(told_with_deliveries(STORY)),
    )
    view, versions, fates = judge.same_as_clean(live, clean)
    assert versions.holds and not view.holds and not fates.holds


def test_a_household_that_stands_twice_is_refused() -> None:
    clean = run_of(told_with_deliveries(STORY))
    live = replace(clean, households=clean.households + clean.households)
    assert "that the clean run does not have" in whats(judge.same_as_clean(live, clean)[0])


def test_versions_are_of_signals_alone() -> None:
    records = keep(arrived(told_with_deliveries(STORY)), codec())
    assert {node.partition("/")[0] for node, _ in versions_of(records)} == {"signal"}


# -- files and rows

FILE = Delivered(File("debt_services", "levering-000.json", b"{}"), 3)


def closed(receipt: str = "r" * 32, rows: int = 3) -> Delivery:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return Delivery(DeliveryKind.CLOSED, ReceiptId(receipt), "debt_services", "h", 2, at, at, rows, rows, (), ())


def test_a_file_under_one_receipt_with_all_its_rows_is_accounted_for() -> None:
    assert judge.every_row([FILE], {"r" * 32: b"{}"}, [closed(), closed()]).holds


@pytest.mark.parametrize(
    ("put_away", "account", "why"),
    [
        ({}, [closed()], "lies put away 0 times"),
        ({"r" * 32: b"{}", "s" * 32: b"{}"}, [closed()], "lies put away 2 times"),
        ({"r" * 32: b"[]"}, [closed()], "lies put away 0 times"),
        ({"r" * 32: b"{}"}, [], "its delivery was not closed"),
        ({"r" * 32: b"{}"}, [closed("s" * 32)], "its delivery was not closed"),
        ({"r" * 32: b"{}"}, [closed(rows=2)], "3 rows were sent, 2 are accounted for"),
        ({"r" * 32: b"{}", "s" * 32: b"x"}, [closed()], "1 files were sent, 2 lie put away"),
    ],
)
def test_a_file_or_row_that_is_not_accounted_for_is_refused(
    put_away: dict[str, bytes], account: list[Delivery], why: str
) -> None:
    assert why in whats(judge.every_row([FILE], put_away, account))


# -- the feed


def test_a_feed_with_each_revision_once_holds_also_with_what_it_hides_and_shows() -> None:
    alerts = alerts_of(told_with_deliveries([*STORY, withdrew("kind", on=9)]))
    entries = entries_of(alerts)
    hidden = replace(entries[0], position=99, kind="hidden")
    assert len(alerts) >= 2 and judge.feed_once(alerts, [*entries, hidden]).holds


def test_a_revision_that_the_feed_says_twice_is_refused() -> None:
    alerts = alerts_of(told_with_deliveries(STORY))
    entries = entries_of(alerts)
    assert "stands 2 times in the feed, not 1" in whats(judge.feed_once(alerts, [*entries, entries[0]]))


def test_a_revision_that_the_feed_misses_is_refused() -> None:
    alerts = alerts_of(told_with_deliveries(STORY))
    assert "stands 0 times in the feed, not 1" in whats(judge.feed_once(alerts, entries_of(alerts)[1:]))


def test_a_revision_of_another_team_or_of_nothing_is_refused() -> None:
    alerts = alerts_of(told_with_deliveries(STORY))
    stray = replace(entries_of(alerts)[0], team="wijkteam-elders")
    assert "stands 1 times in the feed, not 0" in whats(judge.feed_once(alerts, [*entries_of(alerts), stray]))


def test_a_revision_that_the_log_says_twice_is_refused_though_the_feed_says_it_once() -> None:
    alerts = alerts_of(told_with_deliveries(STORY))
    assert "stands 1 times in the feed, not 2" in whats(judge.feed_once([*alerts, alerts[0]], entries_of(alerts)))


def test_the_team_that_loses_an_alert_must_hear_so() -> None:
    (first, *_) = alerts_of(told_with_deliveries(STORY))
    second = replace(
        first, revision=2, team=TeamId("wijkteam-elders"), kind=AlertKind.UPDATED, reason=AlertReason.TEAM_CHANGED
    )
    entries = entries_of([first, second])
    assert "withdrawn" in whats(judge.feed_once([first, second], entries))
    heard = Entry(first.team, 2, first.alert, 2, "withdrawn")
    assert judge.feed_once([first, second], [*entries, heard]).holds


ENTRIES = [Entry("wijkteam-noord", at, f"a{at}", 1, "opened") for at in (1, 2, 3)]


def test_what_was_read_in_pieces_is_what_stands_there() -> None:
    assert judge.read_whole(ENTRIES, ENTRIES, 1).holds


@pytest.mark.parametrize("read", [ENTRIES[:2], [*ENTRIES, ENTRIES[2]], [ENTRIES[0], ENTRIES[2]], ENTRIES[::-1]])
def test_a_reader_that_missed_or_doubled_an_entry_is_refused(read: list[Entry]) -> None:
    assert not judge.read_whole(read, ENTRIES, 1).holds


def test_a_position_that_the_feed_skips_is_refused() -> None:
    gap = [ENTRIES[0], ENTRIES[2]]
    assert "gap" in whats(judge.read_whole(gap, gap, 1))


def test_a_run_in_which_nobody_read_through_the_faults_is_refused() -> None:
    assert "nothing was read while the faults happened" in whats(judge.read_whole(ENTRIES, ENTRIES, 0))


# -- verify, replay, liveness


def test_a_revision_that_differs_is_gone_or_was_not_taken_again_is_refused() -> None:
    fine = Verified("a", 1, 2)
    differs = Verified("b", 1, 2, (Difference("evidence hash", "evidence.v1/0/1", Kind.EVIDENCE),))
    assert judge.all_verify([fine], 1).holds
    assert "evidence hash" in whats(judge.all_verify([fine, differs], 2))
    assert "erased" in whats(judge.all_verify([Verified("a", 1, 0, gone=True)], 1))
    assert "1 of 2 revisions" in whats(judge.all_verify([fine], 2))


def test_a_replay_that_adds_an_alert_or_an_entry_or_replays_nothing_is_refused() -> None:
    before = {"alerts": 5, "entries": 7, "view": {"huis": 1}}
    many = {"person": 10.0, "household": 4.0}
    there = {"person": 20, "household": 4}
    assert judge.nothing_new(before, dict(before), many, there).holds
    assert "was 5, is 6" in whats(judge.nothing_new(before, before | {"alerts": 6}, many, there))
    assert "was 7, is 8" in whats(judge.nothing_new(before, before | {"entries": 8}, many, there))
    assert "(view)" in whats(judge.nothing_new(before, before | {"view": {}}, many, there))
    for few in (0.0, 1.0, 9.0):
        less = judge.nothing_new(before, before, many | {"person": few}, there)
        assert f"{few:.0f} of 20 records were delivered again (person)" in whats(less)
    assert "0 of 0 records" in whats(judge.nothing_new(before, before, many, there | {"person": 0}))
    assert "0 of 20 records" in whats(judge.nothing_new(before, before, {"household": 4.0}, there))


def test_a_run_that_is_decided_otherwise_in_memory_is_refused() -> None:
    whole = list(told_with_deliveries(STORY).states("household").values())
    less = list(told_with_deliveries(STORY[:-1]).states("household").values())
    assert judge.decided_again(whole, whole, 5).holds
    assert "another view in memory" in whats(judge.decided_again(whole, less, 5))


def test_what_a_team_took_up_is_no_part_of_a_comparison_and_what_it_shows_is() -> None:
    (open_,) = told_with_deliveries(STORY).states("household").values()
    (episode,) = open_.episodes
    taken = replace(open_, episodes=(replace(episode, status=AlertStatus.TAKEN_UP),))
    gone = replace(open_, episodes=(replace(episode, status=AlertStatus.WITHDRAWN),))
    assert judge.decided_again([open_], [taken], 5).holds
    assert not judge.decided_again([open_], [gone], 5).holds


def test_a_decision_that_is_not_answered_or_carried_out_twice_is_refused() -> None:
    (alert, *_) = alerts_of(told_with_deliveries(STORY))
    taken = replace(alert, revision=2, kind=AlertKind.UPDATED, answers=DecisionId("d" * 32))
    too_late = replace(taken, revision=3, kind=AlertKind.DECISION_NOT_APPLIED)
    assert judge.answered([alert, taken, too_late], ["d" * 32]).holds
    assert "never answered" in whats(judge.answered([alert], ["d" * 32]))
    assert "no decision was accepted" in whats(judge.answered([alert], []))
    assert "carried out 2 times" in whats(judge.answered([taken, replace(taken, revision=3)], ["d" * 32]))


def test_what_comes_too_late_or_ended_by_itself_is_refused() -> None:
    assert judge.in_time(119.0, 120.0).holds and not judge.in_time(121.0, 120.0).holds
    assert judge.none_ended([]).holds
    assert "ended by itself with 5" in whats(judge.none_ended([("worker-person-1", 5, "two owners")]))


# -- the faults themselves


def rain(bites: int, sizes: Sizes = TENTH, at_work: Sequence[str] = ()) -> list[Done]:
    """A run in which so many of the kills of step workers bit, and one of each of those *at_work*."""
    faults = [(Fault(What.KILL, WORKERS[at % 4], True), at < bites) for at in range(sizes.step_kills)]
    faults += [(Fault(What.KILL, name, True), True) for name in at_work]
    faults += [(Fault(What.KILL, "intake", True), False) for _ in range(sizes.other_kills - len(at_work))]
    once = ((What.FREEZE, sizes.freezes), (What.BROKER, sizes.brokers), (What.DATABASE, sizes.databases))
    twice = ((What.JOIN, sizes.joins), (What.LEAVE, sizes.joins))
    faults += [(Fault(what, "x"), True) for what, many in (*once, *twice) for _ in range(many)]
    return [Done(0.0, fault, bit, "met", 0.1) for fault, bit in faults]


def test_a_run_in_which_a_third_of_the_kills_bit_is_one() -> None:
    assert judge.bitten(rain(bites=2), TENTH).holds


@pytest.mark.parametrize("bites", [0, 1])
def test_a_run_in_which_too_few_kills_met_an_open_transaction_is_refused(bites: int) -> None:
    assert "of the kills met an open transaction" in whats(judge.bitten(rain(bites), TENTH))


@pytest.mark.parametrize("what", list(What))
def test_a_run_in_which_something_did_not_happen_often_enough_is_refused(what: What) -> None:
    done = rain(bites=4)
    done.remove(next(each for each in done if each.fault.what is what))
    assert "happened" in whats(judge.bitten(done, TENTH))


def test_a_frozen_worker_whom_nobody_replaced_is_refused() -> None:
    done = [replace(each, bit=False) if each.fault.what is What.FREEZE else each for each in rain(bites=4)]
    assert "met nothing: met (freeze x)" in whats(judge.bitten(done, TENTH))


@pytest.mark.parametrize("name", AT_WORK)
def test_a_full_run_in_which_a_process_was_never_killed_at_work_is_refused(name: str) -> None:
    assert judge.bitten(rain(26, FULL, tuple(AT_WORK)), FULL).holds
    others = [each for each in AT_WORK if each != name]
    assert f"was never killed at work ({name})" in whats(judge.bitten(rain(26, FULL, others), FULL))


def test_a_run_without_faults_is_refused() -> None:
    assert not judge.bitten([], TENTH).holds
