"""The vault's keys: read from a file that only its own user may read, never from the database they protect.

Index and sealing keys come in generations, so that they can be changed while the vault answers: the database says
which generation is in force, the file holds that one and those that rows may still stand under.
"""

import hashlib
import hmac
import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from connectors.bsn import Bsn, digits_of
from connectors.vault.api import VaultDown

KEY_BYTES = 32
FIRST = 1
_SEPARATOR = b"\x1f"


class UnusableSecrets(SystemExit):
    """A file of secrets is missing, open to others, or not what it should be: exit 2 before anything is served."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(2)
        self.text = f"{path}: {why}"

    def __str__(self) -> str:
        return self.text


def private_json(path: Path) -> dict[str, str]:
    """The object in a file that nobody else may read.

    Raises  UnusableSecrets
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UnusableSecrets(path, "ook voor anderen leesbaar; herstel: chmod 600")
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnusableSecrets(path, "niet te lezen als JSON") from None
    if not (isinstance(read, dict) and all(isinstance(value, str) for value in read.values())):
        raise UnusableSecrets(path, "geen JSON-object van teksten")
    return read


@dataclass(frozen=True, slots=True)
class Generation:
    """Under which index key rows are made, and under which sealing key."""

    index: int = FIRST
    sealing: int = FIRST


Generations = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Keys:
    """What turns a BSN into a row and back: the index finds it, the seal keeps it, sources get theirs derived.

    `receipts` finds contents, not persons: it does not change, since no content is kept to find it anew with.
    """

    index: Generations = field(repr=False)
    sealing: Generations = field(repr=False)
    sources: bytes = field(repr=False)
    receipts: bytes = field(repr=False)
    now: Generation = Generation()

    @classmethod
    def fresh(cls) -> "Keys":
        """New random keys."""
        index = random(KEY_BYTES)
        return cls({FIRST: index}, {FIRST: random(KEY_BYTES)}, random(KEY_BYTES), index)

    @classmethod
    def read(cls, path: Path) -> "Keys":
        """Raises UnusableSecrets when the file is not keys of 32 bytes in hex, for its owner alone."""
        read = private_json(path)
        try:
            by_name = {name: bytes.fromhex(value) for name, value in read.items()}
            index, sealing = _generations(by_name, "index"), _generations(by_name, "sealing")
            keys = cls(index, sealing, by_name["sources"], by_name.get("receipts") or index[FIRST])
        except (KeyError, ValueError):
            raise UnusableSecrets(path, "sleutels index, sealing en sources (hex) ontbreken") from None
        every = (*index.values(), *sealing.values(), keys.sources)
        if len(set(every)) < len(every) or any(len(key) != KEY_BYTES for key in (*every, keys.receipts)):
            raise UnusableSecrets(path, "verschillende sleutels van 32 bytes zijn nodig")
        return replace(keys, now=Generation(max(index), max(sealing)))

    def as_json(self) -> str:
        """What `read` reads."""
        named = {"sources": self.sources, "receipts": self.receipts}
        for kind, generations in (("index", self.index), ("sealing", self.sealing)):
            named |= {_name(kind, number): key for number, key in generations.items()}
        return json.dumps({name: key.hex() for name, key in named.items()})

    def index_of(self, bsn: Bsn, generation: int | None = None) -> bytes:
        """Where this person's row is: without the key there is no way from a BSN to it or back."""
        key = self.index[generation or self.now.index]
        return hmac.digest(key, b"person" + _SEPARATOR + digits_of(bsn).encode(), "sha256")

    def earlier_indexes_of(self, bsn: Bsn) -> tuple[bytes, ...]:
        """Where the row stands while it was not brought over yet."""
        return tuple(self.index_of(bsn, each) for each in self.index if each != self.now.index)

    def index_of_description(self, canonical: bytes, generation: int | None = None) -> bytes:
        """Where the question who this is stands."""
        key = self.index[generation or self.now.index]
        return hmac.digest(key, b"description" + _SEPARATOR + canonical, "sha256")

    def earlier_indexes_of_description(self, canonical: bytes) -> tuple[bytes, ...]:
        """Where that question stands while it was not brought over yet."""
        return tuple(self.index_of_description(canonical, each) for each in self.index if each != self.now.index)

    def index_of_content(self, source: str, content_sha256: bytes) -> bytes:
        """Where the receipt of this content of this source is."""
        said = _SEPARATOR.join((b"receipt", source.encode(), content_sha256))
        return hmac.digest(self.receipts, said, "sha256")

    def seal_bsn(self, bsn: Bsn) -> bytes:
        """The BSN at rest."""
        return self.seal(digits_of(bsn).encode())

    def unseal_bsn(self, sealed: bytes) -> Bsn:
        """Raises CryptoError when the row was changed or sealed under a key that is not here."""
        return Bsn(self.unseal(sealed).decode())

    def seal(self, plain: bytes) -> bytes:
        """Authenticated encryption under the sealing key in force, with a random nonce."""
        return bytes(SecretBox(self.sealing[self.now.sealing]).encrypt(plain))

    def unseal(self, sealed: bytes) -> bytes:
        """Raises CryptoError when it was not sealed here."""
        for generation in sorted(self.sealing, reverse=True):
            try:
                return SecretBox(self.sealing[generation]).decrypt(sealed)
            except CryptoError:
                continue
        raise CryptoError("sealed")

    def of_source(self, source: str) -> bytes:
        """The key of one source; it says nothing about that of another."""
        return hmac.digest(self.sources, hashlib.sha256(source.encode()).digest(), "sha256")


def _name(kind: str, generation: int) -> str:
    return kind if generation == FIRST else f"{kind}.{generation}"


def _generations(read: Mapping[str, bytes], kind: str) -> Generations:
    """`index`, `index.2`, …

    Raises  ValueError, also when there is none
    """
    found = {FIRST: read[kind]} if kind in read else {}
    for name, key in read.items():
        if name.startswith(f"{kind}."):
            found[int(name.removeprefix(f"{kind}."))] = key
    if not found:
        raise ValueError(kind)
    return MappingProxyType(found)


class KeyRing:
    """The keys as they are in force now; the file is read again when the database is ahead of it."""

    def __init__(self, keys: Keys, path: Path | None = None) -> None:
        self._keys, self._path = keys, path

    @classmethod
    def read(cls, path: Path) -> "KeyRing":
        """Raises UnusableSecrets."""
        return cls(Keys.read(path), path)

    @property
    def keys(self) -> Keys:
        return self._keys

    def follow(self, generation: Generation) -> Keys:
        """The keys of this generation.

        Raises  VaultDown when the file does not have them
        """
        keys = self._keys
        if not (generation.index in keys.index and generation.sealing in keys.sealing):
            keys = self._again()
        if not (generation.index in keys.index and generation.sealing in keys.sealing):
            raise VaultDown
        self._keys = replace(keys, now=generation)
        return self._keys

    def unseal(self, sealed: bytes) -> bytes:
        """Raises CryptoError when it was not sealed here."""
        try:
            return self._keys.unseal(sealed)
        except CryptoError:
            if self._path is None:
                raise
        self._keys = replace(self._again(), now=self._keys.now)
        return self._keys.unseal(sealed)

    def unseal_bsn(self, sealed: bytes) -> Bsn:
        """Raises CryptoError."""
        return Bsn(self.unseal(sealed).decode())

    def _again(self) -> Keys:
        """Without those in use until now nothing would be found that was not brought over."""
        if self._path is None:
            return self._keys
        try:
            read = Keys.read(self._path)
        except UnusableSecrets:
            raise VaultDown from None
        kept = self._keys
        return replace(read, index={**kept.index, **read.index}, sealing={**kept.sealing, **read.sealing})
