"""The manual queue as a deskworker reads and answers it at the command line; a number is typed and never shown."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from connectors.bsn import Bsn
from connectors.connector import Described
from connectors.vault.api import Asked, Doubt, QuestionStatus, Shown, Vault
from connectors.vault.directory import Candidate

DOUBTS: Mapping[Doubt, str] = MappingProxyType(
    {
        Doubt.SCHOOL_NUMBER: "alleen een onderwijsnummer",
        Doubt.NO_BIRTH_DATE: "geen geboortedatum",
        Doubt.NOBODY: "niemand past",
        Doubt.SEVERAL: "meer dan één persoon past",
        Doubt.BIRTH_DATE_DIFFERS: "de geboortedatum wijkt af",
        Doubt.NAME_DIFFERS: "de naam wijkt af",
        Doubt.ADDRESS_DIFFERS: "het adres wijkt af",
        Doubt.NUMBER_UNKNOWN: "het opgegeven BSN is onbekend",
        Doubt.TOO_LITTLE: "te weinig gegevens",
        Doubt.UNSETTLED: "in onderzoek, overleden of vertrokken",
    }
)
STATUSES: Mapping[QuestionStatus, str] = MappingProxyType(
    {
        QuestionStatus.OPEN: "open",
        QuestionStatus.PROPOSED: "wacht op een tweede medewerker",
        QuestionStatus.DECIDED: "beslist",
        QuestionStatus.DISMISSED: "afgedaan zonder persoon",
    }
)


class NoNumber(Exception):
    """What was typed is no BSN."""


def listed(questions: list[Asked]) -> Iterator[str]:
    """One line a question; nothing of the person."""
    for each in questions:
        yield "  ".join(
            (each.question, f"{each.asked_at:%Y-%m-%d}", each.source, DOUBTS[each.doubt], STATUSES[each.status])
        )


def shown(question: Shown) -> Iterator[str]:
    """What was described and who may be meant, for the screen of who gave a reason; numbers stay in the vault."""
    yield f"{DOUBTS[question.doubt]}; {STATUSES[question.status]}"
    yield f"beschreven: {_described(question.described)}"
    for place, each in enumerate(question.candidates, start=1):
        yield f"{place}: {_candidate(each)}"


def named(vault: Vault, question: str, user: str, typed: str) -> QuestionStatus:
    """Say that it is the person with the number that was typed.

    Raises  NoNumber, VaultDown, VaultRefused
    """
    person = Bsn.parse(typed.strip())
    if person is None:
        raise NoNumber
    return vault.identity_name(question, user, person)


def _described(person: Described) -> str:
    number = "met een BSN" if person.number is not None else ""
    school = "met een onderwijsnummer" if person.school_number else ""
    names = (person.given_names or person.initials, person.prefix, person.family_name)
    return _line(names, person.born_on, _home(person), number, school)


def _candidate(person: Candidate) -> str:
    partner = " ".join(part for part in (person.partner_prefix, person.partner_name) if part)
    names = (person.given_names, person.prefix, person.family_name)
    return _line(
        names,
        person.born_on,
        _home(person),
        f"partner {partner}" if partner else "",
        "in onderzoek of opgeschort" if person.unsettled else "",
    )


def _home(person: Described | Candidate) -> str:
    return f"{person.postcode} {person.house_number}{person.house_suffix}".strip()


def _line(names: tuple[str, ...], born: object, *more: str) -> str:
    parts = (" ".join(name for name in names if name), str(born or ""), *more)
    return ", ".join(part for part in parts if part) or "niets"
