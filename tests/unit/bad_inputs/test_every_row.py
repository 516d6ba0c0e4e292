"""Every row of bad_inputs.md A, C, D1 and D2 is in the table, each with tests that exist."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.bad_inputs.corpus import ROOT, ROWS, fault_of, faults, table

HERE = "tests/unit/bad_inputs/test_every_row.py"


def test_every_row_of_the_corpus_is_shown_by_tests_that_exist() -> None:
    assert list(faults(table())) == []


def test_the_rows_are_those_of_the_corpus() -> None:
    assert len(ROWS) == len(set(ROWS)) == 24 + 13 + 2
    assert list(table()) == list(ROWS), "in their order, so that a reader finds them"


def test_what_says_in_its_name_that_it_shows_a_row_shows_one_that_exists() -> None:
    for file in (ROOT / "tests").rglob("test_*.py"):
        named = re.findall(r"^ *def test_([acd])([0-9]+)_", file.read_text(), re.MULTILINE)
        most = {"a": 24, "c": 13, "d": 7}
        assert all(1 <= int(number) <= most[part] for part, number in named), file.name


def without(row: str) -> Callable[[dict[str, Any]], None]:
    return lambda rows: rows.pop(row)


def naming(*names: str) -> Callable[[dict[str, Any]], None]:
    return lambda rows: rows["A1"].update(tests=list(names))


GOOD = f"{HERE}::test_the_rows_are_those_of_the_corpus"
SPOILED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    **{f"without {row}": (without(row), f"{row} is missing") for row in ROWS},
    "a row too many": (lambda rows: rows.update(A25=rows["A1"]), "A25 is no row of the corpus"),
    "no test": (naming(), "A1 is shown by no test"),
    "twice": (naming(GOOD, GOOD), "A1 names a test twice"),
    "no sentence": (lambda rows: rows["A1"].update(expected="ja"), "A1 does not say what is expected"),
    "another field": (lambda rows: rows["A1"].update(status="todo"), "A1 says ['expected', 'status', 'tests']"),
    "a test that is not there": (naming(f"{HERE}::test_nothing"), f"A1: {HERE}::test_nothing is not there"),
    "a helper": (naming(f"{HERE}::without"), f"A1: {HERE}::without is no name of a test"),
    "a file alone": (naming(HERE), f"A1: {HERE} is no name of a test"),
    "a file that is not there": (
        naming("tests/unit/test_none.py::test_x"),
        "A1: tests/unit/test_none.py is no file of tests",
    ),
    "a file without tests": (
        naming("tests/unit/bad_inputs/corpus.py::test_x"),
        "A1: tests/unit/bad_inputs/corpus.py is no file of tests",
    ),
    "a class that is not there": (naming(f"{HERE}::TestX::test_x"), f"A1: {HERE}::TestX::test_x is not there"),
    "too deep": (naming(f"{HERE}::A::B::test_x"), f"A1: {HERE}::A::B::test_x is no name of a test"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_table_is_refused(what: str) -> None:
    spoil, expected = SPOILED[what]
    rows = copy.deepcopy(dict(table()))
    spoil(rows)
    assert list(faults(rows)) == [expected]


@pytest.mark.parametrize("mark", ["pytest.mark.skip", "pytest.mark.skipif(True)", "pytest.mark.xfail(strict=True)"])
def test_a_test_that_does_not_have_to_pass_shows_nothing(mark: str, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    file = tmp_path / "tests/test_toy.py"
    file.write_text("def test_it():\n    pass\n")
    assert fault_of("tests/test_toy.py::test_it", tmp_path) is None
    (tmp_path / "tests/test_other.py").write_text(f"@{mark}\ndef test_it():\n    pass\n")
    assert "expected to fail" in str(fault_of("tests/test_other.py::test_it", tmp_path))


def test_a_test_of_a_contract_is_found_in_the_class_that_is_made_from_it() -> None:
    of_memory = "tests/unit/vault/test_memory.py::TestIdentitiesInMemory"
    assert fault_of(f"{of_memory}::test_two_who_differ_open_the_question_again") is None
    assert fault_of(f"{of_memory}::test_of_nothing") == f"{of_memory}::test_of_nothing is not there"
