"""Which schema has which id: a registry that is a committed file, so that nobody needs a server to be exact."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).parent
FIRST_ID = 1_000_000


def load_schema(path: Path) -> dict[str, Any]:
    """The schema as it stands in an .avsc."""
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def _undocumented(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _undocumented(value) for key, value in node.items() if key != "doc"}
    if isinstance(node, list):
        return [_undocumented(value) for value in node]
    return node


def fingerprint(schema: Mapping[str, Any]) -> str:
    """SHA-256 of everything that can change what bytes mean: all but the docs.

    Source  Avro's own canonical form also drops logical types and defaults, which do change it
    """
    canonical = json.dumps(_undocumented(schema), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one subject, as this release was built with it."""

    subject: str
    version: int
    id: int
    schema: dict[str, Any]
    fingerprint: str


class NotRegistered(LookupError):
    """The registry does not know a schema of this release."""

    def __init__(self, subject: str, version: int) -> None:
        super().__init__(subject)
        self.what = f"{subject} version {version}"


class RegistryDown(Exception):
    """The registry gave no usable answer; what depends on it waits, nothing is guessed and nothing is refused."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.sqlstate = code  # the code that `error_code` may say: a status or a type, never a value


class RegistryUnusable(SystemExit):
    """A process cannot start with this registry: exit 4, before anything was read or written."""

    def __init__(self, why: str, repair: str) -> None:
        super().__init__(4)
        self.text = f"SIGNAALBRUG_REGISTRY: {why}. Herstel: {repair}"

    def __str__(self) -> str:
        return self.text


class Registry(Protocol):
    """Where ids of schemas are known."""

    def id_of(self, version: Version) -> int:
        """The id under which this registry knows the schema of *version*.

        Raises  LookupError when it does not, RegistryDown when it cannot say
        """
        ...

    def meaning(self, schema_id: int) -> str | None:
        """The fingerprint of what an id means here, for an id that `id_of` never gave; None when it means nothing.

        Raises  RegistryDown
        """
        ...


def known_versions(folder: Path = HERE) -> Sequence[Version]:
    """Every schema version this release may read: the allow-list, by subject.

    Raises  ValueError when a schema is not the one whose fingerprint was committed
    """
    rows = json.loads((folder / "registry.json").read_text())
    versions = []
    for row in rows:
        schema = load_schema(folder / row["file"])
        if fingerprint(schema) != row["fingerprint"]:
            raise ValueError(f"{row['file']} is not what registry.json says; run: signaalbrug schemas register")
        versions.append(Version(row["subject"], row["version"], row["id"], schema, row["fingerprint"]))
    return tuple(versions)


class DirectoryRegistry:
    """The committed file `registry.json`, for clusters without a registry server."""

    def __init__(self, folder: Path = HERE) -> None:
        self._ids = {(version.subject, version.fingerprint): version.id for version in known_versions(folder)}

    def id_of(self, version: Version) -> int:
        try:
            return self._ids[version.subject, version.fingerprint]
        except KeyError:
            raise NotRegistered(version.subject, version.version) from None

    def meaning(self, schema_id: int) -> None:
        """Nothing: all ids there are were given out at the start."""
