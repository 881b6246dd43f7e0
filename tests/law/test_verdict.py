"""Early, on time, overdue, and the words of a worklist."""

from __future__ import annotations

import pytest

from motcua.law.moments import parse_moment
from motcua.law.verdict import Mark, Verdict, mark, remaining, verdict_by_date, verdict_by_instant
from motcua.law.worktime import calendar_from, national_calendar

NATION = national_calendar()
DUE = parse_moment("2026-09-10T09:20")


@pytest.mark.parametrize(
    ("ended", "by_date", "by_instant"),
    [
        ("2026-09-09T23:59", Verdict.EARLY, Verdict.EARLY),
        ("2026-09-10T08:00", Verdict.ON_TIME, Verdict.EARLY),
        ("2026-09-10T09:20:59", Verdict.ON_TIME, Verdict.ON_TIME),
        ("2026-09-10T09:21", Verdict.ON_TIME, Verdict.OVERDUE),
        ("2026-09-11T00:00", Verdict.OVERDUE, Verdict.OVERDUE),
        ("2026-09-09T18:00Z", Verdict.ON_TIME, Verdict.EARLY),
    ],
)
def test_verdict(ended: str, by_date: Verdict, by_instant: Verdict) -> None:
    moment = parse_moment(ended)

    assert (verdict_by_date(moment, DUE), verdict_by_instant(moment, DUE)) == (by_date, by_instant)


@pytest.mark.parametrize(
    ("now", "minutes", "text"),
    [
        ("2026-09-07T09:20", 1440, "còn 3 ngày làm việc"),
        ("2026-09-09T09:20", 480, "còn 1 ngày làm việc"),
        ("2026-09-08T07:00", 1100, "còn 2 ngày 2 giờ làm việc"),
        ("2026-09-09T16:00", 200, "còn 3 giờ 20 phút làm việc"),
        ("2026-09-10T09:00", 20, "còn 20 phút làm việc"),
        ("2026-09-10T09:20", 0, "đến hạn"),
        ("2026-09-10T11:20", -120, "quá 2 giờ làm việc"),
        ("2026-09-11T09:20", -480, "quá 1 ngày làm việc"),
        ("2026-09-14T10:30", -1030, "quá 2 ngày 1 giờ làm việc"),
        ("2026-09-05T10:00", 1580, "còn 3 ngày 2 giờ làm việc"),
    ],
)
def test_remaining(now: str, minutes: int, text: str) -> None:
    left = remaining(parse_moment(now), DUE, NATION)

    assert (left.minutes, left.text()) == (minutes, text)
    assert left.overdue is (minutes < 0)


def test_overdue_at_night_before_any_working_minute_has_passed() -> None:
    left = remaining(parse_moment("2026-09-10T20:00"), parse_moment("2026-09-10T17:00"), NATION)

    assert (left.minutes, left.overdue, left.text()) == (0, True, "vừa quá hạn")


def test_a_working_day_is_not_eight_hours() -> None:
    short = calendar_from({"weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("08:00", "12:00"),))})
    left = remaining(parse_moment("2026-09-07T09:00"), parse_moment("2026-09-09T09:00"), short)

    assert (left.minutes, left.days, left.hours) == (480, 2, 0)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-09-08T09:19", Mark.EARLY),
        ("2026-09-09T09:19", Mark.EARLY),
        ("2026-09-09T09:20", Mark.SOON),
        ("2026-09-10T09:20", Mark.SOON),
        ("2026-09-10T09:21", Mark.OVERDUE),
    ],
)
def test_mark_by_working_minutes_left(now: str, expected: Mark) -> None:
    assert mark(parse_moment(now), DUE, NATION, soon_minutes=480) is expected
