"""Files as sources send them, and a door to send them through."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.batches import Effects
from connectors.intake import Taken, take_in
from connectors.receipts import Books, MemoryBooks
from connectors.sources import connectors_for
from connectors.vault.api import Principal, Vault
from connectors.vault.memory import MemoryVault
from schemas.codec import Codec, NotDecoded
from schemas.events.event import Event
from schemas.record import OutRecord, Recorder
from schemas.sealing import new_pair, seal

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
CONNECTORS = connectors_for("9990")
CODEC = Codec()
PRIVATE, PUBLIC = new_pair()
#: Valid by the elfproef, and nobody's.
NUMBERS = ("999990019", "999990020", "999990032", "999990044", "999990056", "999990068", "999990081", "999990093")


def number(index: int) -> str:
    """An invented BSN (999…) that passes the elfproef; the first eight are the test persons of RvIG."""
    if index < len(NUMBERS):
        return NUMBERS[index]
    digits = f"999{index:05d}"
    last = sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2), digits, strict=True)) % 11
    return f"{digits}{last}" if last < 10 else number(index + 50_000)


def arrears(name: str = "VS-1", bsn: str = NUMBERS[0], **changes: Any) -> dict[str, Any]:
    """One vroegsignaal."""
    row = {
        "ID": name,
        "crisissignaal": False,
        "warmeOverdracht": False,
        "bedrag": 640,
        "ontstaansdatum": "2026-01-28",
        "signaaldatum": "2026-03-05",
        "status": "Nog niet opgepakt",
        "signaalpartner": {"type": "Huur"},
        "client": {"burgerservicenummer": bsn},
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def ddas(
    *rows: dict[str, Any], stated: str = "2026-04-02T08:00:00Z", municipality: str = "9990", **envelope: Any
) -> dict[str, Any]:
    """One document with one levering."""
    contact = {"naam": "T. Ester", "telefoonnummer": "0300000000", "email": "t.ester@example.nl"}
    return {
        "codeGegevensleverancier": "TEST-001",
        "startdatumLevering": "2026-03-01",
        "einddatumLevering": "2026-03-31",
        "aanleverdatumEnTijd": stated,
        "leveringen": [
            {
                "teller": 1,
                "gemeentecode": municipality,
                "aanleverendeOrganisatie": {
                    "naam": "Gemeente Waterrijk",
                    "kvk-nummer": "00000000",
                    "contactpersonen": [contact],
                },
                "vroegsignalen": list(rows),
                "vroegsignaalzaken": [],
            }
        ],
        **envelope,
    }


def ddas_file(*rows: dict[str, Any], **said: Any) -> bytes:
    return json.dumps(ddas(*rows, **said), ensure_ascii=False).encode()


def melding(
    name: str = "900000123", bsn: str | None = NUMBERS[1], kind: str = "V3", extra: str = "", **changes: str
) -> str:
    """One Verzuimgeval; `mutated` as `2026-03-20T08:00:00.000` adds a Procesverloop."""
    fields = {"begin": "2026-03-02", "end": "2026-03-20", "status": "R"} | changes
    whose = f"<BSN>{bsn}</BSN>" if bsn is not None else "<Onderwijsnummer>100000004</Onderwijsnummer>"
    end = f"<DatumEindeVerzuim>{fields['end']}</DatumEindeVerzuim>" if fields["end"] else ""
    day, _, clock = fields.get("mutated", "").partition("T")
    course = (
        f"<Procesverloop><DatumLaatsteMutatie>{day}</DatumLaatsteMutatie>"
        f"<TijdstipLaatsteMutatie>{clock}</TijdstipLaatsteMutatie></Procesverloop>"
        if day
        else ""
    )
    return (
        "<Verzuimgeval><MeldingRelatiefVerzuim><IdentificatieMeldingRelatiefVerzuim>"
        f"<NummerMeldingRelatiefVerzuim>{name}</NummerMeldingRelatiefVerzuim></IdentificatieMeldingRelatiefVerzuim>"
        f"<IdentificatieOnderwijsontvanger>{whose}</IdentificatieOnderwijsontvanger>"
        "<IdentificatieOnderwijsinstelling><BRIN>99XX</BRIN></IdentificatieOnderwijsinstelling>"
        f"<Verzuimsoort>{kind}</Verzuimsoort><DatumBeginVerzuim>{fields['begin']}</DatumBeginVerzuim>{end}"
        f"<AlleLessenGemist>N</AlleLessenGemist>{extra}"
        f"<StatusMeldingRelatiefVerzuim>{fields['status']}</StatusMeldingRelatiefVerzuim>"
        f"</MeldingRelatiefVerzuim>{course}</Verzuimgeval>"
    )


def duo_file(*rows: str) -> bytes:
    name = "DC0011LeveringMeldingRelatiefVerzuim"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>{"".join(rows)}</{name}>'.encode()


def statement(name: str = "TS-1", bsn: str = NUMBERS[1], says: str = "gegeven", **changes: Any) -> dict[str, Any]:
    """One line of the consent register."""
    row = {
        "id": name,
        "burgerservicenummer": bsn,
        "verklaring": says,
        "bron": "school",
        "doel": "correlatie",
        "geldigVanaf": "2026-01-01",
        "gegevenDoor": "zelf",
        "vastgelegdOp": "2026-01-01T10:00:00Z",
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def consent_file(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


class Stopped(Exception):
    """The process died here."""


@dataclass
class Log:
    """What was published; may die before or after a given publication."""

    records: list[OutRecord] = field(default_factory=list)
    dies_at: int | None = None
    after: bool = False
    calls: int = 0

    def publish(self, records: Sequence[OutRecord]) -> None:
        self.calls += 1
        if self.calls == self.dies_at and not self.after:
            raise Stopped
        self.records += records
        if self.calls == self.dies_at:
            raise Stopped

    def events(self, kind: type[Event]) -> list[Any]:
        """The decoded events of one class, in order."""
        decoded = [CODEC.decode(each.topic, each.value) for each in self.records if each.value is not None]
        assert not any(isinstance(each, NotDecoded) for each in decoded)
        return [each for each in decoded if isinstance(each, kind)]

    def everything(self) -> bytes:
        """Every byte that left: keys, headers, values."""
        parts = [part for each in self.records for part in (each.key, each.value or b"")]
        parts += [value for each in self.records for _, value in each.headers]
        return b"\n".join(parts)


class Door:
    """A vault, books and a log to send files through."""

    def __init__(self, books: Books | None = None, vault: Vault | None = None) -> None:
        self.now = NOW
        self.store = MemoryVault(lambda: self.now)
        self.vault = vault or self.store.serving(Principal.INTAKE)
        self.books: Books = books or MemoryBooks()
        self.log = Log()

    def effects(self) -> Effects:
        recorder = Recorder(CODEC)
        return Effects(
            self.vault,
            self.log.publish,
            self.books,
            recorder,
            lambda content: seal(PUBLIC, content),
            lambda: self.now,
        )

    def send(self, source: str, content: bytes) -> Taken:
        return take_in(CONNECTORS[source], io.BytesIO(content), len(content), self.effects())
