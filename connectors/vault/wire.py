"""Every call as JSON and back, from one table that client and server share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from connectors.bsn import Bsn, digits_of
from connectors.vault.api import Asked, Denial, Doubt, QuestionStatus, Receipt, Shown, VaultRefused
from connectors.vault.described import candidate_into, candidate_out, described_into, described_out
from schemas.identity import PersonPseudonym, ReceiptId

#: 500 descriptions of persons, names and all, or an answer to them.
LARGEST_BODY = 262_144


class Misread(ValueError):
    """It is not what this call takes or answers; the text says nothing of what it was."""


class Coder(NamedTuple):
    """One type of value: to JSON and back."""

    out: Callable[[Any], Any]
    into: Callable[[Any], Any]


def _typed(kind: type) -> Callable[[Any], Any]:
    def into(value: Any) -> Any:
        if type(value) is not kind:
            raise Misread("type")
        return value

    return into


def _hex(value: Any) -> bytes:
    try:
        return bytes.fromhex(_typed(str)(value))
    except ValueError:
        raise Misread("hex") from None


def _bsn(value: Any) -> Bsn:
    bsn = Bsn.parse(value) if type(value) is str else None
    if bsn is None:
        raise Misread("bsn")
    return bsn


def _pseudonym(value: Any) -> PersonPseudonym:
    text: str = _typed(str)(value)
    if len(text) != 32 or not set(text) <= set("0123456789abcdef"):
        raise Misread("pseudonym")
    return PersonPseudonym(text)


def _receipt_into(value: Any) -> Receipt:
    try:
        return Receipt(
            ReceiptId(value["id"]),
            _hex(value["key"]),
            datetime.fromisoformat(value["opened_at"]),
            value["status"],
            value["file_hash"],
        )
    except (KeyError, TypeError, ValueError):
        raise Misread("receipt") from None


def _receipt_out(receipt: Receipt) -> Mapping[str, str]:
    return {
        "id": receipt.id,
        "key": receipt.key.hex(),
        "opened_at": receipt.opened_at.isoformat(),
        "status": receipt.status,
        "file_hash": receipt.file_hash,
    }


def _read(into: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        try:
            return into(value)
        except (KeyError, TypeError, ValueError):
            raise Misread(name) from None

    return read


def _asked_out(asked: Asked) -> Mapping[str, str]:
    return {
        "question": asked.question,
        "doubt": asked.doubt.value,
        "source": asked.source,
        "status": asked.status.value,
        "asked_at": asked.asked_at.isoformat(),
    }


def _asked_into(value: Any) -> Asked:
    return Asked(
        _typed(str)(value["question"]),
        Doubt(value["doubt"]),
        _typed(str)(value["source"]),
        QuestionStatus(value["status"]),
        datetime.fromisoformat(value["asked_at"]),
    )


def _shown_out(shown: Shown) -> Mapping[str, Any]:
    return {
        "doubt": shown.doubt.value,
        "status": shown.status.value,
        "described": described_out(shown.described),
        "candidates": [candidate_out(each) for each in shown.candidates],
    }


def _shown_into(value: Any) -> Shown:
    return Shown(
        Doubt(value["doubt"]),
        QuestionStatus(value["status"]),
        described_into(value["described"]),
        tuple(map(candidate_into, value["candidates"])),
    )


def _maybe(coder: Coder) -> Coder:
    return Coder(
        lambda value: None if value is None else coder.out(value),
        lambda value: None if value is None else coder.into(value),
    )


def _many(coder: Coder) -> Coder:
    return Coder(
        lambda values: [coder.out(value) for value in values],
        lambda values: [coder.into(value) for value in _typed(list)(values)],
    )


TEXT = Coder(str, _typed(str))
NUMBER = Coder(int, _typed(int))
TRUTH = Coder(bool, _typed(bool))
BYTES = Coder(lambda value: value.hex(), _hex)
BSN = Coder(digits_of, _bsn)
PERSON = Coder(str, _pseudonym)
DESCRIBED = Coder(described_out, _read(described_into, "described"))
ASKED = Coder(_asked_out, _read(_asked_into, "asked"))
SHOWN = Coder(_shown_out, _read(_shown_into, "shown"))
STATUS = Coder(lambda status: status.value, _read(QuestionStatus, "status"))
RECEIPT = Coder(_receipt_out, _receipt_into)
NOTHING = Coder(lambda value: None, _typed(type(None)))


@dataclass(frozen=True, slots=True)
class Call:
    """What a call takes, by name, and what it answers."""

    takes: Mapping[str, Coder]
    answers: Coder

    def request(self, values: tuple[Any, ...]) -> Mapping[str, Any]:
        """The body of a request."""
        return {name: coder.out(value) for (name, coder), value in zip(self.takes.items(), values, strict=True)}

    def values(self, body: Any) -> tuple[Any, ...]:
        """What a request asks with.

        Raises  VaultRefused(invalid)
        """
        if not isinstance(body, dict) or set(body) != set(self.takes):
            raise VaultRefused(Denial.INVALID)
        try:
            return tuple(coder.into(body[name]) for name, coder in self.takes.items())
        except Misread:
            raise VaultRefused(Denial.INVALID) from None


CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "open_receipt": Call({"source": TEXT, "content_sha256": BYTES, "size": NUMBER}, RECEIPT),
        "close_receipt": Call({"receipt": PERSON}, NOTHING),
        "receipt_key": Call({"receipt": PERSON}, BYTES),
        "source_key": Call({"source": TEXT}, BYTES),
        "pseudonymise_many": Call({"receipt": PERSON, "persons": _many(BSN)}, _many(PERSON)),
        "identify_many": Call({"receipt": PERSON, "persons": _many(DESCRIBED)}, _many(_maybe(PERSON))),
        "resolve_many": Call({"receipt": PERSON, "persons": _many(PERSON)}, _many(_maybe(BSN))),
        "find_many": Call({"receipt": PERSON, "persons": _many(BSN)}, _many(_maybe(PERSON))),
        "team_tokens": Call({"team": TEXT, "persons": _many(PERSON)}, _many(TEXT)),
        "reveal": Call({"team": TEXT, "user": TEXT, "token": TEXT, "reason": TEXT}, BSN),
        "find_to_erase": Call({"person": BSN}, _maybe(PERSON)),
        "may_erase": Call({"person": PERSON}, TRUTH),
        "erase": Call({"person": PERSON}, NOTHING),
        "identity_questions": Call({}, _many(ASKED)),
        "identity_show": Call({"question": PERSON, "user": TEXT, "reason": TEXT}, SHOWN),
        "identity_pick": Call({"question": PERSON, "user": TEXT, "candidate": NUMBER}, STATUS),
        "identity_name": Call({"question": PERSON, "user": TEXT, "person": BSN}, STATUS),
        "identity_dismiss": Call({"question": PERSON, "user": TEXT, "reason": TEXT}, NOTHING),
    }
)
