"""A calendar: which minutes of which days an office works, and why a day is on or off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType

from motcua.law.holidays import DayKind, national_days
from motcua.law.moments import EPOCH_ORDINAL
from motcua.law.tables import DAY_COUNT, FIRST_DAY, Sessions, Tables, refuse_year
from motcua.law.timeline import DayInfo, Timeline

Week = tuple[Sessions, Sessions, Sessions, Sessions, Sessions, Sessions, Sessions]
"""Sessions of Monday … Sunday."""


@dataclass(frozen=True, slots=True)
class Season:
    """Another week from (month, day) to (month, day), both included, each year; may run over New Year.

    `valid_from` and `valid_to` (both included, None = open) bound the years in which the rule was in force.
    """

    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    week: Week
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        if (self.valid_from and day < self.valid_from) or (self.valid_to and day > self.valid_to):
            return False
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True)
class LocalDay:
    """An agency's own day: off (`sessions` empty) or on with these sessions; it wins over every other rule."""

    day: date
    sessions: Sessions
    name: str


@dataclass(frozen=True)
class Calendar:
    """Immutable and hashable; equal calendars share their minute tables, which the first question builds (40 ms).

    One calendar counts limits, another may say when a desk receives: only the first is ever given to the clock.
    Of several seasons that cover a day the last listed holds.
    """

    name: str
    week: Week
    seasons: tuple[Season, ...] = ()
    local_days: tuple[LocalDay, ...] = ()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.week, self.seasons, self.local_days))

    @cached_property
    def _local(self) -> Mapping[date, LocalDay]:
        return MappingProxyType({local.day: local for local in self.local_days})

    @cached_property
    def tables(self) -> Tables:
        return _tables_of(self)

    @cached_property
    def timeline(self) -> Timeline:
        return _timeline_of(self)

    def day(self, day: date) -> DayInfo:
        """What this day is and why. Raises CalendarGap outside 2010–2035."""
        if not 0 <= day.toordinal() - EPOCH_ORDINAL - FIRST_DAY < DAY_COUNT:
            refuse_year(day.year)
        if local := self._local.get(day):
            kind = DayKind.LOCAL_ON if local.sessions else DayKind.LOCAL_OFF
            return DayInfo(kind, local.name, local.sessions)
        national = national_days().get(day)
        if national and national.like is None:
            return DayInfo(national.kind, national.reason, ())
        sessions = self._week_of(day)[day.weekday() if national is None or national.like is None else national.like]
        if not sessions:
            return DayInfo(DayKind.WEEKEND, "nghỉ hằng tuần", ())
        if national:
            return DayInfo(national.kind, national.reason, sessions)
        return DayInfo(DayKind.WORKING, "giờ làm việc", sessions)

    def is_working_day(self, day: date) -> bool:
        return bool(self.day(day).sessions)

    def is_projected(self, first: date, last: date | None = None) -> bool:
        """Whether any day from `first` to `last` (default: `first`) lies in a year whose holidays are not decreed."""
        begin, end = (d.toordinal() - EPOCH_ORDINAL - FIRST_DAY for d in (first, last or first))
        for index, day in ((begin, first), (end, last or first)):
            if not 0 <= index < DAY_COUNT:
                refuse_year(day.year)
        before = self.tables.projected_before
        return before[end + 1] > before[begin]

    def _week_of(self, day: date) -> Week:
        for season in reversed(self.seasons):
            if season.covers(day):
                return season.week
        return self.week


@lru_cache(maxsize=256)
def _tables_of(calendar: Calendar) -> Tables:
    first = FIRST_DAY + EPOCH_ORDINAL
    return Tables([calendar.day(date.fromordinal(first + d)).sessions for d in range(DAY_COUNT)])


@lru_cache(maxsize=256)
def _timeline_of(calendar: Calendar) -> Timeline:
    return Timeline(calendar.day)
