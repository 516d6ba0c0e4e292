"""Which process gets which setting: what only one may have, no other gets."""

import stat
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from connectors.vault.api import Principal
from signaalbrug import wiring
from signaalbrug.local.errors import LocalServerError
from signaalbrug.local.state import State
from signaalbrug.secrets import secrets_of
from signaalbrug.uplift import emptied

URLS = defaultdict(
    lambda: "?",
    {role: f"postgresql://{role}" for role in ("vault", "registers", "intake", "trail_writer", "trail_eraser")},
) | {role: f"postgresql://{role}" for role in ("feed_projector", "feed_web", "feed_relay")}


@pytest.fixture
def plan(tmp_path: Path) -> Sequence[wiring.Process]:
    state = State(tmp_path / "state")
    return wiring.processes("127.0.0.1:1", URLS, secrets_of(state), wiring.places(state), state)


def settings(plan: Sequence[wiring.Process]) -> Mapping[str, Mapping[str, str]]:
    return {process.name: process.settings for process in plan}


def having(plan: Sequence[wiring.Process], setting: str) -> set[str]:
    return {process.name for process in plan if f"SIGNAALBRUG_{setting}" in process.settings}


def test_both_steps_every_follower_and_every_edge_run_as_a_process_of_their_own(
    plan: Sequence[wiring.Process],
) -> None:
    assert {process.name for process in plan} == {
        *("vault", "registers", "intake", "worker-person", "worker-household", "calendar", "trail", "wijkteam")
    }
    assert all("faust" in process.argv for process in plan if process.name.startswith("worker-"))


def test_no_two_processes_share_a_port(plan: Sequence[wiring.Process]) -> None:
    assert len({process.port for process in plan}) == len(plan)


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("VAULT_DATABASE", {"vault"}),
        ("VAULT_KEYS", {"vault"}),
        ("VAULT_TOKENS", {"vault"}),
        ("VAULT_TOKEN", {"intake", "registers", "wijkteam"}),
        ("FEED_KEY", {"wijkteam"}),
        ("FEED_WEB_DATABASE", {"wijkteam"}),
        ("DROP", {"intake"}),
        ("BRP", {"registers", "vault", "wijkteam"}),
    ],
)
def test_a_setting_goes_only_where_it_is_needed(
    plan: Sequence[wiring.Process], setting: str, names: set[str]
) -> None:
    assert having(plan, setting) == names


def test_no_two_processes_show_the_vault_the_same_token(plan: Sequence[wiring.Process]) -> None:
    tokens = [s["SIGNAALBRUG_VAULT_TOKEN"] for s in settings(plan).values() if "SIGNAALBRUG_VAULT_TOKEN" in s]
    assert len(set(tokens)) == len(tokens) == 3


def test_steps_know_neither_vault_nor_database(plan: Sequence[wiring.Process]) -> None:
    for step in wiring.STEPS:
        names = settings(plan)[f"worker-{step}"]
        assert not [name for name in names if "VAULT" in name or "DATABASE" in name or "BRP" in name]


def test_a_child_gets_nothing_of_the_users_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "geheim")
    assert set(wiring.environment({"SIGNAALBRUG_X": "1"})) == {
        *("PATH", "LANG", "PYTHONUNBUFFERED", "SIGNAALBRUG_X")
    }


def test_secrets_are_made_once_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    state = State(tmp_path)
    first, again = secrets_of(state), secrets_of(state)
    assert first.token(Principal.INTAKE) == again.token(Principal.INTAKE)
    files = [file for file in (tmp_path / "secrets").iterdir() if file.is_file()]
    assert len(files) == 6
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert first.token("intake") not in repr(first)


def test_a_long_state_folder_gets_a_short_socket(tmp_path: Path) -> None:
    state = State(tmp_path / ("d" * 100))
    socket = wiring.places(state).socket
    assert len(str(socket)) <= wiring.LONGEST_SOCKET_PATH
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700


def test_an_earlier_run_of_ours_is_emptied_and_a_folder_of_others_is_not(tmp_path: Path) -> None:
    state = emptied(tmp_path / "ours")
    (state.root / "drop").mkdir()
    assert not (emptied(tmp_path / "ours").root / "drop").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis").write_text("mine")
    with pytest.raises(LocalServerError, match="not a state folder of ours"):
        emptied(other)
    assert (other / "thesis").exists()
