"""One delivery through the one loop: what is published, what is counted, what is never said twice."""

import pytest

from schemas.events.account import ProcessingLine
from schemas.events.delivery import Delivery, Quarantined
from schemas.events.register import Consent
from schemas.events.signal import Signal
from schemas.sealing import unseal
from schemas.vocabulary import (
    ConsentKind,
    DeliveryKind,
    Refusal,
    SignalKind,
    Stage,
    VersionKind,
)
from tests.support.deliveries import (
    NUMBERS,
    PRIVATE,
    Door,
    Stopped,
    arrears,
    consent_file,
    ddas_file,
    duo_file,
    melding,
    number,
    statement,
)


def test_every_accepted_row_becomes_one_version_and_one_processing_line() -> None:
    door = Door()
    taken = door.send("debt_services", ddas_file(arrears("VS-1"), arrears("VS-2", NUMBERS[1], crisissignaal=True)))
    signals = door.log.events(Signal)
    assert (taken.status, taken.accepted, taken.rows) == ("accepted", 2, 2)
    assert [(each.kind, each.signal_kind, each.crisis, each.row) for each in signals] == [
        (VersionKind.REPORTED, SignalKind.ARREARS_RENT, False, 1),
        (VersionKind.REPORTED, SignalKind.ARREARS_RENT, True, 2),
    ]
    lines = door.log.events(ProcessingLine)
    assert [line.person for line in lines] == [each.person for each in signals]
    assert {line.name for line in lines} == {"signaal-ontvangen"}


def test_a_delivery_opens_before_its_first_row_and_closes_after_its_last() -> None:
    door = Door()
    taken = door.send("school_attendance", duo_file(melding("1"), melding("2", kind="V1"), melding("3", bsn=None)))
    topics = [record.topic for record in door.log.records]
    assert topics[0] == topics[-1] == "delivery.v1"
    opened, closed = door.log.events(Delivery)
    assert (opened.kind, closed.kind) == (DeliveryKind.OPENED, DeliveryKind.CLOSED)
    assert (closed.rows, closed.accepted, closed.duplicates) == (3, 1, ())
    assert [(each.row, each.reason) for each in closed.refused] == [
        (2, Refusal.KIND_NOT_ACCEPTED),
        (3, Refusal.IDENTITY_UNCERTAIN),
    ]
    assert closed.refused == taken.refused and opened.file_hash == closed.file_hash


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ("debt_services", ddas_file(arrears())),
        ("school_attendance", duo_file(melding())),
        ("consent_register", consent_file(statement())),
    ],
)
def test_the_same_file_twice_publishes_nothing_new(source: str, content: bytes) -> None:
    door = Door()
    first = door.send(source, content)
    before = list(door.log.records)
    again = door.send(source, content)
    assert door.log.records == before
    assert (again.status, again.receipt.id, again.new) == ("known", first.receipt.id, False)


def test_a_row_that_says_nothing_new_is_a_duplicate() -> None:
    door = Door()
    door.send("debt_services", ddas_file(arrears()))
    taken = door.send("debt_services", ddas_file(arrears(bedrag=700), stated="2026-04-03T08:00:00Z"))
    assert (taken.accepted, taken.duplicates, len(door.log.events(Signal))) == (0, (1,), 1)


@pytest.mark.parametrize("source", ["debt_services", "school_attendance"])
def test_there_and_back_again_is_three_versions(source: str) -> None:
    door = Door()
    if source == "debt_services":
        files = [
            ddas_file(arrears(crisissignaal=crisis), stated=f"2026-04-0{day}T08:00:00Z")
            for day, crisis in ((2, False), (3, True), (4, False))
        ]
    else:
        files = [
            duo_file(melding(end=f"2026-03-{end}", mutated=f"2026-04-0{day}T08:00:00.000"))
            for day, end in ((2, 20), (3, 21), (4, 20))
        ]
    for content in files:
        door.send(source, content)
    signals = door.log.events(Signal)
    assert len({each.version for each in signals}) == 3 and len({each.signal for each in signals}) == 1
    assert signals[0].content_hash == signals[2].content_hash != signals[1].content_hash
    assert [each.kind for each in signals] == [VersionKind.REPORTED, VersionKind.CORRECTED, VersionKind.CORRECTED]
    assert max(signals, key=lambda each: (each.mutated_at, each.content_hash)) is signals[2]


def test_a_file_without_any_time_is_ordered_by_the_opening_of_its_receipt() -> None:
    door = Door()
    door.send("school_attendance", duo_file(melding()))
    assert door.log.events(Signal)[0].mutated_at == door.now


def test_a_version_that_comes_late_is_published_and_does_not_win() -> None:
    door = Door()
    for day, end in ((4, 21), (2, 20)):
        door.send(
            "school_attendance", duo_file(melding(end=f"2026-03-{end}", mutated=f"2026-04-0{day}T08:00:00.0"))
        )
    late, newest = sorted(door.log.events(Signal), key=lambda each: each.mutated_at)
    assert (late.ended_on.day, newest.ended_on.day) == (20, 21)


def test_a_version_that_was_accepted_before_is_a_duplicate_whatever_came_after() -> None:
    door = Door()
    first, second = (melding(end=f"2026-03-2{day}", mutated=f"2026-04-0{day}T08:00:00.0") for day in (1, 2))
    door.send("school_attendance", duo_file(first))
    door.send("school_attendance", duo_file(second))
    taken = door.send("school_attendance", duo_file(first, melding("9")))
    assert (taken.duplicates, taken.accepted) == ((1,), 1)


def test_two_rows_of_one_signal_that_disagree_cannot_be_ordered() -> None:
    door = Door()
    taken = door.send("debt_services", ddas_file(arrears(), arrears(), arrears(crisissignaal=True)))
    assert (taken.accepted, taken.duplicates) == (1, (2,))
    assert [(each.row, each.reason) for each in taken.refused] == [(3, Refusal.DUPLICATE_IN_FILE)]


def test_a_signal_that_turns_out_to_be_about_somebody_else_leaves_the_first_person() -> None:
    door = Door()
    door.send("debt_services", ddas_file(arrears(bsn=NUMBERS[0])))
    door.send("debt_services", ddas_file(arrears(bsn=NUMBERS[1]), stated="2026-04-03T08:00:00Z"))
    first, gone, moved = door.log.events(Signal)
    assert (gone.person, gone.kind) == (first.person, VersionKind.WITHDRAWN)
    assert moved.person != first.person and moved.kind is VersionKind.CORRECTED
    orders = [(each.mutated_at, each.content_hash) for each in (first, gone, moved)]
    assert orders == sorted(orders)


def test_an_older_statement_about_somebody_else_is_refused() -> None:
    door = Door()
    door.send("debt_services", ddas_file(arrears(bsn=NUMBERS[0])))
    taken = door.send("debt_services", ddas_file(arrears(bsn=NUMBERS[1]), stated="2026-04-01T08:00:00Z"))
    assert [each.reason for each in taken.refused] == [Refusal.FIELD_INVALID]
    assert len(door.log.events(Signal)) == 1


def test_a_signal_withdrawn_by_its_source_is_a_version() -> None:
    door = Door()
    door.send("school_attendance", duo_file(melding(mutated="2026-04-02T08:00:00.000")))
    door.send("school_attendance", duo_file(melding(status="I", mutated="2026-04-03T08:00:00.000")))
    assert [each.kind for each in door.log.events(Signal)] == [VersionKind.REPORTED, VersionKind.WITHDRAWN]


def test_consent_given_and_withdrawn_are_two_statements_under_one_id() -> None:
    door = Door()
    door.send("consent_register", consent_file(statement()))
    door.send("consent_register", consent_file(statement(says="ingetrokken", vastgelegdOp="2026-02-01T10:00:00Z")))
    given, withdrawn = door.log.events(Consent)
    assert (given.kind, withdrawn.kind) == (ConsentKind.GIVEN, ConsentKind.WITHDRAWN)
    assert (given.consent, given.person) == (withdrawn.consent, withdrawn.person)


def test_an_older_statement_never_follows_a_newer_one_onto_a_compacted_topic() -> None:
    door = Door()
    door.send("consent_register", consent_file(statement(says="ingetrokken", vastgelegdOp="2026-02-01T10:00:00Z")))
    taken = door.send("consent_register", consent_file(statement()))
    assert taken.duplicates == (1,)
    assert [each.kind for each in door.log.events(Consent)] == [ConsentKind.WITHDRAWN]


@pytest.mark.parametrize("says", ["ingetrokken", "bezwaar", "beperking"])
@pytest.mark.parametrize("refusal_first", [False, True])
def test_at_the_same_moment_a_refusal_outranks_a_consent(says: str, refusal_first: bool) -> None:
    door = Door()
    lines = [statement(), statement(says=says)]
    for line in reversed(lines) if refusal_first else lines:
        door.send("consent_register", consent_file(line))
    assert door.log.events(Consent)[-1].kind is not ConsentKind.GIVEN


def test_a_consent_that_was_somebody_elses_is_taken_off_their_name() -> None:
    door = Door()
    door.send("consent_register", consent_file(statement(bsn=NUMBERS[1])))
    door.send("consent_register", consent_file(statement(bsn=NUMBERS[2], vastgelegdOp="2026-02-01T10:00:00Z")))
    first, second = door.log.events(Consent)
    tombstones = [record.key for record in door.log.records if record.value is None]
    assert tombstones == [f"{first.person}|{first.consent}".encode()]
    assert second.person != first.person


def test_what_is_refused_is_sealed_with_its_reason_row_and_field() -> None:
    door = Door()
    door.send("debt_services", ddas_file(arrears("VS-9", "123456789")))
    (quarantined,) = door.log.events(Quarantined)
    assert (quarantined.reason, quarantined.row, quarantined.field, quarantined.stage) == (
        Refusal.BSN_INVALID,
        1,
        "client.burgerservicenummer",
        Stage.IDENTITY,
    )
    assert b"VS-9" in unseal(PRIVATE, quarantined.sealed) and b"VS-9" not in door.log.everything()


def test_content_that_may_not_be_delivered_is_not_kept_even_sealed() -> None:
    door = Door()
    door.send("debt_services", ddas_file(arrears(nationaliteit="geheim")))
    (quarantined,) = door.log.events(Quarantined)
    assert (quarantined.reason, quarantined.sealed, quarantined.field) == (Refusal.FIELD_NOT_ALLOWED, b"", None)


def test_more_rows_than_the_vault_takes_at_once() -> None:
    door = Door()
    taken = door.send("debt_services", ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(1_201))))
    assert (taken.accepted, len(door.log.events(Signal))) == (1_201, 1_201)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", [1, 2, 3, 4, 5])
def test_a_crash_at_any_publication_makes_nothing_new_and_loses_nothing(dies_at: int, after: bool) -> None:
    rows = [arrears(f"VS-{n}", number(n)) for n in range(1_100)] + [
        arrears("X", "123456789"),
        arrears("VS-0", number(0)),
    ]
    content = ddas_file(*rows)
    door = Door()
    door.log.dies_at, door.log.after = dies_at, after
    with pytest.raises(Stopped):
        door.send("debt_services", content)
    door.now = door.now.replace(hour=15)  # the clock went on; the receipt did not
    taken = door.send("debt_services", content)
    assert (taken.rows, taken.accepted, taken.duplicates) == (1_102, 1_100, (1_102,))
    signals = {record.key: record for record in door.log.records if record.topic.startswith("signal")}
    assert len(signals) == len({each.version for each in door.log.events(Signal)}) == 1_100
    for record in door.log.records:
        if record.topic.startswith("signal"):
            assert record == signals[record.key], "what is published again is the same to the byte"


def test_a_file_refused_as_a_whole_is_one_row_number_zero() -> None:
    door = Door()
    content = b'{"aanleverdatumEnTijd": NaN}'
    taken = door.send("debt_services", content)
    assert (taken.status, taken.rows) == ("refused", 1)
    assert [(each.row, each.reason) for each in taken.refused] == [(0, Refusal.NOT_A_NUMBER)]
    (quarantined,) = door.log.events(Quarantined)
    assert (quarantined.row, quarantined.stage, quarantined.sealed, quarantined.size) == (
        0,
        Stage.RECEIVE,
        b"",
        len(content),
    )
    assert door.send("debt_services", content).status == "refused"


def test_nothing_is_used_of_a_file_that_breaks_off_at_its_end() -> None:
    door = Door()
    content = ddas_file(*(arrears(f"VS-{n}", number(n)) for n in range(700)))
    taken = door.send("debt_services", content[:-3])
    assert taken.status == "refused" and not door.log.events(Signal)


def test_a_delivery_time_in_the_future_would_win_for_ever_and_is_refused() -> None:
    door = Door()
    taken = door.send("debt_services", ddas_file(arrears(), stated="2026-05-01T09:16:00Z"))
    assert [each.reason for each in taken.refused] == [Refusal.DATE_IN_FUTURE]
    assert door.send("debt_services", ddas_file(arrears(), stated="2026-05-01T09:14:00Z")).accepted == 1


def test_a_mutation_in_the_future_is_refused_alone() -> None:
    door = Door()
    taken = door.send("school_attendance", duo_file(melding(mutated="2026-05-02T08:00:00.000"), melding("2")))
    assert ([each.reason for each in taken.refused], taken.accepted) == ([Refusal.DATE_IN_FUTURE], 1)
