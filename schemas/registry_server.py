"""A registry server beside the committed file: it gives the ids, never the trust.

Source  the Confluent schema registry API (also Apicurio's /apis/ccompat/v7); ADR 0006
"""

import json
import ssl
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2

from schemas.doors import Door, settings_from
from schemas.registry import NotRegistered, RegistryDown, Version
from schemas.spelling import spelling

PATIENCE_S = 5.0
#: "there is no such subject, version or schema"; any other 404 comes from something that is no registry
ABSENT = frozenset({40401, 40402, 40403})
REMEMBERED = 1_000
COMPATIBILITY = "FULL_TRANSITIVE"


class ServerSettings(Door):
    """Where the registry is and how to enter it; absent REGISTRY = the committed file."""

    registry: str | None = None
    registry_user: str | None = None
    registry_password: str | None = None
    registry_ca: Path | None = None
    registry_certificate: Path | None = None
    registry_key: Path | None = None


class RegistryServer:
    """The ids that a server gave to the schemas of this release; every answer is checked by fingerprint."""

    def __init__(self, settings: ServerSettings) -> None:
        assert settings.registry is not None
        self.url = settings.registry.rstrip("/")
        user = (settings.registry_user, settings.registry_password or "") if settings.registry_user else None
        self._http = httpx2.Client(
            base_url=self.url, auth=user, verify=_trust(settings), timeout=PATIENCE_S, trust_env=False
        )
        self._ids: dict[str, dict[str, int]] = {}
        self._ours: dict[str, str] = {}
        self._meanings: OrderedDict[int, str] = OrderedDict()

    def id_of(self, version: Version) -> int:
        """Asked once a subject, at the start.

        Raises  NotRegistered, RegistryDown
        """
        if version.subject not in self._ids:
            self._ids[version.subject] = dict(self._registered(version.subject))
        spelled = spelling(version.schema)
        self._ours[spelled] = version.fingerprint
        try:
            return self._ids[version.subject][spelled]
        except KeyError:
            raise NotRegistered(version.subject, version.version) from None

    def meaning(self, schema_id: int) -> str | None:
        """The fingerprint of what this id means there; None when the registry knows no such id or it is not ours.

        Only what is there is remembered: what is absent now may be registered a minute later.
        Raises  RegistryDown
        """
        if schema_id in self._meanings:
            return self._ours.get(self._meanings[schema_id])
        answer = self._ask("GET", f"/schemas/ids/{schema_id}")
        if answer is None:
            return None
        spelled = self._meanings[schema_id] = _spelling_in(answer)
        if len(self._meanings) > REMEMBERED:
            self._meanings.popitem(last=False)
        return self._ours.get(spelled)

    def publish(self, versions: Sequence[Version]) -> Iterator[tuple[Version, int, bool]]:
        """Register what is missing, oldest first, under FULL_TRANSITIVE: each version, its id, whether it is new.

        For the operator's command alone; no process of ours calls it.
        Raises  RegistryDown; Objected when the registry holds something that does not fit
        """
        for version in sorted(versions, key=lambda each: (each.subject, each.version)):
            known, spelled = dict(self._registered(version.subject)), spelling(version.schema)
            self._ask("PUT", f"/config/{version.subject}", {"compatibility": COMPATIBILITY})
            if spelled not in known:
                body = {"schemaType": "AVRO", "schema": json.dumps(version.schema)}
                self._ask("POST", f"/subjects/{version.subject}/versions", body)
            found = dict(self._registered(version.subject))
            if spelled not in found:
                raise RegistryDown("changed")  # it said yes and keeps something else
            yield version, found[spelled], spelled not in known

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _registered(self, subject: str) -> Iterator[tuple[str, int]]:
        for number in self._ask("GET", f"/subjects/{subject}/versions") or ():
            answer = self._ask("GET", f"/subjects/{subject}/versions/{number}")
            if answer is not None:
                yield _spelling_in(answer), _id_in(answer)

    def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        """What it answers; None when it knows no such thing.

        Raises  RegistryDown, Objected
        """
        try:
            answer = self._http.request(method, path, json=body)
            said = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL) as trouble:
            raise RegistryDown(type(trouble).__name__) from None
        except ValueError:
            raise RegistryDown("unreadable") from None
        if answer.status_code == 404 and isinstance(said, dict) and said.get("error_code") in ABSENT:
            return None
        if answer.status_code in (409, 422):
            raise Objected(path)
        if answer.status_code != 200:
            raise RegistryDown(str(answer.status_code))
        return said


class Objected(Exception):
    """The registry refuses a schema: it is not compatible with what stands there."""


def server_of(environment: Mapping[str, str]) -> RegistryServer | None:
    """The server that this environment names; None when it names none."""
    settings = settings_from(environment, ServerSettings)
    return RegistryServer(settings) if settings.registry else None


def _trust(settings: ServerSettings) -> ssl.SSLContext | bool:
    if settings.registry_ca is None and settings.registry_certificate is None:
        return True
    context = ssl.create_default_context(cafile=settings.registry_ca)
    if settings.registry_certificate is not None:
        context.load_cert_chain(settings.registry_certificate, settings.registry_key)
    return context


def _spelling_in(answer: Any) -> str:
    """Of the schema in an answer; nothing for what is no Avro schema of one piece."""
    if not isinstance(answer, dict) or not isinstance(answer.get("schema"), str):
        raise RegistryDown("unreadable")
    if answer.get("schemaType", "AVRO") != "AVRO" or answer.get("references"):
        return ""
    try:
        return spelling(json.loads(answer["schema"]))
    except (ValueError, TypeError, RecursionError):
        return ""


def _id_in(answer: Mapping[str, Any]) -> int:
    if not isinstance(answer.get("id"), int):
        raise RegistryDown("unreadable")
    return int(answer["id"])
