"""The kernel against the minute oracle: 100,000 random cases, 2,000 of them also walked minute by minute."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from tests.law.minute_oracle import DAYS, OFFICE, Oracle, Sessions, minute, moment, walk_days, walk_hours

from motcua.law.clock import Pause, PauseKind, Policy, compute_due
from motcua.law.limits import Limit, Unit
from motcua.law.moments import VIETNAM
from motcua.law.worktime import Calendar, calendar_from, national_calendar

RANDOM_CASES = 50_000  # for each of the two calendars
WALKED_CASES = 1_000

# The last year is left free for limits and pauses to end in.
LAST_START = (DAYS - 365) * 1440

SUMMER = (("06:30", "10:45"), ("13:15", "16:30"))
SATURDAY = (("07:30", "11:00"),)


def _seasonal(day: date) -> Sessions:
    if day.isoweekday() == 7:
        return ()
    if (4, 16) <= (day.month, day.day) <= (10, 15):
        return SUMMER if day.isoweekday() <= 5 else ()
    return OFFICE if day.isoweekday() <= 5 else SATURDAY


def _seasonal_calendar() -> Calendar:
    weekdays = ("mon", "tue", "wed", "thu", "fri")
    winter = dict.fromkeys(weekdays, OFFICE) | {"sat": SATURDAY}
    summer = dict.fromkeys(weekdays, SUMMER)
    return calendar_from(
        {"weekly": winter, "seasons": [{"name": "Mùa hè", "from": "04-16", "to": "10-15", "weekly": summer}]}
    )


@pytest.fixture(scope="module", params=["national", "seasonal"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Calendar, Oracle]]:
    if request.param == "national":
        yield national_calendar(), Oracle()
    else:
        yield _seasonal_calendar(), Oracle(_seasonal)


def _local(at: int) -> datetime:
    return moment(at).replace(tzinfo=VIETNAM)


def _kernel(calendar: Calendar, start: int, limit: Limit, policy: Policy, pauses: list[tuple[int, int]]) -> int:
    stops = [Pause(PauseKind.LEGAL, _local(begin), _local(end)) for begin, end in pauses]
    due = compute_due(_local(start), limit, calendar, policy=policy, pauses=stops).at
    return minute(due.replace(tzinfo=None))


def _pauses(dice: random.Random, oracle: Oracle, start: int, most: int) -> list[tuple[int, int]]:
    """Apart from each other and begun after the start, as the states of a dossier allow them."""
    pauses, at = [], start
    for _ in range(dice.choice((0, 0, 1, 2))):
        begin = oracle.clamp(at) + dice.randrange(most)
        end = begin + dice.randrange(20 * 1440)
        pauses.append((begin, end))
        at = end
    return pauses


def test_random_cases_agree_with_the_oracle(pair: tuple[Calendar, Oracle]) -> None:
    calendar, oracle = pair
    dice = random.Random(20260921)
    for _ in range(RANDOM_CASES):
        start = dice.randrange(LAST_START)
        unit, policy = dice.choice(list(Unit)), dice.choice(list(Policy))
        amount = dice.choice((dice.randint(1, 10), dice.randint(1, 60)))
        pauses = _pauses(dice, oracle, start, 15 * 1440)

        expected = oracle.due(start, amount, unit, policy is Policy.END_OF_DAY, pauses)
        assert _kernel(calendar, start, Limit(amount, unit), policy, pauses) == expected, (
            moment(start),
            amount,
            unit,
            policy,
            [(str(moment(a)), str(moment(b))) for a, b in pauses],
        )


def test_walked_cases_agree_with_oracle_and_kernel(pair: tuple[Calendar, Oracle]) -> None:
    calendar, oracle = pair
    is_open = oracle.open.tobytes()
    dice = random.Random(20260922)
    for _ in range(WALKED_CASES):
        start = dice.randrange(LAST_START)
        unit = dice.choice(list(Unit))
        if unit is Unit.WORKING_HOUR:
            amount = dice.randint(1, 40)
            pauses = _pauses(dice, oracle, start, 3 * 1440)
            walked = walk_hours(is_open, start, amount * 60, pauses)
        else:
            amount, pauses = dice.randint(1, 12), []
            walked = walk_days(is_open, start, amount, unit is Unit.DAY)

        assert oracle.due(start, amount, unit, False, pauses) == walked, (moment(start), amount, unit, pauses)
        assert _kernel(calendar, start, Limit(amount, unit), Policy.KEEP_TIME, pauses) == walked
