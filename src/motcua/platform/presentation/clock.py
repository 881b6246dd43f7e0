"""How much time is left, in words, with a tone and an icon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from motcua.law.calendars import Calendar
from motcua.law.tables import CalendarGap
from motcua.law.verdict import SOON_MINUTES, Mark, mark, remaining


@dataclass(frozen=True, slots=True)
class Clock:
    """`remaining` is the bold line, `until` the moment behind it, `note` what must be known beside it, `word` the warning.

    `tone` is a state colour.
    """

    tone: str
    icon: str
    remaining: str
    until: str = ""
    note: str = ""
    word: str = ""


def running(
    due_at: datetime,
    at: datetime,
    calendar: Calendar,
    *,
    until: str,
    over: str,
    note: str = "",
    soon: int = SOON_MINUTES,
) -> Clock:
    """A clock that runs towards `due_at`; `until` and `over` tell that moment before and after it has come."""
    try:
        left, near = remaining(at, due_at, calendar).text(), mark(at, due_at, calendar, soon)
    except CalendarGap:
        # A due of another system in a year whose holidays nobody knows: nobody can say how much working time is left.
        if at > due_at:
            return Clock("late", "exclamation-triangle-fill", "Quá hạn", over, note)
        return Clock("in-time", "clock", "Còn hạn", until, note)
    said = left[0].upper() + left[1:]
    match near:
        case Mark.OVERDUE:
            return Clock("late", "exclamation-triangle-fill", said, over, note)
        case Mark.SOON:
            return Clock("soon", "exclamation-circle", said, until, note, "Sắp đến hạn")
        case _:
            return Clock("in-time", "clock", said, until, note)
