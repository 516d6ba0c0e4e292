"""What cannot work is said before anything is served, by the name of the setting."""

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.receiving.callers import UnusableCallers
from connectors.receiving.polling import polled_in
from connectors.receiving.process import serve
from schemas.operations import STOP_SIGNALS

SOURCES = frozenset({"debt_services"})
POLLING = """
[[polling]]
bron = "debt_services"
adres = "https://bron.example/meldingen"
achtervoegsel = ".json"
geheim = "geheim"
gezag = "/elders/ca.pem"
"""


def polling(folder: Path, text: str) -> Path:
    file = folder / "polling.toml"
    file.write_text(text)
    return file


def test_files_are_found_from_where_the_settings_lie(tmp_path: Path) -> None:
    (polled,) = polled_in(polling(tmp_path, POLLING), SOURCES)
    assert (polled.geheim, polled.gezag, polled.sleutel) == (str(tmp_path / "geheim"), "/elders/ca.pem", None)


@pytest.mark.parametrize(
    "text", ["polling = 3", "", POLLING + POLLING, POLLING.replace("debt_services", "x"), POLLING + 'vrij = "x"']
)
def test_a_list_that_cannot_be_meant_so_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnusableCallers):
        polled_in(polling(tmp_path, text), SOURCES)


@pytest.fixture
def as_before() -> Iterator[None]:
    """A process takes the signals and the log for itself; a test gives them back."""
    signals, handlers = [signal.getsignal(number) for number in STOP_SIGNALS], logging.root.handlers[:]
    yield
    logging.root.handlers[:] = handlers
    for number, handler in zip(STOP_SIGNALS, signals, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize(
    ("way", "named"),
    [
        ({"PUSH_PORT": "0"}, "SIGNAALBRUG_TLS_CERTIFICATE"),
        ({"PUSH_PORT": "0", "TLS_CERTIFICATE": "x", "TLS_KEY": "x", "TLS_AUTHORITIES": "x"}, "SIGNAALBRUG_TLS_KEY"),
        ({"SFTP_PORT": "0"}, "SIGNAALBRUG_SFTP_HOST_KEY"),
        ({"POLLING": "polling.toml"}, "SIGNAALBRUG_POLLING"),
    ],
)
def test_a_way_in_without_its_files_stops_the_start_and_names_the_setting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], way: dict[str, str], named: str
) -> None:
    callers = tmp_path / "leveranciers.toml"
    callers.write_text('[[leverancier]]\nnaam = "partner"\nbronnen = ["debt_services"]\n')
    given = {
        "VAULT_SOCKET": str(tmp_path / "vault.sock"),
        "VAULT_TOKEN": "proef",
        "DATABASE": "postgresql://nergens",
        "DROP": str(tmp_path / "drop"),
        "STATE": str(tmp_path / "state"),
        "CALLERS": str(callers),
        **way,
    }
    if "POLLING" in way:
        given["POLLING"] = str(polling(tmp_path, POLLING))
    with pytest.raises(SystemExit) as told:
        serve({f"SIGNAALBRUG_{name}": value for name, value in given.items()})
    assert told.value.code == 2
    assert named in capsys.readouterr().out
