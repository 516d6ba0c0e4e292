"""The invariants I1, I2, I3 and I4 over everything the trail holds, or over a run that was never written down."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from schemas.codec import Codec
from schemas.following import Arrived
from signaalbrug.proof.accounted import accounted
from signaalbrug.proof.alerts_once import alerts_once
from signaalbrug.proof.finding import Checked, Finding
from signaalbrug.proof.lawful import lawful
from signaalbrug.proof.traceable import traceable
from streams.trail.reading import everything
from streams.trail.shelf import Shelf, shelved

__all__ = ["Checked", "Finding", "check", "checked", "checked_run", "checked_trail"]


def checked(shelf: Shelf, codec: Codec) -> Sequence[Checked]:
    """Each invariant with over how much it looked and what is wrong; at rest, when nothing is under way.

    Source  promises.md 6.1
    """
    return (accounted(shelf.records), alerts_once(shelf.records), lawful(shelf, codec), traceable(shelf, codec))


def check(shelf: Shelf, codec: Codec) -> list[Finding]:
    """Everything that is wrong; empty when all four hold."""
    return [finding for each in checked(shelf, codec) for finding in each.findings]


def checked_run(arrived: Iterable[Arrived], codec: Codec) -> Sequence[Checked]:
    """The invariants over records as they were read from a log, in memory or on Kafka."""
    return checked(shelved(arrived, codec), codec)


def checked_trail(connection: psycopg.Connection[Any], codec: Codec) -> Sequence[Checked]:
    """The invariants over everything in the trail's database."""
    return checked(everything(connection, codec), codec)
