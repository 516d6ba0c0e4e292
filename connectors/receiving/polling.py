"""Polling: ask a source what is new since a cursor, and move the cursor when the loop has taken the answer in.

Source  formats.md 1.3: incremental polling by the time of the last mutation
"""

import json
import os
import ssl
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx2
from prometheus_client import Gauge
from pydantic import BaseModel, ConfigDict, Field

from connectors.receiving.callers import UnusableCallers
from connectors.receiving.handing_over import HandingOver, NotTaken, Stated
from connectors.receiving.spool import TooLarge, spooling
from schemas.scrubbing import error_code

STANDS_STILL = Gauge(
    "signaalbrug_polling_stands_still", "1 while the last answer of a source was refused", ["source"]
)
_LONGEST_CURSOR = 200
_WAIT_S = 0.2


class Polled(BaseModel):
    """One source that is asked; files are named relative to the file of settings."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    bron: str
    adres: Annotated[str, Field(pattern=r"^https?://")]
    achtervoegsel: Annotated[str, Field(pattern=r"^\.[a-z]{2,5}$")]
    parameter: str = "vanaf"
    kop: str = "Volgende-Cursor"
    eerste: str = ""
    elke_seconden: Annotated[float, Field(gt=0)] = 300.0
    certificaat: str | None = None
    sleutel: str | None = None
    gezag: str | None = None
    token_adres: str | None = None
    client: str | None = None
    geheim: str | None = None

    def beside(self, settings: Path) -> "Polled":
        """The same, its files found from where the settings lie, wherever the process was started."""
        files = {name: getattr(self, name) for name in ("certificaat", "sleutel", "gezag", "geheim")}
        return self.model_copy(update={name: str(settings.parent / at) for name, at in files.items() if at})


class Trouble(Exception):
    """The source did not answer as agreed; `code` is safe to log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def polled_in(path: Path, sources: frozenset[str]) -> tuple[Polled, ...]:
    """The `[[bron]]` tables of the file.

    Raises  UnusableCallers
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        each = tuple(Polled.model_validate(one).beside(path) for one in said["polling"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UnusableCallers(path, "niet te lezen als lijst van bronnen om te bevragen") from None
    if not {one.bron for one in each} <= sources or len({one.bron for one in each}) < len(each):
        raise UnusableCallers(path, "een bron bestaat niet of staat er twee keer in")
    return each


class Cursor:
    """How far a source was read, in a file that is replaced as a whole."""

    def __init__(self, path: Path, first: str) -> None:
        self._path, self._first = path, first

    def read(self) -> str:
        try:
            return str(json.loads(self._path.read_text(encoding="utf-8"))["cursor"])
        except FileNotFoundError:
            return self._first

    def move(self, to: str) -> None:
        """Durable before it returns."""
        new = self._path.with_suffix(".new")
        with open(new, "w", encoding="utf-8") as out:
            json.dump({"cursor": to}, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(new, self._path)


@dataclass(frozen=True, slots=True)
class Poller:
    """One source, its cursor, and where answers go."""

    polled: Polled
    http: httpx2.Client
    cursor: Cursor
    handing: HandingOver
    spool: Path
    largest: int
    log: Any
    patience: Callable[[float], bool]

    def turn(self) -> bool:
        """Ask once; whether to ask again at once. What does not go as agreed is logged, and the cursor stands.

        Raises  VaultDown, VaultRefused, psycopg.Error
        """
        try:
            return self._turned()
        except (Trouble, NotTaken) as trouble:
            code = trouble.code
        except OSError as error:
            code = error_code(error)  # a full disk or a missing secret here is no reason to end the other ways in
        self.log.warning("waiting", source=self.polled.bron, stage="polling", code=code)
        return False

    def _turned(self) -> bool:
        source, at = self.polled.bron, self.cursor.read()
        with spooling(self.spool, self.largest) as spooled:
            after = self._asked(at, spooled.write)
            if after is None:
                return False
            receipt = self.handing.hand(source, self.polled.achtervoegsel, spooled, Stated())
        while (summary := self.handing.outcome(source, receipt)) is None:
            if self.patience(_WAIT_S):
                return False
        STANDS_STILL.labels(source).set(summary.whole_refused)
        if summary.whole_refused:
            raise Trouble("answer_refused")  # what cannot be read must not be passed over
        self.cursor.move(after)
        self.log.info("delivered", source=source, receipt=receipt, stage="polling")
        return after != at

    def _asked(self, at: str, write: Callable[[bytes], None]) -> str | None:
        """The body to `write`, and the cursor that comes after it; None when there is nothing new."""
        try:
            query, headers = {self.polled.parameter: at}, self._headers()
            with self.http.stream("GET", self.polled.adres, params=query, headers=headers) as answer:
                if answer.status_code == 204:
                    return None
                after = answer.headers.get(self.polled.kop, "")
                if answer.status_code != 200 or not after or len(after) > _LONGEST_CURSOR:
                    raise Trouble(f"status_{answer.status_code}")
                if not {"content-length", "transfer-encoding"} & set(answer.headers):
                    raise Trouble("no_length")  # where only its end says that it is whole, half of it looks whole
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise Trouble("content_encoding")  # asked for without: nothing is unpacked here
                for piece in answer.iter_raw(65_536):
                    write(piece)
                return str(after)
        except TooLarge:
            raise Trouble("size") from None
        except httpx2.HTTPError as error:
            raise Trouble(error_code(error)) from None

    def _headers(self) -> dict[str, str]:
        """A token by OAuth2 client credentials, where one is asked for."""
        plain = {"Accept-Encoding": "identity"}
        if self.polled.token_adres is None:
            return plain
        answer = self.http.post(
            self.polled.token_adres,
            data={"grant_type": "client_credentials", "scope": "leveringen"},
            auth=(self.polled.client or "", Path(self.polled.geheim or "").read_text(encoding="utf-8").strip()),
        )
        try:
            return plain | {"Authorization": f"Bearer {answer.json()['access_token']}"}
        except (ValueError, KeyError, TypeError):
            raise Trouble(f"token_status_{answer.status_code}") from None


def client_of(polled: Polled) -> httpx2.Client:
    """An HTTP client that follows nothing and trusts what the settings name."""
    trusted = ssl.create_default_context(cafile=polled.gezag)
    if polled.certificaat is not None:
        trusted.load_cert_chain(polled.certificaat, polled.sleutel)
    return httpx2.Client(timeout=30, follow_redirects=False, verify=trusted)
