"""The legal clock: every worked example, the faults of an existing system, pauses, extensions, stages."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from motcua.law.clock import (
    Extension,
    ExtensionKind,
    Pause,
    PauseKind,
    Policy,
    SecondPromise,
    add_working_minutes,
    apology_due,
    clock_start,
    compute_due,
    compute_stages,
    due_after_pause,
    hand_over_due,
    same_day_due,
    working_minutes_between,
)
from motcua.law.errors import BadInput
from motcua.law.limits import Limit, Unit
from motcua.law.moments import parse_moment
from motcua.law.worktime import Calendar, CalendarGap, calendar_from, national_calendar

NATION = national_calendar()
OFFICE = [["07:00", "11:30"], ["13:30", "17:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)
HOURS, DAYS, CALENDAR_DAYS = Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.DAY
END = Policy.END_OF_DAY


def _at(text: str) -> datetime:
    return parse_moment(text)


def _due(
    start: str, amount: int, unit: Unit, calendar: Calendar = NATION, policy: Policy = Policy.KEEP_TIME, *pauses: Pause
) -> str:
    answer = compute_due(_at(start), Limit(amount, unit), calendar, policy=policy, pauses=pauses)
    return f"{answer.at:%Y-%m-%d %H:%M}"


def _pause(begin: str, end: str | None, kind: PauseKind = PauseKind.SUPPLEMENT) -> Pause:
    return Pause(kind, _at(begin), None if end is None else _at(end))


# September and October 2026 after the 2nd have no holiday: 7 September is a Monday.


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-09-11T16:00", 1, DAYS, "2026-09-14 16:00"),
        ("2026-09-11T17:30", 1, DAYS, "2026-09-15 07:00"),
        ("2026-09-10T16:00", 8, HOURS, "2026-09-11 16:00"),
        ("2026-09-11T10:30", 4, HOURS, "2026-09-11 16:30"),
        ("2026-09-07T09:00", 10, CALENDAR_DAYS, "2026-09-17 09:00"),
        ("2026-09-07T09:20", 3, DAYS, "2026-09-10 09:20"),
        ("2026-09-07T07:00", 8, HOURS, "2026-09-07 17:00"),
    ],
)
def test_worked_examples_keep_the_hour(start: str, amount: int, unit: Unit, due: str) -> None:
    assert _due(start, amount, unit) == due


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-09-11T16:00", 1, DAYS, "2026-09-14 17:00"),
        ("2026-09-11T17:30", 1, DAYS, "2026-09-15 17:00"),
        ("2026-09-07T09:00", 10, CALENDAR_DAYS, "2026-09-17 17:00"),
        ("2026-09-10T16:00", 8, HOURS, "2026-09-11 16:00"),
    ],
)
def test_end_of_day_ends_at_closing_and_leaves_hours_alone(start: str, amount: int, unit: Unit, due: str) -> None:
    assert _due(start, amount, unit, policy=END) == due


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        ("2026-09-07T06:59:59", "2026-09-07 07:00"),
        ("2026-09-07T07:00", "2026-09-07 07:00"),
        ("2026-09-07T11:29:59", "2026-09-07 11:29"),
        ("2026-09-07T11:30", "2026-09-07 13:30"),
        ("2026-09-07T12:15", "2026-09-07 13:30"),
        ("2026-09-07T16:59", "2026-09-07 16:59"),
        ("2026-09-07T17:00", "2026-09-08 07:00"),
        ("2026-09-11T23:00", "2026-09-14 07:00"),
        ("2026-09-12T09:00", "2026-09-14 07:00"),
        ("2026-09-01T10:00", "2026-09-03 07:00"),
    ],
)
def test_a_start_out_of_hours_moves_to_the_next_session(moment: str, start: str) -> None:
    assert f"{clock_start(_at(moment), NATION):%Y-%m-%d %H:%M}" == start


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    utc = datetime(2026, 9, 11, 9, 0, tzinfo=UTC)

    assert compute_due(utc, Limit(1, DAYS), NATION).at == _at("2026-09-14T16:00")
    assert compute_due(utc, Limit(1, DAYS), NATION).at.isoformat() == "2026-09-14T16:00:00+07:00"


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(BadInput, match="thiếu múi giờ"):
        compute_due(_at("2026-09-11T16:00").replace(tzinfo=None), Limit(1, DAYS), NATION)


class TestFaultsOfAnExistingSystem:
    """Each of these is answered wrongly by an open system in use."""

    @pytest.mark.parametrize(
        ("amount", "unit", "due"),
        [(1, DAYS, "2026-02-24 07:00"), (8, HOURS, "2026-02-23 17:00"), (3, CALENDAR_DAYS, "2026-02-26 07:00")],
    )
    def test_start_on_a_holiday(self, amount: int, unit: Unit, due: str) -> None:
        assert _due("2026-02-18T10:00", amount, unit) == due

    def test_saturday_sessions(self) -> None:
        calendar = calendar_from({"weekly": WEEK | {"sat": [["07:30", "11:00"]]}})

        assert _due("2026-09-11T09:00", 1, DAYS, calendar) == "2026-09-12 09:00"
        assert _due("2026-09-11T16:00", 1, DAYS, calendar) == "2026-09-12 11:00"
        assert _due("2026-09-11T16:00", 2, DAYS, calendar) == "2026-09-14 16:00"
        assert _due("2026-09-11T16:00", 4, HOURS, calendar) == "2026-09-12 10:30"
        assert _due("2026-09-12T09:00", 4, HOURS, calendar) == "2026-09-14 09:00"

    def test_one_session_days(self) -> None:
        calendar = calendar_from({"weekly": {"mon": [["08:00", "12:00"]], "wed": [["13:00", "17:00"]]}})

        assert _due("2026-09-07T11:00", 2, HOURS, calendar) == "2026-09-09 14:00"
        assert _due("2026-09-07T11:00", 1, DAYS, calendar) == "2026-09-09 13:00"
        assert _due("2026-09-09T16:00", 1, DAYS, calendar) == "2026-09-14 12:00"
        assert _due("2026-09-07T11:00", 1, CALENDAR_DAYS, calendar) == "2026-09-09 13:00"

    def test_days_of_seven_and_a_half_hours(self) -> None:
        calendar = calendar_from({"weekly": {d: [["07:30", "11:30"], ["13:30", "17:00"]] for d in WEEK}})

        assert _due("2026-09-07T09:00", 2, DAYS, calendar) == "2026-09-09 09:00"
        assert _due("2026-09-07T07:30", 8, HOURS, calendar) == "2026-09-08 08:00"
        assert _due("2026-09-07T07:30", 15, HOURS, calendar) == "2026-09-08 17:00"

    def test_limits_of_three_hundred_days(self) -> None:
        assert _due("2025-01-02T09:00", 300, DAYS) == "2026-03-20 09:00"
        assert _due("2025-01-02T09:00", 300, CALENDAR_DAYS) == "2025-10-29 09:00"
        assert _due("2025-01-02T09:00", 2400, HOURS) == "2026-03-20 09:00"

    def test_a_remainder_that_crosses_closing_time(self) -> None:
        assert _due("2026-09-07T16:30", 1, HOURS) == "2026-09-08 07:30"
        assert _due("2026-09-07T11:00", 1, HOURS) == "2026-09-07 14:00"
        assert _due("2026-09-11T16:59", 9, HOURS) == "2026-09-15 07:59"

    def test_work_time_at_closing(self) -> None:
        assert _due("2026-09-07T17:00", 1, HOURS) == "2026-09-08 08:00"
        assert _due("2026-09-07T16:00", 1, HOURS) == "2026-09-07 17:00"
        assert _due("2026-09-07T10:30", 1, HOURS) == "2026-09-07 11:30"
        assert _due("2026-09-07T17:00", 1, DAYS) == "2026-09-09 07:00"


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        # 2 and 1 September 2026 off, 31 August swapped for Saturday the 22nd.
        ("2026-08-28T09:00", 1, DAYS, "2026-09-03 09:00"),
        ("2026-08-21T09:00", 1, DAYS, "2026-08-22 09:00"),
        ("2026-08-21T16:00", 8, HOURS, "2026-08-22 16:00"),
        ("2026-11-23T10:00", 1, DAYS, "2026-11-25 10:00"),
        ("2026-11-14T10:00", 10, CALENDAR_DAYS, "2026-11-26 07:00"),
        # A calendar-day due on Tết moves to the first working day after it.
        ("2026-02-06T10:00", 10, CALENDAR_DAYS, "2026-02-23 10:00"),
        ("2026-04-16T10:00", 10, CALENDAR_DAYS, "2026-04-28 10:00"),
    ],
)
def test_holidays_and_swapped_saturdays(start: str, amount: int, unit: Unit, due: str) -> None:
    assert _due(start, amount, unit) == due


def test_a_season_may_shorten_the_due_day_but_never_lengthens_the_limit() -> None:
    summer = {day: [["06:30", "10:30"], ["13:00", "16:30"]] for day in WEEK}
    calendar = calendar_from(
        {"weekly": WEEK, "seasons": [{"name": "Hè", "from": "09-08", "to": "09-30", "weekly": summer}]}
    )

    assert _due("2026-09-07T16:45", 1, DAYS, calendar) == "2026-09-08 16:30"
    assert _due("2026-09-07T11:00", 1, DAYS, calendar) == "2026-09-08 13:00"
    assert _due("2026-09-07T07:00", 1, DAYS, calendar) == "2026-09-08 07:00"


class TestPauses:
    def test_hours_left_count_on_from_the_end(self) -> None:
        pause = _pause("2026-09-07T16:00", "2026-09-09T10:00")

        assert _due("2026-09-07T09:00", 8, HOURS, NATION, Policy.KEEP_TIME, pause) == "2026-09-09 15:00"

    def test_working_days_count_on_by_minutes(self) -> None:
        pause = _pause("2026-09-08T10:00", "2026-09-10T14:30")

        assert _due("2026-09-07T09:20", 3, DAYS, NATION, Policy.KEEP_TIME, pause) == "2026-09-14 13:50"

    def test_calendar_days_move_by_wall_time(self) -> None:
        pause = _pause("2026-09-08T10:00", "2026-09-09T12:00")  # clamped to 13:30: 27.5 hours

        assert _due("2026-09-07T09:00", 7, CALENDAR_DAYS, NATION, Policy.KEEP_TIME, pause) == "2026-09-15 13:30"

    def test_calendar_days_moved_out_of_hours_go_to_the_next_session(self) -> None:
        pause = _pause("2026-09-08T08:00", "2026-09-08T16:30")

        assert _due("2026-09-07T09:00", 7, CALENDAR_DAYS, NATION, Policy.KEEP_TIME, pause) == "2026-09-15 07:00"

    def test_calendar_days_moved_onto_a_rest_day_keep_the_hour(self) -> None:
        pause = _pause("2026-09-08T08:00", "2026-09-09T08:00")

        assert _due("2026-09-07T09:00", 11, CALENDAR_DAYS, NATION, Policy.KEEP_TIME, pause) == "2026-09-21 09:00"

    def test_end_of_day_adds_the_working_days_after_the_request(self) -> None:
        over_a_weekend = _pause("2026-09-10T10:00", "2026-09-14T10:00")
        within_a_day = _pause("2026-09-10T08:00", "2026-09-10T16:00")

        assert _due("2026-09-07T09:00", 5, DAYS, NATION, END, over_a_weekend) == "2026-09-16 17:00"
        assert _due("2026-09-07T09:00", 5, DAYS, NATION, END, within_a_day) == "2026-09-14 17:00"

    def test_end_of_day_calendar_days_end_at_closing(self) -> None:
        pause = _pause("2026-09-08T08:00", "2026-09-10T08:00")

        assert _due("2026-09-07T09:00", 7, CALENDAR_DAYS, NATION, END, pause) == "2026-09-16 17:00"

    @pytest.mark.parametrize("unit", Unit)
    @pytest.mark.parametrize("policy", Policy)
    def test_begun_after_the_due_moves_nothing(self, unit: Unit, policy: Policy) -> None:
        pause = _pause("2026-09-18T17:01", "2026-09-30T10:00")
        answer = compute_due(_at("2026-09-07T09:00"), Limit(8, unit), NATION, policy=policy, pauses=[pause])

        assert answer.at == answer.original
        assert not answer.paused
        assert answer.stops == ()

    def test_begun_at_the_due_moment_leaves_nothing_after_its_end(self) -> None:
        pause = _pause("2026-09-07T10:00", "2026-09-09T18:00")

        assert _due("2026-09-07T09:00", 1, HOURS, NATION, Policy.KEEP_TIME, pause) == "2026-09-10 07:00"

    @pytest.mark.parametrize("unit", Unit)
    def test_out_of_hours_moves_no_working_limit(self, unit: Unit) -> None:
        pause = _pause("2026-09-08T17:00", "2026-09-09T06:00")
        answer = compute_due(_at("2026-09-04T17:30"), Limit(8, unit), NATION, pauses=[pause])

        if unit is not CALENDAR_DAYS:
            assert answer.at == answer.original

    def test_several_in_any_order_and_overlapping_are_one_union(self) -> None:
        first, second = _pause("2026-09-08T08:00", "2026-09-09T08:00"), _pause("2026-09-08T10:00", "2026-09-10T08:00")
        whole = _pause("2026-09-08T08:00", "2026-09-10T08:00")

        apart = _due("2026-09-07T09:00", 3, DAYS, NATION, Policy.KEEP_TIME, second, first)
        assert apart == _due("2026-09-07T09:00", 3, DAYS, NATION, Policy.KEEP_TIME, whole) == "2026-09-14 09:00"

    def test_before_the_start_of_the_clock_moves_nothing(self) -> None:
        pause = _pause("2026-09-04T08:00", "2026-09-07T08:00")

        assert _due("2026-09-07T09:00", 3, DAYS, NATION, Policy.KEEP_TIME, pause) == "2026-09-10 09:00"

    def test_an_open_one_shows_the_due_as_it_was_and_says_paused(self) -> None:
        answer = compute_due(_at("2026-09-07T09:00"), Limit(3, DAYS), NATION, pauses=[_pause("2026-09-08T10:00", None)])

        assert answer.paused
        assert answer.at == _at("2026-09-10T09:00")
        assert answer.explanation.intervals[-1].to == _at("2026-09-08T10:00")
        assert "Đồng hồ đang dừng từ 10:00 thứ Ba, 08/09/2026" in answer.explanation.text()

    def test_an_end_before_its_begin_is_refused(self) -> None:
        with pytest.raises(BadInput, match="trước khi bắt đầu"):
            _pause("2026-09-08T10:00", "2026-09-08T09:59")

    def test_due_after_pause_is_the_same_rule_one_step_at_a_time(self) -> None:
        first, second = _pause("2026-09-08T08:00", "2026-09-09T08:00"), _pause("2026-09-10T10:00", "2026-09-14T15:00")
        whole = compute_due(_at("2026-09-07T09:00"), Limit(5, DAYS), NATION, pauses=[first, second])

        due = whole.original
        for pause in (first, second):
            due = due_after_pause(due, pause, NATION, unit=DAYS)

        assert due == whole.at

    def test_due_after_an_open_pause_is_refused(self) -> None:
        with pytest.raises(BadInput, match="chưa kết thúc"):
            due_after_pause(_at("2026-09-10T09:00"), _pause("2026-09-08T10:00", None), NATION, unit=DAYS)


class TestExtensions:
    def test_statutory_moves_the_due_that_counts(self) -> None:
        extension = Extension(ExtensionKind.STATUTORY, _at("2026-09-09T08:00"), limit=Limit(2, DAYS))
        answer = compute_due(_at("2026-09-07T09:00"), Limit(3, DAYS), NATION, extensions=[extension])

        assert answer.original == _at("2026-09-10T09:00")
        assert answer.at == _at("2026-09-14T09:00")
        assert answer.promised is None

    def test_promised_leaves_the_due_that_counts(self) -> None:
        extension = Extension(ExtensionKind.PROMISED, _at("2026-09-09T08:00"), until=_at("2026-09-15T17:00"))
        answer = compute_due(_at("2026-09-07T09:00"), Limit(3, DAYS), NATION, extensions=[extension])

        assert answer.at == answer.original == _at("2026-09-10T09:00")
        assert answer.promised == _at("2026-09-15T17:00")
        assert "Ngày hẹn lại: 17:00 thứ Ba, 15/09/2026" in answer.explanation.text()

    def test_a_second_promise_is_refused(self) -> None:
        promises = [
            Extension(ExtensionKind.PROMISED, _at(f"2026-09-{day:02d}T08:00"), limit=Limit(2, DAYS)) for day in (8, 9)
        ]
        with pytest.raises(SecondPromise) as refusal:
            compute_due(_at("2026-09-07T09:00"), Limit(3, DAYS), NATION, extensions=promises)

        assert refusal.value.code == "second_promise"

    def test_one_that_does_not_extend_is_refused(self) -> None:
        extension = Extension(ExtensionKind.STATUTORY, _at("2026-09-08T08:00"), until=_at("2026-09-10T09:00"))
        with pytest.raises(BadInput, match="không muộn hơn hạn hiện hành"):
            compute_due(_at("2026-09-07T09:00"), Limit(3, DAYS), NATION, extensions=[extension])

    def test_needs_exactly_one_of_limit_and_until(self) -> None:
        with pytest.raises(BadInput):
            Extension(ExtensionKind.STATUTORY, _at("2026-09-08T08:00"))

    def test_pauses_and_extensions_act_in_the_order_of_time(self) -> None:
        extension = Extension(ExtensionKind.STATUTORY, _at("2026-09-10T08:00"), limit=Limit(5, DAYS))
        late_pause = _pause("2026-09-15T09:00", "2026-09-16T09:00")  # after the first due, before the extended one
        answer = compute_due(
            _at("2026-09-07T09:00"), Limit(3, DAYS), NATION, pauses=[late_pause], extensions=[extension]
        )

        assert answer.at == _at("2026-09-18T09:00")


class TestStages:
    def test_a_stage_counts_on_from_the_one_before(self) -> None:
        first, second = compute_stages(_at("2026-09-07T09:20"), [Limit(3, DAYS), Limit(8, HOURS)], NATION)

        assert (first.at, second.at) == (_at("2026-09-10T09:20"), _at("2026-09-11T09:20"))

    def test_end_of_day_loses_no_day_between_stages(self) -> None:
        first, second = compute_stages(_at("2026-09-07T09:20"), [Limit(3, DAYS), Limit(2, DAYS)], NATION, policy=END)

        assert (first.at, second.at) == (_at("2026-09-10T17:00"), _at("2026-09-14T17:00"))

    def test_a_pause_moves_its_stage_and_those_after(self) -> None:
        limits = [Limit(3, DAYS), Limit(2, DAYS)]
        early, late = _pause("2026-09-08T09:20", "2026-09-09T09:20"), _pause("2026-09-14T09:20", "2026-09-15T09:20")

        with_early = compute_stages(_at("2026-09-07T09:20"), limits, NATION, pauses=[early])
        with_both = compute_stages(_at("2026-09-07T09:20"), limits, NATION, pauses=[early, late])

        assert [due.at for due in with_early] == [_at("2026-09-11T09:20"), _at("2026-09-15T09:20")]
        assert [due.at for due in with_both] == [_at("2026-09-11T09:20"), _at("2026-09-16T09:20")]


@pytest.mark.parametrize(
    ("received", "due", "hand_over"),
    [
        ("2026-09-07T09:00", "2026-09-07 17:00", "2026-09-07 17:00"),
        ("2026-09-07T15:00", "2026-09-07 17:00", "2026-09-07 17:00"),
        ("2026-09-07T15:01", "2026-09-08 17:00", "2026-09-08 07:00"),
        ("2026-09-11T15:30", "2026-09-14 17:00", "2026-09-14 07:00"),
        ("2026-09-11T17:30", "2026-09-14 17:00", "2026-09-14 17:00"),
        ("2026-09-12T10:00", "2026-09-14 17:00", "2026-09-14 17:00"),
        ("2026-08-28T15:30", "2026-09-03 17:00", "2026-09-03 07:00"),
    ],
)
def test_same_day_procedures_and_the_daily_hand_over(received: str, due: str, hand_over: str) -> None:
    assert f"{same_day_due(_at(received), NATION):%Y-%m-%d %H:%M}" == due
    assert f"{hand_over_due(_at(received), NATION):%Y-%m-%d %H:%M}" == hand_over


def test_the_cutoff_of_same_day_procedures_is_data() -> None:
    assert same_day_due(_at("2026-09-07T15:30"), NATION, cutoff=time(16, 0)) == _at("2026-09-07T17:00")


def test_a_dossier_taken_at_a_saturday_desk_starts_with_the_counting_calendar() -> None:
    assert _due("2026-09-12T08:00", 3, DAYS) == "2026-09-17 07:00"


def test_answer_clock_of_an_online_dossier() -> None:
    assert _due("2026-09-11T20:00", 8, HOURS) == "2026-09-14 17:00"
    assert _due("2026-09-11T14:00", 8, HOURS) == "2026-09-14 14:00"


@pytest.mark.parametrize(
    ("due", "apology"),
    [
        ("2026-09-10T09:20", "2026-09-09 09:20"),
        ("2026-09-14T09:20", "2026-09-11 17:00"),
        ("2026-09-03T09:20", "2026-08-28 17:00"),
    ],
)
def test_apology_goes_out_a_day_before_moved_back_to_a_working_day(due: str, apology: str) -> None:
    assert f"{apology_due(_at(due), NATION):%Y-%m-%d %H:%M}" == apology


def test_working_minutes_are_signed_and_added_back() -> None:
    first, last = _at("2026-09-11T16:00"), _at("2026-09-14T08:00")

    assert working_minutes_between(first, last, NATION) == 120
    assert working_minutes_between(last, first, NATION) == -120
    assert add_working_minutes(first, 120, NATION) == last
    assert add_working_minutes(_at("2026-09-12T08:00"), 0, NATION) == _at("2026-09-14T07:00")


def test_projected_years_are_said() -> None:
    sure = compute_due(_at("2026-12-24T09:00"), Limit(4, DAYS), NATION)
    projected = compute_due(_at("2026-12-24T09:00"), Limit(8, DAYS), NATION)

    assert not sure.projected
    assert projected.projected
    assert "lịch nghỉ dự kiến" in projected.explanation.text()
    assert projected.explanation.to_json()["projected"] is True


@pytest.mark.parametrize(
    ("start", "amount", "unit", "year"),
    [
        ("2009-12-31T10:00", 1, DAYS, 2009),
        ("2036-01-02T10:00", 1, HOURS, 2036),
        ("2035-12-28T10:00", 1, DAYS, None),
        ("2035-12-31T18:00", 1, DAYS, 2036),
        ("2035-12-28T10:00", 2, DAYS, 2036),
        ("2035-12-28T10:00", 17, HOURS, 2036),
        ("2035-12-28T10:00", 30, CALENDAR_DAYS, 2036),
        ("2010-01-04T10:00", 90_000, HOURS, 2036),
    ],
)
def test_beyond_the_known_years_is_an_error(start: str, amount: int, unit: Unit, year: int | None) -> None:
    if year is None:
        assert _due(start, amount, unit) == "2035-12-31 10:00"
        return
    with pytest.raises(CalendarGap) as refusal:
        _due(start, amount, unit)

    assert refusal.value.data["year"] == year


def test_a_limit_is_at_least_one() -> None:
    with pytest.raises(BadInput, match="từ 1 trở lên"):
        Limit(0, DAYS)
    assert [Limit(3, unit).text() for unit in Unit] == ["3 giờ làm việc", "3 ngày làm việc", "3 ngày"]
