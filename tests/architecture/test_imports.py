"""Who may import whom is enforced: what is planted in a copy of the house is found, contract by contract."""

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "connectors", "streams", "signaalbrug")
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


@dataclass(frozen=True)
class Planted:
    """A line in a file, and the contract that must not bear it."""

    contract: str
    file: str
    line: str
    found: str


_ = Planted
VIOLATIONS = (
    _("packages", "connectors/connector.py", "import streams.topology", "connectors.connector -> streams.topology"),
    _("packages", "streams/core/step.py", "import connectors.connector", "streams.core.step -> connectors"),
    _("packages", "schemas/codec.py", "import connectors.connector", "schemas.codec -> connectors.connector"),
    _("packages", "streams/topology.py", "import signaalbrug.local.ports", "streams.topology -> signaalbrug.local"),
    _("streams", "streams/core/rules.py", "import streams.topology", "streams.core.rules -> streams.topology"),
    _("streams", "streams/core/person.py", "import streams.policy.load", "streams.core.person -> streams"),
    _("streams", "streams/topology.py", "import streams.runtime.memory", "streams.topology -> streams.runtime"),
    _("streams", "streams/unplaced.py", "", "streams.unplaced"),
    _("schemas", "schemas/vocabulary.py", "import schemas.codec", "schemas.vocabulary -> schemas.codec"),
    _("schemas", "schemas/unplaced.py", "", "schemas.unplaced"),
    _("connectors", "connectors/bsn.py", "import connectors.connector", "connectors.bsn -> connectors.connector"),
    _("connectors", "connectors/unplaced.py", "", "connectors.unplaced"),
    _("front-door", "signaalbrug/unplaced.py", "", "signaalbrug.unplaced"),
    _("acyclic", "connectors/bsn.py", "import connectors.connector", "connectors"),
    _("faust", "streams/runtime/memory.py", "import faust", "streams.runtime.memory -> faust"),
    _("faust", "connectors/connector.py", "import aiokafka", "connectors.connector -> aiokafka"),
    _("kafka", "streams/core/step.py", "import confluent_kafka", "streams.core.step -> confluent_kafka"),
    _("kafka", "connectors/connector.py", "import confluent_kafka", "connectors.connector -> confluent_kafka"),
    _("bsn", "streams/core/step.py", "import connectors.bsn", "streams.core.step -> connectors.bsn"),
    _("bsn", "signaalbrug/refusing.py", "import connectors.bsn", "signaalbrug.refusing -> connectors.bsn"),
    _("vault", "connectors/connector.py", "import connectors.vault.keys", "connectors.connector -> conn"),
)  # fmt: skip


def names() -> dict[str, str]:
    return {each["id"]: each["name"] for each in CONFIGURATION["contracts"]}


def linted(house: Path) -> str:
    """What lint-imports says of a house, its spaces and line ends folded."""
    code = "import sys; sys.path.insert(0, '.'); import importlinter.cli as cli; cli.lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=house,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(house), "COLUMNS": "400", "PATH": "", "HOME": str(house)},
    )
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy of the house in which everything was planted at once."""
    house = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, house / package, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    shutil.copy(ROOT / "pyproject.toml", house)
    for planted in VIOLATIONS:
        file = house / planted.file
        file.write_text((file.read_text() if file.exists() else "") + f"\n{planted.line}\n")
    return linted(house)


def verdicts(text: str) -> dict[str, str]:
    folded = re.sub(r"\s+", " ", text)
    return {id: "BROKEN" if f"{name} BROKEN" in folded else "KEPT" for id, name in names().items()}


def test_the_house_as_it_stands_keeps_every_contract() -> None:
    said = linted(ROOT)
    assert said.startswith("exit 0\n"), said[-2000:]
    assert set(verdicts(said).values()) == {"KEPT"}


def test_every_contract_breaks_where_something_is_planted_against_it(told: str) -> None:
    assert told.startswith("exit 1\n")
    assert {each.contract for each in VIOLATIONS} == set(names())
    assert {id for id, said in verdicts(told).items() if said == "KEPT"} == set()


@pytest.mark.parametrize("planted", VIOLATIONS, ids=lambda each: f"{each.contract}: {each.found}")
def test_a_planted_import_or_an_unplaced_file_is_named(told: str, planted: Planted) -> None:
    assert planted.found in told


def test_the_contracts_of_the_packages_are_exhaustive() -> None:
    exhaustive = {each["containers"][0] for each in CONFIGURATION["contracts"] if each.get("exhaustive")}
    assert exhaustive == set(PACKAGES)
    assert set(CONFIGURATION["root_packages"]) == set(PACKAGES)
