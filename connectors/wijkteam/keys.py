"""The feed's own key and what is derived from it: a name for a person, a seal for those who wait for a token."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from nacl.secret import SecretBox

from schemas.identity import PersonPseudonym


@dataclass(frozen=True, slots=True)
class FeedKeys:
    """Three keys of one secret; none of them can be printed."""

    _person: bytes = field(repr=False)
    _seal: bytes = field(repr=False)
    _form: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "FeedKeys":
        """Raises  ValueError when the secret is shorter than 32 bytes"""
        if len(secret) < 32:
            raise ValueError("feed key")
        return cls(*(hmac.digest(secret, purpose, sha256) for purpose in (b"person", b"seal", b"form")))

    @classmethod
    def from_file(cls, path: Path) -> "FeedKeys":
        """The key as 64 hex characters in a file.

        Raises  SystemExit(2) naming the setting
        """
        try:
            return cls.of(bytes.fromhex(path.read_text("ascii").strip()))
        except (OSError, ValueError):
            print("ontbrekende of ongeldige instelling: SIGNAALBRUG_FEED_KEY", flush=True)  # noqa: T201
            raise SystemExit(2) from None

    def person(self, pseudonym: str) -> str:
        """What the feed calls a person: 32 hex of HMAC(feed key, pseudonym).

        Source  rules.md 7
        """
        return hmac.new(self._person, pseudonym.encode(), sha256).hexdigest()[:32]

    def sealed(self, pseudonym: PersonPseudonym) -> bytes:
        """The pseudonym as only this process can read it, until its team token is there."""
        return bytes(SecretBox(self._seal).encrypt(pseudonym.encode()))

    def opened(self, sealed: bytes) -> PersonPseudonym:
        """Raises  nacl.exceptions.CryptoError when it was sealed under another key"""
        return PersonPseudonym(SecretBox(self._seal).decrypt(sealed).decode())

    def form(self, value: str) -> str:
        """The proof that a form without a session belongs to this browser."""
        return hmac.new(self._form, value.encode(), sha256).hexdigest()
