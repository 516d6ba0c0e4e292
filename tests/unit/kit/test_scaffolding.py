"""What `source new` makes: examples that are taken as they are, and a connector that says it is empty."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import connectors
from connectors import manifest
from connectors.kit.conformance import certify
from connectors.kit.scaffolding import NotMade, skeleton, starter
from connectors.kit.subject import Subject
from connectors.manifest import manifest_of
from connectors.sources import SOURCES
from signaalbrug.local.state import CHECKOUT
from tests.unit.kit.test_checking import looked


@pytest.mark.parametrize("source", SOURCES)
def test_every_example_of_a_new_folder_is_taken_and_every_field_and_reason_is_described(
    source: str, tmp_path: Path
) -> None:
    readme, *examples = starter(source, tmp_path / "nieuw")
    text, said = readme.read_text(), manifest_of(source)
    assert len(examples) >= 2
    assert all(f"`{each}`" in text for each in {*said.takes, *said.drops, *(r.value for r in said.refuses)})
    assert f"signaalbrug source check {source}" in text
    reports = {each.name: looked(source, each.read_bytes()) for each in examples}
    assert {name: report.faults for name, report in reports.items() if report.faults} == {}


@pytest.mark.parametrize("name", ["A", "ab", "x/y", "../weg", "1e", ""])
def test_a_name_that_is_no_module_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotMade):
        skeleton(name, tmp_path)


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "toy_source").mkdir()
    with pytest.raises(NotMade):
        skeleton("toy_source", tmp_path)
    with pytest.raises(NotMade):
        starter("debt_services", tmp_path)


def test_where_one_may_not_write_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotMade):
        starter("debt_services", tmp_path / "file" / "map")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """The skeleton of a connector, in a house of its own."""
    skeleton("toy_source", tmp_path)
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])
    monkeypatch.setattr(manifest, "__file__", str(tmp_path / "manifest.py"))
    way_in = importlib.import_module("connectors.toy_source.way_in").way_in
    return Subject(way_in("9990"), manifest_of("toy_source"), tmp_path / "toy_source/samples")


def test_an_empty_connector_can_be_imported_and_is_not_certified(empty: Subject) -> None:
    found = {each.check for each in certify(empty)}
    assert {"voorbeelden", "redenen"} <= found


def test_an_empty_connector_refuses_every_row(empty: Subject) -> None:
    (empty.samples / "refused/kind_not_accepted.jsonl").write_bytes(b'{"id": "1"}\n')
    assert {each.check for each in certify(empty)} == {"voorbeelden"}


def test_an_empty_connector_passes_the_lints(tmp_path: Path) -> None:
    written = skeleton("toy_source", tmp_path)
    python = [str(each) for each in written if each.suffix == ".py"]
    for command in (("check", "--no-cache"), ("format", "--check", "--no-cache")):
        told = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", str(CHECKOUT / "pyproject.toml"), *python],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert told.returncode == 0, told.stdout
