"""The invariants over everything, and the walk of one alert, both from what the trail wrote down."""

from collections import Counter
from collections.abc import Sequence

import psycopg

from schemas.codec import Codec
from schemas.events.alert import Alert
from schemas.following import Arrived
from signaalbrug.invariants import checked
from signaalbrug.proof.finding import Checked, Finding
from signaalbrug.trace_command import text_of
from streams.trail.explain import walked
from streams.trail.reading import everything
from streams.trail.shelf import Shelf

PREFERRED_SIGNALS = 2  # the smallest alert of two sectors: long enough to tell, short enough to read


def trail_of(url: str, codec: Codec) -> Shelf:
    """The whole trail."""
    with psycopg.connect(url, autocommit=True) as connection:
        return everything(connection, codec)


def proved(shelf: Shelf, arrived: Sequence[Arrived], codec: Codec) -> Sequence[Checked]:
    """I1 to I4 over the trail, after it was seen to hold every record of the log."""
    return (*checked(shelf, codec), whole(shelf, arrived))


def whole(shelf: Shelf, arrived: Sequence[Arrived]) -> Checked:
    """Checks over the trail say something about the log only when the trail holds all of it."""
    in_trail = {record.at for record in shelf.records}
    lacking = Counter(one.at.topic for one in arrived if one.at not in in_trail)
    found = [Finding("trail", f"{count} records are not in the trail", topic) for topic, count in lacking.items()]
    return Checked("trail", "the trail holds every record of the log", len(arrived), tuple(found))


def traced(shelf: Shelf) -> str:
    """The walk of one open alert; empty when there is none."""
    chosen = chosen_alert(shelf)
    walk = walked(shelf, chosen) if chosen is not None else None
    return text_of(walk) if walk is not None else ""


def chosen_alert(shelf: Shelf) -> str | None:
    """An open alert that rests on two signals, else any; the first by name, so that it stays the same."""
    newest: dict[str, Alert] = {}
    for record in shelf.records:
        event = record.event
        if isinstance(event, Alert) and event.revision >= newest.get(event.alert, event).revision:
            newest[event.alert] = event
    shown = [alert for alert in newest.values() if alert.views]
    ranked = sorted(shown, key=lambda alert: (len(alert.signals) != PREFERRED_SIGNALS, alert.revision, alert.alert))
    return str(ranked[0].alert) if ranked else None
