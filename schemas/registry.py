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


class Registry(Protocol):
    """Where ids of schemas are known."""

    def id_of(self, version: Version) -> int:
        """The id under which this registry knows the schema of *version*.

        Raises  LookupError when it does not
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
        return self._ids[version.subject, version.fingerprint]
