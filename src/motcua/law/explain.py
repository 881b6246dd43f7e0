"""Why a due is what it is: every interval from receipt to due, counted or not, as data and as Vietnamese lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from motcua.law.limits import Unit
from motcua.law.moments import (
    DAY_MINUTES,
    clock_text,
    date_text,
    day_of_minute,
    duration_text,
    from_minutes,
    moment_text,
    to_minutes,
)
from motcua.law.policies import PAUSE_TEXT, POLICY_TEXT, PauseKind, Policy
from motcua.law.timeline import BREAK, CLOSED, Interval

if TYPE_CHECKING:
    from motcua.law.clock import Due

FIRST_DAY = ("first_day", "ngày đầu không tính")
CALENDAR_DAY = ("calendar_day", "tính theo ngày lịch")
ROLL = ("roll", "chuyển hạn đến thời gian làm việc kế tiếp")

_SILENT = {BREAK[0], CLOSED[0]}


class Stop(NamedTuple):
    """A pause that moved the due: local minutes, `end` clamped to working time, None while it stands."""

    kind: PauseKind
    begin: int
    end: int | None


@dataclass(frozen=True)
class Explanation:
    """`intervals` cover the time from receipt to due without gap or overlap (to the open pause, while one stands)."""

    due: Due

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        return tuple(_intervals(self.due))

    @property
    def counted_minutes(self) -> int:
        return sum(interval.end - interval.begin for interval in self.intervals if interval.counted)

    def text(self) -> str:
        """Lines for a page, a letter or a terminal; breaks and nights are left out."""
        return "\n".join(_lines(self.due, self.intervals))

    def to_json(self) -> dict[str, object]:
        due = self.due
        return {
            "start": _iso(due.received),
            "clock_start": _iso(due.start),
            "due": _iso(due.at),
            "original_due": _iso(due.original),
            "promised": None if due.promised is None else _iso(due.promised),
            "policy": str(due.policy),
            "projected": due.projected,
            "paused": due.paused,
            "limit": {"amount": due.limit.amount, "unit": str(due.limit.unit)},
            "intervals": [
                {
                    "from": _iso(interval.from_),
                    "to": _iso(interval.to),
                    "counted": interval.counted,
                    "reason": interval.reason,
                    "reason_code": str(interval.reason_code),
                }
                for interval in self.intervals
            ],
        }


def _iso(moment: datetime) -> str:
    return from_minutes(to_minutes(moment)).isoformat()


def _intervals(due: Due) -> Iterator[Interval]:
    received, begin, end = to_minutes(due.received), to_minutes(due.start), to_minutes(due.at)
    yield from due.calendar.timeline.between(received, begin)
    stops = list(due.stops)
    if due.paused:
        end = min(end, stops.pop().begin)
    if due.policy is Policy.END_OF_DAY and due.limit.unit is not Unit.WORKING_HOUR:
        first_counted = min(_next_midnight(begin), end)
        yield Interval(begin, first_counted, False, *FIRST_DAY)
        begin = first_counted
    if due.limit.unit is Unit.DAY:
        yield from _calendar_days(due.limit.amount * DAY_MINUTES, begin, end, stops)
        return
    if due.limit.unit is Unit.WORKING_DAY and due.policy is Policy.END_OF_DAY:
        stops = [_whole_days(stop) for stop in stops]
    for stop_begin, stop_end, pause in _cut(stops, begin, end):
        yield from due.calendar.timeline.between(begin, stop_begin)
        if pause is not None:
            yield pause
        begin = stop_end


def _whole_days(stop: Stop) -> Stop:
    """Under END_OF_DAY the days after the request up to the return are out, whole."""
    assert stop.end is not None  # an open one is the last and was taken out
    return Stop(stop.kind, _next_midnight(stop.begin), _next_midnight(stop.end))


def _cut(stops: Sequence[Stop], begin: int, end: int) -> Iterator[tuple[int, int, Interval | None]]:
    """The pauses inside [begin, end), then a last (end, end, None)."""
    for stop in stops:
        assert stop.end is not None
        first, last = max(stop.begin, begin), min(stop.end, end)
        if first < last:
            yield first, last, Interval(first, last, False, f"pause_{stop.kind}", PAUSE_TEXT[stop.kind])
    yield end, end, None


def _calendar_days(left: int, begin: int, end: int, stops: Sequence[Stop]) -> Iterator[Interval]:
    """`left` wall minutes are counted outside pauses; what remains up to the due is the move into working time."""
    for stop_begin, stop_end, pause in _cut(stops, begin, end):
        counted_until = min(begin + left, stop_begin)
        if counted_until > begin:
            yield Interval(begin, counted_until, True, *CALENDAR_DAY)
            left -= counted_until - begin
        if stop_begin > counted_until:
            yield Interval(counted_until, stop_begin, False, *ROLL)
        if pause is not None:
            yield pause
        begin = stop_end


def _next_midnight(minute: int) -> int:
    return minute - minute % DAY_MINUTES + DAY_MINUTES


def _lines(due: Due, intervals: Sequence[Interval]) -> Iterator[str]:
    received = to_minutes(due.received)
    begin = to_minutes(due.start)
    yield f"Thời hạn: {due.limit.text()} ({_policy_text(due)})."
    if received != begin:
        yield f"Tiếp nhận lúc {moment_text(received)}, ngoài giờ làm việc."
    yield f"Bắt đầu tính: {moment_text(begin)}."
    spoken = [interval for interval in intervals if interval.begin >= begin and interval.reason_code not in _SILENT]
    for (counted, _, reason), group in groupby(spoken, key=_line_key):
        yield f"- {_line(counted, reason, list(group))}"
    if due.original != due.at:
        yield f"Hạn gốc: {moment_text(to_minutes(due.original))}."
    yield f"Hạn trả kết quả: {moment_text(to_minutes(due.at))}."
    if due.paused:
        yield f"Đồng hồ đang dừng từ {moment_text(due.stops[-1].begin)}; hạn sẽ được tính lại khi chạy tiếp."
    if due.promised is not None:
        yield f"Ngày hẹn lại: {moment_text(to_minutes(due.promised))} (không thay hạn dùng để đánh giá)."
    if due.projected:
        yield "Lưu ý: có năm chưa có quyết định nghỉ lễ, kết quả dùng lịch nghỉ dự kiến."


def _policy_text(due: Due) -> str:
    return "chỉ tính giờ làm việc" if due.limit.unit is Unit.WORKING_HOUR else POLICY_TEXT[due.policy]


def _line_key(interval: Interval) -> tuple[bool, int, str]:
    """Counted working time is told by the day, the rest by what it is."""
    by_day = interval.counted and interval.reason_code != CALENDAR_DAY[0]
    return interval.counted, interval.begin // DAY_MINUTES if by_day else interval.begin, interval.reason


def _line(counted: bool, reason: str, group: list[Interval]) -> str:
    first, last = group[0].begin, group[-1].end
    if counted and group[0].reason_code != CALENDAR_DAY[0]:
        sessions = ", ".join(f"{clock_text(i.begin % DAY_MINUTES)}–{clock_text(i.end % DAY_MINUTES)}" for i in group)
        total = duration_text(sum(i.end - i.begin for i in group))
        return f"{date_text(day_of_minute(first))}: {sessions}, tính {total} ({reason})"
    verb = "tính" if counted else "không tính"
    if first % DAY_MINUTES == 0 and last % DAY_MINUTES == 0:
        days = date_text(day_of_minute(first))
        if last - first > DAY_MINUTES:
            days += f" – {date_text(day_of_minute(last - DAY_MINUTES))}"
        return f"{days}: {verb} ({reason})"
    return f"{moment_text(first)} – {moment_text(last)}: {verb} ({reason})"
