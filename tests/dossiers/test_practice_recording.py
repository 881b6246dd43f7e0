"""Rulings on recording: when it happened and when it was written, late entries, double clicks, and input that cannot be."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from tests.dossiers.office import SUPPLEMENT, Office, dossier, kinds, moment
from tests.province import result

from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.personal_views import record_view
from motcua.dossiers.queries import timeline
from motcua.dossiers.services import give_command, submit_dossier
from motcua.dossiers.writer import AlreadyChanged, NotFound
from motcua.identity.models import Person
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import State

pytestmark = pytest.mark.django_db

LONG = "ờ" * 20_000
NO_ZONE = moment("16/11 09:20").replace(tzinfo=None)


@pytest.fixture
def office() -> Office:
    return Office()


def test_late_entry_keeps_both_moments_with_reason_and_approver(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    head = office.province.officers["head"].pk
    late = c.LateEntry("Mất điện cả buổi sáng", head)

    office.give(one, "counter", c.Accept(), "17/11 09:00", recorded_at=moment("17/11 15:00"), late=late)

    entry = timeline(one)[-1]
    assert (entry.occurred_at, entry.recorded_at) == (moment("17/11 09:00"), moment("17/11 15:00"))
    assert entry.data["late_entry"]["approver"] == head
    assert dossier(one).clock_started_at == moment("17/11 09:00")
    assert dossier(one).answer_breaches == 0
    ordinary = timeline(one)[0]
    assert ordinary.occurred_at == ordinary.recorded_at


def test_late_entry_needs_a_reason(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    with pytest.raises(GuardFailed, match="lý do và người duyệt"):
        office.give(one, "counter", c.Accept(), "17/11 09:00", recorded_at=moment("17/11 15:00"))
    with pytest.raises(BadInput, match="Lý do ghi bù"):
        c.LateEntry(" ", 1)


def test_late_entry_is_approved_by_somebody_else_who_may(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    officers = office.province.officers
    office.appoint("desk_head", {"desk_head": office.province.commune}, desk=office.province.desk)

    def enter(who: str, approver: int) -> None:
        late = c.LateEntry("Mất điện", approver)
        office.give(one, who, c.Accept(), "17/11 09:00", recorded_at=moment("17/11 15:00"), late=late)

    for approver in (0, officers["case"].pk, officers["commune_case"].pk, officers["leader"].pk, 10**9):
        with pytest.raises(GuardFailed, match="lãnh đạo"):
            enter("counter", approver)
    with pytest.raises(GuardFailed, match="người khác"):
        enter("desk_head", officers["desk_head"].pk)
    assert kinds(one) == ["submitted"]
    # The head of the desk where it lies may approve, though not a head of the agency.
    enter("counter", officers["desk_head"].pk)


def test_late_hand_in_is_approved_too(office: Office) -> None:
    at, intake = moment("16/11 09:20"), office.province.intake(channel="home")
    with pytest.raises(GuardFailed, match="lãnh đạo"):
        submit_dossier(
            intake,
            actor=office.actor("counter"),
            at=at,
            recorded_at=moment("16/11 16:00"),
            late=c.LateEntry("Đi xã", 0),
        )
    assert not Dossier.objects.exists()


def test_nothing_is_recorded_before_it_happened_or_before_what_stands(office: Office) -> None:
    one = office.accept("16/11 09:20")
    head = office.province.officers["head"].pk
    with pytest.raises(GuardFailed, match="không được sau thời điểm ghi"):
        office.give(one, "case", SUPPLEMENT, "20/11 09:00", recorded_at=moment("17/11 09:00"))
    with pytest.raises(GuardFailed, match="sớm hơn"):
        office.give(
            one, "case", SUPPLEMENT, "16/11 09:00", recorded_at=moment("17/11 09:00"), late=c.LateEntry("Quên", head)
        )
    assert kinds(one) == ["accepted"]


@pytest.mark.parametrize("command", [c.Accept(), c.AskCompletion(("Bản vẽ",), "Thiếu"), c.Refuse("Trùng")])
def test_second_click_changes_nothing(office: Office, command: c.AnyCommand) -> None:
    one = office.submit("16/11 09:20").id
    office.give(one, "counter", command, "16/11 10:00", expected_seq=1)

    with pytest.raises(AlreadyChanged):
        office.give(one, "counter", command, "16/11 10:00", expected_seq=1)

    assert dossier(one).seq == 2


def test_second_click_of_every_later_command_changes_nothing(office: Office) -> None:
    """One life through every command that does not end it, each clicked twice."""
    one = office.accept("16/11 09:20", return_method="post", return_desk_id=office.province.commune_desk.pk)
    signed = result(signed_on=moment("18/11 00:00").date())
    course: list[tuple[str, c.AnyCommand]] = [
        ("counter", c.Forward("Thẩm định")),
        ("case", SUPPLEMENT),
        ("applicant", c.Supplement()),
        ("case", c.AskPayment(1000, "Điều 5")),
        ("case", c.ConfirmPayment("BL-1")),
        ("head", c.Suspend("Điều 12", "05/QĐ")),
        ("head", c.Resume()),
        ("head", c.Extend(moment("30/11 09:00"), "Điều 30", "Phức tạp")),
        ("head", c.Promise(moment("07/12 09:00"), "Chậm")),
        ("applicant", c.RequestWithdrawal("Nhầm")),
        ("head", c.DeclineWithdrawal("Đã trình ký")),
        ("case", c.Resolve(signed, at_return_desk=False)),
        ("commune_counter", c.ReceiveResult()),
        ("commune_counter", c.SendResult("EM1")),
        ("system", c.HandOver("Hòa", "postal", "EM1")),
    ]
    for seq, (who, command) in enumerate(course, 1):
        office.give(one, who, command, "18/11 09:20", expected_seq=seq)
        with pytest.raises(AlreadyChanged):
            office.give(one, who, command, "18/11 09:20", expected_seq=seq)

    assert (dossier(one).seq, dossier(one).state) == (len(course) + 1, State.HANDED_OVER)


def test_who_may_not_see_a_dossier_does_not_learn_that_it_changed(office: Office) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(NotFound):
        office.give(one, "commune_case", c.Forward("Thẩm định"), "16/11 10:00", expected_seq=7)
    with pytest.raises(NotFound):
        office.give(10**9, "case", c.Forward("Thẩm định"), "16/11 10:00")


def test_forward_goes_to_people_of_the_agency_only(office: Office) -> None:
    province = office.province
    one = office.accept("16/11 09:20")
    foreign = type(province.unit).objects.create(agency=province.commune, code="H32.101.01", name="Văn phòng")
    for command in (
        c.Forward("Thẩm định", unit_id=foreign.pk),
        c.Forward("Thẩm định", unit_id=10**9),
        c.Forward("Thẩm định", officer_id=province.officers["commune_case"].pk),
        c.Forward("Thẩm định", officer_id=province.officers["leader"].pk),
        c.Forward("Thẩm định", officer_id=10**9),
    ):
        with pytest.raises(GuardFailed, match="không"):
            office.give(one, "counter", command, "16/11 10:00")

    office.give(one, "counter", c.Forward("Thẩm định", province.unit.pk, province.officers["case"].pk), "16/11 10:00")

    assert (dossier(one).unit_id, dossier(one).officer_id) == (province.unit.pk, province.officers["case"].pk)


@pytest.mark.parametrize(
    "make",
    [
        lambda: c.Accept(clock_from=NO_ZONE),
        lambda: c.AskCompletion(("Bản vẽ",), "Thiếu", NO_ZONE),
        lambda: c.AskSupplement(("Bản vẽ",), "Thiếu", NO_ZONE),
        lambda: c.Extend(NO_ZONE, "Điều 1", "Lý do"),
        lambda: c.Promise(NO_ZONE, "Lý do"),
    ],
)
def test_a_moment_without_its_zone_is_refused(make: Any) -> None:
    with pytest.raises(BadInput, match="múi giờ"):
        make()


def test_a_move_at_a_moment_without_its_zone_is_refused(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    with pytest.raises(BadInput, match="múi giờ"):
        give_command(one, c.Accept(), actor=office.actor("counter"), at=NO_ZONE)
    with pytest.raises(BadInput, match="múi giờ"):
        submit_dossier(office.province.intake(), actor=office.province.applicant, at=NO_ZONE)


def _person(**changes: Any) -> c.PartyData:
    return c.PartyData(**({"full_name": "Nguyễn Thị Hòa"} | changes))


TEXTS = {
    "LateEntry.reason": lambda t: c.LateEntry(t, 1),
    "PartyData.full_name": lambda t: _person(full_name=t),
    "PartyData.identity_number": lambda t: _person(identity_number=t),
    "PartyData.phone": lambda t: _person(phone=t),
    "PartyData.email": lambda t: _person(email=t),
    "PartyData.address": lambda t: _person(address=t),
    "BusinessData.name": lambda t: c.BusinessData(t),
    "BusinessData.tax_code": lambda t: c.BusinessData("A", tax_code=t),
    "PaperData.name": lambda t: c.PaperData(t),
    "PaperData.file": lambda t: c.PaperData("A", file=t),
    "PaperData.file_name": lambda t: c.PaperData("A", file_name=t),
    "AskCompletion.items": lambda t: c.AskCompletion((t,), "A"),
    "AskCompletion.reason": lambda t: c.AskCompletion(("A",), t),
    "Complete.note": lambda t: c.Complete(note=t),
    "Refuse.reason": lambda t: c.Refuse(t),
    "ReceivePapers.document": lambda t: c.ReceivePapers(t),
    "Forward.step": lambda t: c.Forward(t),
    "Forward.note": lambda t: c.Forward("A", note=t),
    "AskSupplement.items": lambda t: c.AskSupplement((t,), "A"),
    "AskSupplement.reason": lambda t: c.AskSupplement(("A",), t),
    "AskSupplement.provision": lambda t: c.AskSupplement(("A",), "A", provision=t),
    "AskSupplement.stage": lambda t: c.AskSupplement(("A",), "A", stage=t),
    "Supplement.note": lambda t: c.Supplement(note=t),
    "AskPayment.provision": lambda t: c.AskPayment(1, t),
    "ConfirmPayment.proof": lambda t: c.ConfirmPayment(t),
    "Suspend.provision": lambda t: c.Suspend(t, "A"),
    "Suspend.document": lambda t: c.Suspend("A", t),
    "Resume.document": lambda t: c.Resume(t),
    "Extend.provision": lambda t: c.Extend(moment("16/11 09:00"), t, "A"),
    "Extend.reason": lambda t: c.Extend(moment("16/11 09:00"), "A", t),
    "Promise.reason": lambda t: c.Promise(moment("16/11 09:00"), t),
    "ResultData.kind": lambda t: result(kind=t),
    "ResultData.number": lambda t: result(number=t),
    "ResultData.signer": lambda t: result(signer=t),
    "ResultData.file": lambda t: result(file=t),
    "ReturnIneligible.reason": lambda t: c.ReturnIneligible(result(), t),
    "SendResult.parcel": lambda t: c.SendResult(t),
    "HandOver.receiver": lambda t: c.HandOver(t, "signature", "A"),
    "HandOver.reference": lambda t: c.HandOver("A", "signature", t),
    "Withdraw.reason": lambda t: c.Withdraw(t),
    "RequestWithdrawal.reason": lambda t: c.RequestWithdrawal(t),
    "DeclineWithdrawal.reason": lambda t: c.DeclineWithdrawal(t),
    "DecideWithdrawal.document": lambda t: c.DecideWithdrawal(t, "A"),
    "DecideWithdrawal.signer": lambda t: c.DecideWithdrawal("A", t),
    "Stop.reason": lambda t: c.Stop(t),
    "Rectify.reason": lambda t: c.Rectify(t, 1, corrections={"request": "A"}),
    "Rectify.request": lambda t: c.Rectify("A", 1, corrections={"request": t}),
    "Rectify.step": lambda t: c.Rectify("A", 1, corrections={"step": t}),
}


@pytest.mark.parametrize("bad", [LONG, "A\x00B", "A\ud800B"], ids=["long", "zero byte", "half a character"])
@pytest.mark.parametrize("place", TEXTS)
def test_text_that_cannot_be_stored_is_refused_in_vietnamese(place: str, bad: str) -> None:
    with pytest.raises(BadInput) as refused:
        TEXTS[place](bad)
    assert "ký tự" in refused.value.message
    assert len(refused.value.message) < 300


@pytest.mark.parametrize("name", ["request", "authorisation", "condition"])
@pytest.mark.parametrize("bad", [LONG, "A\x00B"])
def test_intake_with_text_that_cannot_be_stored_is_refused(office: Office, name: str, bad: str) -> None:
    with pytest.raises(BadInput, match="ký tự"):
        office.province.intake(**{name: bad})


@pytest.mark.parametrize(
    "paper",
    [{"originals": -1}, {"copies": 40_000}, {"pages": 0}, {"pages": 40_000}, {"name": "  "}],
)
def test_papers_are_counted_in_sane_numbers(paper: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        c.PaperData(**({"name": "Tờ khai"} | paper))


def test_longest_texts_that_are_allowed_fit_the_columns(office: Office) -> None:
    paper = c.PaperData("ờ" * 5000, 32_767, 32_767, 32_767, "f" * 64, "ờ" * 200)
    person = _person(
        full_name="ờ" * 200,
        identity_number="0" * 12,
        birth_year=2100,
        phone="0" * 15,
        email="e" * 254,
        address="ờ" * 500,
    )
    one = office.visit(
        c.Accept(),
        "16/11 09:20",
        papers=(paper,),
        submitter=person,
        request="ờ" * 500,
        authorisation="ờ" * 300,
        sets=100,
    ).id
    office.give(one, "counter", c.Forward("ờ" * 200), "16/11 10:00")
    longest = result(kind="ờ" * 300, number="ờ" * 100, signer="ờ" * 200, signed_on=moment("16/11 00:00").date())
    office.give(one, "case", c.Resolve(longest), "16/11 11:00")
    office.give(one, "counter", c.HandOver("ờ" * 200, "signature", "ờ" * 500), "16/11 13:30")

    assert dossier(one).state == State.HANDED_OVER


def test_a_refused_move_leaves_no_trace(office: Office) -> None:
    one = office.accept("16/11 09:20")
    before = (Dossier.objects.values().get(), LedgerEntry.objects.count(), Person.objects.count())
    for who, command in (
        ("case", c.Resolve(result(signed_on=moment("01/11 00:00").date()))),
        ("head", c.Extend(moment("16/11 10:00"), "Điều 1", "Sớm")),
        ("case", c.Accept()),
        ("leader", c.Forward("Thẩm định")),
        ("counter", c.SendResult("EM1")),
    ):
        with pytest.raises(DomainError):
            office.give(one, who, command, "16/11 11:00")

    assert (Dossier.objects.values().get(), LedgerEntry.objects.count(), Person.objects.count()) == before


def test_hand_in_again_with_other_content_is_still_the_first(office: Office) -> None:
    key = uuid.uuid4()
    first = office.submit("16/11 09:20", key=key)
    again = office.submit("16/11 09:25", key=key, submitter=c.PartyData("Người Khác"))

    assert again == first
    assert Person.objects.count() == 1


def test_a_move_costs_at_most_eight_statements(office: Office, django_assert_max_num_queries) -> None:
    """With the checks of those whom a command names: approver, unit and officer."""
    one = office.accept("16/11 09:20")
    officers = office.province.officers
    late = c.LateEntry("Mất điện", officers["signer"].pk)
    # Two savepoints of the test's own transaction, and who gives it, which is read at the door.
    with django_assert_max_num_queries(8 + 3):
        office.give(
            one, "counter", c.Forward("Thẩm định", office.province.unit.pk, officers["case"].pk), "16/11 10:00",
            recorded_at=moment("16/11 10:00") + timedelta(hours=1), late=late,
        )  # fmt: skip
    with django_assert_max_num_queries(8 + 3):
        office.give(one, "head", c.Rectify("Sai", officers["signer"].pk, State.ACCEPTED, told=True), "16/11 11:30")


@pytest.mark.parametrize("purpose", ["", "  ", LONG, "A\x00B"])
def test_looking_at_personal_data_needs_a_purpose_that_can_be_stored(office: Office, purpose: str) -> None:
    one = office.accept("16/11 09:20")
    with pytest.raises(BadInput):
        record_view(one, actor=office.actor("case"), purpose=purpose, at=moment("16/11 10:00"))
