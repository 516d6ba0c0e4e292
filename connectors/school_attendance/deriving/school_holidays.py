"""Which days a school of a region has off by rule: the school holidays of the table beside this, public holidays.

Source  school_holidays.toml; Algemene termijnenwet art. 3, as the package `holidays` has it
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import holidays

_TABLE = Path(__file__).parent / "school_holidays.toml"
#: By law as a Sunday, and yet schools may teach on it.
_OPTIONAL = "Goede vrijdag"


class Region(StrEnum):
    """The three regions over which the holidays are spread."""

    NOORD = "noord"
    MIDDEN = "midden"
    ZUID = "zuid"


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days that are free unless the school says otherwise, and those of them on which no school teaches.

    Time    `first` and `last` bound what the table knows
    """

    free: frozenset[date]
    binding: frozenset[date]
    first: date
    last: date


def days_off(region: Region) -> DaysOff:
    """What the table says of this region."""
    rows = tomllib.loads(_TABLE.read_text())["holiday"]
    free: set[date] = set()
    binding: set[date] = set()
    for row in rows:
        first, last = row[region.value]
        days = {first + timedelta(days=each) for each in range((last - first).days + 1)}
        free |= days
        binding |= days if row["binding"] else set()
    first, last = min(free), max(free)
    for day, name in holidays.country_holidays("NL", years=range(first.year, last.year + 1), language="nl").items():
        free.add(day)
        binding |= {day} if name != _OPTIONAL else set()
    return DaysOff(frozenset(free), frozenset(binding), first, last)
