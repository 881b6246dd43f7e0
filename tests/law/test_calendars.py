"""Calendars as plain data: inheritance from the nation, seasons, local days, refusals."""

from __future__ import annotations

import json
from datetime import date

import pytest

from motcua.law.errors import BadInput
from motcua.law.holidays import DayKind
from motcua.law.worktime import CalendarGap, calendar_data, calendar_from, national_calendar

MORNING, AFTERNOON = (7 * 60, 11 * 60 + 30), (13 * 60 + 30, 17 * 60)
WEEK = {day: [["07:00", "11:30"], ["13:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def test_no_data_is_the_national_calendar_under_another_name() -> None:
    calendar = calendar_from({"name": "Lịch làm việc chung"})

    assert calendar == national_calendar()
    assert hash(calendar) == hash(national_calendar())
    assert calendar.day(date(2026, 9, 11)).sessions == (MORNING, AFTERNOON)


def test_equal_calendars_share_their_tables() -> None:
    data = {"weekly": WEEK, "days_off": [{"date": "2026-03-05", "name": "mất điện"}]}

    assert calendar_from(data).tables is calendar_from(data).tables
    assert calendar_from(data).timeline is calendar_from(data).timeline


def test_season_over_new_year_with_validity() -> None:
    winter = {day: [["07:30", "11:30"], ["13:00", "17:00"]] for day in WEEK}
    calendar = calendar_from(
        {
            "weekly": WEEK,
            "seasons": [
                {"name": "Mùa đông", "from": "10-16", "to": "04-15", "weekly": winter, "valid_from": "2024-01-01"}
            ],
        }
    )

    cold = ((450, 690), (780, 1020))
    assert calendar.day(date(2024, 1, 2)).sessions == cold
    assert calendar.day(date(2024, 4, 15)).sessions == cold
    assert calendar.day(date(2024, 4, 16)).sessions == (MORNING, AFTERNOON)
    assert calendar.day(date(2024, 10, 16)).sessions == cold
    assert calendar.day(date(2023, 12, 29)).sessions == (MORNING, AFTERNOON)


def test_the_last_season_that_covers_a_day_holds() -> None:
    early = {"mon": [["06:00", "10:00"]]}
    late = {"mon": [["09:00", "12:00"]]}
    season = {"from": "06-01", "to": "06-30", "name": "hè"}
    calendar = calendar_from({"seasons": [season | {"weekly": early}, season | {"weekly": late}]})

    assert calendar.day(date(2026, 6, 8)).sessions == ((540, 720),)


def test_local_days_win_over_national_ones() -> None:
    calendar = calendar_from(
        {
            "weekly": WEEK,
            "days_off": [{"from": "2026-03-05", "to": "2026-03-06", "name": "chuyển trụ sở"}],
            "days_on": [
                {"date": "2026-03-07", "name": "làm bù"},
                {"date": "2026-09-02", "name": "trực lễ", "sessions": [["07:00", "11:30"]]},
                {"date": "2026-03-08", "like": "fri"},
            ],
        }
    )

    off = calendar.day(date(2026, 3, 6))
    assert (off.kind, off.reason, off.sessions) == (DayKind.LOCAL_OFF, "chuyển trụ sở", ())
    assert calendar.day(date(2026, 3, 7)).sessions == (MORNING, AFTERNOON)
    assert calendar.day(date(2026, 9, 2)).sessions == (MORNING,)
    assert calendar.day(date(2026, 3, 8)).kind is DayKind.LOCAL_ON


def test_a_swapped_saturday_has_the_sessions_of_the_day_it_replaces() -> None:
    calendar = calendar_from({"weekly": WEEK | {"mon": [["08:00", "12:00"]]}})

    assert calendar.day(date(2026, 8, 22)).sessions == ((480, 720),)  # for Monday 31/8
    assert calendar.day(date(2026, 1, 10)).sessions == (MORNING, AFTERNOON)  # for Friday 2/1


def test_reception_on_saturday_is_another_calendar() -> None:
    reception = calendar_from({"name": "Lịch tiếp nhận", "weekly": WEEK | {"sat": [["07:30", "11:00"]]}})

    assert reception.is_working_day(date(2026, 9, 12))
    assert not national_calendar().is_working_day(date(2026, 9, 12))


def test_plain_data_goes_around() -> None:
    data = {
        "name": "UBND xã A",
        "weekly": WEEK | {"sat": [["07:30", "11:00"]]},
        "seasons": [{"name": "Hè", "from": "04-16", "to": "10-15", "weekly": WEEK, "valid_to": "2030-12-31"}],
        "days_off": [{"date": "2026-03-05", "name": "mất điện"}],
        "days_on": [{"date": "2026-03-07", "name": "làm bù", "sessions": [["07:00", "11:30"]]}],
    }
    calendar = calendar_from(data)

    assert calendar_from(json.loads(json.dumps(calendar_data(calendar)))) == calendar


def test_projected_when_a_day_of_the_range_lies_after_2026() -> None:
    calendar = national_calendar()

    assert not calendar.is_projected(date(2026, 12, 31))
    assert calendar.is_projected(date(2027, 1, 1))
    assert calendar.is_projected(date(2026, 12, 31), date(2027, 1, 1))


@pytest.mark.parametrize("day", [date(2009, 12, 31), date(2036, 1, 1)])
def test_outside_the_known_years_is_an_error(day: date) -> None:
    with pytest.raises(CalendarGap) as refusal:
        national_calendar().day(day)

    assert refusal.value.code == "calendar_gap"
    assert refusal.value.message == (f"Chưa có lịch nghỉ lễ cho năm {day.year}: chỉ tính được trong các năm 2010–2035.")
    with pytest.raises(CalendarGap):
        national_calendar().is_projected(day)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"weekdays": {}}, "lịch"),
        ({"weekly": {"mon": "07:00-11:30"}}, "weekly.mon"),
        ({"weekly": {"mon": [["07:00"]]}}, "weekly.mon[0]"),
        ({"weekly": {"mon": [["7:00", "11:30"]]}}, "weekly.mon[0]"),
        ({"weekly": {"mon": [["11:30", "07:00"]]}}, "weekly.mon[0]"),
        ({"weekly": {"mon": [["07:00", "24:00"]]}}, "weekly.mon[0]"),
        ({"weekly": {"mon": [["07:00", "11:30"], ["11:00", "17:00"]]}}, "weekly.mon[1]"),
        ({"weekly": {"monday": []}}, "weekly"),
        ({"weekly": {}}, "weekly"),
        ({"seasons": [{"from": "02-30", "to": "03-01", "weekly": {}}]}, "seasons[0].from"),
        ({"seasons": {"from": "02-01"}}, "seasons"),
        ({"seasons": ["hè"]}, "seasons[0]"),
        ({"days_off": [{"date": "05/03/2026"}]}, "days_off[0].date"),
        ({"days_off": [{"date": "2036-03-05"}]}, "days_off[0].date"),
        ({"days_off": [{"from": "2026-03-06", "to": "2026-03-05"}]}, "days_off[0]"),
        ({"days_off": [{"date": "2026-03-05"}], "days_on": [{"date": "2026-03-05"}]}, "days_on[0]"),
        ({"days_on": [{"date": "2026-03-07", "like": "thứ hai"}]}, "days_on[0].like"),
        ({"days_on": [{"date": "2026-03-07", "sessions": []}]}, "days_on[0]"),
        ({"name": ""}, "name"),
    ],
)
def test_bad_data_is_refused_with_its_place(data: dict[str, object], where: str) -> None:
    with pytest.raises(BadInput) as refusal:
        calendar_from(data)

    assert refusal.value.data["where"] == where
    assert refusal.value.message.startswith(f"Lịch làm việc, mục {where}: cần ")
