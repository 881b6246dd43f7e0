"""When a due moment is warned of: the ladder, pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.law.clock import add_working_minutes, apology_due, working_minutes_between
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.worktime import national_calendar
from motcua.notifications.escalation import Place, Told, Where, escalate, read_rules, where_of
from motcua.notifications.warnings import (
    Ahead,
    Phase,
    Reader,
    default_settings,
    due_warnings,
    parse_ahead,
    phase_of,
    settings_from,
)

CALENDAR = national_calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


# Monday 09:20, three working days: Thursday 09:20.
START, DUE = moment("2026-11-16T09:20"), moment("2026-11-19T09:20")


@pytest.mark.parametrize(
    ("at", "now", "following"),
    [
        ("2026-11-16T09:20", None, ("apology:1", "2026-11-17T09:20")),
        ("2026-11-17T09:20", "apology:1", ("apology:2", "2026-11-18T09:20")),
        ("2026-11-18T09:20", "apology:2", ("ahead:25%", "2026-11-18T11:20")),
        ("2026-11-18T11:20", "ahead:25%", ("due", "2026-11-19T09:20")),
        ("2026-11-19T09:20", "due", ("late:1", "2026-11-20T07:00")),
        ("2026-11-20T06:59", "due", ("late:1", "2026-11-20T07:00")),
        ("2026-11-20T07:00", "late:1", ("late:2", "2026-11-26T07:00")),
        ("2026-11-22T12:00", "late:1", ("late:2", "2026-11-26T07:00")),
        ("2026-11-26T07:00", "late:2", ("late:3", "2026-12-01T07:00")),
        ("2026-12-14T16:00", "late:6", ("late:7", "2026-12-17T07:00")),
    ],
)
def test_the_ladder_of_a_dossier(at: str, now: str | None, following: tuple[str, str]) -> None:
    """Tuesday 24/11/2026 is a holiday: three working days after Friday the 20th are Thursday the 26th."""
    found = due_warnings(START, DUE, default_settings(), CALENDAR, moment(at), whole=True)
    assert (found.now.stage if found.now else None) == now
    assert found.following is not None
    assert (found.following.stage, found.following.at) == (following[0], moment(following[1]))


def test_a_step_has_no_stage_for_an_apology() -> None:
    found = due_warnings(START, DUE, default_settings(), CALENDAR, START, whole=False)
    assert (found.now, found.following.stage) == (None, "ahead:25%")


def test_hours_ahead_are_hours_and_one_that_lies_before_the_work_began_is_none() -> None:
    settings = settings_from({"step_ahead": ["4 giờ", "2 giờ"]}, default_settings())
    due = add_working_minutes(START, 180, CALENDAR)
    found = due_warnings(START, due, settings, CALENDAR, START, whole=False)
    assert (found.now, found.following.stage, found.following.at) == (None, "ahead:2 giờ", moment("2026-11-16T10:20"))


def test_a_short_limit_has_no_moment_for_an_apology_before_its_due() -> None:
    due = moment("2026-11-16T16:20")
    stages = [due_warnings(START, due, default_settings(), CALENDAR, START, whole=True).following.stage]
    stages.append(
        due_warnings(START, due, default_settings(), CALENDAR, moment("2026-11-16T16:00"), whole=True).now.stage
    )
    assert stages == ["ahead:25%", "ahead:25%"]


def test_beyond_the_known_years_nothing_more_is_announced() -> None:
    due = moment("2035-12-31T09:20")
    found = due_warnings(moment("2035-12-24T09:20"), due, default_settings(), CALENDAR, due, whole=False)
    assert (found.now.stage, found.following) == ("due", None)


@given(
    st.integers(0, 60 * 24 * 20), st.integers(1, 60 * 24 * 20), st.integers(0, 60 * 24 * 60), st.sampled_from([True, False]),
    st.integers(1, 9),
)  # fmt: skip
def test_the_ladder_leads_on(begins: int, lasts: int, later: int, whole: bool, every: int) -> None:
    """From any moment the stages follow one another without a gap, each after the other, each a working moment."""
    settings = settings_from({"every_days": every}, default_settings())
    started = START + timedelta(minutes=begins)
    due = add_working_minutes(started, lasts, CALENDAR)
    at = started + timedelta(minutes=later)
    found = due_warnings(started, due, settings, CALENDAR, at, whole=whole)
    assert found.now is None or found.now.at <= at
    assert found.following is not None
    assert found.following.at > at
    before = due_warnings(started, due, settings, CALENDAR, found.following.at - timedelta(minutes=1), whole=whole)
    assert before.following == found.following
    assert before.now == found.now
    then = due_warnings(started, due, settings, CALENDAR, found.following.at, whole=whole)
    assert then.now.at == found.following.at
    if found.now and found.now.stage.startswith("late") and found.following:
        assert working_minutes_between(found.now.at, found.following.at, CALENDAR) == every * 480
    if found.following.stage == "apology:2":
        assert found.following.at == apology_due(due, CALENDAR)


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("25%", Ahead(percent=25)),
        (" 4 giờ", Ahead(minutes=240)),
        ("12h", Ahead(minutes=720)),
        ("90%", Ahead(percent=90)),
    ],
)
def test_a_moment_ahead_is_read(text: str, ahead: Ahead) -> None:
    assert parse_ahead(text) == ahead


@pytest.mark.parametrize("text", ["", "0%", "91%", "0 giờ", "401 giờ", "hai ngày", "4", "-3 giờ", "1.5 giờ"])
def test_what_is_no_moment_ahead_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="ví dụ 25% hoặc 4 giờ"):
        parse_ahead(text)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"every_days": 0}, "every_days"),
        ({"every_days": "ba"}, "every_days"),
        ({"step_ahead": ["10%", "10%"]}, "step_ahead"),
        ({"whole_ahead": ["1%", "2%", "3%", "4%", "5%"]}, "whole_ahead"),
        ({"tells": {"sớm": ["officer"]}}, "tells"),
        ({"tells": {"due": ["ai đó"]}}, "tells"),
    ],
)
def test_bad_settings_are_refused(given: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        settings_from(given, default_settings())
    assert refused.value.data["field"] == field


def test_what_is_not_set_comes_from_the_default() -> None:
    settings = settings_from({"tells": {"due": ["leader"]}}, default_settings())
    assert settings.tells[Phase.DUE] == {Reader.LEADER}
    assert settings.tells[Phase.AHEAD] == {Reader.OFFICER}


FAULT, COMPETENT = Place.FAULT, Place.COMPETENT


@pytest.mark.parametrize(
    ("fault", "competent", "level", "where", "told"),
    [
        (5, 5, "commune", Where.COMMUNE, {(Reader.LEADER, FAULT)}),
        (7, 7, "province", Where.DEPARTMENT, {(Reader.LEADER, FAULT)}),
        (7, 7, "vertical", Where.DEPARTMENT, {(Reader.LEADER, FAULT)}),
        (
            5, 7, "province", Where.OTHER_AGENCY,
            {(Reader.LEADER, FAULT), (Reader.LEADER, COMPETENT), (Reader.HEAD, COMPETENT), (Reader.OFFICER, COMPETENT)},
        ),
        (
            None, 7, "province", Where.OUTSIDE,
            {(Reader.LEADER, COMPETENT), (Reader.HEAD, COMPETENT), (Reader.OFFICER, COMPETENT)},
        ),
    ],
)  # fmt: skip
def test_an_overdue_matter_goes_where_the_fault_lies(
    fault: int | None, competent: int, level: str, where: Where, told: set[tuple[Reader, Place]]
) -> None:
    assert where_of(fault_agency=fault, competent_agency=competent, level=level) is where
    assert {(one.reader, one.place) for one in escalate(where, "late:1")} == told
    assert {(one.reader, one.place) for one in escalate(where, "late:9")} == told
    assert escalate(where, "due") == escalate(where, "ahead:25%") == ()


def test_a_rule_may_begin_later() -> None:
    table = read_rules('[[rule]]\nwhere="commune"\nfrom="late:2"\ntells=["leader@fault"]\ntitle="x"\n')
    assert escalate(Where.COMMUNE, "late:1", table) == ()
    assert escalate(Where.COMMUNE, "late:2", table) == (Told(Reader.LEADER, Place.FAULT),)
    assert escalate(Where.OUTSIDE, "late:2", table) == ()


@pytest.mark.parametrize("line", ['from="due"', 'from="late:0"', 'from="late:x"'])
def test_a_rule_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        read_rules(f'[[rule]]\nwhere="commune"\n{line}\ntells=["leader@fault"]\ntitle="x"\n')


def test_every_stage_has_its_phase() -> None:
    assert [phase_of(stage) for stage in ("ahead:25%", "apology:2", "due", "late:12")] == [
        Phase.AHEAD, Phase.APOLOGY, Phase.DUE, Phase.LATE,
    ]  # fmt: skip
