"""What stands in the repository: everything has a place, nothing is too long, no number is a person's."""

import ast
import re
from collections.abc import Iterator

import pytest

from schemas.scrubbing import leaked_numbers
from tests.architecture.house import PACKAGES, ROOT, committed, modules, texts

ROOMS = {*PACKAGES, "tests", "docs", "deploy", "bench", ".ci", ".github"}
REGISTRIES = re.compile(
    r"(?i)\b(?:[a-z0-9-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|maven\.org|apache\.org/maven"
    r"|golang\.org|crates\.io|rubygems\.org)\b|--(?:extra-)?index-url|--find-links|--trusted-host"
)
#: style.md 5: about 250 lines a file, about 40 a function, about 25 in the core; "about" ends here
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_IN_CORE = 275, 42, 25

#: files that may be longer, with the second thought that did not move out and why
LONG_FILES = {
    "schemas/vocabulary.py": "one list of closed lists; a reader looks things up in it",
}
LONG_FUNCTIONS = {
    "streams/core/episode.py:_revision": "fills in the twenty fields of one alert, in the order of its contract",
}


def test_every_python_file_lives_in_a_room() -> None:
    homeless = [p for p in committed() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] not in ROOMS]
    assert homeless == []


def test_every_folder_with_python_is_a_package() -> None:
    ours = [p for p in committed() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in {*PACKAGES, "tests"}]
    vendored = ROOT / "connectors/wijkteam/static"
    folders = {path.parent for path in ours if vendored not in path.parents}
    assert [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_committed_file_names_the_host_of_a_package_registry() -> None:
    named = [(name, found[0]) for name, text in texts() if (found := REGISTRIES.search(text)) is not None]
    assert [each for each in named if each[0] != "tests/architecture/test_files.py"] == []


@pytest.mark.parametrize("planted", ["https://pypi.org/simple", "npmjs.org", "--index-url=x", "repo1.maven.org"])
def test_a_registry_that_is_planted_is_found(planted: str) -> None:
    assert REGISTRIES.search(planted)


DAY = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


def personal(text: str) -> list[str]:
    """Numbers that could be somebody's: those that pass the elfproef, are of no test range and no day of our time.

    Source  rules.md 1; test numbers begin with 9999, those for volume with 999
    """
    return [n for n in leaked_numbers(text) if not n.startswith("999") and not DAY.fullmatch(n)]


#: eight digits that pass the elfproef by chance and are no person's number, by the file they stand in
BY_CHANCE: dict[str, set[str]] = {
    "tests/contract/test_bad_records.py": {"12345672"},
    "tests/architecture/test_files.py": {"12345672", "123456782"},
}


def test_no_committed_file_holds_a_number_that_could_be_a_persons() -> None:
    found = {name: set(personal(text)) for name, text in texts()}
    assert {name: numbers for name, numbers in found.items() if numbers - BY_CHANCE.get(name, set())} == {}


def test_a_number_that_is_planted_is_found_and_a_test_number_is_not() -> None:
    assert personal("bsn=123456782;") == ["123456782"]
    assert personal("12345672") == ["12345672"]
    assert personal("999990019 99990019 20260301") == []


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Name and length of every function, its docstring not counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = node.body[0] if ast.get_docstring(node) is not None else None
            lines = (node.end_lineno or 0) - node.lineno + 1
            yield node.name, lines - ((doc.end_lineno or 0) - doc.lineno + 1 if doc else 0)


def test_no_file_is_longer_than_three_screens() -> None:
    lengths = {name: text.count("\n") for name, text in modules(*PACKAGES)}
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}
    assert set(long) <= set(LONG_FILES), long


def test_no_function_is_longer_than_one_screen() -> None:
    long = {
        f"{name}:{function}": lines
        for name, text in modules(*PACKAGES)
        for function, lines in functions(text)
        if lines > (LONGEST_IN_CORE if name.startswith("streams/core/") else LONGEST_FUNCTION)
    }
    assert set(long) <= set(LONG_FUNCTIONS), long


def test_a_long_function_is_measured_without_its_docstring() -> None:
    body = "\n".join("    x = 1" for _ in range(45))
    assert list(functions(f'def f():\n    """One.\n\n    Two."""\n{body}')) == [("f", 46)]
