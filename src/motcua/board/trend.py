"""Twelve weeks or months up to the end of a period: received, resolved, in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from motcua.board.asking import Period, month_of
from motcua.board.cells import Cell, asked_for
from motcua.board.measures import counts
from motcua.board.places import Place
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics.figures import count_values
from motcua.statistics.periods import Regime, months_window
from motcua.statistics.ratios import percent_cents
from motcua.statistics.tabular.table import Column, Entry, Kind, Row, Table

STEPS = {"tuan": "tuần", "thang": "tháng"}
_POINTS = 12
_NAMES = ("received", "finished", "finished_in_time", "finished_overdue")


@dataclass(frozen=True, slots=True)
class Trend:
    table: Table
    chart: dict[str, Any]


def trend(place: Place, period: Period, step: str, as_of: datetime, *, live: bool) -> Trend:
    """Two queries, for what is accepted and what is finished falls on days by different moments; one of the present."""
    end = min(period.window.last, as_of.astimezone(VIETNAM).date())
    windows = _weeks(end) if step == "tuan" else _months(end, period.regime)
    own = tuple(agency.code for agency in place.own)
    asked = replace(asked_for("received", Window(windows[0].first, end), as_of, place, live=live), agencies=own)
    told = count_values(counts(*_NAMES), asked, by=("day",))
    by_day = {day: {name: value or 0 for name, value in row.items()} for (day,), row in told.items()}
    rows = [_line(place, window, step, as_of, by_day) for window in windows]
    table = Table(
        "xu-huong",
        f"Xu hướng theo {STEPS[step]}",
        (
            Column("Tháng" if step == "thang" else "Tuần"),
            Column("Tiếp nhận", Kind.COUNT, "received"),
            Column("Đã giải quyết", Kind.COUNT, "finished"),
            Column("Trước và đúng hạn", Kind.COUNT, "finished_in_time"),
            Column("Quá hạn", Kind.COUNT, "finished_overdue"),
            Column("Tỷ lệ trước và đúng hạn", Kind.PERCENT, "in_time_over_finished"),
        ),
        rows,
        as_of,
        place.name,
        note="Kỳ cuối tính đến ngày của số liệu nên có thể chưa trọn.",
    )
    return Trend(table, _chart(rows))


def _weeks(end: date) -> list[Window]:
    monday = end - timedelta(days=end.weekday())
    starts = [monday - timedelta(weeks=back) for back in reversed(range(_POINTS))]
    return [Window(start, min(start + timedelta(days=6), end)) for start in starts]


def _months(end: date, regime: Regime) -> list[Window]:
    year, month = month_of(end, regime)
    windows = []
    for back in reversed(range(_POINTS)):
        one, place = divmod(year * 12 + month - 1 - back, 12)
        window = months_window(one, place + 1, 1, regime)
        windows.append(Window(window.first, min(window.last, end)))
    return windows


def _line(place: Place, window: Window, step: str, as_of: datetime, by_day: dict[date, dict[str, int]]) -> Row:
    sums = {
        name: sum(row.get(name, 0) for day, row in by_day.items() if window.first <= day <= window.last)
        for name in _NAMES
    }
    entries = {
        name: Entry(number, Cell(name, window, as_of, place).link if number else "") for name, number in sums.items()
    }
    return (
        Entry(f"{window.first:%d/%m} – {window.last:%d/%m/%Y}"),
        *(entries[name] for name in _NAMES),
        Entry((sums["finished_in_time"], sums["finished"]), entries["finished_in_time"].href),
    )


def _chart(rows: list[Row]) -> dict[str, Any]:
    def share(row: Row) -> float | None:
        value = row[5].value
        return percent_cents(value[0] or 0, value[1]) / 100 if isinstance(value, tuple) and value[1] else None

    return {
        "kind": "trend",
        "categories": [row[0].text for row in rows],
        "links": [[row[place].href for row in rows] for place in (1, 3, 4, 5)],
        "series": [
            {"name": "Tiếp nhận", "data": [row[1].value for row in rows]},
            {"name": "Trước và đúng hạn", "stack": "finished", "data": [row[3].value for row in rows]},
            {"name": "Quá hạn", "stack": "finished", "data": [row[4].value for row in rows]},
            {"name": "Tỷ lệ trước và đúng hạn", "line": True, "data": [share(row) for row in rows]},
        ],
    }
