"""Days and moments as sources write them: ISO, with a zone where there is a time."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)

#: Beyond them a zone can lead out of the calendar.  Source  bad_inputs.md D1
_YEARS = range(1900, 2201)


def moment_in(text: str) -> datetime:
    """A point in time with its zone.  Raises ValueError"""
    if _MOMENT.fullmatch(text) is None:
        raise ValueError("moment")
    at = datetime.fromisoformat(text.upper())
    if at.year not in _YEARS:
        raise ValueError("moment")
    return at


def day_in(text: str) -> date:
    """A civil day.  Raises ValueError"""
    if _DAY.fullmatch(text) is None:
        raise ValueError("day")
    return date.fromisoformat(text)


def lived_day_in(text: str) -> date:
    """A civil day on which somebody who is meant can have lived; a last day may lie as far ahead as is written.

    Raises  ValueError
    """
    day = day_in(text)
    if day.year < _YEARS.start:
        raise ValueError("day")
    return day


def _day(text: str) -> str:
    day_in(text)
    return text


def _lived_day(text: str) -> str:
    lived_day_in(text)
    return text


def _moment(text: str) -> str:
    moment_in(text)
    return text


Day = Annotated[str, AfterValidator(_day)]
LivedDay = Annotated[str, AfterValidator(_lived_day)]
Moment = Annotated[str, AfterValidator(_moment)]
