"""The legal clock: single answers, explained answers, columns in memory, CSV to CSV; beside numpy and a plain day-walk.

`ratio` is columns in memory over `numpy.busday_offset`, which knows days and holidays but neither hours, sessions nor swapped
Saturdays. The day-walk is what one writes first: add a day, look it up in a set, count.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from motcua.law.batch import UNIT_CODES, due_minutes
from motcua.law.batch_csv import due_csv
from motcua.law.clock import compute_due
from motcua.law.holidays import national_days
from motcua.law.limits import Limit, Unit
from motcua.law.moments import from_minutes, parse_moment, to_minutes
from motcua.law.worktime import national_calendar

SINGLE, COLUMN_ROWS, CSV_ROWS = 100_000, 4_000_000, 2_000_000
MOST_DAYS = 40


def run() -> dict[str, object]:
    calendar = national_calendar()
    dice = np.random.default_rng(2026)
    first, last = (to_minutes(parse_moment(text)) for text in ("2015-01-01", "2033-12-31"))
    starts = dice.integers(first, last, COLUMN_ROWS)
    amounts = dice.integers(1, MOST_DAYS + 1, COLUMN_ROWS)
    units = dice.integers(0, len(UNIT_CODES), COLUMN_ROWS)

    names = list(UNIT_CODES)
    cases = [
        (from_minutes(start), Limit(amount, names[unit]))
        for start, amount, unit in zip(*(c[:SINGLE].tolist() for c in (starts, amounts, units)), strict=True)
    ]
    for start, limit in cases[:200]:
        _ = compute_due(start, limit, calendar).explanation.intervals
    single = _rate(SINGLE, lambda: [compute_due(start, limit, calendar) for start, limit in cases])
    explained_cases = cases[: SINGLE // 5]
    explained = _rate(
        len(explained_cases),
        lambda: [compute_due(s, limit, calendar).explanation.intervals for s, limit in explained_cases],
    )
    walked = _rate(SINGLE // 10, lambda: [_day_walk(s, limit.amount) for s, limit in cases[: SINGLE // 10]])

    due_minutes(starts[:1000], amounts[:1000], units[:1000], calendar)
    columns = _rate(COLUMN_ROWS, lambda: due_minutes(starts, amounts, units, calendar))
    working_days = np.full(COLUMN_ROWS, UNIT_CODES[Unit.WORKING_DAY])
    columns_of_days = _rate(COLUMN_ROWS, lambda: due_minutes(starts, amounts, working_days, calendar))
    days = (starts // 1440).astype("datetime64[D]")
    holidays = np.array([d for d, national in national_days().items() if national.like is None], dtype="datetime64[D]")
    busday = _rate(COLUMN_ROWS, lambda: np.busday_offset(days, amounts, roll="forward", holidays=holidays))

    return {
        "name": "due",
        "ratio": columns / busday,
        "single_per_second": round(single),
        "explained_per_second": round(explained),
        "day_walk_per_second": round(walked),
        "columns_rows_per_second": round(columns),
        "columns_of_working_days_rows_per_second": round(columns_of_days),
        "numpy_busday_offset_rows_per_second": round(busday),
        "csv_to_csv_rows_per_second": round(_csv_rate(starts, amounts, units)),
        "single_over_day_walk": single / walked,
        "goals": "single ≥ 100,000; explained ≥ 10,000; columns ≥ 2,000,000; csv ≥ 500,000",
    }


def _rate(count: int, work: Callable[[], object]) -> float:
    """Best of three, a second."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return count / min(times)


def _day_walk(start: datetime, days: int) -> datetime:
    off = national_days()
    while days:
        start += timedelta(days=1)
        national = off.get(start.date())
        if national.like is not None if national else start.weekday() < 5:
            days -= 1
    return start


def _csv_rate(starts: np.ndarray, amounts: np.ndarray, units: np.ndarray) -> float:
    names = list(UNIT_CODES)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        moments = starts[:CSV_ROWS].astype("datetime64[m]").astype(str).tolist()
        with source.open("w") as file:
            file.write("start,amount,unit\n")
            file.writelines(
                f"{moment},{amount},{names[unit]}\n"
                for moment, amount, unit in zip(
                    moments, amounts[:CSV_ROWS].tolist(), units[:CSV_ROWS].tolist(), strict=True
                )
            )
        return _rate(CSV_ROWS, lambda: due_csv(source, target))
