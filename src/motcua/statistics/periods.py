"""Windows of reports: whole months, quarters and years, by the calendar or from the 15th to the 14th.

The data window of a periodic report begins on the 15th of the month before its first and ends on the 14th of its last
(TT 01/2020/TT-VPCP); both are in use, so a window says which it is. Pure.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum

from motcua.law.errors import BadInput
from motcua.law.windows import Window

FIRST_REPORTING_DAY = 15


class Regime(StrEnum):
    CALENDAR = "calendar"
    REPORTING = "reporting"


def month_key(day: date) -> int:
    """2026-09-20 → 202609."""
    return day.year * 100 + day.month


def reporting_month_key(day: date) -> int:
    """The month whose report counts the day: from the 15th on it is the next one's."""
    return month_key(day) if day.day < FIRST_REPORTING_DAY else _shifted(day.year, day.month, 1)


def _shifted(year: int, month: int, months: int) -> int:
    place = year * 12 + month - 1 + months
    return place // 12 * 100 + place % 12 + 1


def months_window(year: int, month: int, count: int, regime: Regime) -> Window:
    """`count` months from `month` on."""
    if regime is Regime.CALENDAR:
        return Window(_first_of(year, month, 0), _first_of(year, month, count) - timedelta(days=1))
    begin = _first_of(year, month, -1).replace(day=FIRST_REPORTING_DAY)
    return Window(begin, _first_of(year, month, count - 1).replace(day=FIRST_REPORTING_DAY - 1))


def _first_of(year: int, month: int, months: int) -> date:
    key = _shifted(year, month, months)
    return date(key // 100, key % 100, 1)


def window_before(window: Window, regime: Regime = Regime.CALENDAR) -> Window:
    """The period before: of whole months the as many months before, else as many days."""
    whole = _whole_months(window, regime)
    if whole is None:
        days = window.last - window.first
        return Window(window.first - days - timedelta(days=1), window.first - timedelta(days=1))
    year, month, count = whole
    key = _shifted(year, month, -count)
    return months_window(key // 100, key % 100, count, regime)


def year_before(window: Window) -> Window:
    """The same period of the year before."""
    return Window(_a_year_back(window.first), _a_year_back(window.last + timedelta(days=1)) - timedelta(days=1))


def _a_year_back(day: date) -> date:
    # The day after a last day of February is the first of March in every year.
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _whole_months(window: Window, regime: Regime) -> tuple[int, int, int] | None:
    first = reporting_month_key(window.first) if regime is Regime.REPORTING else month_key(window.first)
    year, month = divmod(first, 100)
    for count in (1, 3, 6, 9, 12):
        if months_window(year, month, count, regime) == window:
            return year, month, count
    return None


_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})|-Q([1-4])|-H([12]))?", re.IGNORECASE)


def period_window(text: str, regime: Regime) -> Window:
    """`2026`, `2026-09`, `2026-Q3`, `2026-H1`. Raises BadInput."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2] or 1) <= 12 or not 1900 <= int(found[1]) <= 9000:
        raise BadInput(f"Không đọc được kỳ “{text}”: cần dạng 2026-09, 2026-Q3, 2026-H1 hoặc 2026.", field="period")
    year = int(found[1])
    if found[2]:
        return months_window(year, int(found[2]), 1, regime)
    if found[3]:
        return months_window(year, int(found[3]) * 3 - 2, 3, regime)
    if found[4]:
        return months_window(year, int(found[4]) * 6 - 5, 6, regime)
    return months_window(year, 1, 12, regime)
