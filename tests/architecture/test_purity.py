"""The core decides from what it is told: no clock, no chance, no world; and nobody prints a value by accident."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.house import imported, modules

#: all that a pure file may know; anything else is the shell's
STANDARD = "collections collections.abc dataclasses datetime enum functools hashlib itertools typing"
PURE = frozenset(STANDARD.split(" "))
CONTRACTS = ("schemas.events", "schemas.identity", "schemas.vocabulary", "schemas.sectors", "schemas.codec")
CLOCKS = {"now", "today", "utcnow", "fromtimestamp"}
WORLD = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}


def impurities(source: str) -> Iterator[str]:
    """Everything in a file that could make two runs differ or touch the world."""
    tree = ast.parse(source)
    for name in imported(tree):
        if name not in PURE and not name.startswith((*CONTRACTS, "streams.core")):
            yield f"import {name}"
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in CLOCKS:
                yield f"call {attribute}"
            case ast.Call(func=ast.Name(id=name)) if name in WORLD | {"id", "hash", "set_trace"}:
                yield f"call {name}"
            case ast.Global() | ast.Nonlocal() | ast.AsyncFunctionDef():
                yield type(node).__name__


@pytest.mark.parametrize("file", [pytest.param(text, id=name) for name, text in modules("streams/core")])
def test_a_file_of_the_core_is_pure(file: str) -> None:
    assert list(impurities(file)) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time", "import time"),
        ("import random", "import random"),
        ("from uuid import uuid4", "import uuid"),
        ("import os", "import os"),
        ("import logging", "import logging"),
        ("from prometheus_client import Counter", "import prometheus_client"),
        ("from schemas.transport import send", "import schemas.transport"),
        ("from streams.runtime.memory import Memory", "import streams.runtime.memory"),
        ("from datetime import datetime\nat = datetime.now()", "call now"),
        ("from datetime import date\nday = date.today()", "call today"),
        ("print('x')", "call print"),
        ("open('x')", "call open"),
        ("n = hash('x')", "call hash"),
        ("def f():\n    global x\n    x = 1", "Global"),
    ],
)
def test_what_is_planted_in_the_core_is_found(source: str, found: str) -> None:
    assert found in list(impurities(source))


#: our own errors whose text is made of topics, partitions and repairs
SPEAKABLE = {"CannotContinue"}


def spoken(source: str) -> Iterator[str]:
    """Places where the text of an error, which may hold a value, is about to be said."""
    tree = ast.parse(source)
    handlers = [each for each in ast.walk(tree) if isinstance(each, ast.ExceptHandler) and each.name]
    caught = {each.name for each in handlers if ast.unparse(each.type or each) not in SPEAKABLE}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="str" | "repr" | "format"), args=[ast.Name(id=name)]) if name in caught:
                yield f"{node.lineno}: text of {name}"
            case ast.FormattedValue(value=ast.Name(id=name)) if name in caught:
                yield f"{node.lineno}: text of {name}"
            case ast.Call(func=ast.Attribute(attr="exception" | "print_exc" | "format_exc")):
                yield f"{node.lineno}: a traceback"
            case ast.keyword(arg="exc_info"):
                yield f"{node.value.lineno}: a traceback"


#: where the text of an error cannot hold a value about a person, with the reason
HARMLESS = {
    "streams/policy/load.py": "the line number in a TOML error of our own policy file",
    "connectors/json_events.py": "looks for one fixed sentence of the parser and answers with a closed reason",
}


@pytest.mark.parametrize(
    ("name", "file"), [pytest.param(n, t, id=n) for n, t in modules("schemas", "connectors", "streams")]
)
def test_no_error_is_said_with_its_text(name: str, file: str) -> None:
    assert list(spoken(file)) == [] or name in HARMLESS


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    x()\nexcept ValueError as error:\n    log.info(str(error))",
        "try:\n    x()\nexcept ValueError as error:\n    raise X(f'no: {error}')",
        "log.exception('x')",
        "log.error('x', exc_info=True)",
        "import traceback\ntraceback.print_exc()",
    ],
)
def test_the_text_of_an_error_is_found_where_it_is_planted(source: str) -> None:
    assert list(spoken(source))


def quiet(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{node.lineno}"


#: processes and commands that talk to whoever started them, about settings and schemas
TALKS = {
    "schemas/doors.py",
    "schemas/registering.py",
    "connectors/brp_client.py",
    "connectors/household_register/areas.py",
    "connectors/vault/process.py",
    "connectors/wijkteam/keys.py",
    "connectors/wijkteam/static/vendor/refresh.py",
}


def test_nothing_prints_beside_the_log() -> None:
    printing = {name for name, text in modules("schemas", "connectors", "streams") if list(quiet(text))}
    assert printing <= TALKS
    assert list(quiet("print(bsn)")) == ["1"]
