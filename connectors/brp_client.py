"""The BRP over the network: few fields, twenty numbers a question, and nothing guessed when it does not answer.

Source  BRP API Personen 2.7.0 and Bewoning 2.1.0 (formats.md 5.1 and 5.2); errors by RFC 7807
"""

import json
import re
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2

from connectors.brp import LARGEST_ANSWER, Answer, Brp, BrpAnswers, BrpDown, is_object, listed, part
from connectors.bsn import Bsn, digits_of
from schemas.doors import Door

#: Numbers in one question.  Source  RaadpleegMetBurgerservicenummer: maxItems 20
MOST_NUMBERS = 20
TIMEOUT_S = 10.0
_JSON = "application/json; charset=utf-8"
_CODE = re.compile(r"[a-zA-Z0-9]{1,25}")

#: What the household register needs and nothing more; secrecy and inOnderzoek come unasked and may not be asked.
HOUSEHOLD_FIELDS: tuple[str, ...] = (
    "burgerservicenummer",
    "geboorte.datum",
    "overlijden.datum",
    "gemeenteVanInschrijving",
    "verblijfplaats.adresseerbaarObjectIdentificatie",
    "verblijfplaats.functieAdres",
    "verblijfplaats.datumVan",
    "verblijfplaats.indicatieVastgesteldVerblijftNietOpAdres",
    "verblijfplaats.verblijfadres.postcode",
    "verblijfplaats.verblijfadres.huisnummer",
    "ouders.burgerservicenummer",
    "kinderen.burgerservicenummer",
    "partners.burgerservicenummer",
    "partners.ontbindingHuwelijkPartnerschap.datum",
    "gezag",
)
#: What *toon gegevens* shows.  Source  connectors/brp.py: Identity
REVEAL_FIELDS: tuple[str, ...] = (
    "burgerservicenummer",
    "naam.volledigeNaam",
    "geboorte.datum",
    "verblijfplaats.verblijfadres",
)
#: What it takes to recognise somebody.  Source  connectors/vault/directory.py: Candidate
RECOGNISING_FIELDS: tuple[str, ...] = (
    "burgerservicenummer",
    "naam.geslachtsnaam",
    "naam.voorvoegsel",
    "naam.voornamen",
    "geboorte.datum",
    "partners.naam.geslachtsnaam",
    "partners.naam.voorvoegsel",
    "partners.ontbindingHuwelijkPartnerschap.datum",
    "verblijfplaats.verblijfadres.postcode",
    "verblijfplaats.verblijfadres.huisnummer",
    "verblijfplaats.verblijfadres.huisletter",
    "verblijfplaats.verblijfadres.huisnummertoevoeging",
)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where the two APIs are and how they know us; the key is read from a file, as every secret."""

    persons_url: str
    homes_url: str
    key_file: Path | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None
    authority: Path | None = None

    def client(self) -> httpx2.Client:
        """A client that knows the way in.

        Raises  OSError, ssl.SSLError when a file cannot be used
        """
        headers = {"Accept": _JSON}
        if self.key_file is not None:
            headers["X-API-KEY"] = self.key_file.read_text(encoding="ascii").strip()
        trust = ssl.create_default_context(cafile=None if self.authority is None else str(self.authority))
        if self.certificate is not None:
            trust.load_cert_chain(self.certificate, self.certificate_key)
        return httpx2.Client(
            headers=headers, verify=trust, timeout=TIMEOUT_S, follow_redirects=False, trust_env=False
        )


class BrpApi:
    """A `Brp` that asks Haal Centraal, and its searches; `fields` is what the asker's purpose needs.

    Raises  BrpDown from every question: also when the BRP refuses it, for a guess would be worse than waiting
    """

    def __init__(
        self, entrance: Entrance, today: Callable[[], date], fields: Sequence[str] = HOUSEHOLD_FIELDS
    ) -> None:
        self._http, self._today, self._fields = entrance.client(), today, tuple(fields)
        self._persons, self._homes = (url.rstrip("/") for url in (entrance.persons_url, entrance.homes_url))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def person(self, bsn: Bsn) -> Answer | None:
        return self.people([bsn]).get(bsn)

    def people(self, bsns: Iterable[Bsn]) -> Mapping[Bsn, Answer]:
        asked = list(dict.fromkeys(bsns))
        found: dict[Bsn, Answer] = {}
        for first in range(0, len(asked), MOST_NUMBERS):
            numbers = {digits_of(bsn): bsn for bsn in asked[first : first + MOST_NUMBERS]}
            for person in self._ask("RaadpleegMetBurgerservicenummer", burgerservicenummer=list(numbers)):
                number = part(person, "burgerservicenummer")
                if isinstance(number, str) and number in numbers:
                    found[numbers[number]] = person
        return found

    def home(self, object_id: str) -> Answer | None:
        if not is_object(object_id):
            return None
        question = {
            "type": "BewoningMetPeildatum",
            "peildatum": self._today().isoformat(),
            "adresseerbaarObjectIdentificatie": object_id,
        }
        homes = listed(self._post(f"{self._homes}/bewoningen", question), "bewoningen")
        return next((each for each in homes if each.get("adresseerbaarObjectIdentificatie") == object_id), None)

    def named(self, family_name: str, born_on: date) -> Sequence[Bsn]:
        """Who were born on that day with this family name, without its prefix."""
        return self._numbers(
            "ZoekMetGeslachtsnaamEnGeboortedatum", geslachtsnaam=family_name, geboortedatum=born_on.isoformat()
        )

    def at_address(self, postcode: str, house_number: int) -> Sequence[Bsn]:
        """Who are registered there, whatever follows the number."""
        return self._numbers("ZoekMetPostcodeEnHuisnummer", postcode=postcode, huisnummer=house_number)

    def _numbers(self, kind: str, **by: Any) -> Sequence[Bsn]:
        found = (part(each, "burgerservicenummer") for each in self._ask(kind, ("burgerservicenummer",), **by))
        parsed = (Bsn.parse(each) for each in found if isinstance(each, str))
        return [each for each in parsed if each is not None]

    def _ask(self, kind: str, fields: Sequence[str] | None = None, **by: Any) -> list[Answer]:
        question = {"type": kind, "fields": list(fields or self._fields), **by}
        return listed(self._post(f"{self._persons}/personen", question), "personen")

    def _post(self, url: str, question: Mapping[str, Any]) -> Any:
        try:
            with self._http.stream(
                "POST", url, content=json.dumps(question).encode(), headers={"Content-Type": _JSON}
            ) as answer:
                read = _read(answer)
        except httpx2.HTTPError as failed:
            raise BrpDown(type(failed).__name__) from None
        if answer.status_code != 200:
            raise BrpDown(_why(answer.status_code, read))
        said = _object(read)
        if said is None:
            raise BrpDown("unreadable")
        return said


def _read(answer: httpx2.Response) -> bytes:
    read = bytearray()
    for some in answer.iter_bytes():
        read += some
        if len(read) > LARGEST_ANSWER:
            raise BrpDown("too_large")
    return bytes(read)


def _object(read: bytes) -> Answer | None:
    try:
        said = json.loads(read)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _why(status: int, read: bytes) -> str:
    """The status and the system code of the problem, never its title or detail: those repeat what was asked."""
    code = part(_object(read), "code")
    return f"{status}:{code}" if isinstance(code, str) and _CODE.fullmatch(code) else str(status)


class BrpDoor(Door):
    """How a process gets at the BRP: answers in a folder, or the two APIs and what opens them."""

    brp: Path | None = None
    brp_url: str | None = None
    brp_homes_url: str | None = None
    brp_key_file: Path | None = None
    brp_certificate: Path | None = None
    brp_certificate_key: Path | None = None
    brp_authority: Path | None = None


def brp_of(settings: BrpDoor, today: Callable[[], date], fields: Sequence[str]) -> Brp:
    """The BRP that these settings mean, asked for these fields.

    Raises  SystemExit(2) naming the setting, when it is neither or both, or a file of it cannot be used
    """
    urls = settings.brp_url is not None and settings.brp_homes_url is not None
    if (settings.brp is None) is not urls:
        raise _unusable("BRP of anders BRP_URL met BRP_HOMES_URL")
    if settings.brp is not None:
        return BrpAnswers(settings.brp)
    assert settings.brp_url is not None and settings.brp_homes_url is not None
    entrance = Entrance(
        settings.brp_url,
        settings.brp_homes_url,
        settings.brp_key_file,
        settings.brp_certificate,
        settings.brp_certificate_key,
        settings.brp_authority,
    )
    try:
        return BrpApi(entrance, today, fields)
    except (OSError, ValueError):
        raise _unusable("BRP_KEY_FILE, BRP_CERTIFICATE, BRP_CERTIFICATE_KEY of BRP_AUTHORITY") from None


def _unusable(names: str) -> SystemExit:
    print(f"ontbrekende of ongeldige instelling: {names}", flush=True)  # noqa: T201
    return SystemExit(2)
