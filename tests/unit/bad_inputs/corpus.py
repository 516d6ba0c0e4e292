"""The table of the corpus, and what is wrong with it."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import tests

ROOT = Path(tests.__file__).parents[1]
TABLE = ROOT / "tests" / "bad_inputs.toml"
#: Source  design/bad_inputs.md, parts A, C, and of D the first two
ROWS = (*(f"A{n}" for n in range(1, 25)), *(f"C{n}" for n in range(1, 14)), "D1", "D2")


def table() -> Mapping[str, Any]:
    return tomllib.loads(TABLE.read_text())


def faults(rows: Mapping[str, Any], root: Path = ROOT) -> Iterator[str]:
    """What is missing, too much, said of nothing, or named and not there."""
    yield from (f"{row} is missing" for row in ROWS if row not in rows)
    yield from (f"{row} is no row of the corpus" for row in rows if row not in ROWS)
    for row, said in rows.items():
        if set(said) != {"expected", "tests"}:
            yield f"{row} says {sorted(said)}"
            continue
        if len(said["expected"].split()) < 3:
            yield f"{row} does not say what is expected"
        if not said["tests"]:
            yield f"{row} is shown by no test"
        if len(set(said["tests"])) != len(said["tests"]):
            yield f"{row} names a test twice"
        yield from (f"{row}: {fault}" for name in said["tests"] if (fault := fault_of(name, root)))


def fault_of(name: str, root: Path = ROOT) -> str | None:
    """Why this is not the name of a test that runs."""
    where, *parts = name.split("::")
    if not parts or not parts[-1].startswith("test_") or len(parts) > 2:
        return f"{name} is no name of a test"
    file = root / where
    if not (where.startswith("tests/") and file.name.startswith("test_") and file.is_file()):
        return f"{where} is no file of tests"
    held = _held(file, parts[0]) if len(parts) == 2 else _parsed(file).body
    found = [each for each in held if isinstance(each, ast.FunctionDef) and each.name == parts[-1]]
    if not found:
        return f"{name} is not there"
    marks = "".join(ast.unparse(mark) for mark in found[-1].decorator_list)
    return f"{name} is skipped or expected to fail" if "skip" in marks or "xfail" in marks else None


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def _held(file: Path, name: str) -> list[ast.stmt]:
    """What a class holds itself and by what it is made from, if that is imported by name."""
    tree = _parsed(file)
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and each.name == name:
            above = [base.id for base in each.bases if isinstance(base, ast.Name)]
            return [*each.body, *(held for base in above for held in _held(file, base))]
        if isinstance(each, ast.ImportFrom) and each.module and name in [alias.name for alias in each.names]:
            return _held(ROOT / f"{each.module.replace('.', '/')}.py", name)
    return []
