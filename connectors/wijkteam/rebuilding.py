"""What the feed kept of keys that no longer stand on their topic goes, and every alert is looked at again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import psycopg

from connectors.wijkteam.keys import FeedKeys
from connectors.wijkteam.projection import reconsidered_all
from schemas.catalogue import Key
from schemas.rebuilding import Clean, Gap, Standing

Connection = psycopg.Connection[Any]
#: topic: (table, its key columns in the order owner, entity); which of both is a person
_FACTS: Mapping[str, tuple[str, tuple[str, str]]] = MappingProxyType(
    {
        "contribution.v1": ("fact_contribution", ("household", "person")),
        "household.membership.v1": ("fact_membership", ("person", "household")),
        "consent.v1": ("fact_consent", ("person", "consent")),
    }
)


def cleaning(keys: FeedKeys, at: datetime) -> Clean:
    """Deletes facts without a standing key; alerts, feed entries, decisions, the access log and accounts stay.

    Erasures (`fact_gone`) stay too: erased stays erased, also when the record of it has left its topic.
    """

    def clean(connection: Connection, standing: Standing, _: Sequence[Gap]) -> int:
        gone = 0
        for topic, (table, columns) in _FACTS.items():
            left = sorted(_named(keys, columns, standing(topic)))
            gone += connection.execute(
                f"delete from {table} where ({columns[0]}, {columns[1]}) not in"  # noqa: S608 - our own names only
                " (select * from unnest(%s::text[], %s::text[]))",
                ([first for first, _ in left], [second for _, second in left]),
            ).rowcount
        reconsidered_all(connection, at)
        return gone

    return clean


def _named(keys: FeedKeys, columns: tuple[str, str], standing: frozenset[Key]) -> Iterator[tuple[str, str]]:
    for key in standing:
        owner, entity = (
            keys.person(value) if column == "person" else value for column, value in zip(columns, key, strict=True)
        )
        yield owner, entity
