"""What a worker is told at the door, and what stays sealed behind it."""

from pathlib import Path

import pytest

from schemas.sealing import new_pair, seal, unseal
from streams.runtime.settings import step_settings
from streams.runtime.worker import serve


def environment(folder: Path, **changed: str) -> dict[str, str]:
    _, public = new_pair()
    (folder / "key").write_text(public)
    given = {
        "BROKER": "127.0.0.1:1",
        "OPERATIONS_PORT": "0",
        "QUARANTINE_KEY": str(folder / "key"),
        "STATE": str(folder),
    }
    return {f"SIGNAALBRUG_{name}": value for name, value in (given | changed).items() if value}


def test_complete_settings_are_taken(tmp_path: Path) -> None:
    settings, cluster = step_settings(environment(tmp_path))
    assert (settings.transactional_prefix, cluster.partitions) == ("", 8)


@pytest.mark.parametrize("name", ["OPERATIONS_PORT", "QUARANTINE_KEY", "STATE"])
def test_a_missing_setting_is_named(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        step_settings(environment(tmp_path, **{name: ""}))
    assert refused.value.code == 2
    assert f"SIGNAALBRUG_{name}" in capsys.readouterr().out


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    given = environment(tmp_path)
    (tmp_path / "key").write_text("00")
    with pytest.raises(SystemExit):
        step_settings(given)


def test_an_unknown_step_or_delivery_is_refused(tmp_path: Path) -> None:
    assert serve(environment(tmp_path), "nobody") == 2
    assert serve(environment(tmp_path), "person", "pigeon") == 2


def test_what_is_sealed_opens_with_its_own_key_alone() -> None:
    private, public = new_pair()
    sealed = seal(public, b"inhoud")
    assert unseal(private, sealed) == b"inhoud" and b"inhoud" not in sealed
    assert seal(public, b"inhoud") != sealed
    with pytest.raises(ValueError, match="sealed"):
        unseal(new_pair()[0], sealed)
    with pytest.raises(ValueError):
        seal("00", b"inhoud")
