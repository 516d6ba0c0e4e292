"""What a worry becomes, and that a story has no place in it."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.bsn import Bsn
from connectors.connector import RawRecord, Refused, SignalDraft
from connectors.wijkteam_intake.normalise import DOMAIN_OF, Zorg, normalise
from schemas.events.delivery import Quarantined
from schemas.events.signal import Signal
from schemas.vocabulary import LifeDomain, Refusal, Sector, SignalKind, Source, VersionKind
from tests.support.deliveries import CONNECTORS, NUMBERS, Door

TODAY = date(2026, 5, 1)


def worry(name: str = "IN-1", bsn: Any = NUMBERS[1], **changes: Any) -> dict[str, Any]:
    """One line; None takes a field away."""
    row = {
        "id": name,
        "burgerservicenummer": bsn,
        "gezienOp": "2026-03-12",
        "leefgebied": "wonen",
        "crisis": False,
        "vastgelegdOp": "2026-03-12T10:00:00+01:00",
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def worries(*rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def read(content: Any) -> SignalDraft | Refused:
    return normalise(RawRecord(1, b"raw", content), TODAY)


def test_a_worry_becomes_one_signal() -> None:
    assert read(worry(crisis=True)) == SignalDraft(
        whom=Bsn(NUMBERS[1]),
        source_id="IN-1",
        source=Source.WIJKTEAM,
        kind=VersionKind.REPORTED,
        signal_kind=SignalKind.WORRY_AT_INTAKE,
        observed_on=date(2026, 3, 12),
        ended_on=None,
        crisis=True,
        mutated_at=datetime(2026, 3, 12, 9, tzinfo=UTC),
        life_domain=LifeDomain.HOUSING,
    )


@pytest.mark.parametrize("day", ["2015-01-01", "2026-05-01"])
def test_a_worry_may_be_seen_on_any_day_of_the_ground_until_today(day: str) -> None:
    draft = read(worry(gezienOp=day))
    assert isinstance(draft, SignalDraft) and draft.observed_on == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("label", "domain"),
    [
        ("zingeving", LifeDomain.MEANING),
        ("wonen", LifeDomain.HOUSING),
        ("financiën", LifeDomain.FINANCES),
        ("financie\u0308n", LifeDomain.FINANCES),
        ("sociale relaties", LifeDomain.SOCIAL_RELATIONS),
        ("lichamelijke gezondheid", LifeDomain.PHYSICAL_HEALTH),
        ("psychische gezondheid", LifeDomain.MENTAL_HEALTH),
        ("werk en activiteiten", LifeDomain.WORK_AND_ACTIVITIES),
    ],
)
def test_a_team_writes_the_dutch_name_of_a_life_domain(label: str, domain: LifeDomain) -> None:
    draft = read(worry(leefgebied=label))
    assert isinstance(draft, SignalDraft) and draft.life_domain is domain
    assert set(DOMAIN_OF.values()) == set(LifeDomain) - {LifeDomain.UNKNOWN}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"leefgebied": "onbekend"}, (Refusal.FIELD_INVALID, "leefgebied")),
        ({"leefgebied": "Wonen"}, (Refusal.FIELD_INVALID, "leefgebied")),
        ({"leefgebied": "housing"}, (Refusal.FIELD_INVALID, "leefgebied")),
        ({"leefgebied": "wonen, en mevrouw drinkt"}, (Refusal.FIELD_INVALID, "leefgebied")),
        ({"leefgebied": 1}, (Refusal.FIELD_INVALID, "leefgebied")),
        ({"toelichting": "x"}, (Refusal.FIELD_NOT_ALLOWED, None)),
        ({"crisis": None}, (Refusal.FIELD_MISSING, "crisis")),
        ({"crisis": "ja"}, (Refusal.FIELD_INVALID, "crisis")),
        ({"crisis": 1}, (Refusal.FIELD_INVALID, "crisis")),
        ({"ingetrokken": 0}, (Refusal.FIELD_INVALID, "ingetrokken")),
        ({"bsn": "999990021"}, (Refusal.BSN_INVALID, "burgerservicenummer")),
        ({"bsn": "99990020"}, (Refusal.BSN_INVALID, "burgerservicenummer")),
        ({"bsn": "000000000"}, (Refusal.BSN_INVALID, "burgerservicenummer")),
        ({"bsn": 999990020}, (Refusal.BSN_INVALID, "burgerservicenummer")),
        ({"gezienOp": "2026-05-02"}, (Refusal.DATE_IN_FUTURE, "gezienOp")),
        ({"gezienOp": "2014-12-31"}, (Refusal.DATE_INVALID, "gezienOp")),
        ({"gezienOp": "2026-02-29"}, (Refusal.DATE_INVALID, "gezienOp")),
        ({"gezienOp": "12-03-2026"}, (Refusal.DATE_INVALID, "gezienOp")),
        ({"vastgelegdOp": "2026-03-12T10:00:00"}, (Refusal.DATE_INVALID, "vastgelegdOp")),
        ({"vastgelegdOp": 1_773_306_000}, (Refusal.DATE_INVALID, "vastgelegdOp")),
        ({"name": "gezin Jansen"}, (Refusal.FIELD_INVALID, "id")),
        ({"name": "IN\u200b1"}, (Refusal.CONTROL_CHARACTER, None)),
    ],
)
def test_a_line_that_says_nothing_clear_is_refused_with_a_place(changes: Any, expected: Any) -> None:
    refused = read(worry(**changes))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field, refused.raw) == (*expected, b"raw")


def test_every_fault_of_a_line_is_told_to_who_must_mend_it() -> None:
    refused = read(worry(bsn="99990020", gezienOp="2026-05-02"))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.others) == (
        Refusal.BSN_INVALID,
        ((Refusal.DATE_IN_FUTURE, "gezienOp"),),
    )


@pytest.mark.parametrize("content", [None, 1, "x", [], [worry()]])
def test_what_is_no_object_is_refused(content: Any) -> None:
    refused = read(content)
    assert isinstance(refused, Refused) and refused.reason is Refusal.FIELD_INVALID


def test_no_field_holds_text_of_a_team() -> None:
    """Every text is an id, a number, a day, a moment or one of seven names."""
    texts = {name for name, field in Zorg.model_fields.items() if field.annotation is str}
    assert texts == {"id", "burgerservicenummer", "gezienOp", "leefgebied", "vastgelegdOp"}


def test_a_worry_is_published_corrected_and_taken_back_under_one_id() -> None:
    door = Door()
    later = {"vastgelegdOp": "2026-03-13T10:00:00Z", "leefgebied": "financiën"}
    latest = {"vastgelegdOp": "2026-03-14T10:00:00Z", "ingetrokken": True}
    for row in (worry(), worry(**later), worry(**latest)):
        assert door.send("wijkteam_intake", worries(row)).accepted == 1
    events = door.log.events(Signal)
    assert [each.kind for each in events] == [VersionKind.REPORTED, VersionKind.CORRECTED, VersionKind.WITHDRAWN]
    assert [each.life_domain for each in events[:2]] == [LifeDomain.HOUSING, LifeDomain.FINANCES]
    assert {each.sector for each in events} == {Sector.SUPPORT} and len({each.signal for each in events}) == 1


def test_a_story_is_not_kept_even_sealed() -> None:
    door = Door()
    taken = door.send("wijkteam_intake", worries(worry(toelichting="mevrouw drinkt"), worry("IN-2")))
    assert [(each.row, each.reason) for each in taken.refused] == [(1, Refusal.FIELD_NOT_ALLOWED)]
    (kept,) = door.log.events(Quarantined)
    assert kept.sealed == b"" and len(door.log.events(Signal)) == 1


def test_a_kept_line_is_read_again_as_it_was() -> None:
    connector = CONNECTORS["wijkteam_intake"]
    kept = connector.again(3, worries(worry()).strip())
    assert isinstance(kept, RawRecord)
    assert connector.normalise(kept, TODAY) == read(worry())
