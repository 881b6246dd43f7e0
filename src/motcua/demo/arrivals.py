"""When people come: weekdays more than Saturdays, Mondays most, before ten and after two; online also in the evening."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from motcua.law.moments import VIETNAM, day_of_minute, to_minutes
from motcua.law.worktime import Calendar

_WEEKDAY = (1.30, 1.10, 1.00, 0.95, 0.90)
_DAY_OFF_ONLINE = 0.18
_SATURDAY_MORNING = 0.25
# (from hour, to hour, weight)
_ONLINE_HOURS = ((6, 8, 1.0), (8, 11, 4.0), (11, 14, 2.0), (14, 17, 4.0), (17, 19, 1.5), (19, 23, 4.0))
_COUNTER_HOURS = ((7, 8, 1.5), (8, 10, 5.0), (10, 12, 3.0), (13, 14, 1.0), (14, 16, 4.0), (16, 17, 1.5))
ONLINE = frozenset({"online", "vneid"})


class Arrivals:
    """Moments between `first` and `now` (aware), drawn by the weights above."""

    def __init__(self, rng: random.Random, *, first: datetime, now: datetime) -> None:
        self._rng = rng
        self._first, self._now = first.astimezone(VIETNAM), now.astimezone(VIETNAM)
        count = (self._now.date() - self._first.date()).days + 1
        self._days = [self._first.date() + timedelta(days=n) for n in range(count)]
        self._sums: dict[tuple[Calendar, bool], list[float]] = {}

    def draw(
        self, channel: str, calendar: Calendar, *, first: datetime | None = None, last: datetime | None = None
    ) -> datetime:
        """`calendar` says when the desk is open; narrower bounds may be given. A window without an open hour yields its start."""
        low, high = max(first or self._first, self._first), min(last or self._now, self._now)
        for _ in range(200):
            day = self._day(
                channel in ONLINE, calendar, low.astimezone(VIETNAM).date(), high.astimezone(VIETNAM).date()
            )
            moment = self._hour(day, channel in ONLINE, calendar)
            if moment is not None and low <= moment <= high:
                return moment
        return low.astimezone(VIETNAM)

    def _day(self, online: bool, calendar: Calendar, low: date, high: date) -> date:
        key = (calendar, online)
        if key not in self._sums:
            self._sums[key] = list(accumulate((self._weight(day, online, calendar) for day in self._days), initial=0.0))
        sums = self._sums[key]
        begin = min(max((low - self._days[0]).days, 0), len(self._days) - 1)
        end = min(max((high - self._days[0]).days, begin), len(self._days) - 1)
        target = self._rng.uniform(sums[begin], sums[end + 1])
        place = begin
        while place < end and sums[place + 1] < target:
            place += 1
        return self._days[place]

    def _weight(self, day: date, online: bool, calendar: Calendar) -> float:
        if not calendar.is_working_day(day):
            return _DAY_OFF_ONLINE if online else 0.0
        if day.weekday() < 5:
            return _WEEKDAY[day.weekday()]
        return _DAY_OFF_ONLINE if online else _SATURDAY_MORNING

    def _hour(self, day: date, online: bool, calendar: Calendar) -> datetime | None:
        hours = _ONLINE_HOURS if online else _COUNTER_HOURS
        low, high, _ = self._rng.choices(hours, [weight for *_, weight in hours])[0]
        second = self._rng.randrange(low * 3600, high * 3600)
        moment = datetime.combine(day, time(second // 3600, second // 60 % 60, second % 60), VIETNAM)
        if online:
            return moment
        minute = moment.hour * 60 + moment.minute
        open_ = any(opening <= minute < close - 5 for opening, close in calendar.day(day).sessions)
        return moment if open_ else None


def last_opening(now: datetime, calendar: Calendar) -> datetime:
    """Midnight of the last day up to `now` on which the calendar works."""
    day = day_of_minute(to_minutes(now))
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(), VIETNAM)
