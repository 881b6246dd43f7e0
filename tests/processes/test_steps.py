"""What surrounds a step: to whom it may be handed on, and until when it may be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.processes.build import flow, line, node, open_items, parallel, process, publish, result, review, step
from tests.province import MONDAY, START, Province, accepted, build_province, later

from motcua.dossiers.commands import LateEntry
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Role
from motcua.organizations.services import appoint
from motcua.processes.definition import Assign, Definition
from motcua.processes.items import Item
from motcua.processes.loops import goes_back
from motcua.processes.models import WorkItem
from motcua.processes.permissions import leads
from motcua.processes.services import assign, finish_step, hand_back, take_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    return build_province()


def two_steps(rule: Assign) -> Definition:
    return line(step("check", "Thẩm định"), replace(step("sign", "Trình ký", "signer"), assign=rule))


@pytest.mark.parametrize("rule", [Assign.CLAIM, Assign.SAME, Assign.TERRITORY])
def test_the_giver_chooses_the_next_officer(province: Province, rule: Assign) -> None:
    publish(province, two_steps(rule))
    second = appoint(
        username="signer_two", password=None, full_name="Võ Ký Thay", title="Phó Giám đốc", agency=province.department,
        roles={Role.SIGNER: province.department}, valid_from=START,
    )  # fmt: skip
    dossier_id = accepted(province)

    finish_step(dossier_id, 1, next_officer_id=second.pk, actor=province.actor("case"), at=later(hours=1))

    assert open_items(dossier_id)["sign"].officer == second


@pytest.mark.parametrize(
    ("rule", "name"),
    [(Assign.CLAIM, "commune_case"), (Assign.CLAIM, "counter"), (Assign.ROUND_ROBIN, "head"), (Assign.HEAD, "case")],
)
def test_nobody_else_may_be_chosen(province: Province, rule: Assign, name: str) -> None:
    publish(province, two_steps(rule))
    dossier_id = accepted(province)
    entries = LedgerEntry.objects.count()

    with pytest.raises(BadInput, match="Người làm bước sau") as refused:
        finish_step(
            dossier_id, 1, next_officer_id=province.officers[name].pk, actor=province.actor("case"), at=later(hours=1)
        )

    assert refused.value.data["field"] == "next_officer"
    assert set(open_items(dossier_id)) == {"check"}
    assert LedgerEntry.objects.count() == entries


@pytest.mark.parametrize("note", ["", "   "])
def test_sending_work_back_needs_its_reason(province: Province, note: str) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    case, signer = province.actor("case"), province.actor("signer")
    finish_step(dossier_id, 1, actor=case, at=later(hours=1))
    entries = LedgerEntry.objects.count()

    with pytest.raises(GuardFailed, match="“Làm lại” trả hồ sơ về bước trước: chưa nhập lý do") as refused:
        finish_step(dossier_id, 2, outcome="redo", note=note, actor=signer, at=later(hours=2))

    assert refused.value.data["field"] == "note"
    assert LedgerEntry.objects.count() == entries
    finish_step(dossier_id, 2, outcome="redo", note="Thiếu căn cứ", actor=signer, at=later(hours=2))
    finish_step(dossier_id, 3, actor=case, at=later(hours=3))
    finish_step(dossier_id, 4, outcome="approve", actor=signer, at=later(hours=4))
    assert set(open_items(dossier_id)) == {"issue"}


@pytest.mark.parametrize(
    ("place", "opened", "back"),
    [
        ("sign", ["appraise"], True), ("sign", ["sign"], True), ("sign", ["issue"], False), ("appraise", ["sign"], False),
        ("more", ["appraise"], False), ("more", ["issue"], False), ("sign", ["more"], False), ("sign", [], False),
    ],
)  # fmt: skip
def test_what_goes_back(place: str, opened: list[str], back: bool) -> None:
    """Whatever choices lie between, to a step on the way to the one that ends, or to itself; by who had more than one way."""
    ways = (("yes", "Đồng ý"), ("more", "Xem thêm"), ("no", "Làm lại"))
    drawn = process(
        [step("appraise"), node("again", "choice"), step("sign", outcomes=ways), step("more"), node("end_it", "choice"), result()],
        *(flow(text) for text in (
            "start>again", "again>appraise", "appraise>sign", "sign>issue:yes", "sign>more:more", "sign>again:no",
            "more>end_it", "end_it>again", "end_it>issue", "issue>end",
        )),
    )  # fmt: skip
    assert goes_back(drawn, place, opened) is back


THURSDAY = datetime(2026, 11, 19, 9, 20, tzinfo=VIETNAM)  # three working days after MONDAY


@pytest.mark.parametrize(
    ("minutes", "opened", "given", "due"),
    [
        (60, later(hours=1), 60, later(hours=2)),
        (24 * 60, MONDAY, 24 * 60, THURSDAY),
        (25 * 60, MONDAY, 24 * 60, THURSDAY),
        (600, THURSDAY - timedelta(hours=1), 60, THURSDAY),
        (60, THURSDAY, 60, THURSDAY + timedelta(hours=1)),
        (60, THURSDAY + timedelta(hours=1), 60, THURSDAY + timedelta(hours=2)),
    ],
)
def test_no_step_lasts_longer_than_the_whole(
    province: Province, minutes: int, opened: datetime, given: int, due: datetime
) -> None:
    """Its time is the earlier of its own and the dossier's; what opens when the dossier is late has its own."""
    first = line(step("check", minutes=minutes))
    publish(province, first if opened == MONDAY else line(step("before"), step("check", minutes=minutes)))
    dossier_id = accepted(province)
    assert Dossier.objects.get(pk=dossier_id).due_at == THURSDAY
    if opened != MONDAY:
        finish_step(dossier_id, 1, note="Chờ bản đồ", actor=province.actor("case"), at=opened)

    item = open_items(dossier_id)["check"]

    assert (item.minutes, item.due_at) == (given, due)


def test_a_timer_waits_its_time_whatever_the_due(province: Province) -> None:
    wait = process(
        [node("wait", "timer", minutes=40 * 60), step("check"), result()],
        *(flow(text) for text in ("start>wait", "wait>check", "check>issue", "issue>end")),
    )
    publish(province, wait)
    item = open_items(accepted(province))["wait"]
    assert (item.minutes, item.due_at) == (40 * 60, datetime(2026, 11, 23, 9, 20, tzinfo=VIETNAM))


def two_branches() -> Definition:
    return process(
        [node("split", "split"), step("a", "Nhánh A"), step("b", "Nhánh B"), node("join", "join"), result()],
        *(flow(text) for text in ("start>split", "split>a", "split>b", "a>join", "b>join", "join>issue", "issue>end")),
    )


def test_a_step_that_joined_the_branches_is_not_taken_back(province: Province) -> None:
    publish(province, two_branches())
    dossier_id = accepted(province)
    case = province.actor("case")
    finish_step(dossier_id, 1, actor=case, at=later(hours=1))
    finish_step(dossier_id, 2, note="Chờ bản đồ", actor=case, at=later(hours=2))
    issue = open_items(dossier_id)["issue"]

    with pytest.raises(GuardFailed, match="nhánh song song"):
        take_back(dossier_id, issue.token, actor=case, at=later(hours=2))

    assert set(open_items(dossier_id)) == {"issue"}


def test_only_who_handed_on_takes_back(province: Province) -> None:
    publish(province, two_steps(Assign.CLAIM))
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))

    with pytest.raises(GuardFailed, match="Chỉ người vừa chuyển"):
        take_back(dossier_id, 2, actor=province.actor("head"), at=later(hours=1))
    take_back(dossier_id, 2, actor=province.actor("case"), at=later(hours=1))

    assert open_items(dossier_id)["check"].officer == province.officers["case"]


def test_giving_back_and_giving_out_need_their_reason(province: Province) -> None:
    publish(province, two_steps(Assign.CLAIM))
    dossier_id = accepted(province)
    case, head = province.actor("case"), province.actor("head")
    assign(dossier_id, 1, officer_id=case.id, actor=head, at=later(hours=1))
    second = appoint(
        username="case_two", password=None, full_name="Mai Thụ Lý", title="Chuyên viên", agency=province.department,
        roles={Role.CASE_OFFICER: province.department}, valid_from=START, unit=province.unit,
    )  # fmt: skip

    with pytest.raises(GuardFailed, match="Lý do giao lại"):
        assign(dossier_id, 1, officer_id=second.pk, actor=head, at=later(hours=1))
    with pytest.raises(GuardFailed, match="Lý do trả lại"):
        hand_back(dossier_id, 1, reason="  ", actor=case, at=later(hours=1))
    with pytest.raises(BadInput, match="không giữ vai trò"):
        assign(dossier_id, 1, officer_id=province.officers["counter"].pk, reason="x", actor=head, at=later(hours=1))

    assert open_items(dossier_id)["check"].officer_id == case.id


def test_a_step_recorded_later_is_approved_where_it_is_done(province: Province) -> None:
    """The commune's part of a department's dossier: its own head may approve, the department's may not."""
    province.hire("commune_head", "Lê Chủ Tịch", province.commune, {Role.UNIT_HEAD: province.commune})
    publish(province, parallel())
    dossier_id = accepted(province)
    asked = open_items(dossier_id)["ask"].token
    officer, officers = province.actor("commune_case"), province.officers
    given = {"actor": officer, "at": later(hours=1), "recorded_at": later(hours=5)}

    with pytest.raises(GuardFailed, match="lý do và người duyệt"):
        finish_step(dossier_id, asked, **given)
    for approver in (officer.id, officers["head"].pk):
        with pytest.raises(GuardFailed, match="Người duyệt ghi bù"):
            finish_step(dossier_id, asked, **given, late=LateEntry("Mất mạng", approver))
    finish_step(dossier_id, asked, **given, late=LateEntry("Mất mạng", officers["commune_head"].pk))

    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).latest("seq")
    assert (entry.kind, entry.occurred_at, entry.recorded_at) == ("process.step_done", later(hours=1), later(hours=5))
    (waiting,) = WorkItem.objects.filter(dossier_id=dossier_id, node="ask")
    assert waiting.closed_at == later(hours=1)


def item(province: Province, role: str) -> Item:
    return Item(1, 1, "n", "", "work", "Bước", role, province.department.pk, None, None, 60, later(), 1, None)


def test_the_head_of_a_desk_gives_out_the_steps_of_the_desk_only(province: Province) -> None:
    province.hire("desk_head", "Đặng Phụ Trách", province.root, {Role.DESK_HEAD: province.root}, desk=province.desk)
    led = {role for role in ("counter_officer", "cashier", "desk_head", "case_officer", "unit_head", "signer")
           if leads(province.actor("desk_head"), item(province, role))}  # fmt: skip
    assert led == {"counter_officer", "cashier", "desk_head"}
    assert leads(province.actor("head"), item(province, "case_officer"))
    assert not leads(province.actor("case"), item(province, "case_officer"))


def test_what_comes_back_goes_to_whoever_did_it(province: Province) -> None:
    publish(province, review())
    appoint(
        username="case_two", password=None, full_name="Mai Thụ Lý", title="Chuyên viên", agency=province.department,
        roles={Role.CASE_OFFICER: province.department}, valid_from=START, unit=province.unit,
    )  # fmt: skip
    dossier_id = accepted(province)
    assert open_items(dossier_id)["appraise"].officer is None
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    finish_step(dossier_id, 2, outcome="redo", note="Sửa lại", actor=province.actor("signer"), at=later(hours=2))
    assert open_items(dossier_id)["appraise"].officer == province.officers["case"]
