"""Who calls, known by a token of their own, and what each may ask."""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from connectors.vault.api import MAY, Denial, Principal, VaultRefused
from connectors.vault.keys import Keys, UnusableSecrets, private_json

#: The one source in whose name the registers may open a receipt; all others are the intake's.
REGISTER_SOURCES = frozenset({"household_register"})


def fingerprint(token: str) -> str:
    """What the vault keeps of a token: 256 random bits need no slow hash, only a comparison in constant time."""
    return hashlib.sha256(token.encode()).hexdigest()


class Callers:
    """Principals by the fingerprint of their token."""

    def __init__(self, fingerprints: Mapping[Principal, str]) -> None:
        self._fingerprints = dict(fingerprints)

    @classmethod
    def read(cls, path: Path) -> "Callers":
        """The file holds `{principal: sha256 of its token in hex}`.

        Raises  UnusableSecrets when a principal is missing or unknown, or two share a token
        """
        read = private_json(path)
        if set(read) != {each.value for each in Principal} or len(set(read.values())) != len(read):
            raise UnusableSecrets(path, "precies één eigen token per afnemer is nodig")
        return cls({Principal(name): value for name, value in read.items()})

    def whose(self, token: str) -> Principal | None:
        """The principal of this token; every one is compared, so the time says nothing."""
        given, found = fingerprint(token), None
        for principal, kept in self._fingerprints.items():
            if hmac.compare_digest(given, kept):
                found = principal
        return found


def check(call: str, principal: Principal) -> None:
    """Raises VaultRefused when this principal may not make this call."""
    if principal not in MAY.get(call, frozenset()):
        raise VaultRefused(Denial.NOT_ALLOWED)


def check_source(source: str, principal: Principal) -> None:
    """Raises VaultRefused when this principal does not speak for this source."""
    if (source in REGISTER_SOURCES) != (principal is Principal.REGISTERS):
        raise VaultRefused(Denial.NOT_ALLOWED)


def write_secrets(keys_file: Path, tokens_file: Path) -> Mapping[Principal, str]:
    """New keys and tokens for a demo or a test, in files of mode 0600; returns each principal's token."""
    tokens = {principal: secrets.token_hex(32) for principal in Principal}
    _write(keys_file, Keys.fresh().as_json())
    _write(tokens_file, json.dumps({name.value: fingerprint(token) for name, token in tokens.items()}))
    return tokens


def with_every_token(tokens_file: Path, known: Mapping[str, str]) -> Mapping[str, str]:
    """Tokens for the principals that a folder of an earlier release does not know yet; the others keep theirs."""
    tokens = {name.value: known.get(name.value) or secrets.token_hex(32) for name in Principal}
    _write(tokens_file, json.dumps({name: fingerprint(token) for name, token in tokens.items()}))
    return tokens


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    path.chmod(0o600)
