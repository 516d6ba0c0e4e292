"""What a connector's connector.toml says of it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from connectors.connector import MOST_PER_PERSON
from schemas.vocabulary import Refusal


@dataclass(frozen=True, slots=True)
class Manifest:
    """Name, limits, what of the format is taken and dropped, and every reason why a row or file is refused."""

    name: str
    largest_file: int
    suffixes: tuple[str, ...]
    takes: frozenset[str]
    drops: frozenset[str]
    refuses: frozenset[Refusal]
    most_per_person: int = MOST_PER_PERSON


def manifest_of(source: str) -> Manifest:
    """The manifest in the folder of this source."""
    raw = tomllib.loads((Path(__file__).parent / source / "connector.toml").read_text())
    return Manifest(
        name=raw["name"],
        largest_file=raw["largest_file"],
        suffixes=tuple(raw["suffixes"]),
        takes=frozenset(raw["takes"]),
        drops=frozenset(raw["drops"]),
        refuses=frozenset(map(Refusal, raw["refuses"])),
        most_per_person=raw.get("most_per_person", MOST_PER_PERSON),
    )


def label_of(source: str) -> str:
    """What people call this source, in Dutch."""
    return str(tomllib.loads((Path(__file__).parent / source / "connector.toml").read_text())["label"])
