"""Rulings on rectification: a counter-entry that goes back or corrects; nothing is erased."""

from __future__ import annotations

import pytest
from tests.dossiers.office import SIGNED, SUPPLEMENT, Office, dossier, kinds, moment
from tests.province import result

from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import LedgerEntry, LedgerPrivate, Result, Timer
from motcua.dossiers.queries import clock_of, get_visible, timeline
from motcua.dossiers.rectifications import rectification_rates
from motcua.dossiers.sweeps import fire_timers
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.notifications.models import Notice
from motcua.notifications.services import remind_uncollected

pytestmark = pytest.mark.django_db

RESOLVE = c.Resolve(result())
SUSPEND = c.Suspend("Điều 12 Luật Y", "05/QĐ")


@pytest.fixture
def office() -> Office:
    return Office()


def back(office: Office, one: int, state: State, at: str, **more: object) -> None:
    head = office.province.officers["head"].pk
    office.give(one, "head", c.Rectify("Ghi nhầm", head, to_state=state, **more), at)  # type: ignore[arg-type]


def explained(office: Office, one: int) -> None:
    shown = get_visible(office.actor("case"), id=one)
    assert clock_of(shown, timeline(one))[-1].at == shown.due_at


def test_needs_reason_and_the_approval_of_a_head_of_this_agency(office: Office) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(BadInput, match="Lý do"):
        c.Rectify(" ", 1, corrections={"request": "Xây nhà"})
    officers = office.province.officers
    for approver in (0, officers["case"].pk, officers["commune_case"].pk, officers["leader"].pk, 10**9):
        with pytest.raises(GuardFailed, match=r"duyệt"):
            office.give(one, "head", c.Rectify("Sai", approver, corrections={"request": "Xây nhà"}), "16/11 10:00")

    office.give(one, "head", c.Rectify("Sai", officers["signer"].pk, corrections={"request": "Xây nhà"}), "16/11 10:00")

    assert timeline(one)[-1].data["approver"] == officers["signer"].pk


def test_corrects_data_without_losing_what_stood_there(office: Office) -> None:
    one = office.accept("16/11 09:20", request="Xây nhà hai tầng")
    head = office.province.officers["head"].pk

    office.give(
        one,
        "head",
        c.Rectify("Sai", head, corrections={"request": "Xây nhà ba tầng", "return_method": "post"}),
        "16/11 10:00",
    )

    assert (dossier(one).request, dossier(one).return_method) == ("Xây nhà ba tầng", "post")
    assert [row.values["request"] for row in LedgerPrivate.objects.order_by("entry_id")] == [
        "Xây nhà hai tầng",
        "Xây nhà ba tầng",
    ]
    assert "tầng" not in "".join(LedgerEntry.objects.values_list("text", flat=True))


@pytest.mark.parametrize(
    "corrections",
    [{"due_at": "2030-01-01"}, {"state": "resolved"}, {"return_method": "pigeon"}, {"request": "x" * 501}, {}],
)
def test_other_data_and_values_are_refused(corrections: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        c.Rectify("Sai", 1, corrections=corrections)


def test_state_never_had_and_state_before_receipt_are_refused(office: Office) -> None:
    one = office.accept("16/11 09:20")
    for state in (State.SUSPENDED, State.DRAFT, State.ACCEPTED, State.HANDED_OVER):
        with pytest.raises(GuardFailed, match="chưa từng"):
            back(office, one, state, "16/11 10:00")


def test_hand_over_to_the_wrong_person_goes_back_to_the_desk(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", RESOLVE, "18/11 09:00")
    office.give(one, "counter", SIGNED, "18/11 10:00")

    back(office, one, State.RESOLVED, "18/11 11:00")

    after = dossier(one)
    assert (after.state, after.handed_over_at, after.resolved_at) == (State.RESOLVED, None, moment("18/11 09:00"))
    assert Result.objects.get().voided_at is None
    assert remind_uncollected(moment("21/11 09:00")) == 1
    office.give(one, "counter", SIGNED, "23/11 10:00")
    assert kinds(one) == ["accepted", "resolved", "handed_over", "rectified", "handed_over"]


def test_wrong_result_is_voided_and_the_clock_has_never_stopped(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", RESOLVE, "18/11 09:00")
    back(office, one, State.ACCEPTED, "18/11 10:00")

    after = dossier(one)
    assert (after.resolved_at, after.result_signed_at, after.due_at) == (None, None, moment("19/11 09:20"))
    assert Result.objects.get().voided_at == moment("18/11 10:00")
    assert not Timer.objects.exists()
    office.give(one, "case", c.Resolve(result(number="16/GP")), "19/11 08:00")
    assert Result.objects.get(voided_at=None).number == "16/GP"


@pytest.mark.parametrize(
    ("told", "corrections", "state", "sent"),
    [
        (False, {}, State.ACCEPTED, True),
        (False, {"step": "Thẩm định"}, None, False),
        (True, {"request": "Xây nhà"}, None, True),
    ],
)
def test_applicant_is_told_when_a_paper_changes(office: Office, told: bool, corrections, state, sent: bool) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", RESOLVE, "18/11 09:00")
    head = office.province.officers["head"].pk

    office.give(one, "head", c.Rectify("Sai", head, state, corrections, told), "18/11 10:00")

    assert Notice.objects.filter(template="rectified").exists() is sent


def test_going_back_over_a_mere_step_is_not_told(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", c.Forward("Thẩm định"), "16/11 10:00")
    back(office, one, State.ACCEPTED, "16/11 11:00")

    assert not Notice.objects.filter(template="rectified").exists()
    assert dossier(one).step == ""


def test_twice_and_to_the_same_state_again(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", c.Forward("Thẩm định"), "16/11 10:00")
    for day in ("17/11", "18/11"):
        office.give(one, "case", c.Resolve(result(signed_on=moment(f"{day} 00:00").date())), f"{day} 09:00")
        back(office, one, State.IN_PROCESS, f"{day} 10:00")

    assert (dossier(one).state, dossier(one).step) == (State.IN_PROCESS, "Thẩm định")
    assert Result.objects.filter(voided_at=None).count() == 0
    assert Result.objects.count() == 2
    assert timeline(one)[-1].data["back_to"] == 2


def test_what_was_taken_back_cannot_be_gone_back_to(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", SUPPLEMENT, "16/11 10:00")
    office.give(one, "applicant", c.Supplement(), "17/11 10:00")
    back(office, one, State.ACCEPTED, "17/11 11:00")
    office.give(one, "case", c.Forward("Thẩm định"), "17/11 13:30")

    with pytest.raises(GuardFailed, match="chưa từng"):
        back(office, one, State.AWAITING_SUPPLEMENT, "17/11 14:00")

    assert dossier(one).due_at == moment("19/11 09:20")
    explained(office, one)


def test_the_present_state_as_goal_takes_back_the_last_entry(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "head", c.Extend(moment("30/11 09:00"), "Điều 30", "Phức tạp"), "16/11 10:00")

    back(office, one, State.ACCEPTED, "16/11 11:00")

    assert dossier(one).due_at == moment("19/11 09:20")
    explained(office, one)
    assert Notice.objects.filter(template="rectified").exists()


def test_present_state_with_an_open_pause_keeps_its_timer(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", c.AskSupplement(("Bản vẽ",), "Sai", moment("27/11 17:00")), "16/11 10:00")
    office.give(one, "applicant", c.RequestWithdrawal("Nhầm"), "16/11 11:00")

    back(office, one, State.AWAITING_SUPPLEMENT, "16/11 13:30")

    assert dossier(one).withdrawal_requested_at is None
    assert Timer.objects.get().fires_at == dossier(one).supplement_due_at == moment("27/11 17:00")


def test_back_to_a_pause_goes_on_with_that_pause(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", c.AskSupplement(("Bản vẽ",), "Sai", moment("27/11 17:00")), "17/11 09:20")
    office.give(one, "counter", c.Supplement(), "17/11 10:00")
    assert dossier(one).due_at == moment("19/11 10:00")

    back(office, one, State.AWAITING_SUPPLEMENT, "17/11 11:00")
    assert (dossier(one).paused_at, dossier(one).due_at) == (moment("17/11 09:20"), moment("19/11 09:20"))
    assert Timer.objects.get(kind="supplement_due").fires_at == moment("27/11 17:00")
    office.give(one, "applicant", c.Supplement(), "18/11 09:20")

    assert dossier(one).due_at == moment("20/11 09:20")
    explained(office, one)


def test_paused_again_after_going_back_the_stored_due_is_the_explained_one(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "head", SUSPEND, "16/11 13:30")
    office.give(one, "head", c.Resume(), "17/11 08:00")
    office.give(one, "case", RESOLVE, "18/11 09:00")
    back(office, one, State.IN_PROCESS, "18/11 10:00")
    office.give(one, "head", SUSPEND, "18/11 13:30")
    office.give(one, "head", c.Resume(), "20/11 08:00")

    # 16 h + 3 h 50 on Monday are used up to 13:30; every stop moved the rest on.
    assert dossier(one).due_at > moment("20/11 08:00")
    explained(office, one)


def test_stopped_by_the_clock_though_the_supplement_had_come(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", c.AskSupplement(("Bản vẽ",), "Sai", moment("18/11 17:00")), "17/11 09:20")
    assert fire_timers(moment("18/11 17:00")) == 1

    back(office, one, State.AWAITING_SUPPLEMENT, "19/11 09:00")

    assert fire_timers(moment("19/11 10:00")) == 0
    office.give(one, "counter", c.Supplement(), "19/11 10:00")
    assert dossier(one).state == State.IN_PROCESS
    explained(office, one)


def test_refused_by_mistake_waits_again_under_the_old_answer_clock(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    office.give(one, "counter", c.Refuse("Nhầm"), "16/11 10:00")

    back(office, one, State.SUBMITTED, "18/11 10:00")

    after = dossier(one)
    assert (after.ended_at, after.answer_due_at) == (None, moment("17/11 09:20"))
    office.give(one, "counter", c.Accept(), "18/11 11:00")
    assert dossier(one).answer_breaches == 1
    assert dossier(one).code == "H32.16-261116-0001"


def test_nothing_is_erased(office: Office) -> None:
    one = office.accept("16/11 09:20")
    before = list(LedgerEntry.objects.values_list("id", "text", "hash"))
    office.give(one, "case", c.Forward("Thẩm định"), "16/11 10:00")
    back(office, one, State.ACCEPTED, "16/11 11:00")

    assert list(LedgerEntry.objects.filter(seq=1).values_list("id", "text", "hash")) == before
    assert LedgerEntry.objects.count() == 3


def test_rate_per_officer_counts_what_was_taken_back_or_corrected(office: Office) -> None:
    one = office.accept("16/11 09:20", request="Xây nhà")
    office.give(one, "case", c.Forward("Thẩm định"), "16/11 10:00")
    office.give(one, "case", RESOLVE, "18/11 09:00")
    back(office, one, State.IN_PROCESS, "18/11 10:00")
    head = office.province.officers["head"].pk
    office.give(one, "head", c.Rectify("Sai", head, corrections={"request": "Xây kho"}), "18/11 11:00")
    officers = office.province.officers

    rates = rectification_rates(office.actor("leader"), since=moment("16/11 00:00"), until=moment("19/11 00:00"))

    assert {row.officer_id: (row.entries, row.rectified) for row in rates} == {
        officers["counter"].pk: (1, 1),
        officers["case"].pk: (2, 1),
        officers["head"].pk: (2, 0),
    }
    assert (
        rectification_rates(office.actor("commune_case"), since=moment("16/11 00:00"), until=moment("19/11 00:00"))
        == []
    )
