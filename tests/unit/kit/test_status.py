"""A source hears of each of its rows what became of it, and of nobody else's anything."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from schemas.events.delivery import Delivery, Quarantined, RefusedRow
from schemas.vocabulary import DeliveryKind, OutcomeKind, Reason, Refusal, Stage
from signaalbrug.source_status import RowFate, Status, as_plain, from_plain, show, told
from streams.trail.kept import Held, Kept
from tests.support.stories import absence, agreed, arrears, corrected, dawn, erased, joined, named, withdrew
from tests.support.trail import arrived, shelf_of, told_with_deliveries

STORY = (
    joined("ouder", "huis"),
    joined("kind", "huis"),
    agreed("kind", on=2),
    absence("kind", on=3),
    arrears("ouder", on=10),
    dawn(20),
)
SCHOOL, RECEIPT = "school_attendance", named("receipt", "school_attendance")


def kept(*said: object) -> list[Kept]:
    return list(shelf_of(arrived(told_with_deliveries(said))).records)  # type: ignore[arg-type]


def status(*said: object, source: str = SCHOOL) -> Status:
    found = told(source, named("receipt", source), kept(*said))
    assert found is not None
    return found


def fates(found: Status) -> list[tuple[int, str, str | None]]:
    return [(each.row, each.outcome, each.reason) for each in found.rows]


@pytest.mark.parametrize(
    ("said", "outcome", "reason"),
    [
        (STORY, OutcomeKind.USED, Reason.IN_OPEN_ALERT),
        ((*STORY, withdrew("kind", on=21)), OutcomeKind.DENIED, Reason.CONSENT_WITHDRAWN),
        ((*STORY, dawn(400)), OutcomeKind.EXPIRED, Reason.RETENTION_PASSED),
        ((*STORY, erased("kind", on=21)), OutcomeKind.ERASED, Reason.PERSON_ERASED),
    ],
)
def test_the_fate_of_a_row_is_that_of_its_signal(
    said: tuple[object, ...], outcome: OutcomeKind, reason: Reason
) -> None:
    found = status(*said)
    assert fates(found) == [(1, outcome.value, reason.value)] and found.code == 0


def test_a_row_of_which_a_newer_version_came_is_superseded() -> None:
    first, second = fates(status(*STORY, corrected("kind", on=3)))
    assert first == (1, "superseded", "newer_version") and second[1] == "used"


def test_a_statement_is_recorded() -> None:
    assert fates(status(*STORY, source="consent_register")) == [(1, "recorded", None)]


def test_what_nobody_said_anything_of_yet_is_under_way() -> None:
    records = [each for each in kept(*STORY) if each.name.node.startswith(("signal/", "delivery/"))]
    found = told(SCHOOL, RECEIPT, records)
    assert found is not None and fates(found) == [(1, "under_way", None)] and found.code == 3


def closing(records: list[Kept], **said: object) -> list[Kept]:
    """The records with another closing of the school's delivery."""
    return [
        dataclasses.replace(each, event=dataclasses.replace(each.event, **said))  # type: ignore[arg-type]
        if isinstance(each.event, Delivery)
        and each.event.source == SCHOOL
        and each.event.kind is DeliveryKind.CLOSED
        else each
        for each in records
    ]


def test_refused_and_duplicate_rows_are_told_by_number_and_a_row_that_is_not_on_the_log_yet_too() -> None:
    refused = (RefusedRow(3, Refusal.BSN_INVALID, "BSN"),)
    found = told(SCHOOL, RECEIPT, closing(kept(*STORY), rows=4, duplicates=(2,), refused=refused))
    assert found is not None and [(each.row, each.outcome) for each in found.rows] == [
        (1, "used"),
        (2, "duplicate"),
        (3, "refused"),
        (4, "under_way"),
    ]
    plain = as_plain(found)
    assert plain["telling"] == {"duplicate": 1, "refused": 1, "under_way": 1, "used": 1}
    assert plain["per_rij"][2]["veld"] == "BSN" and plain["per_rij"][2]["wat_te_doen"]


def test_a_file_that_was_refused_whole_is_one_line() -> None:
    empty = closing(kept(*STORY), rows=1, accepted=0, refused=(RefusedRow(0, Refusal.SYNTAX, None),))
    found = told(SCHOOL, RECEIPT, [each for each in empty if not each.name.node.startswith("signal/")])
    assert found is not None and [(each.row, each.reason) for each in found.rows] == [(0, "syntax")]


def test_a_row_that_a_step_could_not_use_is_refused() -> None:
    records = kept(*STORY)
    signal = next(each for each in records if each.receipt == RECEIPT and each.row == 1)
    stuck = Quarantined(
        receipt=RECEIPT,  # type: ignore[arg-type]
        stage=Stage.DECODE,
        reason=Refusal.DECODE,
        component="person",
        topic="signal.school-attendance.v1",
        partition=0,
        offset=0,
        row=1,
        field=None,
        failed_at=datetime(2026, 1, 1, tzinfo=UTC),
        content_hash="0" * 64,
        size=1,
        sealed=b"",
    )
    record = dataclasses.replace(signal, event=stuck, name=signal.name._replace(node=f"quarantine/{RECEIPT}"))
    others = [each for each in records if not each.name.node.startswith("signal/")]
    found = told(SCHOOL, RECEIPT, [*others, record])
    assert found is not None and fates(found) == [(1, "refused", "decode")]


def test_a_delivery_that_is_not_closed_is_under_way() -> None:
    records = [each for each in kept(*STORY) if getattr(each.event, "kind", None) is not DeliveryKind.CLOSED]
    found = told(SCHOOL, RECEIPT, records)
    assert found is not None and (found.closed_at, found.rows, found.code) == (None, (), 3)


def test_of_another_sources_delivery_one_hears_as_much_as_of_none() -> None:
    """Source  a source sees its own rows only"""
    records = kept(*STORY)
    assert told("debt_services", RECEIPT, records) is None
    assert told(SCHOOL, "0" * 32, records) is None


def test_no_pseudonym_or_id_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    records = kept(*STORY)
    people = {each.key.split(b"|")[0].decode() for each in records if each.key and each.held is Held.BODY}
    found = told(SCHOOL, RECEIPT, records)
    assert (show(found, True), show(found, False), show(None, False)) == (0, 0, 4)
    said = capsys.readouterr().out
    assert len(people) > 3 and not [each for each in people - {RECEIPT} if len(each) > 8 and each in said]
    assert "gebruikt in een signalering" in said and "geen levering met dit ontvangstnummer" in said


def test_what_is_under_way_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(Status(SCHOOL, RECEIPT), False) == 3
    assert "wordt verwerkt" in capsys.readouterr().out


def test_json_of_a_status_can_be_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    show(status(*STORY), True)
    plain = json.loads(capsys.readouterr().out)
    assert set(plain) == {"bron", "ontvangstnummer", "gesloten_op", "rijen", "telling", "per_rij"}
    assert from_plain(plain) == status(*STORY)


@pytest.mark.parametrize("spoiled", [{}, {"uitkomst": "iets nieuws"}, {"reden": "iets nieuws"}, {"rij": None}])
def test_an_answer_that_is_no_status_is_not_half_used(spoiled: dict[str, object]) -> None:
    plain = dict(as_plain(status(*STORY)))
    plain["per_rij"] = [dict(plain["per_rij"][0]) | spoiled] if spoiled else [{}]
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_plain(plain)


@pytest.mark.parametrize("kind", [each for each in OutcomeKind if each is not OutcomeKind.UNKNOWN])
def test_every_outcome_of_the_closed_list_can_be_said(kind: OutcomeKind) -> None:
    assert RowFate(1, kind.value, Reason.NO_TEAM.value).said == kind.label
