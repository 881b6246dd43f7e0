"""What is supposed. Pure values; each refuses what makes no sense."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from motcua.law.calendars import Calendar, LocalDay
from motcua.law.errors import BadInput
from motcua.law.limits import Limit

MOST_DAYS = 366


class BadChange(BadInput):
    """The supposition makes no sense."""

    code = "bad_change"


def _days(since: date, to: date) -> list[date]:
    if to < since:
        raise BadChange(f"Ngày cuối {to:%d/%m/%Y} trước ngày đầu {since:%d/%m/%Y}.")
    if (to - since).days >= MOST_DAYS:
        raise BadChange(f"Khoảng từ {since:%d/%m/%Y} đến {to:%d/%m/%Y} quá dài: nhiều nhất {MOST_DAYS} ngày.")
    return [since + timedelta(days=number) for number in range((to - since).days + 1)]


@dataclass(frozen=True, slots=True)
class NewHoliday:
    """Days off from `since` to `to`, both included; `agency` code with all below it, "" = every agency."""

    since: date
    to: date
    agency: str = ""
    name: str = "nghỉ (giả định)"

    def __post_init__(self) -> None:
        _days(self.since, self.to)

    def on(self, calendar: Calendar) -> Calendar:
        return with_days_off(calendar, self.since, self.to, self.name)


@dataclass(frozen=True, slots=True)
class MovedLimit:
    """Another limit for a procedure's open dossiers; `agency` as above."""

    procedure: str
    limit: Limit
    agency: str = ""


@dataclass(frozen=True, slots=True)
class AbsentOfficer:
    """An officer away on whole days, both included, without a substitute."""

    officer_id: int
    since: date
    to: date

    def __post_init__(self) -> None:
        _days(self.since, self.to)

    def on(self, calendar: Calendar) -> Calendar:
        return with_days_off(calendar, self.since, self.to, "vắng (giả định)")


Change = NewHoliday | MovedLimit | AbsentOfficer


def with_days_off(calendar: Calendar, since: date, to: date, name: str) -> Calendar:
    """The calendar with whole days off; they win over make-up days of its own."""
    days = _days(since, to)
    kept = [local for local in calendar.local_days if local.day not in days]
    off = [LocalDay(day, (), name) for day in days]
    return replace(calendar, local_days=tuple(sorted([*kept, *off], key=lambda local: local.day)))
