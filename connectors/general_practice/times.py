"""Days and moments as FHIR writes them: a whole date, or a moment with its zone; not a year or a month alone.

Time    days in Amsterdam
"""

from datetime import UTC, date, datetime, timedelta

from connectors.moments import moment_in
from schemas.civil import civil_day

_DAY_LENGTH = 10


def day_of(text: str) -> date:
    """The day.  Raises ValueError"""
    return _whole_day(text) if len(text) == _DAY_LENGTH else civil_day(moment_of(text))


def day_after(text: str) -> date:
    """The first day on which something that ends then no longer holds: a last day counts whole, of a moment its day
    does not, so that nothing is used longer than was said.  Raises ValueError
    """
    if len(text) != _DAY_LENGTH:
        return civil_day(moment_of(text))
    day = _whole_day(text)
    return day if day == date.max else day + timedelta(days=1)


def moment_of(text: str) -> datetime:
    """The moment, in UTC.  Raises ValueError"""
    return moment_in(text).astimezone(UTC)


def _whole_day(text: str) -> date:
    if not text.isascii() or text[4] != "-" or text[7] != "-":
        raise ValueError("day")
    return date.fromisoformat(text)
