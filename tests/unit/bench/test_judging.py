"""A bar that is missed stays missed: in what is printed, in the exit code and in the table."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from bench import __main__ as every
from bench.feeding import percentile
from bench.figures import Figure, Results, Skipped, told
from bench.peers import plain
from bench.report import BEGIN, END, newest, replaced, rows, table_of


def figure(*runs: float, bar: float | None = 100.0, wanted: str = "at least") -> Figure:
    return Figure("speed", "the speed", "signals/s", runs, bar, wanted)  # type: ignore[arg-type]


def concluded(folder: Path, *figures: Figure, skipped: tuple[Skipped, ...] = ()) -> int:
    return Results("native", list(figures), list(skipped), arguments=("--runs", "3")).conclude(folder)


def test_a_met_bar_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert concluded(tmp_path, figure(90, 110, 120)) == 0
    assert "bar at least 100: met" in capsys.readouterr().out


def test_a_missed_bar_exits_1_also_beside_a_met_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert concluded(tmp_path, figure(110, 110, 110), figure(90, 99, 500)) == 1
    assert "bar at least 100: missed" in capsys.readouterr().out


@pytest.mark.parametrize(("runs", "missed"), [((99.0,), False), ((100.0,), False), ((1.0, 101.0, 102.0), True)])
def test_a_bar_from_above_is_judged_by_the_median(runs: tuple[float, ...], missed: bool) -> None:
    assert figure(*runs, wanted="at most").missed is missed


def test_a_bar_without_any_run_is_missed() -> None:
    assert figure().missed
    assert "missed" in told(figure())


def test_a_figure_without_a_bar_has_no_verdict() -> None:
    assert figure(1, bar=None).verdict == ""
    assert not figure(1, bar=None).missed


def test_the_table_marks_what_was_missed_and_names_what_limits_it(tmp_path: Path) -> None:
    concluded(tmp_path, figure(90, 91, 92), skipped=(Skipped("java", "the Java peer", "javac is not installed"),))
    first, second = rows(newest(tmp_path).values(), {"speed": "Avro"})
    assert "| ≥ 100 | 91.0 [90.0–92.0] signals/s, 3 runs | **missed** | Avro |" in first
    assert "| not measured | skipped | javac is not installed |" in second


def test_the_table_does_not_mark_what_was_met(tmp_path: Path) -> None:
    concluded(tmp_path, figure(190, 191, 192))
    assert "**" not in rows(newest(tmp_path).values(), {})[0]


def test_only_the_newest_line_of_a_command_counts(tmp_path: Path) -> None:
    concluded(tmp_path, figure(1))
    concluded(tmp_path, figure(2))
    assert [each["figures"][0]["runs"] for each in newest(tmp_path).values()] == [[2]]
    assert len((tmp_path / "native.jsonl").read_text().splitlines()) == 2


def test_a_result_says_machine_commit_and_load(tmp_path: Path) -> None:
    concluded(tmp_path, figure(1))
    line = json.loads((tmp_path / "native.jsonl").read_text())
    assert line["command"] == "python -m bench.native --runs 3"
    assert line["began"]["cores"] >= 1
    assert line["began"]["commit"]
    assert {"load", "at"} <= set(line["ended"])


def test_what_was_not_measured_here_again_stays_with_its_date_and_what_was_is_replaced(tmp_path: Path) -> None:
    concluded(tmp_path, figure(90, 110, 120))
    table = table_of("", newest(tmp_path), {})
    other = table.replace("bench.native", "bench.faust").replace("110", "7")
    stands = f"{BEGIN}\n{table.replace('110', '1')}\n{other}\n{END}"
    both = table_of(stands, newest(tmp_path), {})
    assert [row in both for row in (*table.splitlines()[2:], *other.splitlines()[2:])].count(False) == 0
    assert len(both.splitlines()) == 2 + 2 + 1 + 2, "a row and a source of each"
    assert table_of(both, {}, {}) != "" and table_of(f"{BEGIN}\n{both}\n{END}", {}, {}) == both


def test_only_the_table_between_its_marks_is_replaced() -> None:
    assert replaced(f"before\n{BEGIN}\nold\n{END}\nafter", "new") == f"before\n{BEGIN}\nnew\n{END}\nafter"
    with pytest.raises(AssertionError):
        replaced("no marks", "new")


def test_all_run_goes_on_after_a_missed_bar_and_tells_it(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").touch()
    (tmp_path / "bench" / "results").mkdir()
    for name, ends in (("missed", "raise SystemExit(1)"), ("met", ""), ("third", "raise SystemExit(1)")):
        writes = f"open('bench/results/{name}.jsonl', 'w').write('line')"
        (tmp_path / "bench" / f"{name}.py").write_text(f"{writes}\n{ends}")
    (tmp_path / "bench" / "broken.py").write_text("raise RuntimeError")
    failed = every.run_all(("missed", "broken", "met", "third"), tmp_path)
    assert failed == {
        "missed": "a bar was missed",
        "broken": "broke (1): nothing was measured",
        "third": "a bar was missed",
    }
    assert (tmp_path / "bench" / "results" / "met.jsonl").exists()


def test_a_bench_that_takes_too_long_may_clean_up_and_the_next_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(every, "ENDS_WITHIN_S", 20)
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").touch()
    # As `own_folder` does for every bench: a shell starts what runs in its background deaf to SIGINT.
    heard = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)"
    endless = f"{heard}\ntry:\n    signal.pause()\nfinally:\n    open('cleaned', 'w').close()"
    (tmp_path / "bench" / "endless.py").write_text(endless)
    started = "open('next', 'w').close()"
    (tmp_path / "bench" / "endless_again.py").write_text(f"{started}\n{endless}")
    mine = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        failed = every.run_all(("endless", "endless_again"), tmp_path, longest_s=5.0)
    finally:
        signal.signal(signal.SIGINT, mine)
    assert failed == dict.fromkeys(("endless", "endless_again"), "was not done in 5 s")
    assert (tmp_path / "next").exists()
    assert (tmp_path / "cleaned").exists()


def test_who_interrupts_all_waits_until_the_bench_has_cleaned_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = subprocess.Popen.wait
    asked: list[float | None] = []

    def interrupted(child: "subprocess.Popen[bytes]", timeout: float | None = None) -> int:
        asked.append(timeout)
        if len(asked) == 1:
            raise KeyboardInterrupt
        return wait(child, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", interrupted)
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").touch()
    (tmp_path / "bench" / "one.py").write_text("open('cleaned', 'w').close()")
    with pytest.raises(KeyboardInterrupt):
        every.run_all(("one", "two"), tmp_path)
    assert asked == [every.LONGEST_S, every.ENDS_WITHIN_S] and (tmp_path / "cleaned").exists()


def test_every_bench_of_the_list_is_there() -> None:
    here = Path(every.__file__).parent
    assert [name for name in every.BENCHES if not ((here / f"{name}.py").exists() or (here / name).is_dir())] == []


def test_a_percentile_is_a_value_that_occurred() -> None:
    values = [float(i) for i in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile(values[:50], 0.99) == 50
    assert percentile([3.0], 0.99) == 3.0


def test_the_plain_job_says_an_alert_from_the_third_signal_on_and_keeps_ten() -> None:
    state, said = None, []
    for i in range(12):
        arrived = plain.signal(plain.signal_bytes(f"s{i}", "huis", "rent", 20_000))
        state, alert = plain.decided(state, arrived)
        state = plain.state_of(plain.state_bytes(state))
        said.append(alert)
    assert [alert is not None for alert in said] == [False, False, *[True] * 10]
    assert state is not None
    assert (state["seen"], state["signals"]) == (12, [f"s{i}" for i in range(2, 12)])
    assert {("huis", alert["number"]) for alert in said if alert} == plain.expected_alerts(["huis"] * 12)
    assert plain.alert_of(plain.alert_bytes(said[-1] or {})) == said[-1]
