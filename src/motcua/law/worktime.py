"""Working time: the door to calendars. A reception calendar is another `Calendar`, used for reception alone."""

from __future__ import annotations

from functools import cache

from motcua.law.calendar_data import OFFICE_WEEK, calendar_data, calendar_from
from motcua.law.calendars import Calendar, LocalDay, Season, Week
from motcua.law.holidays import DayKind
from motcua.law.tables import CalendarGap, Sessions
from motcua.law.timeline import DayInfo

__all__ = [
    "Calendar",
    "CalendarGap",
    "DayInfo",
    "DayKind",
    "LocalDay",
    "Season",
    "Sessions",
    "Week",
    "calendar_data",
    "calendar_from",
    "national_calendar",
]


@cache
def national_calendar() -> Calendar:
    """Monday to Friday 07:00–11:30 and 13:30–17:00 with the national holidays of 2010–2035; always the same object."""
    return Calendar(name="Lịch làm việc chung", week=OFFICE_WEEK)
