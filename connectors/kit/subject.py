"""A connector on the bench: its manifest, its samples, and a loop that keeps what it would publish."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import connectors
from connectors.connector import Connector, RawRecord, Refused, Whom
from connectors.intake import Taken, take_in
from connectors.kit.dry_run import DryRun
from connectors.manifest import Manifest, manifest_of
from connectors.sources import connectors_for
from schemas.civil import civil_day
from schemas.identity import PersonPseudonym
from schemas.record import OutRecord

#: Samples speak of days before this moment; a fixed one, so that two runs say the same.
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
TODAY = civil_day(NOW)


@dataclass(frozen=True, slots=True)
class Subject:
    """A connector with its manifest and the folder of its samples."""

    connector: Connector
    manifest: Manifest
    samples: Path

    def accepted(self) -> Sequence[Path]:
        """The samples that are taken whole."""
        return _files(self.samples / "accepted")

    def refused(self) -> Sequence[Path]:
        """The samples that are refused for the reason in their names."""
        return _files(self.samples / "refused")

    def all(self) -> Sequence[Path]:
        """Both."""
        return (*self.accepted(), *self.refused())

    def rows(self, content: bytes) -> list[RawRecord | Refused]:
        """What the connector reads in this content."""
        return list(self.connector.read(io.BytesIO(content)))


def _files(folder: Path) -> Sequence[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else ()


class Bench:
    """A dry run that keeps what was published; benches that share *persons* call the same person the same."""

    def __init__(self, persons: dict[Whom, PersonPseudonym] | None = None) -> None:
        self.published: list[OutRecord] = []
        self.run = DryRun(self.published.extend, lambda: NOW, persons, certain=False)

    def take(self, connector: Connector, content: bytes) -> Taken:
        """The loop over this content."""
        return take_in(connector, io.BytesIO(content), len(content), self.run.effects())

    def said(self) -> bytes:
        """Every byte that was published: keys, headers, values."""
        parts = [part for each in self.published for part in (each.key, each.value or b"")]
        parts += [value for each in self.published for _, value in each.headers]
        return b"\n".join(parts)

    def newest(self, receipts: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Person and content of the newest version of everything that these deliveries spoke of."""
        newest = self.run.books.newest({entity for entity, _ in self.spoken_of(receipts)})
        return frozenset((each.person, each.content_hash) for each in newest.values())

    def spoken_of(self, receipts: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Every entity that these deliveries spoke of, with whom it was about."""
        books = self.run.books
        plans = [plan for each in receipts for plan in books.plans(each, range(MOST_SAMPLE_ROWS)).values()]
        versions = [plan.version for plan in plans if plan.version is not None]
        return frozenset((each.entity, each.person) for each in versions)


#: A sample is small enough to read.
MOST_SAMPLE_ROWS = 1_000


def subject_of(source: str, municipality: str = "9990") -> Subject:
    """A source as it stands."""
    folder = Path(connectors.__file__).parent / source / "samples"
    return Subject(connectors_for(municipality)[source], manifest_of(source), folder)
