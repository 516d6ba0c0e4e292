"""A demonstration that does not hold says why, and cannot end well."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from signaalbrug.demo.figures import Figures
from signaalbrug.demo.result import Login, Result, problems
from signaalbrug.demo.summary import show
from signaalbrug.proof.finding import Checked, Finding

FIGURES = Figures(
    accepted={"debt_services": 8},
    duplicates={"debt_services": 2},
    refused={("debt_services", "bsn_invalid"): 1},
    decisions={(True, "wgs-3-1-b", "statutory_task"): 8, (False, "lpw-toestemming", "never_asked"): 3},
    fates={("used", "in_open_alert"): 5},
    opened={"wijkteam-noord": 2},
    open_now={"wijkteam-noord": 1},
    records=99,
)
GOOD = Result(
    households=400,
    figures=FIGURES,
    verdicts=(Checked("I1", "no accepted signal lost", 8, ()),),
    trace="the walk",
    seconds=60.0,
    inbox="http://127.0.0.1:1/",
    logins=(Login("wijkteam-noord", "noord", "geheim"),),
)


UNLAWFUL = Finding("I3", "no basis", "alert/x")


def shown(result: Result) -> str:
    console = Console(file=io.StringIO(), width=200)
    show(result, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_run_in_which_everything_holds_has_no_problems() -> None:
    assert problems(GOOD) == []
    assert "everything holds" in shown(GOOD)


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (replace(GOOD, verdicts=(Checked("I3", "a basis", 8, (UNLAWFUL,)),)), "hold: I3: no basis (alert/x)"),
        (replace(GOOD, figures=replace(FIGURES, opened={})), "no alert was made"),
        (replace(GOOD, trace=""), "no alert could be traced"),
        (replace(GOOD, seconds=121.0), "more than 120 s"),
    ],
)
def test_what_does_not_hold_is_said(spoiled: Result, said: str) -> None:
    assert [problem for problem in problems(spoiled) if said in problem]
    assert said in shown(spoiled)


def test_the_summary_shows_every_part() -> None:
    text = shown(GOOD)
    for part in (
        "bsn_invalid",
        "never_asked",
        "statutory_task",
        "wgs-3-1-b",
        "in_open_alert",
        "wijkteam-noord",
        "I1",
        "the walk",
        "60.0 seconds since the downloads",
        "http://127.0.0.1:1/",
        "user noord  password geheim",
    ):
        assert part in text
