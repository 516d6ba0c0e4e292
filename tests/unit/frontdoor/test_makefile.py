"""`make` names what a machine lacks, with the command that installs it."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from signaalbrug.local.state import CHECKOUT

TARGETS = ("setup", "demo", "down", "test", "check", "chaos", "mutants")


def make(*words: str, path: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    found = shutil.which("make")
    assert found is not None, "these tests are started by make"
    return subprocess.run(
        [found, *words], capture_output=True, text=True, timeout=60, cwd=cwd, check=False, env={"PATH": path}
    )


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout that was never set up."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the tools of any system, and no Python, git or compiler."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("bash", "sh", "rm", "touch", "test", "echo", "grep", "sed"):
        found = shutil.which(tool)
        if found is not None:
            (folder / tool).symlink_to(found)
    return folder


def script(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def test_every_target_of_the_plan_is_there() -> None:
    rules = re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    assert set(TARGETS) <= set(rules)


def test_without_python_the_command_that_installs_it_is_named(fresh: Path, bare: Path) -> None:
    refused = make("setup", path=str(bare), cwd=fresh)
    assert refused.returncode != 0
    assert "Python 3.11 or newer is missing" in refused.stderr
    assert "apt-get install python3 python3-venv" in refused.stderr


def test_an_older_python_is_not_taken(fresh: Path, bare: Path) -> None:
    script(bare, "python3", "exit 1")  # what it answers to "are you 3.11 or newer?"
    refused = make("setup", path=str(bare), cwd=fresh)
    assert "Python 3.11 or newer is missing" in refused.stderr


def test_without_venv_the_command_that_installs_it_is_named(fresh: Path, bare: Path) -> None:
    script(bare, "python3", 'case "$2" in *venv*) exit 1;; *print*) echo 3.12;; esac')
    refused = make("setup", path=str(bare), cwd=fresh)
    assert refused.returncode != 0
    assert "apt-get install python3.12-venv" in refused.stderr


def test_every_requirement_has_a_hash_and_no_line_names_an_index() -> None:
    lines = (CHECKOUT / "requirements.lock").read_text().splitlines()
    assert not [line for line in lines if line.lstrip().startswith(("--index", "--extra-index", "-i ", "--find"))]
    pinned = [at for at, line in enumerate(lines) if re.match(r"[A-Za-z0-9]", line)]
    assert pinned
    assert all("--hash=sha256:" in lines[at + 1] for at in pinned)


def test_the_parts_of_make_test_together_are_every_folder_of_tests_once() -> None:
    text = (CHECKOUT / "Makefile").read_text()
    parts = [line.split() for line in re.findall(r"^(?:BUSY|SERVED|ALONE) := (.*)$", text, re.MULTILINE)]
    folders = {
        f"tests/{file.relative_to(CHECKOUT / 'tests').parts[0]}" for file in CHECKOUT.glob("tests/**/test_*.py")
    }
    assert sorted(each for part in parts for each in part) == sorted(folders)


def test_what_of_the_integration_tests_runs_apart_is_left_out_of_the_rest_and_is_there() -> None:
    told = make("-n", "test", path=os.environ.get("PATH", os.defpath), cwd=CHECKOUT).stdout
    (engine,) = re.findall(r"^ENGINE := (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    apart = engine.split()
    assert apart and all((CHECKOUT / each / "__init__.py").exists() for each in apart)
    assert f"pytest {engine} >" in told
    assert f"tests/fuzz tests/integration {' '.join(f'--ignore={each}' for each in apart)};" in told


@pytest.mark.parametrize("broken", ["chaos", "fuzz", "integration/runtime", "unit", None])
def test_make_test_runs_every_part_and_fails_when_any_does(fresh: Path, broken: str | None) -> None:
    (fresh / ".venv/bin").mkdir(parents=True)
    script(fresh / ".venv/bin", "pytest", f'echo ran "$*"; case " $*" in *" tests/{broken}"*) exit 1;; esac')
    for name in ("python", "ruff", "mypy", "lint-imports", "signaalbrug"):
        script(fresh / ".venv/bin", name, "exit 0")
    (fresh / ".venv/.installed").touch()
    told = make("test", path=os.environ.get("PATH", os.defpath), cwd=fresh)
    assert [
        part for part in ("chaos", "fuzz", "integration/runtime", "unit") if f"tests/{part}" not in told.stdout
    ] == []
    assert (told.returncode == 0) == (broken is None)


def test_headless_is_handed_on(fresh: Path) -> None:
    here = os.environ.get("PATH", os.defpath)
    assert "demo --headless" in make("-n", "demo", "HEADLESS=1", path=here, cwd=fresh).stdout
    assert "--headless" not in make("-n", "demo", path=here, cwd=fresh).stdout
    assert "--headless" not in make("-n", "demo", "HEADLESS=0", path=here, cwd=fresh).stdout


def test_the_machine_calls_make_test() -> None:
    run = CHECKOUT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "make test" in run.read_text()
    assert "CI=true" in run.read_text()
