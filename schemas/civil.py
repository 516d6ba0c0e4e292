"""Which day it is for the people this is about: windows, deadlines and lists count days in Amsterdam."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def civil_day(at: datetime) -> date:
    """The day it is in the Netherlands at this moment.

    Raises  ValueError for a time without a zone: it would silently be read as that of this machine
    """
    if at.tzinfo is None:
        raise ValueError("a civil day needs a moment with its zone")
    return at.astimezone(AMSTERDAM).date()
