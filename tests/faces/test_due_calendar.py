"""The explanation of a due moment, drawn as a calendar."""

from __future__ import annotations

from motcua.law.clock import Due, Pause, PauseKind, Policy, compute_due
from motcua.law.limits import Limit, Unit
from motcua.law.moments import parse_moment
from motcua.law.worktime import national_calendar
from motcua.platform.presentation.due_calendar import DueCalendar, due_calendar


def drawn(start: str, amount: int, unit: Unit, **how: object) -> DueCalendar:
    return due_calendar(computed(start, amount, unit, **how))


def computed(start: str, amount: int, unit: Unit, **how: object) -> Due:
    return compute_due(parse_moment(start), Limit(amount, unit), national_calendar(), **how)  # type: ignore[arg-type]


def cells(calendar: DueCalendar) -> list[list[str]]:
    return [[" ".join((day.number, *day.words)) for day in week.days] for week in calendar.weeks]


def test_working_days_are_numbered_and_holidays_named() -> None:
    calendar = drawn("2026-11-20T17:30", 3, Unit.WORKING_DAY)

    assert cells(calendar) == [
        ["16", "17", "18", "19", "20/11 nhận 17:30", "21 nghỉ", "22 nghỉ"],
        ["23 từ 07:00", "24 Ngày Văn hóa Việt Nam", "25 ngày 1", "26 ngày 2", "27 hạn 07:00", "28", "29"],
    ]
    assert calendar.summary == (
        "Thời hạn 3 ngày làm việc, tính từ 07:00 thứ Hai 23/11/2026, nên hạn trả kết quả là 07:00 thứ Sáu 27/11/2026."
    )


def test_hours_tell_how_long_each_day_counted() -> None:
    calendar = drawn("2026-11-20T09:30", 8, Unit.WORKING_HOUR)

    assert cells(calendar)[0][4] == "20/11 từ 09:30 tính 5 giờ 30 phút"
    assert cells(calendar)[1][0] == "23 hạn 09:30"


def test_end_of_day_leaves_the_first_day_out() -> None:
    calendar = drawn("2026-11-20T09:30", 3, Unit.WORKING_DAY, policy=Policy.END_OF_DAY)

    assert cells(calendar)[0][4] == "20/11 từ 09:30"
    assert cells(calendar)[1][:4] == ["23 ngày 1", "24 Ngày Văn hóa Việt Nam", "25 ngày 2", "26 hạn 17:00"]


def test_pause_is_shown_and_days_are_no_longer_numbered() -> None:
    pause = Pause(PauseKind.SUPPLEMENT, parse_moment("2026-11-17T10:00"), parse_moment("2026-11-18T14:00"))

    calendar = drawn("2026-11-16T09:00", 3, Unit.WORKING_DAY, pauses=[pause])

    assert cells(calendar)[0][1:3] == ["17 tạm dừng", "18 tạm dừng"]
    assert not any("ngày" in cell for week in cells(calendar) for cell in week)


def test_open_pause_promises_no_day() -> None:
    pause = Pause(PauseKind.LEGAL, parse_moment("2026-11-17T10:00"))

    calendar = drawn("2026-11-16T09:00", 3, Unit.WORKING_DAY, pauses=[pause])

    assert "đồng hồ đang dừng" in calendar.summary
    assert not any("hạn" in cell for week in cells(calendar) for cell in week)


def test_long_limit_shows_its_first_and_last_weeks() -> None:
    calendar = drawn("2026-11-20T09:30", 300, Unit.DAY)

    assert [week.skipped for week in calendar.weeks] == [0] * 5 + [34] + [0] * 5
    assert "dự kiến" in calendar.summary


def test_calendar_days_roll_off_a_rest_day() -> None:
    calendar = drawn("2026-11-20T09:30", 1, Unit.DAY)

    assert cells(calendar)[0][4:] == ["20/11 từ 09:30", "21 ngày 1", "22 chuyển hạn"]
    assert cells(calendar)[1][0] == "23 hạn 09:30"
