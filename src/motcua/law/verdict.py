"""Early, on time, overdue; and how much working time is left. All are properties of times, never a stored state.

Two readings are in use: by date (the default of reports) and by instant. Both look at whole minutes of Vietnamese time.
What ends the clock is the resolution, not the applicant's fetch (QĐ 766/QĐ-TTg; practice of the portal).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from motcua.law.calendars import Calendar
from motcua.law.moments import DAY_MINUTES, to_minutes
from motcua.law.tables import FIRST_DAY, Tables

# A working day as the national week counts it: from this many working minutes left on a due is "soon".
SOON_MINUTES = 8 * 60
# The answer itself has only eight working hours, so a day's warning would warn from the start.
ANSWER_SOON_MINUTES = 2 * 60


class Verdict(StrEnum):
    EARLY = "early"
    ON_TIME = "on_time"
    OVERDUE = "overdue"


class Mark(StrEnum):
    """Of an open dossier in a worklist."""

    EARLY = "early"
    SOON = "soon"
    OVERDUE = "overdue"


VERDICT_TEXT = {Verdict.EARLY: "trước hạn", Verdict.ON_TIME: "đúng hạn", Verdict.OVERDUE: "quá hạn"}
MARK_TEXT = {Mark.EARLY: "còn hạn", Mark.SOON: "sắp đến hạn", Mark.OVERDUE: "quá hạn"}


@dataclass(frozen=True, slots=True)
class Remaining:
    """Working time between now and the due. `minutes` is signed, negative when overdue.

    `days` whole working days (never eight hours turned into one) and the rest in `hours` and `rest_minutes`, all ≥ 0.
    `overdue` holds also when the due passed and no working minute has gone by since (due at closing, asked at night).
    """

    minutes: int
    overdue: bool
    days: int
    hours: int
    rest_minutes: int

    def text(self) -> str:
        """“còn 1 ngày làm việc”, “quá 2 giờ làm việc”, “còn 3 ngày 2 giờ làm việc”, “còn 45 phút làm việc”."""
        if not self.minutes:
            return "vừa quá hạn" if self.overdue else "đến hạn"
        parts = [f"{self.days} ngày"] if self.days else []
        if self.hours:
            parts.append(f"{self.hours} giờ")
        if self.rest_minutes and not self.days:
            parts.append(f"{self.rest_minutes} phút")
        return f"{'quá' if self.overdue else 'còn'} {' '.join(parts) or '0 giờ'} làm việc"


def verdict_by_date(ended_at: datetime, due_at: datetime) -> Verdict:
    """An earlier day is early, the same day on time, a later day overdue."""
    return _verdict(to_minutes(ended_at) // DAY_MINUTES, to_minutes(due_at) // DAY_MINUTES)


def verdict_by_instant(ended_at: datetime, due_at: datetime) -> Verdict:
    """Before the due minute early, in it on time, after it overdue."""
    return _verdict(to_minutes(ended_at), to_minutes(due_at))


def _verdict(ended: int, due: int) -> Verdict:
    if ended < due:
        return Verdict.EARLY
    return Verdict.ON_TIME if ended == due else Verdict.OVERDUE


def remaining(at: datetime, due_at: datetime, calendar: Calendar) -> Remaining:
    """Raises CalendarGap when either moment lies outside 2010–2035."""
    tables = calendar.tables
    now, due = to_minutes(at), to_minutes(due_at)
    overdue = now > due
    first, last = (due, now) if overdue else (now, due)
    days = _whole_working_days(tables, first, last)
    total = tables.position(last) - tables.position(first)
    rest = tables.position(last) - tables.position(_later(tables, first, days)) if days else total
    hours, rest_minutes = divmod(rest, 60)
    return Remaining(-total if overdue else total, overdue, days, hours, rest_minutes)


def mark(at: datetime, due_at: datetime, calendar: Calendar, soon_minutes: int) -> Mark:
    """SOON when at most `soon_minutes` working minutes are left."""
    now, due = to_minutes(at), to_minutes(due_at)
    if now > due:
        return Mark.OVERDUE
    tables = calendar.tables
    return Mark.SOON if tables.position(due) - tables.position(now) <= soon_minutes else Mark.EARLY


def _later(tables: Tables, moment: int, days: int) -> int:
    """`moment`, moved into working time, `days` working days later at the same hour."""
    day, minute = tables.split(tables.clamp(moment))
    later = tables.working_day(tables.rank[day] + days)
    return (later + FIRST_DAY) * DAY_MINUTES + tables.day_pattern[later].fit[minute]


def _whole_working_days(tables: Tables, first: int, last: int) -> int:
    begin = tables.clamp(first)
    days = tables.rank[tables.split(last)[0] + 1] - 1 - tables.rank[tables.split(begin)[0]]
    while days > 0 and tables.position(_later(tables, begin, days)) > tables.position(last):
        days -= 1
    return max(days, 0)
