"""A file is looked at by the code of intake: every fault of every row is told, and no value of the file ever."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import jsonschema
import pytest

from connectors.connector import Described, RawRecord, Refused
from connectors.kit.advice import WHAT_TO_DO
from connectors.kit.annotating import NoPlace, annotate, harmless
from connectors.kit.checking import Fault, Report, check
from connectors.kit.dry_run import DryRun
from connectors.kit.planting import planted
from connectors.kit.reports import MOST_ON_SCREEN, SCHEMA, as_page, as_plain, as_table, notes, sentence
from connectors.kit.subject import subject_of
from connectors.manifest import label_of
from connectors.sources import SOURCES, connectors_for
from schemas.vocabulary import Refusal
from tests.support.deliveries import NUMBERS, Door, arrears, ddas_file, duo_file, melding

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
CONNECTORS = connectors_for("9990")
CANARY = "kanarie-7f3a"
HEAD = "kenmerk;soort;signaaldatum;burgerservicenummer"


def looked(source: str, content: bytes) -> Report:
    run = DryRun(now=lambda: NOW)
    return check(CONNECTORS[source], "9990", io.BytesIO(content), len(content), run, NOW)


def shown(report: Report) -> str:
    """Every form of a report, together."""
    from rich.console import Console

    console = Console(width=160, file=io.StringIO())
    with console.capture() as captured:
        console.print(as_table(report))
    page = as_page(report, label_of(report.source))
    return "\n".join([json.dumps(as_plain(report)), page, captured.get(), repr(report)])


def samples() -> Iterator[tuple[str, Path]]:
    return ((source, path) for source in SOURCES for path in subject_of(source).all())


def test_every_reason_says_what_to_do_in_one_dutch_sentence() -> None:
    assert set(WHAT_TO_DO) == set(Refusal)
    assert all(re.fullmatch(r"[A-Z][^.!]*[.]", said.replace("=", "")) for said in WHAT_TO_DO.values())


@pytest.mark.parametrize(("source", "path"), [pytest.param(s, p, id=f"{s}-{p.name}") for s, p in samples()])
def test_a_check_says_of_every_sample_what_intake_does(source: str, path: Path) -> None:
    report, taken = looked(source, path.read_bytes()), Door().send(source, path.read_bytes())
    certain = [each for each in taken.refused if each.reason is not Refusal.IDENTITY_UNCERTAIN]
    first: dict[int, Fault] = {}
    for fault in report.faults:
        first.setdefault(fault.row, fault)
    assert {each.row: each.reason for each in certain} == {
        row: fault.reason for row, fault in first.items() if row == 0 or not report.whole_refused
    }
    assert all(first[each.row].field == each.field for each in certain if each.field is not None)
    assert report.whole_refused == (taken.status == "refused")
    jsonschema.validate(as_plain(report), json.loads(SCHEMA.read_text()))


def test_all_faults_of_a_row_are_told_not_only_the_first() -> None:
    wrong = melding("900 1", "123456789", kind="V9", begin="2026-02-30", status="X")
    report = looked("school_attendance", duo_file(melding("1"), wrong))
    assert report.refused == (2,) and report.rows == 2
    assert {(each.field, each.reason) for each in report.faults} == {
        ("NummerMeldingRelatiefVerzuim", Refusal.FIELD_INVALID),
        ("Verzuimsoort", Refusal.FIELD_INVALID),
        ("DatumBeginVerzuim", Refusal.DATE_INVALID),
        ("BSN", Refusal.BSN_INVALID),
        ("StatusMeldingRelatiefVerzuim", Refusal.FIELD_INVALID),
    }


def test_of_a_model_too_every_fault_is_told() -> None:
    report = looked(
        "debt_services", ddas_file(arrears("A", bedrag="veel", status="zomaar", signaaldatum="gisteren"))
    )
    assert [each.field for each in report.faults] == ["bedrag", "signaaldatum", "status"]


def test_a_file_that_is_refused_whole_says_where_and_which_rows_are_wrong_too() -> None:
    report = looked("debt_services", ddas_file(arrears("A"), arrears("B", "123456789"), municipality="0363"))
    assert report.whole_refused and report.rows == 2 and report.accepted == 0
    assert report.faults == (
        Fault(0, "gemeentecode", Refusal.OUTSIDE_AREA),
        Fault(2, "client.burgerservicenummer", Refusal.BSN_INVALID),
    )


def test_a_file_that_breaks_off_says_in_which_row() -> None:
    whole = ddas_file(arrears("A"), arrears("B"))
    report = looked("debt_services", whole[: whole.index(b'"B"')])
    assert report.faults == (Fault(0, "vroegsignalen[1]", Refusal.SYNTAX),) and report.rows == 1


def test_where_a_format_does_not_say_where_it_breaks_off_the_rows_are_counted() -> None:
    broken = Refused(0, Refusal.SYNTAX)
    given, content = CONNECTORS["debt_services"], ddas_file(arrears("A"), arrears("B"))

    def read(file: BinaryIO) -> Iterator[RawRecord | Refused]:
        yield from given.read(file)
        yield broken

    connector = replace(given, delivered=lambda _: broken, read=read)
    report = check(connector, "9990", io.BytesIO(content), len(content), DryRun(now=lambda: NOW), NOW)
    assert (report.rows, report.faults) == (2, (Fault(0, "rij[3]", Refusal.SYNTAX),))


def test_a_file_that_is_too_large_is_not_read() -> None:
    connector = replace(CONNECTORS["debt_services"], largest_file=10)
    content = ddas_file(arrears("A"))
    report = check(connector, "9990", io.BytesIO(content), len(content), DryRun(now=lambda: NOW), NOW)
    assert (report.rows, report.faults) == (0, (Fault(0, None, Refusal.SIZE),))


def test_who_is_only_described_counts_as_found_and_is_told() -> None:
    run = DryRun(now=lambda: NOW)
    found = run.vault.identify_many("r" * 32, [Described(family_name="Elder")] * 2)  # type: ignore[arg-type]
    assert found[0] == found[1] is not None and run.vault.described == 2
    report = replace(looked("debt_services", ddas_file(arrears("A"))), described=2, duplicates=(1,))
    assert len(notes(report)) == 2


@pytest.mark.parametrize("source", SOURCES)
def test_no_value_of_a_file_is_in_any_form_of_its_report(source: str) -> None:
    for path in subject_of(source).accepted():
        for each in list(planted(path.read_bytes(), CANARY))[::4][:20]:
            said = shown(looked(source, each.content))
            assert CANARY not in said, each.path
        text = shown(looked(source, path.read_bytes()))
        assert not [bsn for bsn in NUMBERS if bsn in text]


def test_the_search_for_values_finds_one_that_is_planted() -> None:
    report = looked("debt_services", ddas_file(arrears("A", bedrag="veel")))
    assert CANARY in shown(replace(report, faults=(Fault(1, CANARY, Refusal.FIELD_INVALID),)))


@pytest.mark.parametrize(
    ("rows", "refused", "said"),
    [
        (0, 0, "meldt niets"),
        (1, 0, "De enige rij is in orde"),
        (1, 1, "De enige rij wordt geweigerd"),
        (3, 0, "Alle 3 rijen zijn in orde"),
        (3, 2, "Van 3 rijen is er 1 in orde en worden er 2 geweigerd"),
        (3, 1, "Van 3 rijen zijn er 2 in orde en wordt er 1 geweigerd"),
    ],
)
def test_the_sentence_says_how_many(rows: int, refused: int, said: str) -> None:
    faults = tuple(Fault(row, None, Refusal.SIZE) for row in range(1, refused + 1))
    assert said in sentence(Report("debt_services", "9990", NOW, rows, rows - refused, (), 0, faults))


def test_more_than_a_screen_is_counted() -> None:
    faults = tuple(Fault(row, None, Refusal.SIZE) for row in range(1, MOST_ON_SCREEN + 4))
    report = Report("debt_services", "9990", NOW, 500, 0, (), 0, faults)
    assert "nog 3 fouten" in shown(report)


def test_the_schema_refuses_a_report_with_a_value_beside() -> None:
    plain = dict(as_plain(looked("debt_services", ddas_file(arrears("A")))))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain | {"bsn": NUMBERS[0]}, json.loads(SCHEMA.read_text()))


def annotated(tmp_path: Path, name: str, content: bytes) -> tuple[Path, Path]:
    path = tmp_path / name
    path.write_bytes(content)
    with path.open("rb") as file:
        run = DryRun(now=lambda: NOW)
        report = check(CONNECTORS["debt_services"], "9990", file, len(content), run, NOW)
        return path, annotate(path, file, report)


def cells(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))


def test_a_csv_gets_a_column_of_faults_and_is_itself_untouched(tmp_path: Path) -> None:
    content = f"{HEAD}\n=1+1;Huur;2026-03-05;{NUMBERS[0]}\n\nB;Huur;gisteren\nC;Schip;2026-02-30;1\n".encode()
    path, written = annotated(tmp_path, "maart.csv", content)
    head, good, few, bad = cells(written)
    assert path.read_bytes() == content and written.name == "maart.gecontroleerd.csv"
    assert head[-1] == "fouten" and good == ["'=1+1", "Huur", "2026-03-05", NUMBERS[0], ""]
    assert few[:4] == ["B", "Huur", "gisteren", ""] and few[4].startswith("field_count | ")
    assert all(code in bad[-1] for code in ("soort: field_invalid", "date_invalid", "bsn_invalid"))
    assert written.stat().st_mode & 0o077 == 0


def test_of_another_format_a_list_of_faults_lies_beside(tmp_path: Path) -> None:
    _, written = annotated(tmp_path, "maart.json", ddas_file(arrears("A", "123456789")))
    assert written.name == "maart.fouten.csv"
    assert [row[:3] for row in cells(written)] == [
        ["rij", "veld", "code"],
        ["1", "client.burgerservicenummer", "bsn_invalid"],
    ]


def test_a_csv_that_is_refused_whole_gets_the_list(tmp_path: Path) -> None:
    _, written = annotated(tmp_path, "maart.csv", b"kenmerk,soort\n1,Huur\n")
    assert cells(written)[1][:3] == ["hele bestand", "", "separator"]


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    first = annotated(tmp_path, "maart.json", ddas_file(arrears("A")))[1]
    second = annotated(tmp_path, "maart.json", ddas_file(arrears("A")))[1]
    assert (first.name, second.name) == ("maart.fouten.csv", "maart-2.fouten.csv")


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    gone = tmp_path / "weg" / "maart.json"
    report = looked("debt_services", ddas_file(arrears("A")))
    with pytest.raises(NoPlace):
        annotate(gone, io.BytesIO(b"{}"), report)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@som", "\tx", "＝1"])
def test_a_formula_is_harmless_in_every_export(cell: str) -> None:
    """Source  bad_inputs.md A10"""
    assert harmless(cell) == f"'{cell}" and harmless("gewoon") == "gewoon"
