"""Minute tables of one calendar: per-day patterns and prefix sums over 2010–2035.

The scalar clock indexes these tuples, `batch` the same ones as numpy arrays. Minutes are local minute numbers (see
`moments`); a day index counts from 1 January 2010.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from itertools import accumulate
from typing import NoReturn

from motcua.law.errors import DomainError
from motcua.law.holidays import FIRST_YEAR, LAST_YEAR, is_projected_year
from motcua.law.moments import DAY_MINUTES, EPOCH_ORDINAL, day_of_minute

Sessions = tuple[tuple[int, int], ...]
"""Working sessions of a day as (open, close) minutes of the day, ascending, apart, closing before 24:00."""

FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal() - EPOCH_ORDINAL
DAY_COUNT = date(LAST_YEAR, 12, 31).toordinal() - EPOCH_ORDINAL - FIRST_DAY + 1


class CalendarGap(DomainError):
    """The answer needs a year for which no holidays are loaded; the kernel never guesses one."""

    code = "calendar_gap"


def refuse_year(year: int) -> NoReturn:
    raise CalendarGap(
        f"Chưa có lịch nghỉ lễ cho năm {year}: chỉ tính được trong các năm {FIRST_YEAR}–{LAST_YEAR}.",
        year=year,
        first_year=FIRST_YEAR,
        last_year=LAST_YEAR,
    )


class DayPattern:
    """Everything a day with these sessions can be asked, by minute of the day.

    worked[t]: working minutes before t.   clamp[t]: first working minute at or after t, -1 when the day is over.
    at[n]: minute at which the n-th working minute has passed (n ≥ 1).   fit[t]: t moved into the sessions of this day:
    before opening → opening, in a break → end of the break, after closing → closing.
    """

    __slots__ = ("at", "clamp", "close", "fit", "minutes", "opening", "sessions", "worked")

    def __init__(self, sessions: Sessions) -> None:
        inside = [False] * DAY_MINUTES
        for opening, close in sessions:
            inside[opening:close] = [True] * (close - opening)
        self.sessions = sessions
        self.minutes = sum(inside)
        self.opening = sessions[0][0] if sessions else 0
        self.close = sessions[-1][1] if sessions else 0
        self.worked = (0, *accumulate(inside))
        self.at = (self.opening, *(minute + 1 for minute in range(DAY_MINUTES) if inside[minute]))
        self.clamp = tuple(next((max(t, o) for o, c in sessions if t < c), -1) for t in range(DAY_MINUTES))
        self.fit = tuple(next((max(t, o) for o, c in sessions if t <= c), self.close) for t in range(DAY_MINUTES))


class Tables:
    """before[d]: working minutes before day d.   rank[d]: working days before day d.   nth[k]: the k-th working day."""

    __slots__ = ("before", "day_pattern", "nth", "projected_before", "rank")

    def __init__(self, sessions_by_day: list[Sessions]) -> None:
        patterns: dict[Sessions, DayPattern] = {}
        self.day_pattern = [
            patterns[s] if s in patterns else patterns.setdefault(s, DayPattern(s)) for s in sessions_by_day
        ]
        self.before = (0, *accumulate(p.minutes for p in self.day_pattern))
        self.rank = (0, *accumulate(1 if p.minutes else 0 for p in self.day_pattern))
        self.nth = tuple(d for d, p in enumerate(self.day_pattern) if p.minutes)
        self.projected_before = _projected_days()

    def split(self, minute: int) -> tuple[int, int]:
        """(day index, minute of the day); raises CalendarGap outside 2010–2035."""
        day, time = divmod(minute, DAY_MINUTES)
        day -= FIRST_DAY
        if not 0 <= day < DAY_COUNT:
            refuse_year(day_of_minute(minute).year)
        return day, time

    def working_day(self, k: int) -> int:
        if k >= len(self.nth):
            refuse_year(LAST_YEAR + 1)
        return self.nth[k]

    def clamp(self, minute: int) -> int:
        """First working minute at or after `minute`: lunch → afternoon, closing time and later → next working day."""
        day, time = self.split(minute)
        inside = self.day_pattern[day].clamp[time]
        if inside >= 0:
            return minute - time + inside
        following = self.working_day(self.rank[day + 1])
        return (following + FIRST_DAY) * DAY_MINUTES + self.day_pattern[following].opening

    def position(self, minute: int) -> int:
        """Working minutes from the beginning of 2010 to `minute`."""
        day, time = self.split(minute)
        return self.before[day] + self.day_pattern[day].worked[time]

    def add(self, minute: int, amount: int) -> int:
        """The earliest minute with `amount` working minutes since `minute`; closing time can be it. 0 clamps."""
        if amount == 0:
            return self.clamp(minute)
        target = self.position(minute) + amount
        day = bisect_left(self.before, target) - 1
        if day >= DAY_COUNT:
            refuse_year(LAST_YEAR + 1)
        return (day + FIRST_DAY) * DAY_MINUTES + self.day_pattern[day].at[target - self.before[day]]

    def is_projected(self, first: int, last: int) -> bool:
        """Whether any day from minute `first` to minute `last` lies in a projected year."""
        return self.projected_before[self.split(last)[0] + 1] > self.projected_before[self.split(first)[0]]


def _projected_days() -> tuple[int, ...]:
    years = (date.fromordinal(FIRST_DAY + EPOCH_ORDINAL + d).year for d in range(DAY_COUNT))
    known = {year: int(is_projected_year(year)) for year in range(FIRST_YEAR, LAST_YEAR + 1)}
    return (0, *accumulate(known[year] for year in years))
