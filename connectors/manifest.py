"""What a connector's connector.toml says of it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Manifest:
    """Name, limits, and what of the format is taken and dropped."""

    name: str
    largest_file: int
    suffixes: tuple[str, ...]
    takes: frozenset[str]
    drops: frozenset[str]


def manifest_of(source: str) -> Manifest:
    """The manifest in the folder of this source."""
    raw = tomllib.loads((Path(__file__).parent / source / "connector.toml").read_text())
    return Manifest(
        raw["name"], raw["largest_file"], tuple(raw["suffixes"]), frozenset(raw["takes"]), frozenset(raw["drops"])
    )
