"""What lies in quarantine is offered again as it was, once, and nobody can edit it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.connector import Connector, RawRecord, Refused, SignalDraft
from connectors.redrive import CannotRedrive, content_of, in_order, record_again, redrive_row
from connectors.set_aside import Entry, NotSettled, discarded, entries, listed, redriven_as, settlement, shown
from connectors.vault.api import Principal
from connectors.vault.brp_directory import directory_of
from connectors.vault.memory import MemoryVault
from schemas.codec import NotDecoded
from schemas.events.delivery import Delivery, Quarantined
from schemas.events.event import Position
from schemas.events.signal import Signal
from schemas.record import Recorder
from schemas.sealing import new_pair, seal, unseal
from schemas.vocabulary import DeliveryKind, Refusal, Settlement, Stage
from signaalbrug.quarantining import redriven
from streams.runtime.quarantine import quarantined as set_aside_by_step
from streams.runtime.quarantine import sealing_to
from streams.runtime.raw import Raw
from tests.support.brp_people import WHO, nameless, written
from tests.support.deliveries import CODEC, CONNECTORS, NUMBERS, PRIVATE, PUBLIC, Door, Log, arrears, ddas_file

LATER = timedelta(days=3)


def lying(door: Door) -> list[Entry]:
    return list(entries(door.log.events(Quarantined)).values())


def offer(door: Door, connector: Connector | None = None, by: str = "b.heerder") -> list[str]:
    """Redrive everything that is open; what is said of each."""
    connectors = {**CONNECTORS, **({} if connector is None else {connector.name: connector})}
    outcomes = []
    for entry in in_order(each for each in lying(door) if not each.settled):
        raw = content_of(entry, lambda sealed: unseal(PRIVATE, sealed))
        try:
            offered = redrive_row(connectors[entry.said.component], entry, raw, door.effects())
        except CannotRedrive as cannot:
            outcomes.append(cannot.code)
            continue
        said = redriven_as(by, door.now, offered.receipt)
        door.log.publish([settlement(Recorder(CODEC), entry, said)])
        outcomes.append("again" if offered.again else "offered")
    return outcomes


def mended(reason: Refusal = Refusal.KIND_NOT_ACCEPTED) -> tuple[Connector, Connector]:
    """A connector that refuses everything, and the same when it was repaired."""
    right = CONNECTORS["debt_services"]
    return replace(right, normalise=lambda raw, _: Refused(raw.row, reason, raw=raw.raw)), right


def refused_door(content: bytes | None = None) -> Door:
    door = Door()
    wrong, _ = mended()
    take(door, wrong, content or ddas_file(arrears("A"), arrears("B", NUMBERS[1])))
    return door


def take(door: Door, connector: Connector, content: bytes) -> None:
    import io

    from connectors.intake import take_in

    take_in(connector, io.BytesIO(content), len(content), door.effects())


def test_a_row_that_was_refused_comes_in_by_the_same_door_with_its_own_times() -> None:
    door = refused_door()
    straight = Door()
    straight.send("debt_services", ddas_file(arrears("A"), arrears("B", NUMBERS[1])))
    door.now += LATER
    assert offer(door) == ["offered", "offered"]
    signals, wanted = door.log.events(Signal), straight.log.events(Signal)
    assert [(each.observed_on, each.mutated_at, each.kind, each.signal_kind) for each in signals] == [
        (each.observed_on, each.mutated_at, each.kind, each.signal_kind) for each in wanted
    ]
    closed = [each for each in door.log.events(Delivery) if each.kind is DeliveryKind.CLOSED]
    assert [(each.rows, each.accepted, len(each.refused)) for each in closed] == [(2, 0, 2), (1, 1, 0), (1, 1, 0)]
    assert {each.row for each in signals} == {1} and len({each.receipt for each in signals}) == 2


def test_a_second_redrive_is_a_duplicate_and_what_became_of_it_is_in_the_list() -> None:
    door = refused_door()
    assert offer(door) == ["offered", "offered"]
    before = list(door.log.records)
    first, second = lying(door)
    assert "redriven on 2026-05-01 by b.heerder as" in listed(first)
    raw = content_of(second, lambda sealed: unseal(PRIVATE, sealed))
    offered = redrive_row(CONNECTORS["debt_services"], second, raw, door.effects())
    assert offered.again and door.log.records == before


def test_a_crash_between_offering_and_saying_so_offers_nothing_twice() -> None:
    door = refused_door(ddas_file(arrears("A")))
    (entry,) = lying(door)
    raw = content_of(entry, lambda sealed: unseal(PRIVATE, sealed))
    redrive_row(CONNECTORS["debt_services"], entry, raw, door.effects())
    assert len(door.log.events(Signal)) == 1 and not lying(door)[0].settled
    assert offer(door) == ["again"]
    assert len(door.log.events(Signal)) == 1 and len(lying(door)[0].settled) == 1


def test_an_older_delivery_that_is_offered_late_does_not_win() -> None:
    door = refused_door(ddas_file(arrears("A"), stated="2026-04-02T08:00:00Z"))
    door.send("debt_services", ddas_file(arrears("A", crisissignaal=True), stated="2026-04-05T08:00:00Z"))
    assert offer(door) == ["offered"]
    newest = max(door.log.events(Signal), key=lambda each: (each.mutated_at, each.content_hash))
    assert newest.crisis is True
    assert {each.mutated_at.day for each in door.log.events(Signal)} == {2, 5}


def test_what_would_only_be_refused_again_stays_where_it_is() -> None:
    door = refused_door()
    before = len(door.log.records)
    assert offer(door, mended(Refusal.DATE_INVALID)[0]) == ["date_invalid", "date_invalid"]
    assert len(door.log.records) == before


@pytest.mark.parametrize("edit", [lambda raw: raw + b" ", lambda raw: raw.replace(b"640", b"940"), lambda _: b"{}"])
def test_content_that_was_edited_and_sealed_anew_is_not_offered(edit) -> None:  # type: ignore[no-untyped-def]
    door = refused_door(ddas_file(arrears("A")))
    (entry,) = lying(door)
    forged = edit(unseal(PRIVATE, entry.said.sealed))
    edited = replace(entry, said=replace(entry.said, sealed=seal(PUBLIC, forged)))
    raw = content_of(edited, lambda sealed: unseal(PRIVATE, sealed))
    before = list(door.log.records)
    with pytest.raises(CannotRedrive, match=r"^edited$"):
        redrive_row(CONNECTORS["debt_services"], edited, raw, door.effects())
    strange = replace(edited, said=replace(edited.said, receipt="f" * 32))
    with pytest.raises(CannotRedrive, match=r"^receipt$"):
        redrive_row(CONNECTORS["debt_services"], strange, raw, door.effects())
    assert door.log.records == before


def test_without_the_private_key_there_is_no_content_and_none_stands_in_any_line() -> None:
    door = refused_door()
    (entry, _) = lying(door)
    with pytest.raises(ValueError, match=r"^sealed$"):
        content_of(entry, lambda sealed: unseal(new_pair()[0], sealed))
    told = "\n".join([listed(entry), *shown(entry)])
    assert "kind_not_accepted" in told and "row 1" in told and "debt_services" in told
    assert not any(number in told for number in NUMBERS) and "VS-" not in told


@pytest.mark.parametrize(
    "reason", [Refusal.FIELD_NOT_ALLOWED, Refusal.SIZE, Refusal.POLICE_SOURCE, Refusal.CONSENT_NEEDED]
)
def test_what_may_not_be_kept_cannot_be_offered(reason: Refusal) -> None:
    door = Door()
    take(door, mended(reason)[0], ddas_file(arrears("A")))
    (entry,) = lying(door)
    with pytest.raises(CannotRedrive, match=r"^not_kept$"):
        content_of(entry, lambda sealed: unseal(PRIVATE, sealed))
    assert "content not kept: only the source can deliver it again" in list(shown(entry))


def identity_door(tmp_path: Path) -> tuple[Door, Connector]:
    """A source that describes Sam and Sara's address; the vault is not certain who is meant."""
    door = Door()
    door.store = MemoryVault(lambda: door.now, directory=directory_of(written(tmp_path)))
    door.vault = door.store.serving(Principal.INTAKE)
    right = CONNECTORS["debt_services"]
    person = nameless(born="", postcode="9990AB", house_number="7")

    def described(raw: RawRecord, today: object) -> SignalDraft | Refused:
        draft = right.normalise(raw, today)  # type: ignore[arg-type]
        assert isinstance(draft, SignalDraft)
        return replace(draft, whom=person)

    return door, replace(right, normalise=described)


def test_what_waits_for_a_human_is_offered_when_it_was_decided_who_is_meant(tmp_path: Path) -> None:
    door, connector = identity_door(tmp_path)
    take(door, connector, ddas_file(arrears("A")))
    (entry,) = lying(door)
    assert (entry.said.reason, entry.said.stage) == (Refusal.IDENTITY_UNCERTAIN, Stage.IDENTITY)
    before = len(door.log.records)
    assert offer(door, connector) == ["identity_uncertain"] and len(door.log.records) == before
    desk = door.store.serving(Principal.IDENTITY)
    (asked,) = desk.identity_questions()
    for user in ("a.desk", "b.desk"):
        desk.identity_name(asked.question, user, WHO["sara"])
    assert offer(door, connector) == ["offered"]
    (signal,) = door.log.events(Signal)
    receipt = door.vault.open_receipt("debt_services", b"x" * 32, 1).id
    assert door.vault.pseudonymise_many(receipt, [WHO["sara"]]) == [signal.person]


def settled(door: Door, entry: Entry, how: Settlement, by: str, seconded_by: str) -> None:
    door.log.publish([discarded(Recorder(CODEC), entry, how, by, seconded_by, door.now)])


def test_two_people_discard_with_a_reason_and_then_it_cannot_be_offered() -> None:
    door = refused_door(ddas_file(arrears("A")))
    (entry,) = lying(door)
    for by, seconded in (("a.eerste", "a.eerste"), ("a.eerste", "Met Spatie"), ("", "b.tweede")):
        with pytest.raises(NotSettled):
            settled(door, entry, Settlement.BY_MISTAKE, by, seconded)
    with pytest.raises(NotSettled, match=r"^reason$"):
        settled(door, entry, Settlement.REDRIVEN, "a.eerste", "b.tweede")
    settled(door, entry, Settlement.BY_MISTAKE, "a.eerste", "b.tweede")
    (entry,) = lying(door)
    assert listed(entry).endswith("by_mistake on 2026-05-01 by a.eerste and b.tweede")
    with pytest.raises(CannotRedrive, match=r"^settled$"):
        content_of(entry, lambda sealed: unseal(PRIVATE, sealed))
    with pytest.raises(NotSettled, match=r"^settled$"):
        settled(door, entry, Settlement.TOO_LATE, "a.eerste", "b.tweede")
    assert all(not each.sealed for each in door.log.events(Quarantined) if each.settled)


def of_a_step(offset: int, value: bytes = b"\0\0\0\0\1kapot") -> tuple[Raw, Quarantined]:
    raw = Raw(
        Position("signal.debt-services.v1", 3, offset), b"a|b", value, [("sbmode", b"live"), ("leeg", None)], 1
    )
    why = NotDecoded(Refusal.DECODE, None)
    at = datetime(2026, 5, 1, 9, tzinfo=UTC)
    record = set_aside_by_step(Recorder(CODEC), sealing_to(PUBLIC), "person", raw, Stage.DECODE, why, at)
    event = CODEC.decode(record.topic, record.value)
    assert isinstance(event, Quarantined)
    return raw, event


def test_a_record_of_a_step_goes_back_as_it_was() -> None:
    raw, event = of_a_step(7)
    record = record_again(Entry(event), content_of(Entry(event), lambda sealed: unseal(PRIVATE, sealed)))
    assert (record.topic, record.partition, record.key, record.value) == (raw.at.topic, 3, raw.key, raw.value)
    assert record.headers == (("sbmode", b"live"), ("leeg", b""))


@pytest.mark.parametrize(
    "content",
    [b"{}", b"niets", b'{"key": null, "value": "AAAA", "headers": []}', b'{"key": 1, "value": "x", "headers": []}'],
)
def test_a_record_whose_content_is_another_does_not_go_back(content: bytes) -> None:
    _, event = of_a_step(7)
    with pytest.raises(CannotRedrive, match=r"^edited$"):
        record_again(Entry(event), content)


def test_records_of_one_household_go_back_in_the_order_of_their_log() -> None:
    door = Door()
    mixed = [Entry(of_a_step(offset)[1]) for offset in (30, 4, 12)]
    outcomes = list(redriven(mixed, PRIVATE, "b.heerder", door.effects(), "9990"))
    back = [record for record in door.log.records if record.topic != "quarantine.v1"]
    assert [each.offered is not None for each in outcomes] == [True] * 3
    assert [each.entry.said.offset for each in outcomes] == [4, 12, 30] and len(back) == 3
    again = lying_with(mixed, door)
    assert all(each.settled for each in again)
    assert [
        each.offered.again for each in redriven(again, PRIVATE, "b.heerder", door.effects(), "9990") if each.offered
    ] == [True] * 3
    assert len([record for record in door.log.records if record.topic != "quarantine.v1"]) == 3


def lying_with(before: list[Entry], door: Door) -> list[Entry]:
    log = Log([record for record in door.log.records if record.topic == "quarantine.v1"])
    return list(entries([*(each.said for each in before), *log.events(Quarantined)]).values())


def test_one_that_cannot_be_offered_does_not_hold_up_the_others() -> None:
    door = refused_door()
    first, second = lying(door)
    broken = replace(first, said=replace(first.said, sealed=b""))
    strange = replace(first, said=replace(first.said, component="bestaat_niet"))
    outcomes = list(redriven([second, broken, strange], PRIVATE, "b.heerder", door.effects(), "9990"))
    assert sorted(each.why_not or "offered" for each in outcomes) == ["component", "not_kept", "offered"]
    assert [each.why_not for each in redriven([second], new_pair()[0], "b.heerder", door.effects(), "9990")] == [
        "private_key"
    ]


def test_the_list_is_by_time_and_a_settlement_without_its_entry_says_nothing() -> None:
    door = refused_door()
    first, second = lying(door)
    late = replace(first.said, failed_at=first.said.failed_at + LATER)
    alone = replace(second.said, settled=redriven_as("b.heerder", door.now, None))
    assert list(entries([late, alone])) == [first.id]
    assert list(entries([late, late, second.said])) == [second.id, first.id]


def test_a_settlement_is_for_the_day_it_was_made_and_repeats_to_the_same_bytes() -> None:
    door = refused_door(ddas_file(arrears("A")))
    (entry,) = lying(door)
    said = redriven_as("b.heerder", door.now, "a" * 32)
    assert settlement(Recorder(CODEC), entry, said) == settlement(Recorder(CODEC), entry, said)
