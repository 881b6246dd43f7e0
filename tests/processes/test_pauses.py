"""A pause moves what is left of the open steps with the dossier's due, and leaves none of them beyond it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.notifications.reminders import moment, pass_time, told, watched
from tests.processes.build import flow, line, node, open_items, process, publish, result, step
from tests.province import MONDAY, Province, accepted, build_province

from motcua.catalog.models import ChannelRule
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier
from motcua.dossiers.queries import timeline
from motcua.dossiers.services import give_command
from motcua.organizations.services import create_agency, set_calendar
from motcua.processes.definition import Definition, StepKind
from motcua.processes.history import steps_of
from motcua.processes.models import WorkItem
from motcua.processes.services import claim, finish_step

pytestmark = pytest.mark.django_db

SUPPLEMENT = (c.AskSupplement(("Bản vẽ",), "Thiếu"), c.Supplement(), "case", "counter")
PAYMENT = (c.AskPayment(2_000_000, "Điều 5 Luật Đất đai"), c.ConfirmPayment("BL-1"), "case", "counter")
LEGAL = (c.Suspend("Điều 3", "05/QĐ"), c.Resume("06/QĐ"), "head", "head")
Kind = tuple[c.AnyCommand, c.AnyCommand, str, str]


@pytest.fixture
def province() -> Province:
    return build_province()


def pause(province: Province, dossier_id: int, begin: str, end: str, kind: Kind = SUPPLEMENT) -> None:
    ask, answer, asks, answers = kind
    give_command(dossier_id, ask, actor=province.actor(asks), at=moment(f"2026-11-{begin}"))
    give_command(dossier_id, answer, actor=province.actor(answers), at=moment(f"2026-11-{end}"))


def due_of(dossier_id: int) -> datetime | None:
    return Dossier.objects.get(pk=dossier_id).due_at


@pytest.mark.parametrize("kind", [SUPPLEMENT, PAYMENT, LEGAL])
@pytest.mark.parametrize(
    ("minutes", "step_due", "cut"),
    [
        # 320 minutes were left of the step on Monday at 16:00, and on Thursday at 08:00 they begin.
        (600, "19T15:20", 0),
        # A step that the whole left no time for but its own ends with it again.
        (25 * 60, "23T11:20", 60),
    ],
)
def test_what_is_left_counts_on_from_the_end(
    province: Province, kind: Kind, minutes: int, step_due: str, cut: int
) -> None:
    publish(province, line(step("check", minutes=minutes)))
    dossier_id = accepted(province)

    pause(province, dossier_id, "16T16:00", "19T08:00", kind)

    item = open_items(dossier_id)["check"]
    assert (item.due_at, item.minutes, item.cut_minutes) == (moment(f"2026-11-{step_due}"), minutes - cut, cut)
    assert due_of(dossier_id) == moment("2026-11-23T11:20")


def test_no_step_outlasts_a_whole_that_counts_otherwise(province: Province) -> None:
    """The whole ends at closing, so hours in which it stood within one day do not move it; the step's they do."""
    set_calendar(province.department, calendar=None, due_policy="end_of_day")
    publish(province, line(step("check", minutes=24 * 60)))
    dossier_id = accepted(province)
    assert open_items(dossier_id)["check"].due_at == moment("2026-11-19T09:20")

    pause(province, dossier_id, "17T08:00", "17T16:00")

    item = open_items(dossier_id)["check"]
    assert due_of(dossier_id) == item.due_at == moment("2026-11-19T17:00")
    assert (item.minutes, item.cut_minutes) == (24 * 60 - 20, 20)
    (done,) = steps_of(timeline(dossier_id))
    assert (done.item.due_at, done.item.minutes) == (item.due_at, item.minutes)


def test_calendar_days_move_the_whole_by_wall_time(province: Province) -> None:
    ChannelRule.objects.update(amount=4, unit="day")
    publish(province, line(step("check", minutes=30 * 60)))
    dossier_id = accepted(province)
    assert open_items(dossier_id)["check"].due_at == moment("2026-11-20T07:20")

    # From Monday 16:00 to Tuesday 10:00 eighteen hours pass, five of them at work.
    pause(province, dossier_id, "16T16:00", "17T10:00")

    assert due_of(dossier_id) == moment("2026-11-23T07:00")
    assert open_items(dossier_id)["check"].due_at == moment("2026-11-20T11:20")


def asked_first() -> Definition:
    return process(
        [
            step("ask", minutes=600, step=StepKind.CONSULTATION, agency="H32.101"),
            step("check", minutes=25 * 60),
            result(),
        ],
        *(flow(text) for text in ("start>ask", "ask>check", "check>issue", "issue>end")),
    )


def test_what_opens_while_the_clock_stands_has_its_time_when_it_runs(province: Province) -> None:
    """An answer comes in the pause, after the moment that was the due: neither is the next step late nor is it cut short."""
    publish(province, asked_first())
    dossier_id = accepted(province)
    ask, answer, *_ = SUPPLEMENT
    case, counter = province.actor("case"), province.actor("counter")
    give_command(dossier_id, ask, actor=case, at=moment("2026-11-17T09:20"))

    finish_step(dossier_id, 1, actor=province.actor("commune_case"), at=moment("2026-11-19T16:00"))
    assert open_items(dossier_id)["check"].cut_minutes == 0
    give_command(dossier_id, answer, actor=counter, at=moment("2026-11-23T07:00"))

    item = open_items(dossier_id)["check"]
    # Two days are left of three; 24/11 is a holiday.
    assert item.due_at == due_of(dossier_id) == moment("2026-11-25T17:00")
    assert (item.minutes, item.cut_minutes) == (16 * 60, 9 * 60)


def test_work_given_when_the_dossier_was_late_has_its_own_time(province: Province) -> None:
    publish(province, line(step("before"), step("check", minutes=120)))
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, note="Chờ bản đồ", actor=province.actor("case"), at=moment("2026-11-20T08:00"))

    pause(province, dossier_id, "20T09:00", "23T09:00", LEGAL)

    item = open_items(dossier_id)["check"]
    assert due_of(dossier_id) == moment("2026-11-19T09:20")
    assert (item.due_at, item.minutes) == (moment("2026-11-23T10:00"), 120)


def test_the_new_due_of_the_step_is_warned_of_anew(province: Province) -> None:
    publish(province, line(step("check", minutes=600)))
    dossier_id = accepted(province)
    claim(dossier_id, 1, actor=province.actor("case"), at=MONDAY)
    pass_time(dossier_id, moment("2026-11-17T09:00"))
    assert [one for one in told() if one[1]] == [("case", 1, "ahead:25%")]

    pause(province, dossier_id, "17T09:20", "20T07:00")
    pass_time(dossier_id, moment("2026-11-20T07:00"))
    assert open_items(dossier_id)["check"].due_at == moment("2026-11-20T09:00")
    # Less than a quarter of its time was left before the pause and is left after it.
    assert [one for one in told() if one[1]] == [("case", 1, "ahead:25%")] * 2
    assert watched(dossier_id)[1] == moment("2026-11-20T09:00")


def test_many_steps_move_by_as_many_statements_as_one(province: Province) -> None:
    names = [f"s{number}" for number in range(6)]
    for number, name in enumerate(names):
        create_agency(
            code=f"H32.2{number}", name=name, level="province", valid_from=MONDAY.date(), parent=province.root
        )
    ends = [text for name in names for text in (f"split>{name}", f"{name}>join")]
    several = process(
        [
            node("split", "split"),
            *(step(name, agency=f"H32.2{number}", minutes=24 * 60) for number, name in enumerate(names)),
            node("join", "join"),
            result(),
        ],
        "start>split", *ends, "join>issue", "issue>end",
    )  # fmt: skip
    publish(province, several)
    set_calendar(province.department, calendar=None, due_policy="end_of_day")
    dossier_id = accepted(province)
    ask, answer, *_ = SUPPLEMENT
    counter = province.actor("counter")
    give_command(dossier_id, ask, actor=province.actor("case"), at=moment("2026-11-17T08:00"))

    with CaptureQueriesContext(connection) as queries:
        give_command(dossier_id, answer, actor=counter, at=moment("2026-11-17T16:00"))

    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 8
    moved = WorkItem.objects.filter(dossier_id=dossier_id).values_list("due_at", "cut_minutes")
    assert list(moved) == [(moment("2026-11-19T17:00"), 20)] * 6
