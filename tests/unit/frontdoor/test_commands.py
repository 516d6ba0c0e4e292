"""The command line names what is wrong and the command that repairs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from signaalbrug.local.state import CHECKOUT

NAMED = (
    *("up", "down", "demo", "run", "worker", "trace", "policy", "topics", "docs", "user", "rebuild", "erase"),
    "source",
)
OPERATORS = ("verify", "replay", "status", "doctor")


def signaalbrug(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "signaalbrug", *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=CHECKOUT,
        check=False,
        env={"PATH": os.defpath, "COLUMNS": "120", **settings},
    )


def test_help_names_every_verb() -> None:
    told = signaalbrug("--help").stdout
    assert all(f" {verb} " in told for verb in (*NAMED, *OPERATORS))


def test_a_process_that_is_not_there_is_refused_with_those_that_are() -> None:
    refused = signaalbrug("run", "kluis")
    assert refused.returncode == 1
    assert "there is no process called kluis" in refused.stderr
    assert "repair: signaalbrug run vault|" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_step_that_is_not_there_is_refused() -> None:
    refused = signaalbrug("worker", "--step", "street")
    assert refused.returncode == 1
    assert "--step person|household" in refused.stderr


def test_a_process_without_its_settings_names_them(tmp_path: Path) -> None:
    refused = signaalbrug("run", "vault", SIGNAALBRUG_VAULT_SOCKET=str(tmp_path / "s"))
    assert refused.returncode == 2 or refused.returncode == 1
    assert "SIGNAALBRUG_VAULT_DATABASE" in refused.stdout + refused.stderr


def test_topics_without_a_broker_name_the_setting() -> None:
    refused = signaalbrug("topics", "apply")
    assert refused.returncode != 0
    assert "SIGNAALBRUG_BROKER" in refused.stderr


@pytest.mark.parametrize(
    "words", [("trace", "a" * 32), ("verify", "--all"), ("user", "add", "sanne", "--team", "wijkteam-noord")]
)
def test_looking_where_nothing_was_started_makes_no_folder_that_up_would_refuse(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    refused = signaalbrug(*words, SIGNAALBRUG_STATE=str(nowhere))
    assert refused.returncode != 0
    assert "signaalbrug up" in refused.stderr
    assert not nowhere.exists()


def test_down_where_nothing_was_started_is_fine(tmp_path: Path) -> None:
    told = signaalbrug("down", SIGNAALBRUG_STATE=str(tmp_path / "nowhere"))
    assert told.returncode == 0
    assert "nothing was started" in told.stdout


def test_the_demonstration_does_not_empty_somebody_elses_folder(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("mine")
    refused = signaalbrug("demo", "--memory", "--headless", SIGNAALBRUG_STATE=str(tmp_path))
    assert refused.returncode == 1
    assert "not a state folder of ours" in refused.stderr
    assert (tmp_path / "letters").read_text() == "mine"


def test_the_policy_that_ships_is_in_order() -> None:
    told = signaalbrug("policy", "check")
    assert told.returncode == 0
    assert "policy in order" in told.stdout


@pytest.mark.parametrize(("file", "line"), [("routing.toml", 'team = "wijkteam-noord"')])
def test_a_policy_that_may_not_take_effect_is_refused_by_file_and_line(
    tmp_path: Path, file: str, line: str
) -> None:
    from streams.policy.load import HERE

    for path in [*HERE.glob("*.toml"), *HERE.glob("rules/*.toml")]:
        copy = tmp_path / path.relative_to(HERE)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text())
    spoiled = (tmp_path / file).read_text().replace(line, 'team = "wijkteam-nergens"', 1)
    (tmp_path / file).write_text(spoiled)
    refused = signaalbrug("policy", "check", str(tmp_path))
    assert refused.returncode == 1
    assert f"{tmp_path / file}:" in refused.stderr
    assert "wijkteam-nergens" in refused.stderr
