"""What a connector's connector.toml says of it."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO

from connectors.connector import MOST_PER_PERSON, Connector, Delivered, Draft, Feedback, RawRecord, Refused
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


def connector_of(
    said: Manifest,
    *,
    delivered: Callable[[int, BinaryIO], Delivered | Refused],
    read: Callable[[int, BinaryIO], Iterator[RawRecord | Refused]],
    normalise: Callable[[RawRecord, date], Draft | Feedback | Refused],
    again: Callable[[int, bytes], RawRecord | Refused],
) -> Connector:
    """The connector, with every limit that its manifest states."""
    return Connector(
        name=said.name,
        largest_file=said.largest_file,
        suffixes=said.suffixes,
        delivered=partial(delivered, said.largest_file),
        read=partial(read, said.largest_file),
        normalise=normalise,
        again=again,
        most_per_person=said.most_per_person,
    )


def label_of(source: str) -> str:
    """What people call this source, in Dutch."""
    return str(tomllib.loads((Path(__file__).parent / source / "connector.toml").read_text())["label"])
