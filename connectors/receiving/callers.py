"""Who delivers: known by the OIN in a client certificate or by a token, and which sources they speak for."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from asyncssh import import_public_key
from cryptography import x509
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

#: What may sign a token; `none` and shared secrets are no signatures of an authority.
ALGORITHMS = ("PS256", "PS384", "ES256", "ES384", "RS256")
SCOPE = "leveringen"
_Oin = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]


class UnusableCallers(SystemExit):
    """The file of callers cannot be used: exit 2 before anything is served."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(2)
        self._text = f"{path}: {why}"

    def __str__(self) -> str:
        return self._text


class Stranger(Exception):
    """Nobody known calls; `status` is what HTTP says of it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class _Caller(_Strict):
    naam: _Name
    bronnen: Annotated[list[str], Field(min_length=1)]
    oin: _Oin | None = None
    client: _Name | None = None
    sleutels: list[str] = []


class _Issuer(_Strict):
    uitgever: str
    ontvanger: str
    sleutels: str


class _File(_Strict):
    leverancier: list[_Caller]
    toegang: _Issuer | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """An organisation that may deliver, by a name of ours, for these sources."""

    name: str
    sources: frozenset[str]
    ssh_keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """Whose tokens count, and what must stand in them."""

    issuer: str
    audience: str
    keys: KeySet

    def client(self, token: str) -> str:
        """The client that a valid token was given to.

        Raises  Stranger(401), Stranger(403) when the token is good for something else
        """
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            client_id={"essential": True},
        )
        try:
            claims: Mapping[str, Any] = jwt.decode(token, self.keys, algorithms=list(ALGORITHMS)).claims
            rules.validate(dict(claims))
        except (JoseError, ValueError, TypeError):
            raise Stranger(401) from None
        if SCOPE not in str(claims.get("scope", "")).split():
            raise Stranger(403)
        return str(claims["client_id"])


def _tokens(folder: Path, said: _Issuer) -> Tokens:
    keys = KeySet.import_key_set(json.loads((folder / said.sleutels).read_text(encoding="utf-8")))
    return Tokens(said.uitgever, said.ontvanger, keys)


def _ssh_key(text: str) -> bytes:
    """What the library compares of a public key.  Raises ValueError"""
    return import_public_key(text).public_data


class Callers:
    """Everybody who may deliver."""

    def __init__(
        self,
        callers: Mapping[str, Caller],
        oins: Mapping[str, str],
        clients: Mapping[str, str],
        tokens: Tokens | None,
    ) -> None:
        self._callers, self._oins, self._clients, self.tokens = dict(callers), dict(oins), dict(clients), tokens

    @classmethod
    def read(cls, path: Path, sources: frozenset[str]) -> "Callers":
        """The file in TOML: `[[leverancier]]` with naam, bronnen, oin, client, sleutels; `[toegang]` for tokens.

        Raises  UnusableCallers
        """
        try:
            said = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            tokens = None if said.toegang is None else _tokens(path.parent, said.toegang)
            callers = {
                each.naam: Caller(each.naam, frozenset(each.bronnen), tuple(map(_ssh_key, each.sleutels)))
                for each in said.leverancier
            }
        except (OSError, ValueError, JoseError):
            raise UnusableCallers(path, "niet te lezen als lijst van leveranciers") from None
        oins = {each.oin: each.naam for each in said.leverancier if each.oin}
        clients = {each.client: each.naam for each in said.leverancier if each.client}
        if len(callers) < len(said.leverancier) or len(oins) < sum(bool(each.oin) for each in said.leverancier):
            raise UnusableCallers(path, "een naam of OIN staat er twee keer in")
        if len(clients) < sum(bool(each.client) for each in said.leverancier):
            raise UnusableCallers(path, "een client staat er twee keer in")
        if not frozenset().union(*(each.sources for each in callers.values())) <= sources:
            raise UnusableCallers(path, "een bron bestaat niet")
        return cls(callers, oins, clients, tokens)

    def by_certificate(self, der: bytes) -> Caller:
        """Raises Stranger(403) when the certificate is of nobody who may deliver."""
        name = self._oins.get(oin_in(der) or "")
        if name is None:
            raise Stranger(403)
        return self._callers[name]

    def by_token(self, token: str) -> Caller:
        """Raises Stranger"""
        if self.tokens is None:
            raise Stranger(401)
        name = self._clients.get(self.tokens.client(token))
        if name is None:
            raise Stranger(403)
        return self._callers[name]

    def by_name(self, name: str) -> Caller | None:
        """The caller of this name; for SFTP, where the name is the login."""
        return self._callers.get(name)


def oin_in(der: bytes) -> str | None:
    """The OIN of a PKIoverheid certificate: the serialNumber of its subject.

    Source  Logius OIN-Stelsel; formats.md 10
    """
    try:
        found = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    except ValueError:
        return None  # TLS is content with more than X.509 allows
    return str(found[0].value) if len(found) == 1 else None
