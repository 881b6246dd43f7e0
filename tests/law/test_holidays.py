"""National holidays: the table of the field's notes, the sky, and the `holidays` library as cross-checks."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from tests.law.lunar_astronomy import solar_date

from motcua.law.holidays import FIRST_YEAR, LAST_YEAR, DayKind, is_projected_year, national_days
from motcua.law.worktime import national_calendar

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)

# Decisions that the library does not know; each stands in the data with its source.
UNKNOWN_TO_LIBRARY = {2026: ({date(2026, 1, 2)}, {date(2026, 1, 10)})}


def _days_off(year: int) -> set[date]:
    return {day for day, national in national_days().items() if day.year == year and national.like is None}


def _working_saturdays(year: int) -> set[date]:
    return {day for day, national in national_days().items() if day.year == year and national.like is not None}


@pytest.mark.parametrize("year", YEARS)
def test_lunar_days_follow_the_sky_at_utc_7(year: int) -> None:
    tet, hung_kings = solar_date(1, 1, year), solar_date(10, 3, year)

    assert national_days()[tet].reason == "nghỉ lễ: Tết Nguyên đán"
    assert national_days()[hung_kings].reason == "nghỉ lễ: Giỗ Tổ Hùng Vương"


@pytest.mark.parametrize(
    ("tet", "hung_kings"),
    [
        ("2024-02-10", "2024-04-18"),
        ("2025-01-29", "2025-04-07"),
        ("2026-02-17", "2026-04-26"),
        ("2027-02-06", "2027-04-16"),
        ("2028-01-26", "2028-04-04"),
        ("2029-02-13", "2029-04-23"),
        ("2030-02-02", "2030-04-12"),
        ("2031-01-23", "2031-04-01"),
        ("2032-02-11", "2032-04-19"),
        ("2033-01-31", "2033-04-09"),
        ("2034-02-19", "2034-04-28"),
        ("2035-02-08", "2035-04-17"),
    ],
)
def test_lunar_days_of_the_notes(tet: str, hung_kings: str) -> None:
    first, king = date.fromisoformat(tet), date.fromisoformat(hung_kings)

    assert (solar_date(1, 1, first.year), solar_date(10, 3, first.year)) == (first, king)
    assert national_days()[first].kind is DayKind.HOLIDAY
    assert national_days()[king].kind is DayKind.HOLIDAY


@pytest.mark.parametrize(
    ("first", "last"),
    [("2025-01-25", "2025-02-02"), ("2026-02-14", "2026-02-22")],
)
def test_tet_is_off_as_announced(first: str, last: str) -> None:
    calendar = national_calendar()
    day, end = date.fromisoformat(first), date.fromisoformat(last)

    assert calendar.is_working_day(day - timedelta(days=1))
    assert calendar.is_working_day(end + timedelta(days=1))
    while day <= end:
        assert not calendar.is_working_day(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "kind", "reason"),
    [
        ("2026-04-27", DayKind.SUBSTITUTE, "nghỉ bù Giỗ Tổ Hùng Vương (26/04)"),
        ("2033-04-11", DayKind.SUBSTITUTE, "nghỉ bù Giỗ Tổ Hùng Vương (09/04)"),
        ("2023-05-02", DayKind.SUBSTITUTE, "nghỉ bù Giỗ Tổ Hùng Vương (29/04)"),
        ("2023-05-03", DayKind.SUBSTITUTE, "nghỉ bù Ngày Chiến thắng 30/4 (30/04)"),
        ("2026-11-24", DayKind.HOLIDAY, "nghỉ lễ: Ngày Văn hóa Việt Nam"),
        ("2026-09-01", DayKind.HOLIDAY, "nghỉ lễ: Quốc khánh"),
        ("2026-08-31", DayKind.SWAPPED_OFF, "nghỉ hoán đổi, làm bù ngày 22/08/2026"),
        ("2026-08-22", DayKind.SWAPPED_ON, "ngày làm bù, hoán đổi cho ngày 31/08/2026"),
        ("2018-12-31", DayKind.SWAPPED_OFF, "nghỉ hoán đổi, làm bù ngày 05/01/2019"),
        ("2011-01-30", DayKind.SWAPPED_ON, "ngày làm bù, hoán đổi cho ngày 01/02/2011"),
    ],
)
def test_a_day_says_why_it_is_on_or_off(day: str, kind: DayKind, reason: str) -> None:
    national = national_days()[date.fromisoformat(day)]

    assert (national.kind, national.reason) == (kind, reason)


def test_culture_day_and_second_national_day_begin_with_their_laws() -> None:
    calendar = national_calendar()

    assert calendar.is_working_day(date(2025, 11, 24))
    assert not calendar.is_working_day(date(2026, 11, 24))
    assert len([d for d in national_days() if d.year == 2020 and d.month == 9]) == 1
    assert len([d for d in national_days() if d.year == 2021 and d.month == 9]) == 2


@pytest.mark.parametrize("year", range(2017, 2027))
def test_decreed_years_agree_with_the_holidays_library(year: int) -> None:
    library = holidays.country_holidays("VN", years=year)
    off, on = UNKNOWN_TO_LIBRARY.get(year, (set(), set()))

    # Of a Saturday or Sunday it does not matter whether it is called a holiday: it is off in both.
    weekdays_off = {day for day in _days_off(year) if day.weekday() < 5}
    assert weekdays_off == {day for day in library if day.weekday() < 5} | off
    assert _working_saturdays(year) == {day for day in library.weekend_workdays if day.year == year} | on


@pytest.mark.parametrize("year", range(2027, 2036))
def test_projected_years_agree_with_the_holidays_library(year: int) -> None:
    library = holidays.country_holidays("VN", years=year)

    assert {d for d in _days_off(year) if d.weekday() < 5} == {d for d in library if d.weekday() < 5}


def test_every_entry_has_a_source_and_only_years_without_decision_are_projected() -> None:
    assert all(national.source for national in national_days().values())
    assert [year for year in YEARS if is_projected_year(year)] == list(range(2027, 2036))


def test_a_swap_keeps_the_number_of_working_days() -> None:
    off = [day for day, national in national_days().items() if national.kind is DayKind.SWAPPED_OFF]
    on = [day for day, national in national_days().items() if national.kind is DayKind.SWAPPED_ON]

    assert len(off) == len(on) == 21
    assert all(day.weekday() < 5 for day in off)
    assert all(day.weekday() >= 5 for day in on)
