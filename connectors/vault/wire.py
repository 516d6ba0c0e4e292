"""Every call as JSON and back, from one table that client and server share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from connectors.bsn import Bsn, digits_of
from connectors.connector import Described
from connectors.vault.api import Denial, Receipt, VaultRefused
from schemas.identity import PersonPseudonym, ReceiptId

LARGEST_BODY = 65_536


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


_TEXTS = tuple(each.name for each in fields(Described) if each.name != "born_on")


def _described_out(person: Described) -> Mapping[str, str | None]:
    texts: dict[str, str | None] = {name: getattr(person, name) for name in _TEXTS}
    return texts | {"born_on": None if person.born_on is None else person.born_on.isoformat()}


def _described(value: Any) -> Described:
    try:
        born = value["born_on"]
        texts = {name: _typed(str)(value[name]) for name in _TEXTS}
        return Described(**texts, born_on=None if born is None else date.fromisoformat(born))
    except (KeyError, TypeError, ValueError):
        raise Misread("described") from None


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
DESCRIBED = Coder(_described_out, _described)
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
    }
)
