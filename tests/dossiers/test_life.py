"""One dossier from hand-in to result through the services, and what each refusal leaves untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.province import MONDAY, Province, applicant_of, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed, HandOverTooEarly, MoveNotPossible
from motcua.dossiers.models import Dossier, LedgerEntry, LedgerPrivate, Paper, Result, Timer
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.queries import clock_of, get_visible, timeline
from motcua.dossiers.services import give_command, receive_at_counter, submit_dossier
from motcua.dossiers.writer import AlreadyChanged, NotFound
from motcua.law.lifecycle import State
from motcua.notifications.models import Notice

pytestmark = pytest.mark.django_db

HAND_OVER = c.HandOver(receiver="Nguyễn Thị Hòa", proof="signature", reference="ab" * 32)


@pytest.fixture
def province() -> Province:
    return build_province()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_life_from_hand_in_to_result(province: Province) -> None:
    counter, case = province.actor("counter"), province.actor("case")
    statements = []

    def counted(call):
        with CaptureQueriesContext(connection) as queries:
            moved = call()
        statements.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
        return moved

    moved = counted(lambda: submit_dossier(province.intake(), actor=province.applicant, at=MONDAY))
    assert (moved.code, moved.state) == ("H32.16-261116-0001", State.SUBMITTED)
    one = moved.id
    counted(lambda: give_command(one, c.Accept(), actor=counter, at=MONDAY + hours(1)))
    counted(lambda: give_command(one, c.Forward("Thẩm định", officer_id=case.id), actor=case, at=MONDAY + hours(2)))
    counted(lambda: give_command(one, c.Forward("Trình ký"), actor=case, at=MONDAY + hours(26)))
    counted(lambda: give_command(one, c.Resolve(result()), actor=case, at=MONDAY + hours(50)))
    moved = counted(lambda: give_command(one, HAND_OVER, actor=counter, at=MONDAY + hours(51)))

    dossier = Dossier.objects.get()
    assert moved.state == State.HANDED_OVER == dossier.state
    assert dossier.due_at == MONDAY + timedelta(days=3, hours=1)
    assert dossier.original_due_at == dossier.due_at
    assert dossier.answer_due_at is None
    assert dossier.resolved_at == MONDAY + hours(50)
    assert list(LedgerEntry.objects.order_by("seq").values_list("seq", "kind")) == [
        (1, "dossier.submitted"),
        (2, "dossier.accepted"),
        (3, "dossier.forwarded"),
        (4, "dossier.forwarded"),
        (5, "dossier.resolved"),
        (6, "dossier.handed_over"),
    ]
    assert Paper.objects.count() == 2
    assert Result.objects.get().number == "15/GP-SXD"
    assert sorted(Notice.objects.values_list("template", "channel")) == sorted(
        (template, channel)
        for template in ("submitted", "accepted", "resolved", "handed_over")
        for channel in ("page", "sms", "email")
    )
    assert not Timer.objects.exists()
    assert max(statements) <= 8, statements
    assert sum(statements) <= 45, statements


def test_ledger_text_holds_no_personal_data(province: Province) -> None:
    submit_dossier(province.intake(request="Xây nhà cho bà Hòa"), actor=province.applicant, at=MONDAY)

    entry = LedgerEntry.objects.get()

    for personal in ("Hòa", "056190000123", "0905123456", "hoa@example.com", "Trần Phú"):
        assert personal not in entry.text
    assert LedgerPrivate.objects.get().values["submitter"]["full_name"] == "Nguyễn Thị Hòa"


def test_double_hand_in_is_one_dossier(province: Province) -> None:
    intake = province.intake()

    first = submit_dossier(intake, actor=province.applicant, at=MONDAY)
    second = submit_dossier(intake, actor=province.applicant, at=MONDAY + hours(1))

    assert second == first
    assert Dossier.objects.count() == LedgerEntry.objects.count() == 1
    assert submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).code == "H32.16-261116-0002"


def test_second_click_is_told_already_changed(province: Province) -> None:
    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    give_command(moved.id, c.Accept(), actor=province.actor("counter"), at=MONDAY, expected_seq=1)

    with pytest.raises(AlreadyChanged):
        give_command(moved.id, c.Refuse("Trùng"), actor=province.actor("counter"), at=MONDAY, expected_seq=1)

    assert Dossier.objects.get().state == State.ACCEPTED
    assert LedgerEntry.objects.count() == 2


def test_hand_over_before_result_is_refused_and_recorded(province: Province) -> None:
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )

    with pytest.raises(HandOverTooEarly):
        give_command(moved.id, HAND_OVER, actor=province.actor("counter"), at=MONDAY + hours(1))

    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.seq, dossier.handed_over_at) == (State.ACCEPTED, 2, None)
    assert LedgerEntry.objects.get(seq=2).kind == "dossier.hand_over_refused"


def test_counter_visit_with_missing_papers_has_no_code(province: Province) -> None:
    moved = receive_at_counter(
        province.intake(channel="counter"),
        c.AskCompletion(("Bản vẽ thiết kế",), "Thiếu bản vẽ"),
        actor=province.actor("counter"),
        at=MONDAY,
    )

    assert (moved.code, moved.state) == (None, State.AWAITING_COMPLETION)
    assert Timer.objects.get().kind == Timer.Kind.COMPLETION_DUE


def test_supplement_moves_the_due_by_the_time_left(province: Province) -> None:
    case = province.actor("case")
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    give_command(moved.id, c.AskSupplement(("Bản vẽ",), "Sai bản vẽ"), actor=case, at=MONDAY + timedelta(days=1))
    paused = Dossier.objects.get()
    assert paused.paused_at == MONDAY + timedelta(days=1)

    back = give_command(
        moved.id,
        c.Supplement((c.PaperData("Bản vẽ", originals=1),)),
        actor=applicant_of(moved.id),
        at=MONDAY + timedelta(days=4),
    )

    # Monday 09:20 + 3 working days = Thursday 09:20; paused from Tuesday to Friday 09:20, so two working days remain;
    # Tuesday 24/11 is a holiday (Ngày Văn hóa Việt Nam), hence Wednesday.
    assert back.due_at == MONDAY + timedelta(days=9)
    with pytest.raises(GuardFailed):
        give_command(
            moved.id, c.AskSupplement(("Bản vẽ",), "Lại sai"), actor=case, at=MONDAY + timedelta(days=4, hours=1)
        )


def test_other_agency_does_not_find_it(province: Province) -> None:
    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)

    with pytest.raises(NotFound):
        give_command(moved.id, c.Accept(), actor=province.actor("commune_counter"), at=MONDAY)
    with pytest.raises(NotFound):
        give_command(moved.id, c.Withdraw(), actor=applicant_of(moved.id + 1), at=MONDAY)
    with pytest.raises(NotAllowed):
        give_command(moved.id, c.Accept(), actor=province.actor("case"), at=MONDAY)
    with pytest.raises(MoveNotPossible):
        give_command(moved.id, c.Resolve(result()), actor=province.actor("case"), at=MONDAY)

    assert LedgerEntry.objects.count() == 1


def test_rectify_restores_the_earlier_state_and_voids_the_result(province: Province) -> None:
    case, head = province.actor("case"), province.actor("head")
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    give_command(moved.id, c.Forward("Thẩm định", officer_id=case.id), actor=case, at=MONDAY + hours(1))
    give_command(moved.id, c.Resolve(result()), actor=case, at=MONDAY + hours(50))

    give_command(
        moved.id,
        c.Rectify("Ghi nhầm hồ sơ", approver_id=head.id, to_state=State.IN_PROCESS),
        actor=head,
        at=MONDAY + hours(51),
    )

    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.step, dossier.officer_id) == (State.IN_PROCESS, "Thẩm định", case.id)
    assert (dossier.resolved_at, dossier.result_signed_at) == (None, None)
    assert Result.objects.get().voided_at == MONDAY + hours(51)
    assert LedgerEntry.objects.count() == 4
    give_command(moved.id, c.Resolve(result(number="16/GP-SXD")), actor=case, at=MONDAY + hours(52))
    assert Result.objects.filter(voided_at=None).get().number == "16/GP-SXD"


def test_stored_due_is_the_explained_one_after_pauses_out_of_hours(province: Province) -> None:
    case, head = province.actor("case"), province.actor("head")
    early = MONDAY - hours(4)
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=early
    )
    pause = c.Suspend("Điều 12 Luật Y", "05/QĐ")
    give_command(moved.id, pause, actor=head, at=early + hours(1))
    give_command(moved.id, c.Resume(), actor=case, at=early + hours(15))
    give_command(moved.id, pause, actor=head, at=early + hours(30))
    give_command(moved.id, c.Resume(), actor=case, at=early + hours(110))
    dossier = get_visible(case, id=moved.id)

    (due,) = clock_of(dossier, timeline(moved.id))

    assert dossier.due_at == due.at
    assert due.at > due.original


def test_extension_after_the_due_is_refused(province: Province) -> None:
    moved = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    )
    extend = c.Extend(MONDAY + timedelta(days=30), "Điều 30 Luật X", "Phức tạp")

    with pytest.raises(GuardFailed, match="đã qua"):
        give_command(moved.id, extend, actor=province.actor("head"), at=MONDAY + timedelta(days=4))

    assert Dossier.objects.get().due_at == MONDAY + timedelta(days=3)
