"""The table of mutants cannot rot, and its runner tells a survivor, a broken mutant and a missing text apart."""

import ast
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.mutants import (
    ROOT,
    Change,
    Mutant,
    NotFound,
    copied,
    function_of,
    main,
    mutated,
    read,
    sound,
    table,
    tried,
)
from tests.support.mutants_home import PACKAGES, strangers

TURN = "streams/runtime/turn.py"
BEFORE_CONTEXT = "tests/unit/runtime/test_turn.py::test_nothing_is_taken_before_a_day_and_a_policy"
GUARD = "if not wide and not self.in_force.complete:"


def mutant(old: str, new: str, test: str = BEFORE_CONTEXT) -> Mutant:
    return Mutant("planted", "a mutant of this test", (Change(TURN, old, new),), (test,))


@pytest.fixture
def work() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("each", table(), ids=lambda each: each.name)
def test_the_text_of_every_mutant_is_found_and_its_tests_exist(each: Mutant) -> None:
    texts = mutated(each, ROOT)
    for file, text in texts.items():
        before = (ROOT / file).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(before)) != ast.dump(ast.parse(text)), "it changes nothing that runs"
    assert each.tests and each.safeguard
    for test in each.tests:
        file, _, name = function_of(test).partition("::")
        assert name in functions(file), test


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert {name: times for name, times in Counter(each.name for each in table()).items() if times > 1} == {}


def test_a_safeguard_taken_out_is_killed(work: Path) -> None:
    assert tried(mutant(GUARD, "if False:"), ROOT, work).said == "killed"


def test_a_mutant_that_changes_a_comment_only_is_reported_as_a_survivor(work: Path) -> None:
    verdict = tried(mutant(GUARD, GUARD + "  # nothing changes"), ROOT, work)
    assert (verdict.said, verdict.why) == ("survived", BEFORE_CONTEXT)


def test_a_test_that_cannot_run_kills_nothing(work: Path) -> None:
    unimportable = tried(mutant("import time\n", "import time, no_such_module\n"), ROOT, work)
    unknown = tried(mutant(GUARD, "if False:", BEFORE_CONTEXT + "_or_so"), ROOT, work)
    assert (unimportable.said, unknown.said) == ("broken", "broken")
    assert tried(mutant(GUARD, "if :"), ROOT, work).said == "broken"


@pytest.mark.parametrize("old", ["this stands nowhere", "return False"])
def test_a_text_that_is_not_there_once_is_reported(old: str, work: Path) -> None:
    with pytest.raises(NotFound):
        mutated(mutant(old, ""), ROOT)
    assert tried(mutant(old, ""), ROOT, work).said == "not found"


def test_a_report_tells_a_failure_from_a_set_up_that_failed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    case = '<testcase classname="tests.a" name="{}">{}</testcase>'
    cases = [("one[x]", "<failure/>"), ("one[y]", ""), ("two", ""), ("three", "<error/>"), ("four", "<skipped/>")]
    cases.append(("five", '<failure message="Failed: Timeout (&gt;1.0s) from pytest-timeout."/>'))
    report.write_text(f"<testsuites>{''.join(case.format(*each) for each in cases)}</testsuites>")
    ran = read(report)
    assert (ran.failed, ran.passed) == ({"tests/a.py::one"}, {"tests/a.py::two"})
    assert ran.trouble == "could not run: tests/a.py::five, tests/a.py::four, tests/a.py::three"


@pytest.fixture
def elsewhere(work: Path) -> Path:
    """A checkout whose one mutant survives, since its comment-only change is in the table."""
    root = work / "checkout"
    copied(ROOT, root)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / "tests/mutants.toml").write_text(
        f'[[mutant]]\nname = "comment"\nsafeguard = "none"\ntests = ["{BEFORE_CONTEXT}"]\n'
        f'[[mutant.change]]\nfile = "{TURN}"\nold = "{GUARD}"\nnew = "{GUARD}  # nothing"\n'
    )
    return root


def test_a_survivor_ends_the_run_with_an_error_and_stands_in_the_table(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], elsewhere) == 1
    said = capsys.readouterr().out
    assert "survived  comment" in said and "0 of 1 mutants killed" in said


def test_where_a_test_fails_without_any_mutant_nothing_is_concluded(elsewhere: Path, work: Path) -> None:
    file = elsewhere / TURN
    file.write_text(file.read_text().replace(GUARD, "if False:"))
    assert sound([mutant(GUARD, "if False:")], elsewhere, work) == BEFORE_CONTEXT


def test_a_name_that_is_no_mutant_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-mutant"]) == 2
    assert "cursor-filter" in capsys.readouterr().out


def test_packages_that_come_from_elsewhere_are_named(tmp_path: Path) -> None:
    assert strangers(ROOT) == []
    assert [each.split()[0] for each in strangers(tmp_path)] == list(PACKAGES)


def test_the_page_of_guarantees_names_a_mutant_and_its_test_for_each_directed_fault() -> None:
    page = (ROOT / "docs/delivery_guarantees.md").read_text(encoding="utf-8")
    section = page.partition("## Each directed fault")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    killed_by = {each.name: {function_of(test) for test in each.tests} for each in table()}
    assert len(rows) >= 10
    for _, test, mutants in rows:
        for name in re.findall(r"`([^`]+)`", mutants):
            (named,) = re.findall(r"`([^`]+)`", test)
            assert f"tests/integration/runtime/{named}" in killed_by[name], (name, named)
