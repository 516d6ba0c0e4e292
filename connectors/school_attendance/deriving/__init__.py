"""From absence per lesson hour to a melding of sixteen hours in four lesson weeks: this runs at the school."""

from connectors.school_attendance.deriving.from_hours import Derived, Output, derive
from connectors.school_attendance.deriving.hours import SchoolType
from connectors.school_attendance.deriving.school_holidays import Region

__all__ = ["Derived", "Output", "Region", "SchoolType", "derive"]
