"""How long things took: in clock time and, kept apart from it, in the working time of the agency's calendar. Whole minutes.

No averages: the median and the ninth tenth are times that some dossier really took (the lower one of two in the middle).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from motcua.law.moments import to_minutes
from motcua.law.worktime import CalendarGap
from motcua.statistics.mining.log import Log


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `count` times half are no longer than `median`, nine of ten no longer than `p90`; `total` is their sum."""

    count: int
    median: int
    p90: int
    total: int

    def as_json(self) -> dict[str, int]:
        return {"count": self.count, "median": self.median, "p90": self.p90, "total": self.total}


@dataclass(frozen=True, slots=True)
class Times:
    """`working` is None where a moment lies outside the years whose holidays are known."""

    clock: Spread
    working: Spread | None

    def as_json(self) -> dict[str, object]:
        return {"clock": self.clock.as_json(), "working": self.working and self.working.as_json()}


@dataclass(slots=True)
class Taken:
    """Times being gathered."""

    clock: list[int] = field(default_factory=list)
    working: list[int | None] = field(default_factory=list)

    def add(self, took: tuple[int, int | None]) -> None:
        self.clock.append(took[0])
        self.working.append(took[1])

    def times(self) -> Times | None:
        clock = spread(self.clock)
        if clock is None:
            return None
        known = [minutes for minutes in self.working if minutes is not None]
        return Times(clock, spread(known) if len(known) == len(self.clock) else None)


def spread(minutes: Iterable[int]) -> Spread | None:
    """None of nothing."""
    ordered = sorted(minutes)
    if not ordered:
        return None
    return Spread(len(ordered), _rank(ordered, 5), _rank(ordered, 9), sum(ordered))


def _rank(ordered: Sequence[int], tenths: int) -> int:
    """The nearest rank: the least value that so many tenths of them do not exceed."""
    return ordered[-(-len(ordered) * tenths // 10) - 1]


class Ruler:
    """Measures between two moments by the calendar of an agency."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def between(
        self, first: datetime, last: datetime, agency: str, without: Sequence[tuple[datetime, datetime]] = ()
    ) -> tuple[int, int | None]:
        """(clock minutes, working minutes); the working time leaves out the spans of `without`."""
        begin, end = to_minutes(first), to_minutes(last)
        try:
            position = self._log.calendar_of(agency).tables.position
            working = position(end) - position(begin)
            for stood, went_on in without:
                if stood < last and went_on > first:
                    working -= position(min(end, to_minutes(went_on))) - position(max(begin, to_minutes(stood)))
        except CalendarGap:
            return end - begin, None
        return end - begin, working
