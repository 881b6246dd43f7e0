"""What must hold of every due, whatever the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from motcua.law.clock import (
    Due,
    Pause,
    PauseKind,
    Policy,
    add_working_minutes,
    clock_start,
    compute_due,
    due_after_pause,
)
from motcua.law.limits import Limit, Unit
from motcua.law.moments import DAY_MINUTES, from_minutes, parse_moment, to_minutes
from motcua.law.worktime import calendar_from, national_calendar

NATION = national_calendar()
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("07:00", "11:30"), ("13:30", "17:00")))
SEASONAL = calendar_from(
    {
        "weekly": WEEK | {"sat": [["07:30", "11:00"]]},
        "seasons": [
            {
                "name": "Hè",
                "from": "04-16",
                "to": "10-15",
                "weekly": dict.fromkeys(WEEK, (("06:30", "10:45"), ("13:15", "16:30"))),
            }
        ],
    }
)

_FIRST, _LAST = to_minutes(parse_moment("2010-01-01")), to_minutes(parse_moment("2034-06-30"))

starts = st.integers(_FIRST, _LAST).map(from_minutes)
limits = st.builds(Limit, st.integers(1, 90), st.sampled_from(Unit))
policies = st.sampled_from(Policy)
calendars = st.sampled_from([NATION, SEASONAL])
spans = st.integers(0, 20 * DAY_MINUTES).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def pauses_from(draw: st.DrawFn, start: datetime) -> list[Pause]:
    pauses, at = [], start
    for _ in range(draw(st.integers(0, 3))):
        begin = at + draw(spans)
        at = begin + draw(spans)
        pauses.append(Pause(draw(st.sampled_from(PauseKind)), begin, at))
    return pauses


def _in_working_time(due: Due) -> bool:
    day, minute = due.at.date(), to_minutes(due.at) % DAY_MINUTES
    return any(opening <= minute <= close for opening, close in due.calendar.day(day).sessions)


def _order(due: Due) -> object:
    """What is monotone: the moment, or for calendar days at the same hour the day.

    Rest days move such a due to the next working day at its own hour, so Thursday 16:00 and Friday 07:00, two days each, are
    due on Monday at 16:00 and at 07:00.
    """
    return due.at.date() if due.limit.unit is Unit.DAY and due.policy is Policy.KEEP_TIME else due.at


@given(starts, starts, limits, policies, calendars)
def test_a_later_start_is_never_due_earlier(first, second, limit, policy, calendar) -> None:
    first, second = sorted((first, second))
    before, after = (compute_due(start, limit, calendar, policy=policy) for start in (first, second))

    assert _order(before) <= _order(after)


@given(starts, st.integers(0, 3 * DAY_MINUTES), limits, policies, calendars)
@example(parse_moment("2026-09-10T16:00"), 900, Limit(2, Unit.DAY), Policy.KEEP_TIME, NATION)
@settings(max_examples=300)
def test_a_little_later_start_is_never_due_earlier(start, later, limit, policy, calendar) -> None:
    before, after = (
        compute_due(at, limit, calendar, policy=policy) for at in (start, start + timedelta(minutes=later))
    )

    assert _order(before) <= _order(after)


@given(starts, limits, policies, calendars)
def test_a_longer_limit_is_never_due_earlier(start, limit, policy, calendar) -> None:
    longer = Limit(limit.amount + 1, limit.unit)

    assert (
        compute_due(start, limit, calendar, policy=policy).at <= compute_due(start, longer, calendar, policy=policy).at
    )


@given(starts, limits, policies, calendars, st.data())
def test_every_due_lies_in_working_time(start, limit, policy, calendar, data) -> None:
    pauses = data.draw(pauses_from(start))

    assert _in_working_time(compute_due(start, limit, calendar, policy=policy, pauses=pauses))


@given(starts, st.integers(1, 200), st.integers(1, 200))
def test_an_hour_limit_split_in_two_is_the_whole(start, first, second) -> None:
    whole = compute_due(start, Limit(first + second, Unit.WORKING_HOUR), NATION)
    part = compute_due(start, Limit(first, Unit.WORKING_HOUR), NATION)

    assert add_working_minutes(part.at, second * 60, NATION) == whole.at


@given(starts, limits, policies, calendars, st.data())
def test_a_pause_never_shortens(start, limit, policy, calendar, data) -> None:
    pauses = data.draw(pauses_from(start))
    dues = [compute_due(start, limit, calendar, policy=policy, pauses=pauses[:n]).at for n in range(len(pauses) + 1)]

    assert dues == sorted(dues)


@given(starts, limits, policies, calendars, spans, spans, spans)
def test_a_longer_pause_is_never_due_earlier(start, limit, policy, calendar, wait, span, more) -> None:
    begin = start + wait
    short = Pause(PauseKind.SUPPLEMENT, begin, begin + span)
    long = Pause(PauseKind.SUPPLEMENT, begin, begin + span + more)

    before, after = (compute_due(start, limit, calendar, policy=policy, pauses=[p]) for p in (short, long))

    assert _order(before) <= _order(after)


@given(starts, limits, policies, calendars, st.data())
def test_one_pause_at_a_time_is_all_at_once(start, limit, policy, calendar, data) -> None:
    pauses = data.draw(pauses_from(start))
    whole = compute_due(start, limit, calendar, policy=policy, pauses=pauses)

    due, running_since = whole.original, whole.start
    for pause in pauses:
        due = due_after_pause(due, pause, calendar, unit=limit.unit, policy=policy, not_before=running_since)
        if pause.end > running_since and pause.end > pause.begin:
            running_since = clock_start(pause.end, calendar)

    assert due == whole.at


@given(starts, limits, policies, calendars, st.data())
@settings(max_examples=300)
def test_the_explanation_covers_all_time_and_sums_to_the_limit(start, limit, policy, calendar, data) -> None:
    pauses = data.draw(pauses_from(start))
    due = compute_due(start, limit, calendar, policy=policy, pauses=pauses)
    intervals = due.explanation.intervals

    assert (intervals[0].from_, intervals[-1].to) == (due.received, due.at)
    assert all(before.end == after.begin for before, after in pairwise(intervals))
    assert all(interval.begin < interval.end for interval in intervals)
    counted = due.explanation.counted_minutes
    if limit.unit is Unit.WORKING_HOUR:
        assert counted == limit.amount * 60
    elif policy is Policy.KEEP_TIME and calendar is NATION:
        # Sessions are the same every day, so each day counted is one whole day of theirs.
        assert counted == limit.amount * (480 if limit.unit is Unit.WORKING_DAY else DAY_MINUTES)
    elif limit.unit is Unit.WORKING_DAY and policy is Policy.END_OF_DAY:
        days = {interval.from_.date() for interval in intervals if interval.counted}
        assert len(days) == limit.amount
        assert counted == sum(close - opening for day in days for opening, close in calendar.day(day).sessions)
    elif limit.unit is Unit.DAY:
        assert counted <= limit.amount * DAY_MINUTES
        assert counted > (limit.amount - 1) * DAY_MINUTES


@given(starts, limits, policies, calendars, st.data())
def test_every_explanation_can_be_printed(start, limit, policy, calendar, data) -> None:
    due = compute_due(start, limit, calendar, policy=policy, pauses=data.draw(pauses_from(start)))
    document = due.explanation.to_json()

    assert f"Thời hạn: {limit.text()}" in due.explanation.text()
    assert document["due"] == due.at.isoformat()
    assert len(document["intervals"]) == len(due.explanation.intervals)
