"""Why a dossier ended late: what its records propose, what a head confirms, what a report adds up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.notifications.reminders import moment
from tests.processes.build import line, parallel, publish, review, step
from tests.province import MONDAY, Province, accepted, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import NotFound
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.processes.charging import (
    Charge,
    cause_summary,
    causes,
    confirm_cause,
    late_without_cause,
    propose_causes,
)
from motcua.processes.lateness import LateFacts, Proposal, StepUse, minutes_after, propose, read_causes
from motcua.processes.models import LatenessCause
from motcua.processes.services import finish_step, time_out

OWN, OTHER = 7, 5


def use(
    name: str = "Thẩm định", agency: int | None = OWN, allotted: int = 600, over: int = 0, **given: object
) -> StepUse:
    return StepUse(name, agency, allotted, allotted + over, over, **given)


@pytest.mark.parametrize(
    ("steps", "stood", "code", "agency", "step", "because"),
    [
        ((use(over=120), use("Ký duyệt", over=60)), 0, "a", OWN, "Thẩm định", "over"),
        ((use(over=60), use("Ký duyệt", over=120)), 0, "a", OWN, "Ký duyệt", "over"),
        ((use(over=60), use("Lấy ý kiến", OTHER, over=300, consultation=True)), 0, "b", OTHER, "Lấy ý kiến", "over"),
        ((use("Đo đạc", OTHER, over=300),), 0, "b", OTHER, "Đo đạc", "over"),
        ((use("Lấy ý kiến", None, over=30, consultation=True),), 0, "b", None, "Lấy ý kiến", "over"),
        ((use(), use("Lấy ý kiến", OTHER, 480, consultation=True, silent=True)), 0, "b", OTHER, "Lấy ý kiến", "silent"),
        # An overrun of one's own that is longer than what the silent one was waited for.
        ((use(over=900), use("Lấy ý kiến", OTHER, 480, consultation=True, silent=True)), 0, "a", OWN, "Thẩm định", "over"),
        ((use(),), 480, "g", None, "", "applicant"),
        ((use(),), 479, "a", OWN, "Thẩm định", "longest"),
        ((use(over=1),), 960, "a", OWN, "Thẩm định", "over"),
        ((), 0, "a", OWN, "", "unknown"),
    ],
)  # fmt: skip
def test_what_the_records_propose(
    steps: tuple[StepUse, ...], stood: int, code: str, agency: int | None, step: str, because: str
) -> None:
    found = propose(LateFacts(OWN, 960, steps, stood))
    assert (found.code, found.agency_id, found.step, found.because) == (code, agency, step, because)


@given(
    st.lists(
        st.builds(
            use, st.text(max_size=3), st.sampled_from([OWN, OTHER, None]), st.integers(1, 900), st.integers(0, 900),
            consultation=st.booleans(), silent=st.booleans(),
        ),
        max_size=6,
    ),
    st.integers(0, 2000),
)  # fmt: skip
def test_who_is_charged_had_the_time(steps: list[StepUse], stood: int) -> None:
    """Nobody is charged for a step that kept its time while another did not, and (b) never names the competent agency's own."""
    found: Proposal = propose(LateFacts(OWN, 960, tuple(steps), stood))
    late = [step for step in steps if step.over > 0 or step.silent]
    if late:
        charged = [step for step in late if (step.name, step.agency_id) == (found.step, found.agency_id)]
        assert charged
        assert all(step.over <= max(one.over or one.allotted for one in charged) for step in late)
        assert found.code == "a" or any(one.consultation or one.agency_id != OWN for one in charged)
    assert found.code in {"a", "b", "g"}


def test_what_is_left_behind_a_step() -> None:
    assert dict(minutes_after(review())) == {"start": 900, "appraise": 300, "sign": 60, "issue": 0, "end": 0}


def test_the_shipped_code_list_is_not_confirmed() -> None:
    assert [cause.code for cause in causes().rows] == ["a", "b", "c", "d", "đ", "e", "g", "h", "i"]
    assert causes().confirmed is False


@pytest.mark.parametrize(
    "text",
    [
        "", "confirmed = true", '[[cause]]\ncode = "a"',
        'confirmed = true\nsource = ""\n[[cause]]\ncode="a"\ntitle="x"\ncharges="ai"\n',
        'confirmed = true\nsource = ""\n' + '[[cause]]\ncode="a"\ntitle="x"\ncharges="own"\n' * 2,
        'confirmed = true\nsource = ""\n[[cause]]\ncode="abcdefghi"\ntitle="x"\ncharges="own"\n',
    ],
)  # fmt: skip
def test_a_broken_code_list_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="Danh mục nguyên nhân trễ hạn"):
        read_causes(text)


@pytest.fixture
def province(db) -> Province:
    return build_province()


END = moment("2026-11-20T10:00")


def resolve(province: Province, dossier_id: int, at=END) -> None:
    give_command(dossier_id, c.Resolve(result(signed_on=MONDAY.date())), actor=province.actor("case"), at=at)


def late(province: Province) -> int:
    """Appraised in a day and 2 hours more than its ten hours, signed in time, resolved on Friday: due was Thursday 09:20."""
    publish(province, line(step("appraise", "Thẩm định", minutes=600), step("sign", "Ký duyệt", "signer", minutes=480)))
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, note="Chờ xác minh", actor=province.actor("case"), at=moment("2026-11-18T15:20"))
    finish_step(dossier_id, 2, note="Chờ xác minh", actor=province.actor("signer"), at=moment("2026-11-19T15:20"))
    resolve(province, dossier_id)
    return dossier_id


def row() -> LatenessCause:
    return LatenessCause.objects.get()


def test_the_step_that_overran_is_proposed(province: Province) -> None:
    dossier_id = late(province)
    assert propose_causes([dossier_id], at=END) == 1
    found = row()
    assert (found.proposed_code, found.proposed_agency, found.proposed_step) == ("a", province.department, "Thẩm định")
    assert (found.code, found.charged, found.step, found.confirmed_at) == ("a", province.department, "Thẩm định", None)
    assert [(step["name"], step["allotted"], step["used"], step["over"]) for step in found.evidence["steps"]] == [
        ("Thẩm định", 600, 1200, 600), ("Ký duyệt", 480, 480, 0), ("Ban hành kết quả", 60, 280, 220),
    ]  # fmt: skip
    assert found.evidence["because"] == "over"


def test_a_consultation_that_stayed_silent_is_charged_to_who_was_asked(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, note="Chờ xác minh", actor=province.actor("case"), at=MONDAY)
    assert time_out(moment("2026-11-17T09:20")) == 1
    resolve(province, dossier_id, moment("2026-11-20T09:00"))
    propose_causes([dossier_id], at=END)
    # The result waited longer in the competent agency's own hands than anybody was waited for.
    assert (row().proposed_code, row().proposed_step) == ("a", "Ban hành kết quả")
    LatenessCause.objects.all().delete()
    other = accepted(province)
    finish_step(other, 1, note="Chờ xác minh", actor=province.actor("case"), at=MONDAY)
    time_out(moment("2026-11-19T16:50"))
    resolve(province, other, moment("2026-11-20T07:10"))
    propose_causes([other], at=END)
    assert (row().proposed_code, row().proposed_agency, row().proposed_step) == ("b", province.commune, "Lấy ý kiến")


def test_on_time_is_no_row_and_twice_is_one_row(province: Province) -> None:
    publish(province, line(step("appraise", minutes=60)))
    in_time = accepted(province)
    finish_step(in_time, 1, note="Chờ xác minh", actor=province.actor("case"), at=MONDAY)
    # On the due day though after the hour: on time by date.
    resolve(province, in_time, moment("2026-11-19T16:00"))
    assert propose_causes([in_time], at=END) == 0
    assert not LatenessCause.objects.exists()


def test_proposing_twice_keeps_what_was_confirmed(province: Province) -> None:
    dossier_id = late(province)
    propose_causes([dossier_id], at=END)
    head = province.actor("head")
    confirm_cause(dossier_id, Charge("a", province.department.pk, "Thẩm định"), actor=head, at=END)
    propose_causes([dossier_id], at=END + timedelta(days=1))
    assert (row().confirmed_by, row().proposed_at) == (province.officers["head"], END)


def test_a_dossier_taken_back_loses_its_cause_until_it_ends_again(province: Province) -> None:
    dossier_id = late(province)
    propose_causes([dossier_id], at=END)
    head = province.actor("head")
    confirm_cause(dossier_id, Charge("a", province.department.pk, "Thẩm định"), actor=head, at=END)
    give_command(dossier_id, c.Rectify("Nhầm", head.id, State.IN_PROCESS), actor=head, at=END)
    assert propose_causes([dossier_id], at=END) == 0
    assert not LatenessCause.objects.exists()
    resolve(province, dossier_id, END + timedelta(hours=4))
    assert propose_causes([dossier_id], at=END + timedelta(hours=4)) == 1
    assert row().confirmed_at is None


def test_confirmed_as_proposed(province: Province) -> None:
    dossier_id = late(province)
    propose_causes([dossier_id], at=END)
    head = province.actor("head")
    assert [one.dossier_id for one in late_without_cause(head)] == [dossier_id]
    confirm_cause(dossier_id, Charge("a", province.department.pk, "Thẩm định", "Đã nhắc nhở"), actor=head, at=END)
    assert list(late_without_cause(head)) == []
    assert (row().confirmed_at, row().note) == (END, "Đã nhắc nhở")
    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).latest("seq")
    assert entry.kind == "dossier.lateness_coded"
    data = entry.data["data"]
    assert (data["cause"], data["agency"], data["step"], data["proposed"]) == (
        "a", province.department.pk, "Thẩm định", "a",
    )  # fmt: skip
    assert "nhắc nhở" not in entry.text


def test_another_cause_needs_a_reason(province: Province) -> None:
    dossier_id = late(province)
    propose_causes([dossier_id], at=END)
    head = province.actor("head")
    said = Charge("h", None, "Thẩm định")
    with pytest.raises(BadInput, match="Lý do thay đổi: chưa nhập"):
        confirm_cause(dossier_id, said, actor=head, at=END)
    assert row().confirmed_at is None
    confirm_cause(dossier_id, Charge("h", None, "Thẩm định", reason="Bão số 12"), actor=head, at=END)
    assert (row().code, row().charged, row().proposed_code, row().note) == ("h", None, "a", "Bão số 12")


@pytest.mark.parametrize(
    ("code", "other", "message"),
    [("z", False, "không có trong danh mục"), ("b", False, "không phải cơ quan có thẩm quyền")],
)
def test_a_cause_that_cannot_be_is_refused(province: Province, code: str, other: bool, message: str) -> None:
    dossier_id = late(province)
    propose_causes([dossier_id], at=END)
    charge = Charge(code, province.department.pk, "Thẩm định", reason="Vì thế")
    with pytest.raises(BadInput, match=message):
        confirm_cause(dossier_id, charge, actor=province.actor("head"), at=END)


def test_a_step_that_the_dossier_has_not_is_not_charged(province: Province) -> None:
    dossier_id = late(province)
    propose_causes([dossier_id], at=END)
    charge = Charge("a", province.department.pk, "Thẩm tra", reason="Vì thế")
    with pytest.raises(BadInput, match=r"không có bước “Thẩm tra”\. Có: Thẩm định; Ký duyệt; Ban hành kết quả\."):
        confirm_cause(dossier_id, charge, actor=province.actor("head"), at=END)
    assert (row().step, row().confirmed_at) == ("Thẩm định", None)


def test_who_may_confirm_and_what(province: Province) -> None:
    dossier_id = late(province)
    charge = Charge("a", province.department.pk, "Thẩm định")
    with pytest.raises(GuardFailed, match="không kết thúc quá hạn"):
        confirm_cause(dossier_id, charge, actor=province.actor("head"), at=END)
    propose_causes([dossier_id], at=END)
    with pytest.raises(NotAllowed, match="lãnh đạo phòng"):
        confirm_cause(dossier_id, charge, actor=province.actor("case"), at=END)
    with pytest.raises(NotFound):
        confirm_cause(dossier_id, charge, actor=province.actor("commune_case"), at=END)
    with pytest.raises(GuardFailed, match="không được trước"):
        confirm_cause(dossier_id, charge, actor=province.actor("head"), at=MONDAY)
    assert row().confirmed_at is None


def test_the_summary_adds_up(province: Province) -> None:
    first = late(province)
    second = accepted(province)
    finish_step(second, 1, note="Chờ xác minh", actor=province.actor("case"), at=moment("2026-11-18T15:20"))
    finish_step(second, 2, note="Chờ xác minh", actor=province.actor("signer"), at=moment("2026-11-19T15:20"))
    resolve(province, second)
    propose_causes([first, second], at=END)
    head = province.actor("head")
    confirm_cause(second, Charge("h", None, "", reason="Bão"), actor=head, at=END)
    lines = cause_summary([province.department.pk], date(2026, 11, 1), date(2026, 11, 30))
    assert [(one.sector, one.code, one.agency, one.dossiers, one.waiting) for one in lines] == [
        ("Hoạt động xây dựng", "a", "Sở Xây dựng", 1, 1), ("Hoạt động xây dựng", "h", "", 1, 0),
    ]  # fmt: skip
    assert cause_summary([province.department.pk], date(2026, 11, 21), date(2026, 11, 30)) == []
    assert cause_summary([province.commune.pk], date(2026, 11, 1), date(2026, 11, 30)) == []
    with pytest.raises(BadInput, match="Kỳ từ 02/11/2026 đến 01/11/2026: ngày cuối phải từ ngày đầu trở đi"):
        cause_summary([], date(2026, 11, 2), date(2026, 11, 1))
    with pytest.raises(BadInput, match="cần ngày trong các năm 1900–2100"):
        cause_summary([], date(2026, 11, 2), date.max)
