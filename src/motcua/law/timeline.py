"""The natural course of a calendar as intervals: working, break, closed, day off; explanations are cut from it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from motcua.law.holidays import DayKind
from motcua.law.moments import DAY_MINUTES, EPOCH_ORDINAL, day_of_minute, from_minutes
from motcua.law.tables import Sessions

BREAK = ("break", "nghỉ giữa buổi")
CLOSED = ("closed", "ngoài giờ làm việc")


@dataclass(frozen=True, slots=True)
class DayInfo:
    """`sessions` is empty on a day off; `reason` is Vietnamese, ready to print after “không tính: ” or “tính: ”."""

    kind: DayKind
    reason: str
    sessions: Sessions


class Interval(NamedTuple):
    """A stretch of time [begin, end) in local minute numbers, whether the limit counts it, and why."""

    begin: int
    end: int
    counted: bool
    reason_code: str
    reason: str

    @property
    def from_(self) -> datetime:
        return from_minutes(self.begin)

    @property
    def to(self) -> datetime:
        return from_minutes(self.end)


class Timeline:
    """Intervals of a calendar, made a year at a time at the first question and kept."""

    def __init__(self, day_info: Callable[[date], DayInfo]) -> None:
        self._day_info = day_info
        self._years: dict[int, tuple[list[int], list[Interval]]] = {}

    def between(self, first: int, last: int) -> list[Interval]:
        """The intervals that cover [first, last) without a gap, cut at both ends; empty when first ≥ last."""
        if first >= last:
            return []
        intervals: list[Interval] = []
        for year in range(day_of_minute(first).year, day_of_minute(last - 1).year + 1):
            begins, course = self._years.get(year) or self._make(year)
            intervals += course[max(bisect_right(begins, first) - 1, 0) : bisect_right(begins, last - 1)]
        if intervals[0].begin < first:
            intervals[0] = intervals[0]._replace(begin=first)
        if intervals[-1].end > last:
            intervals[-1] = intervals[-1]._replace(end=last)
        return intervals

    def _make(self, year: int) -> tuple[list[int], list[Interval]]:
        course: list[Interval] = []
        day = date(year, 1, 1)
        while day.year == year:
            for interval in _intervals_of(day, self._day_info(day)):
                if course and course[-1][2:] == interval[2:]:
                    interval = course.pop()._replace(end=interval.end)
                course.append(interval)
            day += timedelta(days=1)
        self._years[year] = [interval.begin for interval in course], course
        return self._years[year]


def _intervals_of(day: date, info: DayInfo) -> Iterator[Interval]:
    midnight = (day.toordinal() - EPOCH_ORDINAL) * DAY_MINUTES
    if not info.sessions:
        yield Interval(midnight, midnight + DAY_MINUTES, False, info.kind, info.reason)
        return
    at = 0
    for opening, close in info.sessions:
        if opening > at:
            yield Interval(midnight + at, midnight + opening, False, *(BREAK if at else CLOSED))
        yield Interval(midnight + opening, midnight + close, True, info.kind, info.reason)
        at = close
    yield Interval(midnight + at, midnight + DAY_MINUTES, False, *CLOSED)
