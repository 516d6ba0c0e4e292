"""The trail goes on where the log is, and writes down for ever which places it never saw."""

from collections.abc import Sequence
from typing import Any

import psycopg

from schemas.following import CannotContinue
from schemas.rebuilding import Gap, Standing

Connection = psycopg.Connection[Any]


def gaps_written(connection: Connection, _: Standing, gaps: Sequence[Gap]) -> int:
    """Nothing is taken out of the trail: it learns no tombstones, it keeps what was said.

    Raises  CannotContinue when a log was cut: two records of one place cannot both be kept
    """
    for gap in gaps:
        if gap.cut:
            why = "het log is ingekort of opnieuw gemaakt; het trail bewaart elke plaats maar één keer"
            raise CannotContinue(gap.topic, gap.partition, why, "docs/runbooks/rebuild.md, 'A log that was cut'")
        connection.execute(
            "insert into gap (topic, partition, first, before) values (%s, %s, %s, %s)",
            (gap.topic, gap.partition, gap.expected, gap.first),
        )
    return 0
