"""The legal clock: when a limit ends, what stops it, what moves it.

Law: Bộ luật Dân sự 2015, Điều 147–148 (the first day is not counted; a last day on a rest day moves to the next working
day); NĐ 118/2025/NĐ-CP as amended by NĐ 309/2026/NĐ-CP, Điều 17 (the clock starts at receipt of a complete dossier).

- A start out of hours is moved to the next working minute (`clock_start`); sessions are [opening, closing).
- Working hours run inside sessions only; a due moment may be closing time itself.
- n working days end on the n-th working day after the start, at the same hour (`KEEP_TIME`) or at closing
  (`END_OF_DAY`).
- n calendar days count every day; a due on a day off moves to the next working day, same hour or closing.
- An hour that the due day does not have is fitted into it: before opening → opening, in a break → end of the break,
  after closing → closing (a season or a half day may shorten the due day; it must not lengthen the limit).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property

from motcua.law.calendars import Calendar
from motcua.law.errors import BadInput, DomainError
from motcua.law.explain import Explanation, Stop
from motcua.law.limits import Limit, Unit
from motcua.law.moments import DAY_MINUTES, from_minutes, moment_text, to_minutes
from motcua.law.policies import ExtensionKind, PauseKind, Policy
from motcua.law.tables import FIRST_DAY, Tables

__all__ = [
    "SAME_DAY_CUTOFF",
    "Due",
    "Extension",
    "ExtensionKind",
    "Pause",
    "PauseKind",
    "Policy",
    "SecondPromise",
    "add_working_minutes",
    "apology_due",
    "clock_start",
    "compute_due",
    "compute_stages",
    "due_after_pause",
    "hand_over_due",
    "same_day_due",
    "working_minutes_between",
]

SAME_DAY_CUTOFF = time(15, 0)
"""Điều 18.2 NĐ 118/2025 and the texts of same-day procedures: what comes after 15:00 belongs to the next day."""


class SecondPromise(DomainError):
    """A new date may be promised once only (NĐ 61/2018 Điều 19; kept under NĐ 118/2025)."""

    code = "second_promise"


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands from `begin` to `end` (None: still standing).

    `end` is when the supplement or proof reached the system, not when an officer clicked; out of hours it is clamped.
    """

    kind: PauseKind
    begin: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.begin:
            raise BadInput(
                f"Khoảng tạm dừng kết thúc ({self.end.isoformat()}) trước khi bắt đầu ({self.begin.isoformat()}).",
                begin=self.begin.isoformat(),
                end=self.end.isoformat(),
            )


@dataclass(frozen=True, slots=True)
class Extension:
    """A new due decided at `at`: `limit` more counted on from the due then in force, or a set moment `until`.

    STATUTORY moves the due that counts; PROMISED (apology) only sets the promised date. Exactly one of limit and until.
    """

    kind: ExtensionKind
    at: datetime
    limit: Limit | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if (self.limit is None) == (self.until is None):
            raise BadInput("Gia hạn cần đúng một trong hai: thêm thời hạn, hoặc thời điểm mới.")


@dataclass(eq=False)
class Due:
    """The answer of the clock; moments are aware, Asia/Ho_Chi_Minh, whole minutes.

    received: as given.  start: moved into working time.  original: hạn gốc.  at: the due that counts (hạn hiện hành).
    promised: date of the apology, if any.  paused: an open pause stands before the due; `at` is then the due as it was
    when the clock stopped and moves at the end of the pause.  projected: a day on the way has no decreed holidays yet.
    """

    received: datetime
    start: datetime
    original: datetime
    at: datetime
    limit: Limit
    policy: Policy
    calendar: Calendar
    projected: bool
    promised: datetime | None = None
    paused: bool = False
    stops: tuple[Stop, ...] = ()

    @cached_property
    def explanation(self) -> Explanation:
        """Built at the first reading, then kept."""
        return Explanation(self)


def clock_start(moment: datetime, calendar: Calendar) -> datetime:
    """First working minute at or after `moment`; closing time itself belongs to the next session."""
    return from_minutes(calendar.tables.clamp(to_minutes(moment)))


def add_working_minutes(moment: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The earliest moment by which `minutes` (≥ 0) working minutes have passed since `moment`; 0 only clamps."""
    return from_minutes(calendar.tables.add(to_minutes(moment), minutes))


def working_minutes_between(first: datetime, last: datetime, calendar: Calendar) -> int:
    """Signed: negative when `last` is before `first`."""
    tables = calendar.tables
    return tables.position(to_minutes(last)) - tables.position(to_minutes(first))


def compute_due(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    *,
    policy: Policy = Policy.KEEP_TIME,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Due:
    """When a limit that starts at `start` ends. Pauses and extensions in any order; pauses may overlap (union).

    Raises CalendarGap outside 2010–2035, BadInput for an extension that does not extend, SecondPromise.
    """
    tables = calendar.tables
    received = to_minutes(start)
    begin = tables.clamp(received)
    original = count(tables, begin, limit, policy)
    if not pauses and not extensions:
        at = from_minutes(original)
        return Due(start, from_minutes(begin), at, at, limit, policy, calendar, tables.is_projected(received, original))
    return _Run(start, begin, original, limit, policy, calendar).through(pauses, extensions)


def compute_stages(
    start: datetime,
    limits: Sequence[Limit],
    calendar: Calendar,
    *,
    policy: Policy = Policy.KEEP_TIME,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> tuple[Due, ...]:
    """A due for each stage; a stage counts on from the due of the stage before, and the verdict takes the last.

    A pause or extension belongs to the stage whose due was not yet past when it began; later stages move with it.
    """
    dues = [compute_due(start, limits[0], calendar, policy=policy, pauses=pauses, extensions=extensions)]
    for limit in limits[1:]:
        before = dues[-1].at
        later_pauses = [p for p in pauses if p.begin > before]
        later_extensions = [e for e in extensions if e.at > before]
        begin = to_minutes(before)
        original = count(calendar.tables, begin, limit, policy)
        run = _Run(before, begin, original, limit, policy, calendar)
        dues.append(run.through(later_pauses, later_extensions))
    return tuple(dues)


def due_after_pause(
    due_before: datetime,
    pause: Pause,
    calendar: Calendar,
    *,
    unit: Unit,
    policy: Policy = Policy.KEEP_TIME,
    not_before: datetime | None = None,
) -> datetime:
    """The due moved by one finished pause; unchanged by one that began after it. `unit` is that of the limit.

    The same answer as `compute_due` with this pause added to the earlier ones, when `not_before` is the moment at which
    the clock last began to run (its start, or the end of the pause before, moved into working time). None: the pause is
    known to have begun later.
    """
    if pause.end is None:
        raise BadInput("Khoảng tạm dừng chưa kết thúc: hạn mới chỉ tính được khi đồng hồ chạy lại.")
    due = to_minutes(due_before)
    begin, end = to_minutes(pause.begin), to_minutes(pause.end)
    if not_before is not None:
        begin = max(begin, to_minutes(not_before))
    if end <= begin:
        return due_before
    tables = calendar.tables
    return from_minutes(shift(tables, due, begin, tables.clamp(end), unit, policy))


def same_day_due(received: datetime, calendar: Calendar, *, cutoff: time = SAME_DAY_CUTOFF) -> datetime:
    """Closing of the day of receipt, or of the next working day when received after `cutoff` (procedure texts)."""
    return from_minutes(_close(calendar.tables, _day_by_cutoff(received, calendar, cutoff)))


def hand_over_due(received: datetime, calendar: Calendar, *, cutoff: time = SAME_DAY_CUTOFF) -> datetime:
    """When papers must reach the resolving agency (NĐ 118/2025 Điều 18.2): closing of the same working day, or,
    received after `cutoff`, the opening of the next one. It never moves the start of the clock.
    """
    tables = calendar.tables
    day = _day_by_cutoff(received, calendar, cutoff)
    if day == tables.split(tables.clamp(to_minutes(received)))[0]:
        return from_minutes(_close(tables, day))
    return from_minutes((day + FIRST_DAY) * DAY_MINUTES + tables.day_pattern[day].opening)


def apology_due(due_at: datetime, calendar: Calendar) -> datetime:
    """Latest moment for the letter of apology: the same hour one calendar day before the due; on a day off, closing of
    the working day before it (our ruling; NĐ 61/2018 Điều 19 says “01 ngày”).
    """
    tables = calendar.tables
    day, minute = tables.split(to_minutes(due_at) - DAY_MINUTES)
    if tables.day_pattern[day].minutes:
        return from_minutes((day + FIRST_DAY) * DAY_MINUTES + tables.day_pattern[day].fit[minute])
    return from_minutes(_close(tables, tables.nth[tables.rank[day] - 1]))


# The rules on minute numbers; `batch` repeats `count` for arrays, and a test proves the two equal.


def count(tables: Tables, begin: int, limit: Limit, policy: Policy) -> int:
    """The limit counted from `begin`, which is already in working time or is itself a due moment."""
    unit = limit.unit
    if unit is Unit.WORKING_HOUR:
        return tables.add(begin, limit.amount * 60)
    day, minute = tables.split(begin)
    if unit is Unit.WORKING_DAY:
        due_day = tables.working_day(tables.rank[day + 1] - 1 + limit.amount)
    else:
        due_day = _working_day_from(tables, day + limit.amount)
    pattern = tables.day_pattern[due_day]
    return (due_day + FIRST_DAY) * DAY_MINUTES + (pattern.fit[minute] if policy is Policy.KEEP_TIME else pattern.close)


def shift(tables: Tables, due: int, begin: int, end: int, unit: Unit, policy: Policy) -> int:
    """The due moved by a pause [begin, end); `end` is clamped to working time. Never earlier than `due`."""
    if begin > due:
        return due
    if unit is Unit.DAY:
        return _roll(tables, due + end - begin, policy)
    if unit is Unit.WORKING_DAY and policy is Policy.END_OF_DAY:
        stopped_days = tables.rank[tables.split(end)[0] + 1] - tables.rank[tables.split(begin)[0] + 1]
        return _close(tables, tables.working_day(tables.rank[tables.split(due)[0] + 1] - 1 + stopped_days))
    left = tables.position(due) - tables.position(begin)
    # A due at opening and the closing before it are the same count: without max() an empty pause would shorten.
    return max(due, tables.add(end, left))


def _roll(tables: Tables, moment: int, policy: Policy) -> int:
    """A due moved by wall time, brought into working time: off a day off at the same hour, else next session."""
    day, minute = tables.split(moment)
    day = _working_day_from(tables, day)
    pattern = tables.day_pattern[day]
    midnight = (day + FIRST_DAY) * DAY_MINUTES
    if policy is Policy.END_OF_DAY:
        return midnight + pattern.close
    if minute <= pattern.close:
        return midnight + pattern.fit[minute]
    return tables.clamp(midnight + minute)


def _working_day_from(tables: Tables, day: int) -> int:
    """First working day at or after a day index."""
    if day >= len(tables.day_pattern):
        tables.split((day + FIRST_DAY) * DAY_MINUTES)
    return day if tables.day_pattern[day].minutes else tables.working_day(tables.rank[day])


def _close(tables: Tables, day: int) -> int:
    return (day + FIRST_DAY) * DAY_MINUTES + tables.day_pattern[day].close


def _day_by_cutoff(received: datetime, calendar: Calendar, cutoff: time) -> int:
    tables = calendar.tables
    day, minute = tables.split(tables.clamp(to_minutes(received)))
    return tables.working_day(tables.rank[day] + (minute > cutoff.hour * 60 + cutoff.minute))


class _Run:
    """One clock carried through its pauses and extensions in the order of time."""

    def __init__(
        self, received: datetime, begin: int, original: int, limit: Limit, policy: Policy, calendar: Calendar
    ) -> None:
        self.received, self.begin, self.original = received, begin, original
        self.limit, self.policy, self.calendar = limit, policy, calendar
        self.due = original
        self.promised: int | None = None
        self.stops: list[Stop] = []

    def through(self, pauses: Sequence[Pause], extensions: Sequence[Extension]) -> Due:
        events: list[tuple[int, Stop | Extension]] = [(stop.begin, stop) for stop in self._effective(pauses)]
        events += [(to_minutes(extension.at), extension) for extension in extensions]
        # In one and the same minute an extension came first: nothing is extended while the clock stands.
        for _, event in sorted(events, key=lambda event: (event[0], isinstance(event[1], Stop))):
            if isinstance(event, Extension):
                self._extend(event)
            elif event.begin <= self.due:
                self._stop(event)
        return self._answer()

    def _effective(self, pauses: Sequence[Pause]) -> Iterator[Stop]:
        """Pauses as minutes: ends clamped, cut at the start of the clock and at the end of the pause before."""
        floor = self.begin
        for pause in sorted(pauses, key=lambda pause: pause.begin):
            begin = max(to_minutes(pause.begin), floor)
            if pause.end is None:
                yield Stop(pause.kind, begin, None)
                return
            end = to_minutes(pause.end)
            if end <= begin:
                continue
            floor = self.calendar.tables.clamp(end)
            yield Stop(pause.kind, begin, floor)

    def _stop(self, stop: Stop) -> None:
        self.stops.append(stop)
        if stop.end is not None:
            tables = self.calendar.tables
            self.due = shift(tables, self.due, stop.begin, stop.end, self.limit.unit, self.policy)

    def _extend(self, extension: Extension) -> None:
        if extension.until is not None:
            moved = to_minutes(extension.until)
        else:
            assert extension.limit is not None  # Extension holds exactly one of the two
            moved = count(self.calendar.tables, self.due, extension.limit, self.policy)
        if moved <= self.due:
            raise BadInput(
                f"Gia hạn đến {moment_text(moved)} không muộn hơn hạn hiện hành {moment_text(self.due)}.",
                until=from_minutes(moved).isoformat(),
                due=from_minutes(self.due).isoformat(),
            )
        if extension.kind is ExtensionKind.STATUTORY:
            self.due = moved
        elif self.promised is None:
            self.promised = moved
        else:
            raise SecondPromise("Chỉ được hẹn lại một lần cho một hồ sơ.")

    def _answer(self) -> Due:
        last = max(self.due, self.promised or self.due)
        tables = self.calendar.tables
        return Due(
            received=self.received,
            start=from_minutes(self.begin),
            original=from_minutes(self.original),
            at=from_minutes(self.due),
            limit=self.limit,
            policy=self.policy,
            calendar=self.calendar,
            projected=tables.is_projected(min(to_minutes(self.received), self.begin), last),
            promised=None if self.promised is None else from_minutes(self.promised),
            paused=bool(self.stops) and self.stops[-1].end is None,
            stops=tuple(self.stops),
        )
