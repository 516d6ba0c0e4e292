"""Turns the newest line of every result into the table of README.md; what was not measured here again stays there.

Run     python -m bench.report
"""

import json
import re
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


_BENCH = re.compile(r"`python -m bench\.(\w+)")


def newest(folder: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """The last line of every results file, by bench, in the order in which all are run."""
    files = {name: folder / f"{name}.jsonl" for name in BENCHES}
    return {
        name: json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
        for name, file in files.items()
        if file.exists()
    }


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


def standing(text: str, prefix: str) -> dict[str, list[str]]:
    """The lines with this beginning that stand in the table, by the bench that they are of."""
    found: dict[str, list[str]] = {}
    for line in text.partition(BEGIN)[2].partition(END)[0].splitlines():
        bench = _BENCH.search(line) if line.startswith(prefix) else None
        if bench is not None:
            found.setdefault(bench[1], []).append(line)
    return found


def table_of(text: str, results: Mapping[str, Mapping[str, Any]], limits: Mapping[str, str]) -> str:
    """What was measured, and of the other benches what stands there with its own date and commit."""
    made = standing(text, "| ") | {name: rows([each], limits) for name, each in results.items()}
    told = standing(text, "- ") | {name: sources([each]) for name, each in results.items()}
    in_order = [[line for name in BENCHES for line in lines.get(name, ())] for lines in (made, told)]
    return "\n".join([HEAD, *in_order[0], "", *in_order[1]])


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
    text = README.read_text(encoding="utf-8")
    README.write_text(replaced(text, table_of(text, results, limits)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
