"""What was ever said: the schema versions of every release, read from the git tags `v*`."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.registry import Version, fingerprint

TAGS = "v[0-9]*"
FOLDER = "schemas"


def _git(repository: Path, *arguments: str) -> str | None:
    """What git answers, or None when it refuses or no git is here (a wheel, an archive)."""
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *arguments],
            capture_output=True,
            check=True,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def release_tags(repository: Path) -> tuple[str, ...]:
    """The release tags that this commit descends from, oldest first; none before the first release."""
    listed = _git(repository, "tag", "--list", TAGS, "--merged", "HEAD", "--sort=creatordate")
    return tuple((listed or "").split())


def versions_of_tag(repository: Path, tag: str) -> tuple[Version, ...]:
    """The allow-list that one release was built with.

    Raises  ValueError when a file of that release cannot be read or is not what its registry.json says
    """
    committed = _git(repository, "show", f"{tag}:{FOLDER}/registry.json")
    if committed is None:
        raise ValueError(f"{tag} has no {FOLDER}/registry.json")
    return tuple(_version(repository, tag, row) for row in json.loads(committed))


def _version(repository: Path, tag: str, row: Mapping[str, Any]) -> Version:
    text = _git(repository, "show", f"{tag}:{FOLDER}/{row['file']}")
    if text is None:
        raise ValueError(f"{tag} has no {FOLDER}/{row['file']}")
    schema: dict[str, Any] = json.loads(text)
    if fingerprint(schema) != row["fingerprint"]:
        raise ValueError(f"{tag}: {row['file']} is not what registry.json says")
    return Version(row["subject"], row["version"], row["id"], schema, row["fingerprint"])


def released_versions(repository: Path) -> tuple[Version, ...]:
    """Every version that any release could write, each once.

    Raises  ValueError when two releases gave one id or version to different schemas
    """
    known: dict[tuple[str, int], Version] = {}
    for tag in release_tags(repository):
        for version in versions_of_tag(repository, tag):
            before = known.setdefault((version.subject, version.version), version)
            if (before.fingerprint, before.id) != (version.fingerprint, version.id):
                raise ValueError(f"{tag}: {version.subject} v{version.version} was another schema before")
    return tuple(known.values())


def by_subject(versions: Sequence[Version]) -> dict[str, list[dict[str, Any]]]:
    """The schemas of each subject, oldest first."""
    ordered: dict[str, list[dict[str, Any]]] = {}
    for version in sorted(versions, key=lambda each: (each.subject, each.version)):
        ordered.setdefault(version.subject, []).append(version.schema)
    return ordered
