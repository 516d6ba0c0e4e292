"""`signaalbrug source`: what is said when it goes well and when it does not, by codes that mean one thing."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from connectors.files import prepare
from connectors.kit.subject import subject_of
from connectors.sources import SOURCES
from signaalbrug.commands.source import Exit, app
from tests.support.deliveries import NUMBERS, arrears, ddas_file, duo_file, melding

RUNNER = CliRunner()
SECRET = "kanarie-7f3a"


def run(*words: str | Path, **settings: str) -> Result:
    env = {"SIGNAALBRUG_DELIVER_TO": None, "SIGNAALBRUG_MUNICIPALITY": None, "COLUMNS": "200", **settings}
    return RUNNER.invoke(app, [str(word) for word in words], env=env)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "goed.json"
    path.write_bytes(ddas_file(arrears("A"), arrears("B", NUMBERS[1])))
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "deels.json"
    path.write_bytes(ddas_file(arrears("A"), arrears(SECRET, "123456789")))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "fout.json"
    path.write_bytes(b'{"kanarie-7f3a": ')
    return path


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    prepare(folder, SOURCES)
    return folder


def test_a_check_ends_with_0_1_or_2(good: Path, mixed: Path, bad: Path) -> None:
    ended = [run("check", "debt_services", each) for each in (good, mixed, bad)]
    assert [each.exit_code for each in ended] == [Exit.FINE, Exit.SOME_REFUSED, Exit.UNREADABLE]
    assert "Alle 2 rijen" in ended[0].output and "bsn_invalid" in ended[1].output
    assert all(SECRET not in each.output and "123456789" not in each.output for each in ended)


@pytest.mark.parametrize("form", ["--json", "--html"])
def test_the_other_forms_are_on_standard_output_alone(mixed: Path, form: str) -> None:
    told = run("check", "debt_services", mixed, form)
    assert told.exit_code == Exit.SOME_REFUSED and SECRET not in told.stdout and told.stderr == ""
    if form == "--json":
        assert json.loads(told.stdout)["oordeel"] == "deels_geweigerd"
    else:
        assert told.stdout.startswith("<!doctype html>") and "http" not in told.stdout.replace("http-equiv", "")


def test_annotate_says_where_it_wrote(mixed: Path) -> None:
    told = run("check", "debt_services", mixed, "--annotate")
    assert "deels.fouten.csv" in told.stderr and (mixed.parent / "deels.fouten.csv").exists()


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("check", "nergens", "x"), "geen bron met die naam", Exit.USAGE),
        (("check", "debt_services", "/bestaat/niet"), "dat bestand is er niet", Exit.UNREADABLE),
        (("check", "debt_services", "/tmp"), "dat is een map", Exit.UNREADABLE),
        (("check", "debt_services", "/dev/null"), "geen gewoon bestand", Exit.UNREADABLE),
        (("check", "debt_services", "x", "--municipality", "12"), "geen vier cijfers", Exit.USAGE),
        (("check", "consent_register", "x", "--allow-fixture-bsns"), "geen voorbeelden", Exit.USAGE),
        (("check", "debt_services"), "Missing argument", Exit.USAGE),
        (("check", "--weg"), "No such option", Exit.USAGE),
        (("kijk",), "No such command", Exit.USAGE),
        (("new",), "signaalbrug source new BRON MAP", Exit.USAGE),
        (("new", "nergens", "x"), "geen bron met die naam", Exit.USAGE),
        (("certify", "nergens"), "geen bron met die naam", Exit.USAGE),
        (("status", "nergens", "x"), "geen bron met die naam", Exit.USAGE),
        (("deliver", "nergens", "x"), "er niet", Exit.UNREADABLE),
        (("withdraw", "debt_services", "A", "--from", "/bestaat/niet"), "er niet", Exit.UNREADABLE),
        (
            ("derive", "debt_services", "x", "--region", "midden", "--school-type", "vo", "--brin", "99XX"),
            "alleen school_attendance",
            Exit.USAGE,
        ),
        (
            ("derive", "school_attendance", "x", "--region", "oost", "--school-type", "vo", "--brin", "99XX"),
            "--region is noord, midden, zuid",
            Exit.USAGE,
        ),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(words: tuple[str, ...], said: str, code: Exit) -> None:
    told = run(*words)
    assert (told.exit_code, said in told.output) == (code, True), told.output
    assert "Traceback" not in told.output


@pytest.mark.parametrize(
    ("failed", "said"), [(PermissionError, "mag u niet lezen"), (OSError, "kan niet worden geopend")]
)
def test_a_file_that_one_may_not_read_is_named_as_such(
    good: Path, failed: type[OSError], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = Path.open

    def refusing(path: Path, *how: Any, **more: Any) -> Any:
        if path == good:
            raise failed
        return opening(path, *how, **more)

    monkeypatch.setattr(Path, "open", refusing)
    told = run("check", "debt_services", good)
    assert (told.exit_code, said in told.output) == (Exit.UNREADABLE, True)


def test_a_folder_in_which_one_may_not_write_gets_nothing(
    good: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import signaalbrug.source_deliver

    def refusing(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(signaalbrug.source_deliver, "place", refusing)
    told = run("deliver", "debt_services", good, "--to", drop)
    assert told.exit_code == Exit.UNAVAILABLE and "mag u niet schrijven" in told.stderr


def test_no_file_is_named_a_mistake_of_ours(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import signaalbrug.source_check

    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(signaalbrug.source_check, "looked_at", broken)
    told = run("check", "debt_services", good)
    assert told.exit_code == Exit.SOFTWARE and "RuntimeError" in told.output and SECRET not in told.output


def test_a_delivery_lies_in_the_folder_with_its_overview(good: Path, drop: Path) -> None:
    told = run("deliver", "debt_services", good, "--to", drop)
    names = sorted(each.name for each in (drop / "debt_services/in").iterdir())
    assert told.exit_code == Exit.FINE and len(names) == 2 and "goed" not in "".join(names)
    assert run("deliver", "debt_services", good, SIGNAALBRUG_DELIVER_TO=str(drop)).exit_code == Exit.FINE


def test_rows_that_are_refused_are_told_and_the_rest_is_delivered(mixed: Path, drop: Path) -> None:
    told = run("deliver", "debt_services", mixed, "--to", drop)
    assert told.exit_code == Exit.SOME_REFUSED and "rij 2" in told.stderr and SECRET not in told.output
    assert len(list((drop / "debt_services/in").iterdir())) == 2


def test_what_would_be_refused_whole_is_not_delivered(bad: Path, drop: Path) -> None:
    told = run("deliver", "debt_services", bad, "--to", drop)
    assert told.exit_code == Exit.UNREADABLE and "niet geleverd" in told.stderr
    assert list((drop / "debt_services/in").iterdir()) == []


def test_nothing_to_report_is_said_on_purpose(tmp_path: Path, drop: Path) -> None:
    empty = tmp_path / "leeg.csv"
    empty.write_bytes(b"kenmerk;soort;signaaldatum;burgerservicenummer\n")
    assert "--nothing-to-report" in run("deliver", "debt_services", empty, "--to", drop).stderr
    told = run("deliver", "debt_services", empty, "--to", drop, "--nothing-to-report")
    (overview,) = (drop / "debt_services/in").glob("*.manifest.json")
    assert told.exit_code == Exit.FINE and json.loads(overview.read_text())["rijen"] == 0


def test_waiting_ends_without_a_receipt_when_nobody_takes_it(good: Path, drop: Path) -> None:
    told = run("deliver", "debt_services", good, "--to", drop, "--wait", "--wait-seconds", "1")
    assert told.exit_code == Exit.NOT_YET and "Lever niet opnieuw" in told.stderr


@pytest.mark.parametrize(
    ("to", "said", "code"),
    [
        (None, "zeg waarheen", Exit.USAGE),
        ("/bestaat/niet", "geen leveringsmap", Exit.USAGE),
        ("http://voorbeeld.nl", "alleen https", Exit.USAGE),
        ("https://127.0.0.1:9", "geen verbinding", Exit.UNAVAILABLE),
    ],
)
def test_a_way_that_leads_nowhere_is_named(good: Path, to: str | None, said: str, code: Exit) -> None:
    told = run("deliver", "debt_services", good, *(() if to is None else ("--to", to)))
    assert (told.exit_code, said in told.stderr) == (code, True), told.output


def test_withdraw_and_correct_write_a_file_beside(good: Path) -> None:
    told = run("withdraw", "debt_services", "A", "--from", good)
    made = good.parent / "goed.ingetrokken.json"
    assert told.exit_code == Exit.FINE and str(made) in told.stdout and NUMBERS[1].encode() not in made.read_bytes()
    assert run("withdraw", "debt_services", "A", "--from", good).exit_code == Exit.USAGE
    assert run("check", "debt_services", made).exit_code == Exit.FINE
    assert run("correct", "debt_services", "A", "--from", good).exit_code == Exit.FINE
    assert (good.parent / "goed.verbeteren.json").stat().st_mode & 0o077 == 0


def test_rows_that_are_wrong_themselves_are_not_withdrawn(mixed: Path) -> None:
    told = run("withdraw", "debt_services", SECRET, "--from", mixed)
    assert told.exit_code == Exit.USAGE and "zelf niet in orde" in told.stderr and SECRET not in told.output


def test_derive_writes_meldingen_that_check_takes(tmp_path: Path) -> None:
    hours = subject_of("school_attendance").samples.parent / "deriving/samples/accepted/four_weeks.csv"
    out = tmp_path / "meldingen.csv"
    common = ("--region", "midden", "--school-type", "vo")
    told = run("derive", "school_attendance", hours, *common, "--brin", "99XX", "--output", out)
    assert told.exit_code == Exit.FINE and "2 meldingen" in told.stdout
    assert run("check", "school_attendance", out).exit_code == Exit.FINE
    assert run("derive", "school_attendance", hours, *common, "--brin", "x").exit_code == Exit.USAGE
    wrong = tmp_path / "fout.csv"
    wrong.write_bytes(duo_file(melding("1")))
    assert run("derive", "school_attendance", wrong, *common, "--brin", "99XX").exit_code == Exit.UNREADABLE


def test_new_makes_a_folder_once(tmp_path: Path) -> None:
    assert run("new", "debt_services", tmp_path / "start").exit_code == Exit.FINE
    assert run("new", "debt_services", tmp_path / "start").exit_code == Exit.USAGE
    told = run("new", "--connector", "toy_source", tmp_path)
    assert told.exit_code == Exit.FINE and "certify toy_source" in told.stdout


def test_a_certificate_names_what_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    import signaalbrug.source_make
    from connectors.kit.conformance import Finding

    monkeypatch.setattr(signaalbrug.source_make, "certify", lambda _: (Finding("dubbel", "x"),))
    told = run("certify", "consent_register")
    assert told.exit_code == Exit.SOME_REFUSED and "dubbel: x" in told.stdout
    monkeypatch.setattr(signaalbrug.source_make, "certify", lambda _: ())
    assert run("certify", "consent_register").exit_code == Exit.FINE


def test_without_a_trail_status_says_where_to_ask(tmp_path: Path) -> None:
    told = run(
        "status", "debt_services", "0" * 32, SIGNAALBRUG_TRAIL_READER_DATABASE="postgresql://127.0.0.1:9/trail"
    )
    assert told.exit_code == Exit.UNAVAILABLE and "Vraag dit bij de gemeente" in told.output


def test_every_verb_has_help_in_dutch() -> None:
    told = run("--help").output
    assert all(verb in told for verb in ("check", "deliver", "status", "new", "correct", "withdraw", "derive"))
