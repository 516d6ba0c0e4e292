"""Every safeguard is taken out once, in a copy of this checkout; the tests that guard it must fail then.

`python -m tests.support.mutants [NAME ...]`: exit 0 when every mutant is killed by each test that is named for it.
A test that cannot run (no server, no import, no such test) or only runs out of time kills nothing.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as xml
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.mutants_home import HOME

ROOT = Path(__file__).parents[2]
TABLE = Path("tests/mutants.toml")
ONE_TEST_S, ONE_RUN_S = 150, 900
#: how pytest-timeout words it
OUT_OF_TIME = "from pytest-timeout"


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of one file, which must stand there exactly once, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A safeguard taken out, and the tests that must each fail without it."""

    name: str
    safeguard: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of the named tests: a test with parameters failed when one of them did."""

    failed: frozenset[str]
    passed: frozenset[str]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`killed`, or what is wrong: `survived`, `not found`, `broken`."""

    mutant: Mutant
    said: str
    why: str = ""
    seconds: float = 0.0


class NotFound(Exception):
    """The text that a mutant replaces does not stand (once) in its file any more."""


def table(root: Path = ROOT) -> tuple[Mutant, ...]:
    """The mutants of a checkout."""
    rows = tomllib.loads((root / TABLE).read_text(encoding="utf-8"))["mutant"]
    return tuple(
        Mutant(row["name"], row["safeguard"], tuple(Change(**c) for c in row["change"]), tuple(row["tests"]))
        for row in rows
    )


def mutated(mutant: Mutant, root: Path) -> dict[str, str]:
    """The changed files as they would read.

    Raises  NotFound; SyntaxError when the mutant is no Python, which any test would see
    """
    texts: dict[str, str] = {}
    for change in mutant.changes:
        text = texts.get(change.file) or (root / change.file).read_text(encoding="utf-8")
        if (times := text.count(change.old)) != 1:
            raise NotFound(f"{change.file} has this text {times} times: {change.old.strip().splitlines()[0]}")
        texts[change.file] = text.replace(change.old, change.new)
    for file, text in texts.items():
        compile(text, file, "exec")
    return texts


def copied(root: Path, to: Path) -> None:
    """What git holds or would hold, as it stands in the working tree."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, to / name)


def function_of(test: str) -> str:
    """A node id without its parameters."""
    return test.partition("[")[0]


def run(tests: Sequence[str], home: Path) -> Ran:
    """These tests with the packages of *home*."""
    report = home.parent / f"{home.name}.xml"
    report.unlink(missing_ok=True)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.support.mutants_home"]
    words += ["-o", f"timeout={ONE_TEST_S}", f"--junit-xml={report}", *tests]
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1", HOME: str(home)}
    environment.pop("PYTEST_ADDOPTS", None)
    with subprocess.Popen(
        words, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pytest:
        try:
            said, _ = pytest.communicate(timeout=ONE_RUN_S)
        except subprocess.TimeoutExpired:
            pytest.send_signal(signal.SIGINT)  # its fixtures stop the servers they started
            said, _ = pytest.communicate(timeout=120)
            return Ran(frozenset(), frozenset(), f"no end after {ONE_RUN_S} s")
    if pytest.returncode not in (0, 1) or not report.exists():
        return Ran(frozenset(), frozenset(), f"pytest ended with {pytest.returncode}: {_last(said)}")
    return read(report)


def read(report: Path) -> Ran:
    """What a JUnit report says, by function; a test that could not be set up is trouble, not a failure."""
    failed, passed, troubled = set(), set(), set()
    for case in xml.parse(report).getroot().iter("testcase"):
        node = f"{case.get('classname', '').replace('.', '/')}.py::{function_of(case.get('name', ''))}"
        failure = case.find("failure")
        if failure is not None and OUT_OF_TIME not in (failure.get("message") or ""):
            failed.add(node)
        elif failure is not None or case.find("error") is not None or case.find("skipped") is not None:
            troubled.add(node)
        else:
            passed.add(node)
    trouble = f"could not run: {', '.join(sorted(troubled))}" if troubled else ""
    return Ran(frozenset(failed), frozenset(passed - failed), trouble)


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return re.sub(r"\s+", " ", lines[-1])[:200] if lines else "nothing said"


def tried(mutant: Mutant, root: Path, work: Path) -> Verdict:
    """One mutant in a copy of its own."""
    began = time.monotonic()
    try:
        texts = mutated(mutant, root)
    except (NotFound, OSError) as missing:
        return Verdict(mutant, "not found", str(missing))
    except SyntaxError as wrong:
        return Verdict(mutant, "broken", f"no Python any more: {wrong}")
    home = work / mutant.name
    copied(root, home)
    for file, text in texts.items():
        (home / file).write_text(text, encoding="utf-8")
    ran = run(mutant.tests, home)
    shutil.rmtree(home)
    left = sorted({function_of(test) for test in mutant.tests} - ran.failed)
    said = "broken" if ran.trouble else "survived" if left else "killed"
    return Verdict(mutant, said, ran.trouble or ", ".join(left), time.monotonic() - began)


def sound(mutants: Sequence[Mutant], root: Path, work: Path) -> str:
    """Why nothing can be concluded: a test that fails without any mutant kills them all; empty when none does."""
    home = work / "unchanged"
    copied(root, home)
    named = sorted({test for mutant in mutants for test in mutant.tests})
    ran = run(named, home)
    return ran.trouble or ", ".join(sorted(ran.failed))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(names: Sequence[str], root: Path = ROOT) -> int:
    """Try all, or these; returns the exit code."""
    mutants = [each for each in table(root) if not names or each.name in names]
    if not mutants or len(mutants) < len(set(names)):
        say(f"no such mutant; there are: {', '.join(each.name for each in table(root))}")
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        wrong = sound(mutants, root, Path(folder))
        if wrong:
            say(f"without any mutant these fail already, so nothing can be concluded: {wrong}")
            return 1
        say(f"every named test passes without a mutant ({time.monotonic() - began:.0f} s)\n")
        verdicts = []
        for mutant in mutants:
            verdicts.append(tried(mutant, root, Path(folder)))
            say(_row(verdicts[-1]))
    killed = sum(each.said == "killed" for each in verdicts)
    say(f"\n{killed} of {len(verdicts)} mutants killed in {time.monotonic() - began:.0f} s")
    return 0 if killed == len(verdicts) else 1


def _row(verdict: Verdict) -> str:
    mutant = verdict.mutant
    row = f"{verdict.said:<10}{mutant.name:<30}{len(mutant.tests)} tests {verdict.seconds:4.0f} s"
    why = f"\n{'':10}{verdict.why}" if verdict.why else ""
    return f"{row}  {mutant.safeguard}{why}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
