"""Rows of an earlier file become a file that corrects or withdraws them, in every format that can say so."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from connectors.connector import ConsentDraft, RawRecord, SignalDraft
from connectors.formats import format_of
from connectors.kit.checking import check
from connectors.kit.dry_run import DryRun
from connectors.kit.picking import NotPicked, picked
from connectors.kit.subject import TODAY, subject_of
from schemas.vocabulary import VersionKind
from tests.support.deliveries import Door, arrears, ddas_file, duo_file, melding

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
#: Per source a sample and an id that stands in it.
FILES = (
    ("school_attendance", "levering.xml", "900000123"),
    ("school_attendance", "one_melding.xml", "900000123"),
    ("school_attendance", "status.csv", "999000421"),
    ("school_attendance", "smallest.csv", "999000401"),
    ("debt_services", "levering.json", "VS-2026-0001"),
    ("debt_services", "kleine_partner.csv", "=1+1"),
    ("general_practice", "bundle.json", "VW-2026-0001"),
    ("veilig_thuis", "handover.json", "ML90001"),
    ("wijkteam_intake", "worries.jsonl", "IN-2026-0"),
    ("consent_register", "statements.jsonl", "TS-2026-0002"),
)


def sample(source: str, name: str) -> bytes:
    return (subject_of(source).samples / "accepted" / name).read_bytes()


def meant(source: str, content: bytes) -> list[object]:
    subject = subject_of(source)
    rows = [each for each in subject.rows(content) if isinstance(each, RawRecord)]
    return [subject.connector.normalise(each, TODAY) for each in rows]


@pytest.mark.parametrize(("source", "name", "id"), FILES)
def test_a_row_is_withdrawn_in_the_format_of_its_source(source: str, name: str, id: str) -> None:
    content = sample(source, name)
    made = picked(source, content, {id}, True, NOW)
    assert format_of(io.BytesIO(made)) == format_of(io.BytesIO(content))
    run = DryRun(now=lambda: NOW)
    report = check(subject_of(source).connector, "9990", io.BytesIO(made), len(made), run, NOW)
    assert report.faults == () and 1 <= report.rows <= len(subject_of(source).rows(content))
    signals = [each for each in meant(source, made) if isinstance(each, SignalDraft)] or meant(source, made)
    assert {getattr(each, "kind", None).value for each in signals} == {"withdrawn"}  # type: ignore[union-attr]


@pytest.mark.parametrize(("source", "name", "id"), FILES)
def test_a_row_to_correct_means_what_it_meant_at_a_later_moment(source: str, name: str, id: str) -> None:
    content = sample(source, name)
    made = meant(source, picked(source, content, {id}, False, NOW))
    drafts = [each for each in meant(source, content) if isinstance(each, SignalDraft | ConsentDraft)]
    before = {each.source_id: each for each in drafts}
    for each in made:
        assert isinstance(each, SignalDraft | ConsentDraft)
        assert (each.kind, each.whom) == (before[each.source_id].kind, before[each.source_id].whom)


def test_what_was_withdrawn_so_is_withdrawn_over_the_loop() -> None:
    door = Door()
    content = ddas_file(arrears("A"), arrears("B", "999990020"))
    assert door.send("debt_services", content).accepted == 2
    made = picked("debt_services", content, {"A"}, True, NOW - timedelta(hours=1))
    taken = door.send("debt_services", made)
    assert (taken.rows, taken.accepted) == (1, 1)
    from schemas.events.signal import Signal

    assert [each.kind for each in door.log.events(Signal)][-1] is VersionKind.WITHDRAWN


def test_a_withdrawal_is_newer_than_a_mutation_that_was_stated() -> None:
    door = Door()
    content = duo_file(melding("1", mutated="2026-04-30T08:00:00.000"), melding("2"))
    door.send("school_attendance", content)
    taken = door.send("school_attendance", picked("school_attendance", content, {"1"}, True, NOW))
    assert (taken.rows, taken.accepted) == (1, 1)


def test_an_id_that_is_not_there_is_counted_and_not_repeated() -> None:
    with pytest.raises(NotPicked) as refused:
        picked("debt_services", ddas_file(arrears("A")), {"A", "999990019", "X"}, True, NOW)
    assert str(refused.value) == "2 van de kenmerken staat niet in dat bestand."


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ("debt_services", b'{"leveringen": '),
        ("school_attendance", b"<a><b></a>"),
        ("school_attendance", b"Meldingsnummer;x\n1\n"),
        ("general_practice", b'{"resourceType": "Bundle"}'),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_without_a_value(source: str, content: bytes) -> None:
    with pytest.raises(NotPicked) as refused:
        picked(source, content, {"1"}, True, NOW)
    assert str(refused.value).startswith("dat bestand is niet te lezen")


def test_a_format_that_cannot_say_it_is_named_as_such() -> None:
    with pytest.raises(NotPicked) as refused:
        picked("general_practice", b"<Bundle/>", {"1"}, True, NOW)
    assert "het andere formaat" in str(refused.value)


def test_nothing_of_another_row_goes_along() -> None:
    content = ddas_file(arrears("A"), arrears("B", "999990020"))
    made = picked("debt_services", content, {"A"}, True, NOW)
    assert b"999990020" in content and b"999990020" not in made
    xml = duo_file(melding("1", "999990019"), melding("2", "999990020"))
    assert b"999990020" not in picked("school_attendance", xml, {"1"}, True, NOW)
