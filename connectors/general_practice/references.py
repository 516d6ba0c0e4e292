"""Who refers to whom inside one delivery: by address, by kind and id, by containment, or by a number."""

from collections.abc import Iterable
from typing import Any

from connectors.general_practice.entries import Entry
from connectors.general_practice.keeping import Kept

#: Of a person or a doctor the number itself is taken, whatever resource it leads to.
_BY_NUMBER = frozenset({"Consent", "Organization"})


class Ambiguous(Exception):
    """Two different resources stand at one address: whom it is about cannot be said."""


class Index:
    """Everything that can be referred to."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._at: dict[str, Kept | None] = {}
        for entry in entries:
            if entry.kept is not None:
                self._add(entry.full_url, entry.kept)

    def _add(self, full_url: str, kept: Kept) -> None:
        addresses = {full_url, f"{kept.kind}/{kept.content.get('id', '')}"}
        if kept.kind in _BY_NUMBER:
            addresses |= {_named(kept.kind, each) for each in kept.content.get("identifier", [])}
        for address in addresses - {"", f"{kept.kind}/"}:
            known = self._at.setdefault(address, kept)
            if known is not None and _matter(known) != _matter(kept):
                self._at[address] = None

    def find(self, reference: Any, owner: Kept, kinds: frozenset[str]) -> Kept | None:
        """What a resource refers to; none where it is not in the delivery.

        Raises  Ambiguous
        """
        written = str(reference.get("reference", "")).partition("/_history/")[0]
        if written.startswith("#"):
            found = _contained(owner, written[1:])
        else:
            addresses = [written, *(_named(kind, reference.get("identifier", {})) for kind in sorted(kinds))]
            found = self._first([each for each in addresses if each])
        return found if found is not None and found.kind in kinds else None

    def _first(self, addresses: list[str]) -> Kept | None:
        for address in addresses:
            if address in self._at:
                found = self._at[address]
                if found is None:
                    raise Ambiguous
                return found
        return None


def _matter(kept: Kept) -> Any:
    return {name: value for name, value in kept.content.items() if name != "meta"}


def _named(kind: str, identifier: Any) -> str:
    system, value = identifier.get("system", ""), identifier.get("value", "")
    return f"{kind}|{system}|{value}" if system and value else ""


def _contained(owner: Kept, name: str) -> Kept | None:
    """A resource inside the one that refers to it; what is wrong with it is among its owner's faults."""
    found = [each for each in owner.content.get("contained", []) if each.get("id") == name]
    if len(found) > 1:
        raise Ambiguous
    return Kept(found[0], []) if found else None
