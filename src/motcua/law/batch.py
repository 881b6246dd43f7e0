"""Due moments of whole columns at once, on the same minute tables and by the same rules as `clock.count`.

Columns are int64: starts in local minute numbers (see `moments`), amounts ≥ 1, units as `UNIT_CODES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from motcua.law.calendars import Calendar
from motcua.law.errors import BadInput
from motcua.law.holidays import FIRST_YEAR, LAST_YEAR
from motcua.law.limits import Unit
from motcua.law.moments import DAY_MINUTES
from motcua.law.policies import Policy
from motcua.law.tables import DAY_COUNT, FIRST_DAY, CalendarGap, Tables

UNIT_CODES = {Unit.WORKING_HOUR: 0, Unit.WORKING_DAY: 1, Unit.DAY: 2}

_HOUR, _WORKING_DAY = UNIT_CODES[Unit.WORKING_HOUR], UNIT_CODES[Unit.WORKING_DAY]
# Small enough for the cache of one core, large enough that numpy's own cost per call vanishes.
_CHUNK = 32_768

Minutes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arrays:
    """The tables of a calendar for numpy; `worked`, `clamp`, `at`, `fit` are flat, `pattern × DAY_MINUTES + minute`."""

    pattern: Minutes
    before: Minutes
    rank: Minutes
    nth: Minutes
    worked: Minutes
    clamp: Minutes
    at: Minutes
    fit: Minutes
    opening: Minutes
    close: Minutes


@lru_cache(maxsize=64)
def arrays_of(tables: Tables) -> Arrays:
    patterns = list({id(p): p for p in tables.day_pattern}.values())
    number = {id(p): i for i, p in enumerate(patterns)}

    def flat(rows: list[tuple[int, ...]]) -> Minutes:
        table = np.zeros((len(rows), DAY_MINUTES), dtype=np.int64)
        for row, values in zip(table, rows, strict=True):
            row[: min(len(values), DAY_MINUTES)] = values[:DAY_MINUTES]
        return table.ravel()

    return Arrays(
        pattern=np.array([number[id(p)] for p in tables.day_pattern], dtype=np.int64),
        before=np.array(tables.before, dtype=np.int64),
        rank=np.array(tables.rank, dtype=np.int64),
        nth=np.array(tables.nth, dtype=np.int64),
        worked=flat([p.worked for p in patterns]),
        clamp=flat([p.clamp for p in patterns]),
        at=flat([p.at for p in patterns]),
        fit=flat([p.fit for p in patterns]),
        opening=np.array([p.opening for p in patterns], dtype=np.int64),
        close=np.array([p.close for p in patterns], dtype=np.int64),
    )


def due_minutes(
    starts: Minutes, amounts: Minutes, units: Minutes, calendar: Calendar, *, policy: Policy = Policy.KEEP_TIME
) -> Minutes:
    """One due (local minute number) a row. Raises BadInput or CalendarGap with the first such `row` (from 0)."""
    if not len(starts) == len(amounts) == len(units):
        raise BadInput("Ba cột bắt đầu, số lượng và đơn vị phải dài bằng nhau.")
    _check_column(amounts < 1, "thời hạn phải là số nguyên từ 1 trở lên")
    _check_column((units < 0) | (units >= len(UNIT_CODES)), "đơn vị không có")
    due = np.empty(len(starts), dtype=np.int64)
    tables = arrays_of(calendar.tables)
    for at in range(0, len(starts), _CHUNK):
        part = slice(at, at + _CHUNK)
        due[part], gap = count_columns(tables, starts[part], amounts[part], units[part], policy)
        if gap.any():
            _refuse_gap(at + int(gap.argmax()))
    return due


def _check_column(wrong: npt.NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise BadInput(f"Dòng thứ {row + 1}: {what}.", row=row)


def _refuse_gap(row: int) -> NoReturn:
    raise CalendarGap(
        f"Dòng thứ {row + 1}: hạn nằm ngoài các năm {FIRST_YEAR}–{LAST_YEAR} đã có lịch nghỉ lễ.", row=row
    )


def count_columns(
    t: Arrays, starts: Minutes, amounts: Minutes, units: Minutes, policy: Policy
) -> tuple[Minutes, npt.NDArray[np.bool_]]:
    """The dues, and where there is none because the answer leaves 2010–2035. Amounts and units are taken as checked."""
    day, time = np.divmod(starts, DAY_MINUTES)
    day -= FIRST_DAY
    gap = (day < 0) | (day >= DAY_COUNT)
    if gap.any():
        day = np.where(gap, 0, day)
    # The clamp into working time.
    inside = t.clamp.take(t.pattern.take(day) * DAY_MINUTES + time)
    over = np.flatnonzero(inside < 0)
    if over.size:
        following = _nth(t, t.rank.take(day.take(over) + 1), gap, over)
        day[over] = following
        inside[over] = t.opening.take(t.pattern.take(following))
    due = np.empty(len(starts), dtype=np.int64)
    rows = np.flatnonzero(units == _HOUR)
    if rows.size:
        due[rows] = _hours(t, day.take(rows), inside.take(rows), amounts.take(rows) * 60, gap, rows)
    rows = np.flatnonzero(units != _HOUR)
    if rows.size:
        first, amount = day.take(rows), amounts.take(rows)
        by_working_day = units.take(rows) == _WORKING_DAY
        landing = np.minimum(first + amount, DAY_COUNT)
        gap[rows] |= ~by_working_day & (landing == DAY_COUNT)
        last = _nth(t, np.where(by_working_day, t.rank.take(first) + amount, t.rank.take(landing)), gap, rows)
        pattern = t.pattern.take(last)
        if policy is Policy.KEEP_TIME:
            minute = t.fit.take(pattern * DAY_MINUTES + inside.take(rows))
        else:
            minute = t.close.take(pattern)
        due[rows] = (last + FIRST_DAY) * DAY_MINUTES + minute
    return due, gap


def _nth(t: Arrays, k: Minutes, gap: npt.NDArray[np.bool_], rows: npt.NDArray[np.intp]) -> Minutes:
    """The k-th working days; those past the last are marked in `gap`."""
    last = len(t.nth) - 1
    gap[rows] |= k > last
    return t.nth.take(np.minimum(k, last))


def _hours(
    t: Arrays, day: Minutes, minute: Minutes, amount: Minutes, gap: npt.NDArray[np.bool_], rows: npt.NDArray[np.intp]
) -> Minutes:
    target = t.before.take(day) + t.worked.take(t.pattern.take(day) * DAY_MINUTES + minute) + amount
    last = np.searchsorted(t.before, target) - 1
    gap[rows] |= last >= DAY_COUNT
    last = np.minimum(last, DAY_COUNT - 1)
    within = np.minimum(target - t.before.take(last), DAY_MINUTES - 1)
    result: Minutes = (last + FIRST_DAY) * DAY_MINUTES + t.at.take(t.pattern.take(last) * DAY_MINUTES + within)
    return result
