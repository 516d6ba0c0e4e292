"""One melding through its life, over the one loop: corrected, closed, withdrawn, reported again, in any order."""

import itertools

import pytest

from connectors.school_attendance.dialects import CSV
from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.sealing import unseal
from schemas.vocabulary import Refusal, SignalKind, VersionKind
from tests.support.deliveries import NUMBERS, PRIVATE, Door, duo_file, melding
from tests.unit.school_attendance.meldingen import SCHOOL_NUMBER, csv_file, csv_row

SCHOOL = "school_attendance"
REPORTED, CORRECTED, WITHDRAWN = VersionKind.REPORTED, VersionKind.CORRECTED, VersionKind.WITHDRAWN
NO_ABSENCE = "<RedenMeldingAfgesloten>geen verzuim, legitiem afwezig</RedenMeldingAfgesloten>"


def at(day: int, **said: str) -> bytes:
    """The melding as the register gave it on that day of April."""
    return duo_file(melding(mutated=f"2026-04-{day:02d}T08:00:00.000", **said))


def versions(door: Door) -> list[Signal]:
    signals: list[Signal] = door.log.events(Signal)
    assert len({each.signal for each in signals}) <= 1, "one meldingsnummer is one signal"
    return signals


def test_a_status_that_changes_nothing_of_the_content_is_no_new_version() -> None:
    door = Door()
    for day, status in enumerate("RBKG", 1):
        door.send(SCHOOL, at(day, status=status))
    assert [each.kind for each in versions(door)] == [REPORTED]


def test_a_later_end_or_another_kind_corrects_the_same_signal() -> None:
    door = Door()
    for content in (at(1), at(2, end="2026-03-27"), at(3, kind="LRV", end="2026-03-31", status="B")):
        assert door.send(SCHOOL, content).accepted == 1
    assert [(each.kind, each.signal_kind) for each in versions(door)] == [
        (REPORTED, SignalKind.ABSENCE_16H_UNDER_18),
        (CORRECTED, SignalKind.ABSENCE_16H_UNDER_18),
        (CORRECTED, SignalKind.ABSENCE_LONG),
    ]


@pytest.mark.parametrize(
    "ending", [{"status": "I"}, {"status": "G", "extra": NO_ABSENCE}], ids=["withdrawn", "there was no absence"]
)
def test_a_melding_may_be_withdrawn_and_reported_again(ending: dict[str, str]) -> None:
    door = Door()
    for content in (at(1), at(2, **ending), at(3)):
        door.send(SCHOOL, content)
    assert [each.kind for each in versions(door)] == [REPORTED, WITHDRAWN, CORRECTED]


def test_the_newest_change_wins_in_whatever_order_the_files_come() -> None:
    files = (at(1), at(2, end="2026-03-27"), at(3, status="I"), at(4, end="2026-03-28"))
    for order in itertools.permutations(files):
        door = Door()
        for content in order:
            door.send(SCHOOL, content)
        newest = max(versions(door), key=lambda each: (each.mutated_at, each.content_hash))
        assert newest.ended_on is not None and newest.ended_on.day == 28 and newest.kind is not WITHDRAWN


def test_the_withdrawal_of_a_melding_that_never_came_is_kept_for_when_it_comes() -> None:
    door = Door()
    door.send(SCHOOL, at(2, status="I"))
    door.send(SCHOOL, at(1))
    newest = max(versions(door), key=lambda each: (each.mutated_at, each.content_hash))
    assert newest.kind is WITHDRAWN


def test_one_melding_in_xml_and_in_csv_is_one_signal() -> None:
    door = Door()
    door.send(SCHOOL, duo_file(melding("999000401", NUMBERS[0], mutated="2026-04-01T08:00:00.000")))
    same = csv_row(changed_on="2026-04-02", changed_at="08:00:00")
    assert door.send(SCHOOL, csv_file(same)).duplicates == (1,)
    gone = csv_row(status="ingetrokken", changed_on="2026-04-03", changed_at="08:00:00")
    door.send(SCHOOL, csv_file(gone))
    assert [each.kind for each in versions(door)] == [REPORTED, WITHDRAWN]


def test_a_school_that_keeps_no_times_corrects_and_withdraws_with_a_next_file() -> None:
    door = Door()
    for changes in ({}, {"end": "2026-03-27"}, {"status": "ingetrokken"}):
        door.send(SCHOOL, csv_file(csv_row(**changes)))
        door.now = door.now.replace(hour=door.now.hour + 1)
    assert [each.kind for each in versions(door)] == [REPORTED, CORRECTED, WITHDRAWN]


@pytest.mark.parametrize(
    "content",
    [duo_file(melding(bsn=None)), csv_file(csv_row(bsn=SCHOOL_NUMBER))],
    ids=["xml", "csv"],
)
def test_a_pupil_of_whom_nobody_is_certain_waits_for_a_human_with_the_row_kept(content: bytes) -> None:
    door = Door()
    (no,) = door.send(SCHOOL, content).refused
    (kept,) = door.log.events(Quarantined)
    assert no.reason is Refusal.IDENTITY_UNCERTAIN and not door.log.events(Signal)
    assert SCHOOL_NUMBER.encode() in unseal(PRIVATE, kept.sealed)
    assert SCHOOL_NUMBER.encode() not in door.log.everything()


@pytest.mark.parametrize("first", [True, False])
def test_an_element_that_may_not_be_there_goes_before_every_other_fault(first: bool) -> None:
    twice, unknown = "<BSN>999990019</BSN>", "<Geloof>kanarie-7f3a</Geloof>"
    inside = f"<Procesverloop>{unknown + twice if first else twice + unknown}</Procesverloop>"
    door = Door()
    door.send(SCHOOL, duo_file(melding(extra=inside)))
    (kept,) = door.log.events(Quarantined)
    assert (kept.reason, kept.row, kept.sealed) == (Refusal.FIELD_NOT_ALLOWED, 1, b"")


def test_what_a_csv_row_may_not_hold_is_kept_nowhere() -> None:
    door = Door()
    door.send(SCHOOL, csv_file(csv_row() | {"Geloof": "kanarie-7f3a"}))
    (kept,) = door.log.events(Quarantined)
    assert (kept.reason, kept.row, kept.sealed) == (Refusal.FIELD_NOT_ALLOWED, 0, b"")


def test_a_row_of_a_csv_that_cannot_be_used_leaves_the_others_alone() -> None:
    rows = [csv_row(number=f"90{n}", bsn=NUMBERS[n]) for n in range(5)]
    rows[1][CSV.end], rows[3][CSV.kind] = "gisteren", "moeder is ziek"
    taken = Door().send(SCHOOL, csv_file(*rows))
    assert [(each.row, each.reason, each.field) for each in taken.refused] == [
        (2, Refusal.DATE_INVALID, CSV.end),
        (4, Refusal.FIELD_INVALID, CSV.kind),
    ]
    assert taken.accepted == 3
