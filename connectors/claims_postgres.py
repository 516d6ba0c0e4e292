"""Claims in the books of intake."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Json

from connectors.claims import Claim

#: A signal lives 183 days by the convenant: after that a repeat is a signal of its own, and no amount is needed.
CLAIMS_KEPT = timedelta(days=184)

# As one array, since beside `in (select …)` PostgreSQL sorted the whole table for every batch.
_ABOUT = """
    select named, entity, person, debt, amount, order_ms, stands, crisis from claim where entity = any (array(
        select entity from claim where named = any(%s)
        union select entity from claim join json_to_recordset(%s) as wanted (person text, debt text)
            using (person, debt) where named = entity))
    order by entity, named"""
_NAMES = tuple(each.name for each in fields(Claim))
_KEEP = """
    insert into claim (named, entity, person, debt, amount, order_ms, stands, crisis)
    select named, entity, person, debt, amount, order_ms, stands, crisis
    from json_populate_recordset(null::claim, %s)
    on conflict (named) do update set entity = excluded.entity, person = excluded.person, debt = excluded.debt,
        amount = excluded.amount, order_ms = excluded.order_ms, stands = excluded.stands, crisis = excluded.crisis,
        kept_since = now()"""


def array_of(hashes: Iterable[str]) -> str:
    """Pseudonyms and keyed hashes as PostgreSQL writes an array: psycopg is slow at it, element by element."""
    each = sorted(hashes)
    assert "".join(each).isalnum() or not any(each), "nothing that would have to be escaped"
    return "{" + ",".join(f'"{one}"' for one in each) + "}"


def about(
    database: psycopg.Connection[Any], named: Iterable[str], debts: Iterable[tuple[str, str]]
) -> Sequence[Claim]:
    """Every claim on the signals that these ids or these debts have to do with."""
    wanted = [{"person": person, "debt": debt} for person, debt in sorted(debts)]
    return [Claim(*each) for each in database.execute(_ABOUT, (array_of(named), Json(wanted))).fetchall()]


def keep(cursor: psycopg.Cursor[Any], claims: Sequence[Claim]) -> None:
    """Write down what these ids say now; of an id that speaks twice, its last word."""
    last = {each.named: each for each in claims}.values()
    if last:
        cursor.execute(_KEEP, (Json([{name: getattr(each, name) for name in _NAMES} for each in last]),))


def forget(database: psycopg.Connection[Any], person: str) -> None:
    """Remove every claim about this person."""
    database.execute("delete from claim where person = %s", (person,))


def tidy(database: psycopg.Connection[Any], now: datetime) -> None:
    """Let go of signals that no id spoke of for as long as a signal is kept."""
    database.execute(
        "delete from claim where entity in (select entity from claim group by entity having max(kept_since) < %s)",
        (now - CLAIMS_KEPT,),
    )
