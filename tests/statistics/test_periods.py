"""Windows of reports, and numbers as they are printed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.law.errors import BadInput
from motcua.law.windows import Window
from motcua.statistics.periods import (
    Regime,
    month_key,
    months_window,
    period_window,
    reporting_month_key,
    window_before,
)
from motcua.statistics.ratios import cents_text, half_up, percent_cents, percent_text, shares_cents, whole_text

CALENDAR, REPORTING = Regime.CALENDAR, Regime.REPORTING


@pytest.mark.parametrize(
    ("text", "regime", "first", "last"),
    [
        ("2026-09", CALENDAR, "2026-09-01", "2026-09-30"),
        ("2026-02", CALENDAR, "2026-02-01", "2026-02-28"),
        ("2026-09", REPORTING, "2026-08-15", "2026-09-14"),
        ("2026-01", REPORTING, "2025-12-15", "2026-01-14"),
        ("2026-Q1", REPORTING, "2025-12-15", "2026-03-14"),
        ("2026-Q3", CALENDAR, "2026-07-01", "2026-09-30"),
        ("2026-Q4", REPORTING, "2026-09-15", "2026-12-14"),
        ("2026-H1", REPORTING, "2025-12-15", "2026-06-14"),
        ("2026-H2", CALENDAR, "2026-07-01", "2026-12-31"),
        ("2026", CALENDAR, "2026-01-01", "2026-12-31"),
        ("2026", REPORTING, "2025-12-15", "2026-12-14"),
    ],
)
def test_periods_by_name(text: str, regime: Regime, first: str, last: str) -> None:
    assert period_window(text, regime) == Window(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-Q5", "2026-9", "20260901", "quý 3"])
def test_unreadable_periods_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="cần dạng 2026-09, 2026-Q3, 2026-H1 hoặc 2026"):
        period_window(text, CALENDAR)


@given(day=st.dates(date(2010, 1, 1), date(2035, 12, 31)))
def test_every_day_stands_in_the_month_of_its_key(day: date) -> None:
    for regime, key in ((CALENDAR, month_key(day)), (REPORTING, reporting_month_key(day))):
        window = months_window(key // 100, key % 100, 1, regime)
        assert window.first <= day <= window.last


@pytest.mark.parametrize(
    ("text", "regime", "before"),
    [
        ("2026-01", CALENDAR, "2025-12"), ("2026-Q1", REPORTING, "2025-Q4"), ("2026", REPORTING, "2025"), ("2026-H2", CALENDAR, "2026-H1"),
    ],
)  # fmt: skip
def test_the_period_before(text: str, regime: Regime, before: str) -> None:
    assert window_before(period_window(text, regime), regime) == period_window(before, regime)


def test_of_other_windows_as_many_days_before() -> None:
    assert window_before(Window(date(2026, 9, 3), date(2026, 9, 9))) == Window(date(2026, 8, 27), date(2026, 9, 2))


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (1, 3, "33,33 %"), (2, 3, "66,67 %"), (1, 8, "12,50 %"), (1, 20_000, "0,01 %"), (1, 20_001, "0,00 %"), (5, 5, "100,00 %"),
        (0, 7, "0,00 %"), (None, 7, "chưa có số liệu"), (0, 0, "chưa có số liệu"), (0, None, "chưa có số liệu"),
    ],
)  # fmt: skip
def test_percentages(numerator: int | None, denominator: int | None, text: str) -> None:
    assert percent_text(numerator, denominator) == text


@given(parts=st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any))
def test_shares_of_one_whole_sum_to_a_hundred_percent(parts: list[int]) -> None:
    shares = shares_cents(parts)

    assert sum(shares) == 10_000
    whole = sum(parts)
    assert all(abs(share - percent_cents(part, whole)) <= 1 for share, part in zip(shares, parts, strict=True))


def test_shares_that_are_not_the_whole_are_rounded_each_by_itself() -> None:
    assert shares_cents([1, 1], 3) == [3333, 3333]
    assert shares_cents([0, 0]) == [0, 0]


def test_numbers_as_they_are_printed() -> None:
    assert (cents_text(9_984), cents_text(-5), whole_text(1_234_567), whole_text(None)) == (
        "99,84", "-0,05", "1.234.567", "chưa có số liệu",
    )  # fmt: skip
    assert [half_up(one) for one in map(Fraction, ("1/2", "-1/2", "3/2", "7/5"))] == [1, -1, 2, 1]
