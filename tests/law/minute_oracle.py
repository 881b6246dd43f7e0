"""One boolean per minute of 2010–2035 and its running sum: the clock answered from nothing but that.

Built apart from the kernel: it reads the raw facts of the holiday file by itself and shares no code with `motcua.law`.
Moments are naive local datetimes or minutes since 2010-01-01 00:00.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

import numpy as np

Sessions = Sequence[tuple[str, str]]

ORIGIN = datetime(2010, 1, 1)  # noqa: DTZ001 — the oracle lives in local time alone
DAYS = (date(2036, 1, 1) - date(2010, 1, 1)).days
OFFICE = (("07:00", "11:30"), ("13:30", "17:00"))


def minute(moment: datetime) -> int:
    return int((moment - ORIGIN) // timedelta(minutes=1))


def moment(minute: int) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


def raw_days() -> tuple[set[date], dict[date, date]]:
    """Days off, and working days swapped in with the day they replace."""
    facts: dict[str, Any] = json.loads(files("motcua.law").joinpath("data/holidays.json").read_text("utf-8"))
    off: set[date] = set()
    swapped_in: dict[date, date] = {}
    for text, year in facts["years"].items():
        tet = date.fromisoformat(year["tet"])
        length = 4 if int(text) < 2014 else 5
        feast = {date(int(text), m, d) for m, d in ((1, 1), (4, 30), (5, 1), (9, 2))}
        feast |= {tet + timedelta(n - year["tet_days_before"]) for n in range(length)}
        feast.add(date.fromisoformat(year["hung_kings"]))
        if int(text) >= 2021:
            feast.add(date.fromisoformat(year["national_second"]))
        if int(text) >= 2026:
            feast.add(date(int(text), 11, 24))
        free = set(feast)
        for clash in sorted(day for day in feast if day.isoweekday() > 5):
            day = clash
            while day.isoweekday() > 5 or day in free:
                day += timedelta(1)
            free.add(day)
        for swap in year["swaps"]:
            free.add(date.fromisoformat(swap["off"]))
            swapped_in[date.fromisoformat(swap["on"])] = date.fromisoformat(swap["off"])
        off |= free
    return off, swapped_in


def office_sessions(day: date) -> Sessions:
    return OFFICE if day.isoweekday() <= 5 else ()


class Oracle:
    def __init__(self, sessions_of: Callable[[date], Sessions] = office_sessions) -> None:
        off, swapped_in = raw_days()
        self.open = np.zeros(DAYS * 1440, dtype=bool)
        for n in range(DAYS):
            day = date(2010, 1, 1) + timedelta(n)
            if day in off:
                continue
            # A swapped day works like the weekday it stands for, in its own season.
            like = day + timedelta(swapped_in[day].weekday() - day.weekday()) if day in swapped_in else day
            for opening, close in sessions_of(like):
                first, last = (time.fromisoformat(text) for text in (opening, close))
                self.open[n * 1440 + first.hour * 60 + first.minute : n * 1440 + last.hour * 60 + last.minute] = True
        self.sum = np.concatenate(([0], np.cumsum(self.open, dtype=np.int64)))
        self.work_days = np.flatnonzero(self.open.reshape(DAYS, 1440).any(axis=1))

    def clamp(self, at: int) -> int:
        return int(np.searchsorted(self.sum, self.sum[at], side="right")) - 1

    def after(self, at: int, working: int) -> int:
        return int(np.searchsorted(self.sum, self.sum[at] + working)) if working else self.clamp(at)

    def nth_work_day(self, day: int, n: int) -> int:
        """The n-th working day after `day` (0: the first from `day` on)."""
        if n == 0:
            return int(self.work_days[np.searchsorted(self.work_days, day)])
        return int(self.work_days[np.searchsorted(self.work_days, day, side="right") + n - 1])

    def close(self, day: int) -> int:
        return day * 1440 + int(np.flatnonzero(self.open[day * 1440 : (day + 1) * 1440])[-1]) + 1

    def at_hour(self, day: int, of: int) -> int:
        """The hour of minute `of` on a working day, fitted into its sessions."""
        wanted = day * 1440 + of % 1440
        if self.open[wanted] or self.open[wanted - 1]:
            return wanted
        later = np.flatnonzero(self.open[wanted : (day + 1) * 1440])
        return wanted + int(later[0]) if later.size else self.close(day)

    def due(self, start: int, amount: int, unit: str, end_of_day: bool, pauses: Sequence[tuple[int, int]] = ()) -> int:
        begin = self.clamp(start)
        if unit == "working_hour":
            due = self.after(begin, amount * 60)
        else:
            if unit == "working_day":
                day = self.nth_work_day(begin // 1440, amount)
            else:
                day = self.nth_work_day(begin // 1440 + amount, 0)
            due = self.close(day) if end_of_day else self.at_hour(day, begin)
        for pause in sorted(pauses):
            due = self.moved(due, max(pause[0], begin), pause[1], unit, end_of_day)
        return due

    def moved(self, due: int, begin: int, end: int, unit: str, end_of_day: bool) -> int:
        if begin > due or end <= begin:
            return due
        back = self.clamp(end)
        if unit == "day":
            due += back - begin
            day = self.nth_work_day(due // 1440, 0)
            due = day * 1440 + due % 1440
            if end_of_day:
                return self.close(day)
            return due if self.open[due] or self.open[due - 1] else self.clamp(due)
        if unit == "working_day" and end_of_day:
            stood = int(np.count_nonzero((self.work_days > begin // 1440) & (self.work_days <= back // 1440)))
            return self.close(self.nth_work_day(due // 1440, stood)) if stood else due
        left = int(self.sum[due] - self.sum[begin])
        return max(due, self.after(back, left))


def walk_hours(is_open: bytes, start: int, minutes: int, pauses: Sequence[tuple[int, int]]) -> int:
    """Minute by minute: a minute counts when it is open and in no pause; a pause ends only in working time."""
    at, stopped_until, waiting = start, -1, sorted(pauses)
    while not is_open[at]:
        at += 1
    while minutes:
        if waiting and waiting[0][0] <= at:
            stopped_until = max(stopped_until, waiting.pop(0)[1])
        if is_open[at] and at >= stopped_until:
            minutes -= 1
        at += 1
    return at


def walk_days(is_open: bytes, start: int, days: int, calendar_days: bool) -> int:
    """Minute by minute to the day on which the limit ends, then to the hour of the start within it."""
    at = start
    while not is_open[at]:
        at += 1
    hour, day = at % 1440, at // 1440
    while days:
        day += 1
        if calendar_days or any(is_open[day * 1440 : (day + 1) * 1440]):
            days -= 1
    while not any(is_open[day * 1440 : (day + 1) * 1440]):
        day += 1
    at = day * 1440 + hour
    if is_open[at] or is_open[at - 1]:
        return at
    while at < (day + 1) * 1440:
        if is_open[at]:
            return at
        at += 1
    while not is_open[at - 1]:
        at -= 1
    return at
