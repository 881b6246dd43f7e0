"""Rulings on resolving, handing over, returning and withdrawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.dossiers.office import SIGNED, SUPPLEMENT, Office, dossier, kinds, moment
from tests.province import result

from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed, HandOverTooEarly, MoveNotPossible
from motcua.dossiers.models import Dossier, Result, Timer
from motcua.dossiers.one_time_codes import WrongCode, check_one_time_code, request_one_time_code
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.queries import timeline, worklist
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import receive_at_counter
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import State, national_code
from motcua.law.verdict import Verdict, verdict_by_date
from motcua.notifications.models import Notice
from motcua.notifications.services import deliver_notices, remind_uncollected

pytestmark = pytest.mark.django_db

RESOLVE = c.Resolve(result())
REPLY = result(kind="Văn bản trả lời", number="20/VB-SXD")
POSTAL = replace(SIGNED, proof="postal", reference="EM123456789VN")
ELECTRONIC = replace(SIGNED, proof="electronic", reference="account:77")


@pytest.fixture
def office() -> Office:
    return Office()


def told(one: int) -> list[str]:
    return list(Notice.objects.filter(dossier_id=one, channel="page").order_by("id").values_list("template", flat=True))


@pytest.mark.parametrize(
    "missing", [{"kind": ""}, {"number": " "}, {"signer": ""}, {"paper": False}, {"paper": False, "file": ""}]
)
def test_resolve_needs_every_part_of_a_result(missing: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        result(**missing)


@pytest.mark.parametrize(("signed_on", "fault"), [("15/11", "trước ngày tiếp nhận"), ("19/11", "sau ngày ghi nhận")])
@pytest.mark.parametrize("command", [c.Resolve, lambda signed: c.ReturnIneligible(signed, "Sai quy hoạch")])
def test_result_is_signed_between_acceptance_and_now(office: Office, command, signed_on: str, fault: str) -> None:
    one = office.accept("16/11 09:20")
    signed = result(signed_on=moment(f"{signed_on} 00:00").date())

    with pytest.raises(GuardFailed, match=fault):
        office.give(one, "head", command(signed), "18/11 09:00")

    assert not Result.objects.exists()


def test_a_file_that_is_not_stored_is_no_result(office: Office) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(GuardFailed, match="Tệp kết quả"):
        office.give(one, "case", c.Resolve(result(file="cd" * 32, paper=False)), "18/11 09:00")


def test_resolved_signed_and_arrived_are_three_moments(office: Office) -> None:
    one = office.accept("16/11 09:20", return_desk_id=office.province.commune_desk.pk)
    office.give(one, "case", c.Resolve(result(), at_return_desk=False), "19/11 09:00")
    after = dossier(one)
    assert (after.result_signed_at, after.resolved_at) == (moment("18/11 00:00"), moment("19/11 09:00"))
    assert after.result_at_desk_at is None
    assert verdict_by_date(after.resolved_at, after.due_at) is Verdict.ON_TIME
    with pytest.raises(GuardFailed, match="chưa về nơi trả"):
        office.give(one, "commune_counter", SIGNED, "20/11 09:00")

    office.give(one, "commune_counter", c.ReceiveResult(), "20/11 09:00")

    assert dossier(one).result_at_desk_at == moment("20/11 09:00")
    assert dossier(one).resolved_at == moment("19/11 09:00")
    with pytest.raises(GuardFailed, match="đã có ở nơi trả"):
        office.give(one, "commune_counter", c.ReceiveResult(), "20/11 09:10")
    office.give(one, "commune_counter", SIGNED, "20/11 09:30")
    assert kinds(one) == ["accepted", "resolved", "result_received", "handed_over"]


def test_result_lies_at_the_return_desk_and_only_that_desk_gives_it(office: Office) -> None:
    """The department's own counter is there by its role; the desk that only received the dossier is not."""
    office.appoint("elsewhere", {"counter_officer": office.province.commune}, desk=office.province.commune_desk)
    own = {"agency_id": office.province.department.pk}
    one = office.accept("16/11 09:20", return_desk_id=office.province.desk.pk, **own)
    Dossier.objects.filter(pk=one).update(receiving_desk=office.province.commune_desk)
    office.give(one, "case", c.Resolve(result(), at_return_desk=False), "19/11 09:00")

    for command in (c.ReceiveResult(), SIGNED):
        with pytest.raises(NotAllowed):
            office.give(one, "elsewhere", command, "19/11 10:00")


def test_applicant_is_asked_to_come_only_when_the_result_is_there(office: Office) -> None:
    one = office.accept("16/11 09:20", return_desk_id=office.province.commune_desk.pk)
    office.give(one, "case", c.Resolve(result(), at_return_desk=False), "18/11 09:00")
    assert told(one) == ["accepted", "resolved"]
    deliver_notices(
        Notice.objects.filter(template="resolved")[0].entry_id, providers=NoProviders(), at=moment("18/11 09:01")
    )
    assert "đang chuyển về nơi trả" in Notice.objects.get(template="resolved", channel="page").body

    office.give(one, "commune_counter", c.ReceiveResult(), "19/11 09:00")

    assert told(one)[-1] == "result_received"


class NoProviders(dict):
    """Takes every message and keeps none."""

    def __missing__(self, channel: str) -> NoProviders:
        return self

    def send(self, message: object) -> None:
        return None


def test_early_result_is_told_the_same_day(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", c.Resolve(result(signed_on=moment("17/11 00:00").date())), "17/11 09:00")

    assert told(one) == ["accepted", "resolved"]
    assert Notice.objects.filter(template="resolved").earliest("id").created_at == moment("17/11 09:00")


@pytest.mark.parametrize("prepare", [None, SUPPLEMENT])
def test_hand_over_before_a_result_is_refused_and_the_attempt_is_on_record(office: Office, prepare) -> None:
    one = office.accept("16/11 09:20")
    if prepare:
        office.give(one, "case", prepare, "16/11 10:00")

    with pytest.raises(HandOverTooEarly):
        office.give(one, "counter", SIGNED, "16/11 11:00")

    assert kinds(one)[-1] == "hand_over_refused"
    assert dossier(one).handed_over_at is None
    assert told(one)[-1] == ("supplement_asked" if prepare else "accepted")


def test_early_hand_over_cannot_turn_back_the_time_of_the_ledger(office: Office) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(GuardFailed, match="sớm hơn"):
        office.give(one, "counter", SIGNED, "16/11 09:00")
    assert kinds(one) == ["accepted"]


def test_who_may_not_hand_over_may_not_try(office: Office) -> None:
    one = office.accept("16/11 09:20")
    for who in ("case", "leader", "applicant"):
        with pytest.raises(NotAllowed):
            office.give(one, who, SIGNED, "16/11 11:00")
    assert kinds(one) == ["accepted"]


@pytest.mark.parametrize("bad", [{"receiver": " "}, {"proof": "promise"}, {"proof": ""}, {"reference": ""}])
def test_hand_over_needs_receiver_and_proof(bad: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        replace(SIGNED, **bad)


def test_one_time_code_was_sent_for_this_dossier_and_checked(office: Office) -> None:
    one, other = office.accept("16/11 09:20"), office.accept("16/11 09:20")
    for each in (one, other):
        office.give(each, "case", RESOLVE, "18/11 09:00")
    asked = request_one_time_code(dossier(one), at=moment("18/11 10:00"))
    unused = f"code:{dossier(one).one_time_codes.get().pk}"
    coded = replace(SIGNED, proof="one_time_code")
    for reference in (unused, "code:0", "code:x", "123456", "code:" + "9" * 30):
        with pytest.raises(WrongCode):
            office.give(one, "counter", replace(coded, reference=reference), "18/11 10:01")

    reference = check_one_time_code(dossier(one), asked.text.split(" là ")[1][:6], at=moment("18/11 10:02"))

    with pytest.raises(WrongCode):
        office.give(other, "counter", replace(coded, reference=reference), "18/11 10:03")
    office.give(one, "counter", replace(coded, reference=reference), "18/11 10:03")
    assert dossier(one).state == State.HANDED_OVER


def test_by_post_sent_is_not_delivered(office: Office) -> None:
    one = office.accept("16/11 09:20", return_method="post")
    office.give(one, "case", RESOLVE, "18/11 09:00")
    with pytest.raises(GuardFailed, match="Chưa ghi nhận đã gửi"):
        office.give(one, "counter", POSTAL, "18/11 10:00")

    office.give(one, "counter", c.SendResult("EM123456789VN"), "18/11 10:00")
    sent = dossier(one)
    assert (sent.state, sent.result_sent_at, sent.handed_over_at) == (State.RESOLVED, moment("18/11 10:00"), None)

    office.give(one, "system", POSTAL, "20/11 10:00")
    assert (dossier(one).state, dossier(one).handed_over_at) == (State.HANDED_OVER, moment("20/11 10:00"))


def test_only_who_asked_for_post_is_sent_a_parcel(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", RESOLVE, "18/11 09:00")
    with pytest.raises(GuardFailed, match="không đăng ký"):
        office.give(one, "counter", c.SendResult("EM1"), "18/11 10:00")
    with pytest.raises(GuardFailed, match="không đăng ký"):
        office.give(one, "counter", ELECTRONIC, "18/11 10:00")


def test_electronic_result_is_delivered_to_the_account(office: Office) -> None:
    one = office.accept("16/11 09:20", return_method="electronic")
    office.give(one, "case", c.Resolve(result(), at_return_desk=False), "18/11 09:00")
    assert dossier(one).result_at_desk_at == moment("18/11 09:00")

    office.give(one, "system", ELECTRONIC, "18/11 09:01")

    assert timeline(one)[-1].data["proof"] == "electronic"


def test_uncollected_results_are_listed_and_reminded_on_days_3_10_and_30(office: Office) -> None:
    one = office.accept("16/11 09:20", return_desk_id=office.province.commune_desk.pk)
    office.give(one, "case", c.Resolve(result(), at_return_desk=False), "18/11 09:00")
    assert remind_uncollected(moment("22/11 09:00")) == 0
    office.give(one, "commune_counter", c.ReceiveResult(), "23/11 09:00")
    arrived = moment("23/11 09:00")

    reminded = [hours for hours in range(0, 24 * 40, 12) if remind_uncollected(arrived + timedelta(hours=hours))]

    assert reminded == [72, 240, 720]
    assert told(one)[-3:] == ["uncollected_3", "uncollected_10", "uncollected_30"]
    listed = worklist(office.actor("commune_counter"), Queue.UNCOLLECTED, moment("28/11 09:00"))
    assert [(row.pk, row.return_desk_id) for row in listed.rows] == [(one, office.province.commune_desk.pk)]
    assert worklist(office.actor("case"), Queue.OVERDUE, moment("28/11 09:00")).rows == []


def test_a_reminder_after_the_worker_was_down_is_the_latest_alone(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", RESOLVE, "18/11 09:00")

    assert remind_uncollected(moment("30/11 09:00")) == 1
    assert remind_uncollected(moment("30/11 09:01")) == 0
    assert told(one)[-1] == "uncollected_10"


@pytest.mark.parametrize("method", ["post", "electronic"])
def test_nobody_is_asked_to_fetch_what_is_delivered(office: Office, method: str) -> None:
    one = office.accept("16/11 09:20", return_method=method)
    office.give(one, "case", RESOLVE, "18/11 09:00")
    if method == "post":
        office.give(one, "counter", c.SendResult("EM1"), "18/11 10:00")

    assert not Timer.objects.exists()


def test_returned_is_a_signed_negative_result(office: Office) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(NotAllowed):
        office.give(one, "case", c.ReturnIneligible(REPLY, "Sai quy hoạch"), "18/11 09:00")
    with pytest.raises(BadInput):
        c.ReturnIneligible(REPLY, " ")

    office.give(one, "signer", c.ReturnIneligible(REPLY, "Sai quy hoạch"), "18/11 09:00")

    after = dossier(one)
    assert (after.state, after.resolved_at, after.ended_at) == (State.RETURNED, None, moment("18/11 09:00"))
    assert after.result_signed_at == moment("18/11 00:00")
    assert Result.objects.get().number == "20/VB-SXD"


def test_withdrawal_after_acceptance_is_a_request_and_a_decision(office: Office) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(MoveNotPossible):
        office.give(one, "applicant", c.Withdraw(), "16/11 10:00")
    with pytest.raises(GuardFailed, match="Chưa có đề nghị"):
        office.give(one, "head", c.DecideWithdrawal("7/QĐ", "Bình"), "16/11 10:00")
    office.give(one, "applicant", c.RequestWithdrawal("Không cần nữa"), "16/11 10:00")
    with pytest.raises(GuardFailed, match="Đã có đề nghị"):
        office.give(one, "applicant", c.RequestWithdrawal("Không cần nữa"), "16/11 11:00")
    assert dossier(one).state == State.ACCEPTED
    assert worklist(office.actor("head"), Queue.WITHDRAWALS, moment("16/11 12:00")).count == 1
    office.give(one, "head", c.DeclineWithdrawal("Đã trình ký"), "16/11 13:30")
    office.give(one, "counter", c.RequestWithdrawal("Vẫn xin rút"), "16/11 14:00")

    office.give(one, "signer", c.DecideWithdrawal("7/QĐ", "Bình"), "16/11 15:00")

    assert (dossier(one).state, dossier(one).ended_at) == (State.WITHDRAWN, moment("16/11 15:00"))


def test_no_withdrawal_once_a_result_is_signed(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "applicant", c.RequestWithdrawal("Không cần nữa"), "16/11 10:00")
    office.give(one, "case", RESOLVE, "18/11 09:00")

    for who, command in (("head", c.DecideWithdrawal("7/QĐ", "Bình")), ("applicant", c.RequestWithdrawal("Rút"))):
        with pytest.raises(MoveNotPossible):
            office.give(one, who, command, "18/11 10:00")
    assert dossier(one).withdrawal_requested_at is None


def test_withdrawal_of_a_paused_dossier_ends_its_pause(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", SUPPLEMENT, "16/11 10:00")
    office.give(one, "applicant", c.RequestWithdrawal("Không cần nữa"), "16/11 11:00")
    office.give(one, "head", c.DecideWithdrawal("7/QĐ", "Bình"), "16/11 13:30")

    assert (dossier(one).paused_at, dossier(one).pause_kind) == (None, "")
    assert not Timer.objects.exists()


def test_national_status_8_of_a_pause_and_of_a_stop_differ_by_the_end_moment(office: Office) -> None:
    paused, stopped = office.accept("16/11 09:20"), office.accept("16/11 09:20")
    office.give(paused, "head", c.Suspend("Điều 12", "05/QĐ"), "16/11 10:00")
    office.give(stopped, "head", c.Stop("Điều 12: đất có tranh chấp"), "16/11 10:00")

    on = moment("16/11 10:00").date()
    assert [national_code(State(dossier(one).state), on) for one in (paused, stopped)] == [8, 8]
    assert [dossier(one).ended_at for one in (paused, stopped)] == [None, moment("16/11 10:00")]


def test_late_result_is_still_handed_over(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", RESOLVE, "30/11 09:00")
    office.give(one, "counter", SIGNED, "30/11 10:00")

    after = dossier(one)
    assert verdict_by_date(after.resolved_at, after.due_at) is Verdict.OVERDUE
    assert after.state == State.HANDED_OVER


def test_batch_certification_each_item_succeeds_or_fails_by_itself(office: Office) -> None:
    """Many papers of one person are one dossier with pages and copies; many persons are a dossier and a code each."""
    papers = (c.PaperData("Bằng tốt nghiệp", copies=3, pages=2), c.PaperData("Sổ hộ khẩu", copies=1, pages=16))
    counter, codes = office.actor("counter"), []
    for name, desk in (
        ("Lê An", office.province.desk),
        ("Trần Bé", office.province.commune_desk),
        ("Ngô Cam", office.province.desk),
    ):
        intake = office.province.intake(
            channel="counter", submitter=c.PartyData(name), papers=papers, receiving_desk_id=desk.pk
        )
        try:
            codes.append(receive_at_counter(intake, c.Accept(), actor=counter, at=moment("16/11 09:20")).code)
        except DomainError:
            codes.append(None)

    # A refused item takes no number.
    assert codes == ["H32.16-261116-0001", None, "H32.16-261116-0002"]
    kept = Dossier.objects.get(code=codes[0]).papers.values_list("name", "copies", "pages")
    assert list(kept) == [("Bằng tốt nghiệp", 3, 2), ("Sổ hộ khẩu", 1, 16)]
