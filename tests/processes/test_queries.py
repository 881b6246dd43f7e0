"""The inboxes against the permissions they must agree with, their order and pages, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.desk.office import furnish
from tests.processes.build import flow, line, node, open_items, parallel, process, publish, result, review, step
from tests.province import MONDAY, START, Province, accepted, build_province, later

from motcua.catalog.models import Sector
from motcua.dossiers.commands import AskSupplement
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import sees
from motcua.dossiers.queries import COUNT_CAP
from motcua.dossiers.services import give_command, subject_of
from motcua.dossiers.writer import load
from motcua.law.errors import BadInput
from motcua.organizations.models import Role, Unit
from motcua.organizations.services import appoint
from motcua.processes.definition import Definition, StepKind
from motcua.processes.inboxes import Inbox
from motcua.processes.models import WorkItem
from motcua.processes.permissions import holds, leads
from motcua.processes.queries import (
    Due,
    WorkFilter,
    capped,
    inbox_counts,
    inbox_page,
    step_names,
    step_view,
    workplace_of,
)
from motcua.processes.services import assign, claim, finish_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    return furnish(build_province())


def everywhere() -> Definition:
    """A step of every kind of place at once: the desk's, a unit's, the competent agency's, another agency's, an outside body's."""
    steps = [
        step("desk", "Kiểm tra tại quầy", "counter_officer", agency="desk"),
        step("own_desk", "Bàn giao", "counter_officer"),
        step("unit", "Thẩm định", unit="H32.16.03"),
        step("other_unit", "Kiểm tra hiện trường", unit="H32.16.04"),
        step("any", "Tổng hợp"),
        step("sign", "Ký duyệt", "signer"),
        step("ask", "Lấy ý kiến phường", step=StepKind.CONSULTATION, agency="H32.101"),
        step("outside", "Lấy ý kiến điện lực", step=StepKind.CONSULTATION, body="Công ty Điện lực"),
    ]
    flows = [
        flow("start>split"),
        *(flow(f"split>{one.id}") for one in steps),
        *(flow(f"{one.id}>join") for one in steps),
    ]
    return process(
        [node("split", "split"), *steps, node("join", "join"), result()], *flows, flow("join>issue"), flow("issue>end")
    )


@pytest.fixture
def busy(province: Province) -> Province:
    """Two dossiers on it, one step of them taken."""
    Unit.objects.create(agency=province.department, code="H32.16.04", name="Phòng Hạ tầng")
    publish(province, everywhere())
    accepted(province)
    second = accepted(province, later(hours=1))
    give = open_items(second)["any"]
    claim(second, give.token, actor=province.actor("case"), at=later(hours=2))
    return province


NAMES = (
    "counter", "case", "head", "signer", "leader", "commune_counter", "commune_case", "desk_head", "admin",
)  # fmt: skip


def listed(province: Province, name: str, inbox: Inbox, **more: object) -> set[tuple[int, str]]:
    page = inbox_page(workplace_of(province.actor(name)), inbox, later(hours=3), **more)  # type: ignore[arg-type]
    assert page.count == len(page.rows)
    return {(row.dossier_id, row.node) for row in page.rows}


def standing() -> Iterator[tuple[WorkItem, frozenset[int]]]:
    for row in WorkItem.objects.filter(closed_at=None).exclude(role="").select_related("dossier"):
        yield row, frozenset({row.dossier.receiving_desk_id, row.dossier.return_desk_id})


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_taken_is_what_the_roles_hold(busy: Province, name: str) -> None:
    actor = busy.actor(name)
    expected = {
        (row.dossier_id, row.node) for row, desks in standing() if row.officer_id is None and holds(actor, row, desks)
    }
    assert listed(busy, name, Inbox.TO_TAKE) == expected
    for dossier_id, _ in expected:
        assert sees(actor, subject_of(load(dossier_id)))


def test_each_has_something_to_take_where_he_works(busy: Province) -> None:
    nodes = {name: {node for _, node in listed(busy, name, Inbox.TO_TAKE)} for name in NAMES}
    assert nodes == {
        "counter": {"desk", "own_desk"},
        "case": {"unit", "any"},
        "head": set(),
        "signer": {"sign"},
        "leader": set(),
        "commune_counter": set(),
        "commune_case": {"ask"},
        "desk_head": set(),
        "admin": set(),
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_is_to_be_assigned_is_what_the_head_leads(busy: Province, name: str) -> None:
    actor = busy.actor(name)

    def of_his_unit(row: WorkItem) -> bool:
        return not actor.unit_id or row.unit_id in (None, actor.unit_id)

    led = {(row.dossier_id, row.node): row for row, _ in standing() if leads(actor, row) and of_his_unit(row)}
    assert listed(busy, name, Inbox.UNIT) == set(led)
    assert listed(busy, name, Inbox.TO_ASSIGN) == {key for key, row in led.items() if row.officer_id is None}


def test_mine_elsewhere_and_done(busy: Province) -> None:
    second = Dossier.objects.latest("id").pk
    assert listed(busy, "case", Inbox.MINE) == {(second, "any")}
    assert {node for _, node in listed(busy, "case", Inbox.ELSEWHERE)} == {"ask", "outside"}
    assert listed(busy, "commune_case", Inbox.ELSEWHERE) == set()
    token = open_items(second)["any"].token
    finish_step(second, token, actor=busy.actor("case"), at=later(hours=2))
    assert listed(busy, "case", Inbox.MINE) == set()
    assert listed(busy, "case", Inbox.DONE) == {(second, "any")}
    assert listed(busy, "head", Inbox.DONE) == set()


def test_counts_are_those_of_the_lists(busy: Province) -> None:
    for name in NAMES:
        place = workplace_of(busy.actor(name))
        with CaptureQueriesContext(connection) as queries:
            counts = inbox_counts(place, later(hours=3))
        assert len(queries) <= 1
        assert counts.pop("late", 0) == (name == "case")
        assert counts == {
            inbox.value: len(listed(busy, name, inbox)) for inbox in place.inboxes if inbox is not Inbox.DONE
        }


def test_counts_tell_what_is_late_and_not_while_the_clock_stands(province: Province) -> None:
    publish(province, line(step("check", "Thẩm định", minutes=60)))
    first, second = accepted(province), accepted(province)
    for dossier_id in (first, second):
        assign(dossier_id, 1, officer_id=province.officers["case"].pk, actor=province.actor("head"), at=later())
    give_command(second, AskSupplement(("Bản vẽ",), "Thiếu"), actor=province.actor("case"), at=later(minutes=10))
    counts = inbox_counts(workplace_of(province.actor("case")), later(days=1))
    assert (counts["mine"], counts["late"]) == (2, 1)


def test_pages_by_key_leave_nothing_out_and_repeat_nothing(province: Province) -> None:
    publish(province, review())
    made = [accepted(province, MONDAY + timedelta(minutes=minutes)) for minutes in (50, 10, 30, 10, 10)]
    place = workplace_of(province.actor("case"))
    seen: list[int] = []
    after = ""
    for _ in range(3):
        page = inbox_page(place, Inbox.TO_TAKE, later(hours=1), after=after, size=2)
        assert page.count == 5
        seen += [row.dossier_id for row in page.rows]
        after = page.after
    assert after == ""
    assert seen == [made[1], made[3], made[4], made[2], made[0]]


def test_done_is_newest_first_by_pages(province: Province) -> None:
    publish(province, review())
    made = [accepted(province) for _ in range(3)]
    case = province.actor("case")
    for minutes, dossier_id in enumerate(made):
        finish_step(dossier_id, 1, actor=case, at=later(minutes=minutes))
    place = workplace_of(case)
    page = inbox_page(place, Inbox.DONE, later(hours=1), size=2)
    rest = inbox_page(place, Inbox.DONE, later(hours=1), size=2, after=page.after)
    assert [row.dossier_id for row in page.rows + rest.rows] == made[::-1]
    assert inbox_page(place, Inbox.DONE, later(days=8)).rows == []


@pytest.mark.parametrize("after", ["x", "~", "2026-11-16T09:00:00~1", "hôm qua~3", "~abc"])
def test_an_unreadable_cursor_is_refused(province: Province, after: str) -> None:
    with pytest.raises(BadInput, match="mở lại danh sách"):
        inbox_page(workplace_of(province.actor("case")), Inbox.MINE, MONDAY, after=after)


def test_filters(busy: Province) -> None:
    first, second = Dossier.objects.order_by("id").values_list("id", flat=True)
    other = Sector.objects.create(code="G00-XX", name="Khác", name_key="khac")

    def nodes(only: WorkFilter, name: str = "case", inbox: Inbox = Inbox.TO_TAKE) -> set[tuple[int, str]]:
        return listed(busy, name, inbox, only=only)

    all_ = {(first, "unit"), (first, "any"), (second, "unit")}
    assert nodes(WorkFilter()) == all_
    assert nodes(WorkFilter(procedure_id=busy.procedure.pk)) == all_
    assert nodes(WorkFilter(procedure_id=busy.same_day.pk)) == set()  # type: ignore[attr-defined]
    assert nodes(WorkFilter(sector_id=busy.procedure.sector_id)) == all_
    assert nodes(WorkFilter(sector_id=other.pk)) == set()
    assert nodes(WorkFilter(agency_id=busy.department.pk, channel="online")) == all_
    assert nodes(WorkFilter(channel="post")) == set()
    assert nodes(WorkFilter(step="Tổng hợp")) == {(first, "any")}
    assert nodes(WorkFilter(due=Due.LATE)) == {(first, "unit"), (first, "any"), (second, "unit")}
    assert nodes(WorkFilter(due=Due.SOON)) == set()
    assert nodes(WorkFilter(due=Due.TODAY)) == all_
    assert nodes(WorkFilter(step="Ký duyệt", due=Due.LATE), "signer") == {(first, "sign"), (second, "sign")}


def test_soon_and_late_do_not_overlap(province: Province) -> None:
    publish(province, line(step("check", "Thẩm định", minutes=300)))
    accepted(province)
    place = workplace_of(province.actor("case"))

    def found(due: Due, **when: float) -> int:
        return len(inbox_page(place, Inbox.TO_TAKE, later(**when), only=WorkFilter(due=due)).rows)

    # Due at 16:20 of the same day.
    assert [found(due, hours=1) for due in Due] == [0, 1, 1]
    assert [found(due, hours=7) for due in Due] == [0, 1, 1]
    assert [found(due, hours=7, minutes=1) for due in Due] == [1, 1, 0]
    assert [found(due, days=1) for due in Due] == [1, 0, 0]


def test_step_names(busy: Province) -> None:
    place = workplace_of(busy.actor("case"))
    assert step_names(place, Inbox.TO_TAKE, later(hours=3)) == ["Thẩm định", "Tổng hợp"]


@pytest.mark.parametrize("inbox", list(Inbox))
def test_a_page_costs_three_statements_whatever_it_holds(busy: Province, inbox: Inbox) -> None:
    place = workplace_of(busy.actor("head"))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            inbox_page(place, inbox, later(hours=3), only=WorkFilter(due=None, channel="online"))
        return len(queries)

    before = cost()
    for _ in range(3):
        accepted(busy)
    assert cost() == before <= 3


def test_one_officer_of_two_powers_sees_a_step_once(province: Province) -> None:
    publish(province, review())
    accepted(province)
    both = appoint(
        username="both", password=None, full_name="Hà Kiêm Nhiệm", title="", agency=province.department,
        roles={Role.CASE_OFFICER: province.root, Role.UNIT_HEAD: province.department}, valid_from=START,
    )  # fmt: skip
    province.officers["both"] = both
    assert len(listed(province, "both", Inbox.TO_TAKE)) == 1
    assert len(listed(province, "both", Inbox.UNIT)) == 1


def test_who_works_on_no_step_has_no_inbox(busy: Province) -> None:
    for name in ("leader", "admin"):
        place = workplace_of(busy.actor(name))
        assert place.inboxes == ()
        assert inbox_counts(place, MONDAY) == {}


def test_capped() -> None:
    assert [capped(number) for number in (0, 999, COUNT_CAP, COUNT_CAP + 1)] == ["0", "999", "1.000", "1.000+"]


def test_step_view_names_outcomes_and_what_they_open(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    view = step_view(dossier_id, 1, later(hours=1))
    assert [(way.outcome, way.text) for way in view.ways] == [("done", "Hoàn thành")]
    (following,) = view.ways[0].steps
    assert (following.node.name, [name for _, name in following.officers]) == ("Ký duyệt", ["Trần Văn Bình"])
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    ways = step_view(dossier_id, 2, later(hours=1)).ways
    assert [(way.text, [one.node.id for one in way.steps]) for way in ways] == [
        ("Đồng ý", ["issue"]), ("Làm lại", ["appraise"]),
    ]  # fmt: skip


def test_step_view_of_a_branch_that_waits_for_the_other(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    (way,) = step_view(dossier_id, 1, later(hours=1)).ways
    assert way.steps == ()
