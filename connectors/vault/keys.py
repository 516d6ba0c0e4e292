"""The vault's keys: read from a file that only its own user may read, never from the database they protect."""

import hashlib
import hmac
import json
import stat
from dataclasses import dataclass, field
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from connectors.bsn import Bsn, digits_of

KEY_BYTES = 32


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
class Keys:
    """What turns a BSN into a row and back: the index finds it, the seal keeps it, sources get theirs derived."""

    index: bytes = field(repr=False)
    sealing: bytes = field(repr=False)
    sources: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "Keys":
        """New random keys."""
        return cls(random(KEY_BYTES), random(KEY_BYTES), random(KEY_BYTES))

    @classmethod
    def read(cls, path: Path) -> "Keys":
        """Raises UnusableSecrets when the file is not three keys of 32 bytes in hex, for its owner alone."""
        read = private_json(path)
        try:
            keys = cls(*(bytes.fromhex(read[name]) for name in ("index", "sealing", "sources")))
        except (KeyError, ValueError):
            raise UnusableSecrets(path, "sleutels index, sealing en sources (hex) ontbreken") from None
        if len({keys.index, keys.sealing, keys.sources}) < 3 or any(
            len(key) != KEY_BYTES for key in (keys.index, keys.sealing, keys.sources)
        ):
            raise UnusableSecrets(path, "drie verschillende sleutels van 32 bytes zijn nodig")
        return keys

    def as_json(self) -> str:
        """What `read` reads."""
        named = {"index": self.index, "sealing": self.sealing, "sources": self.sources}
        return json.dumps({name: key.hex() for name, key in named.items()})

    def index_of(self, bsn: Bsn) -> bytes:
        """Where this person's row is: without the key there is no way from a BSN to it or back."""
        return hmac.digest(self.index, b"person\x1f" + digits_of(bsn).encode(), "sha256")

    def index_of_content(self, source: str, content_sha256: bytes) -> bytes:
        """Where the receipt of this content of this source is."""
        return hmac.digest(self.index, b"receipt\x1f" + source.encode() + b"\x1f" + content_sha256, "sha256")

    def seal_bsn(self, bsn: Bsn) -> bytes:
        """The BSN at rest."""
        return self.seal(digits_of(bsn).encode())

    def unseal_bsn(self, sealed: bytes) -> Bsn:
        """Raises CryptoError when the row was changed or sealed under another key."""
        return Bsn(self.unseal(sealed).decode())

    def seal(self, plain: bytes) -> bytes:
        """Authenticated encryption under the sealing key, with a random nonce."""
        return bytes(SecretBox(self.sealing).encrypt(plain))

    def unseal(self, sealed: bytes) -> bytes:
        """Raises CryptoError when it was not sealed here."""
        try:
            return SecretBox(self.sealing).decrypt(sealed)
        except CryptoError:
            raise CryptoError("sealed") from None

    def of_source(self, source: str) -> bytes:
        """The key of one source; it says nothing about that of another."""
        return hmac.digest(self.sources, hashlib.sha256(source.encode()).digest(), "sha256")
