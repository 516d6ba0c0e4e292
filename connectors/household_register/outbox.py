"""What the register decided to say, in order, until the broker has it: the bytes are fixed before the first try."""

from collections.abc import Iterable
from typing import Any

import psycopg

from schemas.identity import PersonPseudonym
from schemas.record import OutRecord, Publish

BATCH = 500


def put(database: psycopg.Connection[Any], person: PersonPseudonym, records: Iterable[OutRecord]) -> None:
    """Add records about this person, in the transaction of what they follow from."""
    for record in records:
        names, values = [name for name, _ in record.headers], [value for _, value in record.headers]
        database.execute(
            "insert into outbox (person, topic, partition, key, value, header_names, header_values)"
            " values (%s, %s, %s, %s, %s, %s, %s::bytea[])",
            (person, record.topic, record.partition, record.key, record.value, names, values),
        )


def relay(database: psycopg.Connection[Any], publish: Publish) -> int:
    """Publish the oldest records and take them out; returns how many.

    A crash between the two publishes the same bytes again, which changes nothing for whoever reads them.
    Raises  what *publish* raises; the records stay then
    """
    with database.transaction():
        rows = database.execute(
            "select place, topic, partition, key, value, header_names, header_values from outbox"
            " order by place limit %s for update",
            (BATCH,),
        ).fetchall()
        if not rows:
            return 0
        publish([_record(*row[1:]) for row in rows])
        database.execute("delete from outbox where place = any(%s)", ([row[0] for row in rows],))
    return len(rows)


def _record(
    topic: str, partition: int, key: bytes, value: bytes | None, names: list[str], values: list[bytes]
) -> OutRecord:
    headers = tuple((name, bytes(each)) for name, each in zip(names, values, strict=True))
    return OutRecord(topic, partition, bytes(key), None if value is None else bytes(value), headers)
