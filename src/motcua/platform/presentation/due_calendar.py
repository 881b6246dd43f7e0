"""“Vì sao ngày này?”: the explanation of a due moment as a small calendar, a week a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from motcua.law.clock import Due
from motcua.law.explain import FIRST_DAY, ROLL
from motcua.law.limits import Unit
from motcua.law.moments import duration_text
from motcua.law.timeline import BREAK, CLOSED, Interval
from motcua.platform.presentation.words import local, vn_date, vn_moment, vn_time

_SILENT: Final = {BREAK[0], CLOSED[0]}
_SHORT: Final = {"weekend": "nghỉ", ROLL[0]: "chuyển hạn", FIRST_DAY[0]: "không tính"}
_WEEKS_SHOWN: Final = 10
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One cell: `number` is the day of the month (with the month where it begins), `words` what the limit did that day."""

    number: str
    css: str
    words: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from Monday; `skipped` > 0 stands for so many weeks left out of a long limit and has no days."""

    days: tuple[Day, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class DueCalendar:
    """`summary` says it in one sentence, `lines` interval by interval as the law kernel prints it."""

    summary: str
    title: str
    weeks: tuple[Week, ...]
    lines: tuple[str, ...]


def due_calendar(due: Due) -> DueCalendar:
    by_day: dict[date, list[Interval]] = defaultdict(list)
    for interval in due.explanation.intervals:
        for day in _days_of(interval):
            by_day[day].append(interval)
    first, last = local(due.received).date(), local(due.at).date()
    numbers = _numbers(due, by_day)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        days = (monday + timedelta(days=offset) for offset in range(7))
        weeks.append(Week(tuple(_cell(day, due, by_day.get(day, []), numbers.get(day)) for day in days)))
        monday += timedelta(days=7)
    title = f"Từ {vn_date(first)} đến {vn_date(last)}"
    return DueCalendar(_summary(due), title, tuple(_fold(weeks)), tuple(due.explanation.text().splitlines()))


def _summary(due: Due) -> str:
    text = f"Thời hạn {due.limit.text()}, tính từ {vn_moment(due.start)}, nên hạn trả kết quả là {vn_moment(due.at)}."
    if due.paused:
        text = f"Thời hạn {due.limit.text()}, tính từ {vn_moment(due.start)}; đồng hồ đang dừng, hạn sẽ tính lại khi chạy tiếp."
    if due.projected:
        text += " Lịch nghỉ của một phần thời gian này là dự kiến."
    return text


def _days_of(interval: Interval) -> Iterator[date]:
    day, end = local(interval.from_).date(), local(interval.to)
    while day < end.date() or (day == end.date() and (end.hour or end.minute)):
        yield day
        day += _DAY


def _numbers(due: Due, by_day: dict[date, list[Interval]]) -> dict[date, int]:
    """Which day of the limit a day is. Not told for hours, nor once a pause has split days."""
    if due.limit.unit is Unit.WORKING_HOUR or due.stops:
        return {}
    counted = [day for day in sorted(by_day) if any(interval.counted for interval in by_day[day])]
    return {
        day: number for number, day in enumerate((day for day in counted if day > local(due.start).date()), start=1)
    }


def _cell(day: date, due: Due, intervals: Sequence[Interval], number: int | None) -> Day:
    label = f"{day.day}/{day.month}" if day.day == 1 or day == local(due.received).date() else str(day.day)
    css, words = _what(day, due, intervals, number)
    received, start = local(due.received), local(due.start)
    if day == start.date():
        hours = words if due.limit.unit is Unit.WORKING_HOUR else []
        css, words = f"{css} start", [f"từ {vn_time(start)}", *hours]
    elif day == received.date():
        words = [f"nhận {vn_time(received)}", *words]
    if due.promised is not None and day == local(due.promised).date():
        words = [*words, f"hẹn lại {vn_time(due.promised)}"]
    if day == local(due.at).date() and not due.paused:
        css, words = "due", [f"hạn {vn_time(due.at)}"]
    return Day(label, css, tuple(words), vn_date(day))


def _what(day: date, due: Due, intervals: Sequence[Interval], number: int | None) -> tuple[str, list[str]]:
    spoken = [interval for interval in intervals if interval.reason_code not in _SILENT]
    pause = next((interval for interval in spoken if interval.reason_code.startswith("pause_")), None)
    if pause is not None:
        return "paused", ["tạm dừng"]
    counted = sum(_minutes_on(day, interval) for interval in spoken if interval.counted)
    if counted:
        hours = due.limit.unit is not Unit.DAY
        return "counted", [f"ngày {number}" if number else f"tính {duration_text(counted)}" if hours else "tính"]
    if spoken:
        return "rest", [_SHORT.get(spoken[0].reason_code) or spoken[0].reason.removeprefix("nghỉ lễ: ")]
    return "out", []


def _minutes_on(day: date, interval: Interval) -> int:
    begin, end = local(interval.from_), local(interval.to)
    start = begin.hour * 60 + begin.minute if begin.date() == day else 0
    stop = end.hour * 60 + end.minute if end.date() == day else 24 * 60
    return stop - start


def _fold(weeks: list[Week]) -> list[Week]:
    """A limit of 300 days shows its first and last weeks; what lies between is told as a number of weeks."""
    if len(weeks) <= _WEEKS_SHOWN:
        return weeks
    half = _WEEKS_SHOWN // 2
    return [*weeks[:half], Week((), len(weeks) - 2 * half), *weeks[-half:]]
