"""When there is nothing left to do: no file waits, and every reader's cursor stands behind the last record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from schemas.catalogue import TOPICS
from schemas.events.state import Cursor
from signaalbrug.demo.log import LiveLog, Where
from streams.topology import STEPS

#: A follower's own name for itself is not ours to know: which topics it reads stands in the catalogue.
READS_AS: Mapping[str, str] = {"trail": "trail", "feed": "wijkteam", "registers": "household_register"}


@dataclass(frozen=True, slots=True)
class Behind:
    """What still has to happen."""

    files: int
    steps: int
    followers: int
    waiting_rows: int

    @property
    def nothing(self) -> bool:
        return not (self.files or self.steps or self.followers or self.waiting_rows)


Connect = Callable[[], psycopg.Connection[Any]]


class Quiet:
    """Asks log, drop folder and databases; quiet is what was seen twice without a record in between."""

    def __init__(self, log: LiveLog, drop: Path, books: Mapping[str, Connect], outboxes: Mapping[str, str]) -> None:
        self.log, self._drop = log, drop
        self._books = {database: connect() for database, connect in books.items()}
        self._outboxes = outboxes
        self._seen_quiet = False

    def reached(self) -> bool:
        """Whether all is done; two looks in a row must agree."""
        came = self.log.catch_up()
        quiet = self.behind().nothing and not came
        agreed, self._seen_quiet = quiet and self._seen_quiet, quiet
        return agreed

    def behind(self) -> Behind:
        """What is left, as of the records read last."""
        return Behind(
            files=sum(1 for _ in self._drop.glob("*/in/*")),
            steps=steps_behind(self.log.ends, self.log.cursors),
            followers=sum(self._follower_behind(database) for database in self._books),
            waiting_rows=sum(self._waiting(database) for database in self._outboxes),
        )

    def _follower_behind(self, database: str) -> int:
        rows = self._books[database].execute("select topic, partition, next_offset from follower_cursor").fetchall()
        cursors: dict[Where, int] = {}
        for topic, partition, offset in rows:
            where = (topic, partition)
            cursors[where] = min(offset, cursors.get(where, offset))
        return missing(self.log.ends, cursors, followed(READS_AS[database]))

    def _waiting(self, database: str) -> int:
        found = self._books[database].execute(self._outboxes[database]).fetchone()
        return int(found[0]) if found else 0

    def close(self) -> None:
        """Let go of databases and broker."""
        for connection in self._books.values():
            connection.close()
        self.log.close()


def followed(reader: str) -> Sequence[str]:
    """The topics that the catalogue says this reader reads."""
    return [name for name, topic in TOPICS.items() if reader in topic.consumers]


def missing(ends: Mapping[Where, int], cursors: Mapping[Where, int], topics: Iterable[str]) -> int:
    """How many records of these topics lie beyond the cursors."""
    wanted = set(topics)
    return sum(
        max(0, end - cursors.get((topic, partition), 0))
        for (topic, partition), end in ends.items()
        if topic in wanted
    )


def steps_behind(ends: Mapping[Where, int], cursors: Mapping[Where, Cursor]) -> int:
    """How many records no step has decided on; a partition-wide record under way counts as one."""
    left = 0
    for step in STEPS:
        decided = {
            (at.topic, partition): at.next_offset
            for (name, partition), cursor in cursors.items()
            if name == step.name
            for at in cursor.positions
        }
        under_way = [c for (name, _), c in cursors.items() if name == step.name and c.fan_out is not None]
        left += missing(ends, decided, step.topics) + len(under_way)
    return left
