"""Turns the newest line of every result into the table of README.md.

Run     python -m bench.report
"""

import json
import statistics
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.__main__ import BENCHES
from bench.figures import MISSED, RESULTS, number, spread

README = Path(__file__).parent / "README.md"
LIMITS = Path(__file__).parent / "limits.toml"
BEGIN, END = "<!-- table: made by python -m bench.report -->", "<!-- end of table -->"
HEAD = "| what | command | bar | median [range] of the runs | | what limits it |\n|" + " --- |" * 6
SIGNS = {"at least": "≥", "at most": "≤"}


def newest(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """The last line of every results file, in the order in which all are run."""
    files = [folder / f"{name}.jsonl" for name in BENCHES]
    return [json.loads(file.read_text(encoding="utf-8").splitlines()[-1]) for file in files if file.exists()]


def rows(results: Iterable[Mapping[str, Any]], limits: Mapping[str, str]) -> list[str]:
    """A row for every figure and for everything that was skipped."""
    found = []
    for each in results:
        command = f"`{each['command']}`"
        for figure in each["figures"]:
            found.append(_row(figure, command, limits.get(figure["name"], "")))
        for skipped in each["skipped"]:
            found.append(f"| {skipped['what']} | {command} | | not measured | skipped | {skipped['why']} |")
    return found


def _row(figure: Mapping[str, Any], command: str, limit: str) -> str:
    bar = "" if figure["bar"] is None else f"{SIGNS[figure['wanted']]} {number(figure['bar'])}"
    runs = figure["runs"]
    measured = "nothing" if not runs else f"{number(statistics.median(runs))} [{spread(runs)}] {figure['unit']}"
    if runs:
        measured += f", {len(runs)} run{'s' if len(runs) > 1 else ''}"
    verdict = f"**{MISSED}**" if figure["verdict"] == MISSED else figure["verdict"]
    said = "; ".join(text for text in (figure["note"], limit) if text)
    return f"| {figure['what']} | {command} | {bar} | {measured} | {verdict} | {said} |"


def sources(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """Machine, commit, moment and load of every command."""
    lines = []
    for each in results:
        began, ended = each["began"], each["ended"]
        machine = f"{began['cores']} cores, {began['memory_gib']} GiB, Python {began['python']}"
        load = f"load average {began['load']:.1f} → {ended['load']:.1f}"
        lines.append(f"- `{each['command']}`: {began['at']}, commit {began['commit']}, {machine}, {load}")
    return lines


def replaced(text: str, table: str) -> str:
    """The text with another table between its marks."""
    before, _, rest = text.partition(BEGIN)
    assert rest, "README.md lost its marks"
    return f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}"


def main() -> int:
    """Rewrite the table; 1 when nothing was measured yet."""
    results = newest()
    if not results:
        print("nothing was measured yet: make bench")
        return 1
    limits = tomllib.loads(LIMITS.read_text(encoding="utf-8"))
    table = "\n".join([HEAD, *rows(results, limits), "", *sources(results)])
    README.write_text(replaced(README.read_text(encoding="utf-8"), table), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
