"""Rulings on the legal clock, through the services: what is stored is what is explained, and both are what the law says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.dossiers.office import SIGNED, SUPPLEMENT, Office, dossier, kinds, moment
from tests.province import START, build_procedure, result

from motcua.catalog.models import ChannelRule, DeskProcedure, Procedure
from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.ledger import moment_text
from motcua.dossiers.models import Timer
from motcua.dossiers.queries import clock_of, get_visible, timeline, worklist
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import complete_same_day
from motcua.dossiers.sweeps import fire_timers
from motcua.law.lifecycle import State
from motcua.law.limits import Limit, Unit
from motcua.organizations.queries import takes_for_elsewhere
from motcua.organizations.services import save_calendar, set_calendar

pytestmark = pytest.mark.django_db

SUSPEND = c.Suspend("Điều 12 Luật Y", "05/QĐ")
APPROVED = {"provision": "Điều 9 Luật Z", "stage": "Thẩm định thực địa"}


@pytest.fixture
def office() -> Office:
    return Office()


def limit_is(office: Office, amount: int, unit: str) -> None:
    ChannelRule.objects.filter(version__procedure=office.province.procedure).update(amount=amount, unit=unit)


def explained(office: Office, one: int) -> None:
    """The stored dues are the explained ones."""
    shown = get_visible(office.actor("case"), id=one)
    dues = clock_of(shown, timeline(one))
    assert dues[-1].at == shown.due_at
    assert dues[-1].original == shown.original_due_at or len(dues) > 1
    assert dues[-1].explanation.text()


@pytest.mark.parametrize(
    ("amount", "unit", "received", "due"),
    [
        (1, "working_day", "20/11 16:00", "23/11 16:00"),
        (1, "working_day", "20/11 17:30", "25/11 07:00"),
        (8, "working_hour", "16/11 07:00", "16/11 17:00"),
        (8, "working_hour", "19/11 16:00", "20/11 16:00"),
        (4, "working_hour", "20/11 10:30", "20/11 16:30"),
        (10, "day", "16/11 09:00", "26/11 09:00"),
        (5, "day", "16/11 09:00", "23/11 09:00"),
    ],
)
def test_limit_from_acceptance(office: Office, amount: int, unit: str, received: str, due: str) -> None:
    """T6 17:30 + 1 falls on Wednesday here, as Tuesday 24/11 is a holiday."""
    limit_is(office, amount, unit)
    one = office.accept(received)

    assert dossier(one).due_at == dossier(one).original_due_at == moment(due)
    explained(office, one)


def test_waiting_before_acceptance_is_not_counted(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    office.give(one, "counter", c.Accept(), "17/11 08:00")

    assert dossier(one).clock_started_at == moment("17/11 08:00")
    assert dossier(one).due_at == moment("20/11 08:00")


def test_policy_of_an_agency_holds_for_its_own_dossiers(office: Office) -> None:
    set_calendar(office.province.department, calendar=None, due_policy="end_of_day")

    assert dossier(office.accept("16/11 09:20")).due_at == moment("19/11 17:00")
    commune = {"agency_id": office.province.commune.pk, "receiving_desk_id": office.province.commune_desk.pk}
    assert dossier(office.accept("16/11 09:20", who="commune_counter", **commune)).due_at == moment("19/11 09:20")


def test_dossier_keeps_the_policy_of_its_receipt(office: Office) -> None:
    one = office.accept("16/11 09:20")
    set_calendar(office.province.department, calendar=None, due_policy="end_of_day")
    office.give(one, "case", SUPPLEMENT, "17/11 09:20")

    office.give(one, "applicant", c.Supplement(), "18/11 09:20")

    assert dossier(one).due_at == moment("20/11 09:20")


def test_dossier_of_a_saturday_desk_starts_at_the_next_counting_session(office: Office) -> None:
    office.province.desk.reception_calendar = save_calendar(
        name="Sáng thứ Bảy", data={"weekly": {"sat": [["07:30", "11:00"]]}}
    )
    office.province.desk.save()
    one = office.accept("21/11 08:15")

    assert dossier(one).accepted_at == moment("21/11 08:15")
    assert dossier(one).clock_started_at == moment("23/11 07:00")
    assert dossier(one).due_at == moment("27/11 07:00")
    explained(office, one)


@pytest.mark.parametrize(
    ("ask", "end", "who"),
    [
        (SUPPLEMENT, c.Supplement(), "case"),
        (c.AskPayment(2_000_000, "Điều 5 Luật đất đai"), c.ConfirmPayment("BL-1"), "case"),
        (SUSPEND, c.Resume("06/QĐ"), "head"),
    ],
)
def test_pause_leaves_what_was_left(office: Office, ask: c.AnyCommand, end: c.AnyCommand, who: str) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, who, ask, "17/11 10:20")
    assert dossier(one).paused_at == moment("17/11 10:20")

    office.give(one, "head" if who == "head" else "applicant", end, "20/11 20:00")

    # 15 working hours were left on 17/11 10:20; they run from Monday 07:00, over the holiday of 24/11.
    assert dossier(one).due_at == moment("25/11 16:00")
    assert (dossier(one).paused_at, dossier(one).pause_kind, dossier(one).supplement_due_at) == (None, "", None)
    explained(office, one)


def test_calendar_days_move_by_the_wall_time_of_the_pause(office: Office) -> None:
    limit_is(office, 10, "day")
    one = office.accept("16/11 09:00")
    office.give(one, "case", SUPPLEMENT, "17/11 09:00")
    office.give(one, "applicant", c.Supplement(), "18/11 10:00")

    assert dossier(one).due_at == moment("27/11 10:00")
    explained(office, one)


def test_end_of_day_moves_by_the_working_days_of_the_pause(office: Office) -> None:
    set_calendar(office.province.department, calendar=None, due_policy="end_of_day")
    one = office.accept("16/11 09:20")
    office.give(one, "case", SUPPLEMENT, "17/11 16:00")
    office.give(one, "applicant", c.Supplement(), "19/11 08:00")

    assert dossier(one).due_at == moment("23/11 17:00")
    explained(office, one)


def test_pause_begun_after_the_due_moves_nothing(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "head", SUSPEND, "19/11 09:21")
    office.give(one, "head", c.Resume(), "27/11 09:00")

    assert dossier(one).due_at == moment("19/11 09:20")
    explained(office, one)


def test_second_supplement_needs_provision_stage_and_an_approver_who_may(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", SUPPLEMENT, "17/11 09:20")
    office.give(one, "applicant", c.Supplement(), "18/11 09:20")
    officers = office.province.officers

    def ask(who: str = "case", **more: object) -> None:
        office.give(one, who, c.AskSupplement(("Bản vẽ",), "Lại sai", **more), "18/11 10:00")  # type: ignore[arg-type]

    with pytest.raises(GuardFailed, match="một lần"):
        ask()
    with pytest.raises(GuardFailed, match="một lần"):
        ask(provision="Điều 9 Luật Z", approver_id=officers["head"].pk)
    for stranger in (officers["case"].pk, officers["commune_case"].pk, officers["leader"].pk, 10**9):
        with pytest.raises(GuardFailed, match="Người duyệt"):
            ask(**APPROVED, approver_id=stranger)
    with pytest.raises(GuardFailed, match="người khác"):
        ask("head", **APPROVED, approver_id=officers["head"].pk)
    assert dossier(one).seq == 3

    ask(**APPROVED, approver_id=officers["head"].pk)

    assert (dossier(one).supplement_rounds, dossier(one).state) == (2, State.AWAITING_SUPPLEMENT)
    said = timeline(one)[-1].data
    assert (said["provision"], said["stage"], said["approver"]) == (*APPROVED.values(), officers["head"].pk)


def test_completion_before_acceptance_is_no_supplement(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    office.give(one, "counter", c.AskCompletion(("Bản vẽ",), "Thiếu"), "16/11 10:00")
    office.give(one, "applicant", c.Complete(), "16/11 11:00")
    office.give(one, "counter", c.Accept(), "16/11 13:30")

    office.give(one, "case", SUPPLEMENT, "17/11 09:20")

    assert dossier(one).supplement_rounds == 1


def test_not_supplemented_in_time_is_stopped_by_the_system(office: Office) -> None:
    one = office.accept("16/11 09:20")
    until = moment("20/11 17:00")
    office.give(one, "case", c.AskSupplement(("Bản vẽ",), "Sai", until), "17/11 09:20")

    assert fire_timers(until - timedelta(seconds=1)) == 0
    with pytest.raises(GuardFailed, match="đã hết"):
        office.give(one, "applicant", c.Supplement(), "20/11 17:01")
    # The worker was down over the week-end.
    assert fire_timers(moment("23/11 08:00")) == 1

    assert (dossier(one).state, dossier(one).paused_at) == (State.STOPPED, None)
    assert timeline(one)[-1].actor["kind"] == "system"
    assert not Timer.objects.exists()


def test_supplement_in_time_cancels_the_timer(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "case", c.AskSupplement(("Bản vẽ",), "Sai", moment("20/11 17:00")), "17/11 09:20")
    office.give(one, "applicant", c.Supplement(), "20/11 17:00")

    assert fire_timers(moment("30/11 17:00")) == 0
    assert dossier(one).state == State.IN_PROCESS


def test_statutory_extension_moves_the_due_that_counts_and_keeps_the_original(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(
        one, "head", c.Extend(moment("30/11 16:00") + timedelta(seconds=30), "Điều 30", "Phức tạp"), "18/11 09:00"
    )

    assert (dossier(one).due_at, dossier(one).original_due_at) == (moment("30/11 16:00"), moment("19/11 09:20"))
    explained(office, one)
    with pytest.raises(GuardFailed, match="phải sau hạn"):
        office.give(one, "head", c.Extend(moment("30/11 16:00"), "Điều 30", "Phức tạp"), "18/11 10:00")


def test_promise_is_given_once_and_the_due_that_counts_stays(office: Office) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(GuardFailed, match="phải sau lúc xin lỗi"):
        office.give(one, "head", c.Promise(moment("20/11 09:00"), "Chậm"), "23/11 08:00")
    office.give(one, "head", c.Promise(moment("27/11 09:00"), "Chậm"), "23/11 08:00")

    assert (dossier(one).due_at, dossier(one).promised_at) == (moment("19/11 09:20"), moment("27/11 09:00"))
    with pytest.raises(GuardFailed, match="một lần"):
        office.give(one, "head", c.Promise(moment("30/11 09:00"), "Vẫn chậm"), "25/11 08:00")
    explained(office, one)


def test_neither_extension_nor_promise_reaches_beyond_a_year(office: Office) -> None:
    one = office.accept("16/11 09:20")
    year = timedelta(days=366)
    with pytest.raises(GuardFailed, match="kiểm tra lại năm"):
        office.give(one, "head", c.Extend(moment("19/11 09:21") + year, "Điều 30", "Phức tạp"), "18/11 09:00")
    with pytest.raises(GuardFailed, match="kiểm tra lại năm"):
        office.give(one, "head", c.Promise(moment("23/11 08:01") + year, "Chậm"), "23/11 08:00")
    assert (dossier(one).due_at, dossier(one).promised_at) == (moment("19/11 09:20"), None)

    office.give(one, "head", c.Promise(moment("23/11 08:00") + year, "Chậm"), "23/11 08:00")
    assert dossier(one).promised_at == moment("23/11 08:00") + year


def test_extension_and_pause_of_one_minute_end_well(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "head", c.Extend(moment("20/11 16:00"), "Điều 30", "Phức tạp"), "18/11 09:00")
    office.give(one, "head", SUSPEND, "18/11 09:00")

    office.give(one, "head", c.Resume(), "30/11 09:00")

    assert dossier(one).due_at == moment("02/12 16:00")
    explained(office, one)


def test_extension_between_two_pauses(office: Office) -> None:
    one = office.accept("16/11 09:20")
    office.give(one, "head", SUSPEND, "17/11 09:20")
    office.give(one, "head", c.Resume(), "18/11 09:20")
    office.give(one, "head", c.Extend(moment("27/11 16:00"), "Điều 30", "Phức tạp"), "18/11 10:00")
    office.give(one, "head", SUSPEND, "20/11 16:00")
    office.give(one, "head", c.Resume(), "23/11 16:00")

    assert dossier(one).due_at == moment("30/11 16:00")
    explained(office, one)


def test_two_stages_have_a_due_each_and_a_pause_moves_both(office: Office) -> None:
    version = office.province.procedure.current
    assert version is not None
    ChannelRule.objects.create(version=version, position=9, channel="counter", stage=2, amount=2, unit="working_day")
    one = office.accept("16/11 09:20")
    assert (dossier(one).first_stage_due_at, dossier(one).due_at) == (moment("19/11 09:20"), moment("23/11 09:20"))

    office.give(one, "case", SUPPLEMENT, "17/11 09:20")
    office.give(one, "applicant", c.Supplement(), "18/11 09:20")

    assert (dossier(one).first_stage_due_at, dossier(one).due_at) == (moment("20/11 09:20"), moment("25/11 09:20"))
    explained(office, one)


def same_day_procedure(office: Office) -> Procedure:
    procedure = build_procedure(
        "2.000815", "Chứng thực bản sao", office.province.procedure.sector, days=None, same_day=True
    )
    DeskProcedure.objects.create(desk=office.province.desk, procedure=procedure, agency=office.province.department)
    return procedure


@pytest.mark.parametrize(("received", "due"), [("16/11 15:00", "16/11 17:00"), ("16/11 15:01", "17/11 17:00")])
def test_same_day_procedure_is_due_at_closing(office: Office, received: str, due: str) -> None:
    one = office.accept(received, procedure_id=same_day_procedure(office).pk)

    assert dossier(one).due_at == moment(due)


def test_same_day_lane_makes_three_entries_and_needs_a_result(office: Office) -> None:
    intake = office.province.intake(channel="counter", procedure_id=same_day_procedure(office).pk)
    signed = result(signed_on=moment("16/11 09:20").date())

    moved = complete_same_day(
        intake, result=signed, hand_over=SIGNED, actor=office.actor("counter"), at=moment("16/11 09:20")
    )

    assert (moved.state, moved.code) == (State.HANDED_OVER, "H32.16-261116-0001")
    assert kinds(moved.id) == ["accepted", "resolved", "handed_over"]
    assert dossier(moved.id).results.get().number == "15/GP-SXD"


def test_same_day_lane_is_no_short_cut_for_other_procedures(office: Office) -> None:
    signed = result(signed_on=moment("16/11 09:20").date())

    with pytest.raises(GuardFailed, match="trong ngày"):
        complete_same_day(
            office.province.intake(channel="counter"), result=signed, hand_over=SIGNED, actor=office.actor("counter"),
            at=moment("16/11 09:20"),
        )  # fmt: skip

    assert not type(office.province.procedure).objects.get(pk=office.province.procedure.pk).dossiers.exists()


def test_clock_of_paper_taken_elsewhere_starts_when_the_agency_has_it(office: Office) -> None:
    one = office.accept("16/11 15:30", c.Accept(clock_from=moment("17/11 07:00")))

    assert (dossier(one).accepted_at, dossier(one).clock_started_at) == (moment("16/11 15:30"), moment("17/11 07:00"))
    assert dossier(one).due_at == moment("20/11 07:00")
    explained(office, one)


def test_papers_signed_for_late_start_the_clock_then_and_the_lateness_is_on_record(office: Office) -> None:
    one = office.accept("16/11 09:20", c.Accept(clock_from=moment("16/11 17:00")))
    assert (dossier(one).papers_due_at, dossier(one).due_at) == (moment("16/11 17:00"), moment("20/11 07:00"))
    case = office.actor("case")
    assert [row.pk for row in worklist(case, Queue.PAPERS_COMING, moment("17/11 09:00")).rows] == [one]
    office.give(one, "counter", c.Forward("Chuyển hồ sơ"), "16/11 09:30")

    office.give(one, "case", c.ReceivePapers("12/PBG"), "17/11 10:00")

    after = dossier(one)
    assert (after.clock_started_at, after.due_at, after.original_due_at) == (
        moment("17/11 10:00"),
        moment("20/11 10:00"),
        moment("20/11 10:00"),
    )
    assert timeline(one)[-1].data["forward_due"] == moment_text(moment("16/11 17:00"))
    assert after.papers_due_at is None
    explained(office, one)
    with pytest.raises(GuardFailed, match="đang chuyển đến"):
        office.give(one, "case", c.ReceivePapers("12/PBG"), "17/11 10:01")


def test_papers_signed_for_in_time_start_the_clock_earlier_than_planned(office: Office) -> None:
    one = office.accept("16/11 09:20", c.Accept(clock_from=moment("16/11 17:00")))

    office.give(one, "head", c.ReceivePapers("12/PBG"), "16/11 14:00")

    assert dossier(one).due_at == moment("19/11 14:00")
    assert "forward_due" not in timeline(one)[-1].data
    explained(office, one)


def test_papers_are_signed_for_before_the_clock_is_stopped(office: Office) -> None:
    one = office.accept("16/11 09:20", c.Accept(clock_from=moment("16/11 17:00")))
    office.give(one, "head", SUSPEND, "17/11 09:00")
    office.give(one, "head", c.Resume(), "17/11 10:00")

    with pytest.raises(GuardFailed, match="tạm dừng"):
        office.give(one, "case", c.ReceivePapers("12/PBG"), "17/11 11:00")


@pytest.mark.parametrize("channel", ["online", "kiosk"])
def test_an_electronic_dossier_is_there_at_once(office: Office, channel: str) -> None:
    one = office.submit("16/11 09:20", channel=channel).id
    office.give(one, "counter", c.Accept(clock_from=moment("16/11 10:05")), "16/11 10:00")

    assert (dossier(one).clock_started_at, dossier(one).papers_due_at) == (moment("16/11 10:05"), None)


def test_only_a_desk_outside_the_agencys_line_takes_for_elsewhere(office: Office) -> None:
    province = office.province
    assert not takes_for_elsewhere(province.desk, province.department)
    assert not takes_for_elsewhere(province.commune_desk, province.commune)
    assert takes_for_elsewhere(province.commune_desk, province.department)


@pytest.mark.parametrize(
    ("received", "forward"),
    [
        ("16/11 09:20", "16/11 17:00"),
        ("16/11 15:01", "17/11 07:00"),
        ("20/11 16:00", "23/11 07:00"),
        ("21/11 08:00", "23/11 17:00"),
    ],
)
def test_forwarding_limit_of_the_receiving_desk_is_on_record_and_bounds_the_start(
    office: Office, received: str, forward: str
) -> None:
    late = moment(forward) + timedelta(minutes=1)
    with pytest.raises(GuardFailed, match="hạn chuyển"):
        office.accept(received, c.Accept(clock_from=late))
    with pytest.raises(GuardFailed, match="trước lúc tiếp nhận"):
        office.accept(received, c.Accept(clock_from=moment(received) - timedelta(minutes=1)))

    one = office.accept(received)

    assert timeline(one)[0].data["forward_due"] == moment_text(moment(forward))


def test_stated_limit_may_be_shorter_than_the_published_one_never_longer(office: Office) -> None:
    one = office.accept("16/11 09:20", c.Accept(limit=Limit(2, Unit.WORKING_DAY)))
    assert dossier(one).due_at == moment("18/11 09:20")
    explained(office, one)

    with pytest.raises(GuardFailed, match="dài hơn"):
        office.accept("16/11 09:20", c.Accept(limit=Limit(4, Unit.WORKING_DAY)))


def test_dossier_keeps_the_version_of_its_receipt(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    procedure = office.province.procedure
    later = type(procedure.current).objects.create(
        procedure=procedure, number=2, valid_from=START, content_hash="1" * 64, name=procedure.name, sets=1
    )
    ChannelRule.objects.create(version=later, position=1, channel="online", amount=9, unit="working_day")
    procedure.current = later
    procedure.save()

    office.give(one, "counter", c.Accept(), "16/11 10:00")

    assert dossier(one).due_at == moment("19/11 10:00")
    assert dossier(one).version_id != later.pk
