"""What a connector's connector.toml says of it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

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
    )
