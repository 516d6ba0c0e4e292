"""Days and moments as FHIR writes them: a whole date, or a moment with its zone; not a year or a month alone.

Time    days in Amsterdam
"""

from datetime import UTC, date, datetime, timedelta

from connectors.moments import lived_day_in, moment_in
from schemas.civil import civil_day

_DAY_LENGTH = 10


def is_day(text: str) -> bool:
    """Whether a whole day is meant, and no moment."""
    return len(text) == _DAY_LENGTH


def day_of(text: str) -> date:
    """The day.  Raises ValueError"""
    return lived_day_in(text) if is_day(text) else civil_day(moment_of(text))


def day_after(text: str) -> date:
    """The first day on which something that ends then no longer holds: a last day counts whole, of a moment its day
    does not, so that nothing is used longer than was said.  Raises ValueError
    """
    if not is_day(text):
        return civil_day(moment_of(text))
    day = lived_day_in(text)
    return day if day == date.max else day + timedelta(days=1)


def moment_of(text: str) -> datetime:
    """The moment, in UTC.  Raises ValueError"""
    return moment_in(text).astimezone(UTC)
