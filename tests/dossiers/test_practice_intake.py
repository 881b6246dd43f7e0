"""Rulings on what happens before acceptance: the answer clock, codes, who hands in for whom, look-up."""

from __future__ import annotations

import pytest
from tests.dossiers.office import Office, dossier, kinds, moment

from motcua.dossiers import commands as c
from motcua.dossiers.decide import GuardFailed, MoveNotPossible
from motcua.dossiers.models import Dossier, LedgerEntry, LedgerPrivate, Timer
from motcua.dossiers.queries import by_access_key, duplicates_of, look_up, search, worklist
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import give_commands
from motcua.dossiers.sweeps import fire_timers
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.organizations.models import Agency

pytestmark = pytest.mark.django_db

INCOMPLETE = c.AskCompletion(("Bản vẽ",), "Thiếu bản vẽ")


@pytest.fixture
def office() -> Office:
    return Office()


def test_only_the_answer_clock_runs_before_acceptance(office: Office) -> None:
    one = dossier(office.submit("16/11 09:20").id)

    assert one.state == State.SUBMITTED
    assert one.answer_due_at == moment("17/11 09:20")
    assert (one.due_at, one.original_due_at, one.clock_started_at, one.accepted_at) == (None, None, None, None)


def test_answer_clock_of_a_night_counts_from_the_next_opening(office: Office) -> None:
    assert dossier(office.submit("20/11 22:00").id).answer_due_at == moment("23/11 17:00")


def test_asking_for_completion_stops_the_answer_clock_and_each_resubmission_starts_a_new_one(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    rounds = (("16/11 10:00", "18/11 08:00", "19/11 08:00"), ("18/11 09:00", "19/11 13:30", "20/11 11:30"))
    for asked, completed, due in rounds:
        office.give(one, "counter", INCOMPLETE, asked)
        assert dossier(one).answer_due_at is None
        office.give(one, "applicant", c.Complete((c.PaperData("Bản vẽ", originals=1),)), completed)
        assert dossier(one).answer_due_at == moment(due)
    assert dossier(one).completion_rounds == 2


def test_breaches_of_the_answer_clock_are_listed(office: Office) -> None:
    answered_late = office.submit("16/11 09:20").id
    answered_twice_late = office.submit("16/11 09:20").id
    in_time = office.submit("16/11 09:20").id
    waiting = office.submit("16/11 09:20").id
    office.give(in_time, "counter", c.Accept(), "17/11 09:20")
    office.give(answered_late, "counter", c.Refuse("Sai thẩm quyền"), "17/11 09:21")
    office.give(answered_twice_late, "counter", INCOMPLETE, "18/11 08:00")
    office.give(answered_twice_late, "applicant", c.Complete(), "19/11 08:00")
    office.give(answered_twice_late, "counter", c.Accept(), "23/11 08:00")

    listed = worklist(office.actor("counter"), Queue.ANSWERED_LATE, moment("23/11 09:00"))

    assert [row.pk for row in listed.rows] == [waiting, answered_twice_late, answered_late]
    assert [row.answer_breaches for row in listed.rows] == [0, 2, 1]
    assert worklist(office.actor("counter"), Queue.ANSWERED_LATE, moment("17/11 09:20")).count == 2
    late = LedgerEntry.objects.get(dossier_id=answered_late, seq=2).data["data"]
    assert late["answer_due"] == "2026-11-17T02:20:00.000000Z"


def test_refused_withdrawn_and_not_completed_end_before_acceptance(office: Office) -> None:
    refused, withdrawn, closed = (office.submit("16/11 09:20").id for _ in range(3))
    office.give(refused, "counter", c.Refuse("Sai thẩm quyền"), "16/11 10:00")
    office.give(withdrawn, "applicant", c.Withdraw(), "16/11 10:00")
    office.give(closed, "counter", c.AskCompletion(("Bản vẽ",), "Thiếu", moment("20/11 17:00")), "16/11 10:00")

    assert fire_timers(moment("20/11 16:59")) == 0
    assert fire_timers(moment("20/11 17:00")) == 1

    assert [dossier(one).state for one in (refused, withdrawn, closed)] == [
        State.REFUSED,
        State.WITHDRAWN,
        State.REFUSED,
    ]
    assert kinds(closed)[-1] == "closed_incomplete"
    assert dossier(closed).ended_at == moment("20/11 17:00")
    assert fire_timers(moment("21/11 17:00")) == 0


def test_a_worker_that_was_down_changes_nothing(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    office.give(one, "counter", c.AskCompletion(("Bản vẽ",), "Thiếu", moment("20/11 17:00")), "16/11 10:00")

    with pytest.raises(GuardFailed, match="đã hết"):
        office.give(one, "applicant", c.Complete(), "23/11 09:00")

    assert fire_timers(moment("23/11 10:00")) == 1
    assert dossier(one).state == State.REFUSED
    assert not Timer.objects.exists()


def test_desk_cannot_close_before_the_time_to_complete_is_over(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    office.give(one, "counter", INCOMPLETE, "16/11 10:00")

    with pytest.raises(GuardFailed, match="Chưa hết hạn"):
        office.give(one, "counter", c.CloseIncomplete(), "17/11 10:00")


@pytest.mark.parametrize("channel", ["online", "vneid", "kiosk"])
def test_code_is_given_at_online_submission(office: Office, channel: str) -> None:
    assert office.submit("16/11 09:20", channel=channel).code == "H32.16-261116-0001"


@pytest.mark.parametrize("channel", ["counter", "post", "home"])
def test_code_is_given_at_acceptance_elsewhere(office: Office, channel: str) -> None:
    assert office.visit(c.Accept(), "16/11 09:20", channel=channel).code == "H32.16-261116-0001"
    assert office.visit(INCOMPLETE, "16/11 09:30", channel=channel).code is None


def test_prefix_is_the_competent_agency_then_and_never_changes(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    Agency.objects.filter(pk=office.province.department.pk).update(code="H32.99")

    assert office.give(one, "counter", c.Accept(), "16/11 10:00").code == "H32.16-261116-0001"
    assert office.submit("16/11 10:00").code == "H32.99-261116-0001"


def test_visit_without_code_is_found_by_name_and_phone_completed_and_accepted(office: Office) -> None:
    one = office.visit(INCOMPLETE, "16/11 09:20").id
    counter = office.actor("counter")
    for words in ("nguyen thi hoa", "0905123456"):
        assert [row.pk for row in search(counter, words).rows] == [one]
    assert [row.pk for row in worklist(counter, Queue.COMPLETION, moment("17/11 08:00")).rows] == [one]

    moved = give_commands(
        one, (c.Complete((c.PaperData("Bản vẽ", originals=1),)), c.Accept()), actor=counter, at=moment("17/11 08:00")
    )

    assert (moved.code, moved.state) == ("H32.16-261117-0001", State.ACCEPTED)
    assert moved.due_at == moment("20/11 08:00")


def test_a_visit_that_is_refused_is_recorded_without_a_code(office: Office) -> None:
    moved = office.visit(c.Refuse("Không thuộc thẩm quyền"), "16/11 09:20")

    assert (moved.code, moved.state) == (None, State.REFUSED)
    assert kinds(moved.id) == ["refused"]


def test_who_hands_in_for_another_keeps_the_authorisation(office: Office) -> None:
    office.submit("16/11 09:20", owner=c.PartyData("Trần Văn Nam", "056080000456"), authorisation="Giấy ủy quyền số 5")

    one = Dossier.objects.get()
    assert (one.owner_name, one.submitter.full_name) == ("Trần Văn Nam", "Nguyễn Thị Hòa")
    assert one.authorisation == "Giấy ủy quyền số 5"
    assert LedgerPrivate.objects.get().values["authorisation"] == "Giấy ủy quyền số 5"
    assert "ủy quyền" not in LedgerEntry.objects.get().text


@pytest.mark.parametrize(
    "changes",
    [
        {
            "owner": c.PartyData("Trần Văn Nam"),
            "business": c.BusinessData("Công ty Biển"),
            "applicant_kind": "business",
        },
        {"business": c.BusinessData("Công ty Biển")},
        {"applicant_kind": "business"},
    ],
)
def test_a_dossier_has_exactly_one_owner(office: Office, changes: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        office.submit("16/11 09:20", **changes)


def test_duplicate_warning_is_for_the_same_owner_and_procedure_while_open(office: Office) -> None:
    first, second = office.submit("16/11 09:20").id, office.submit("16/11 09:30").id
    office.give(first, "applicant", c.Withdraw(), "16/11 10:00")

    warned = duplicates_of(office.province.procedure.pk, identity_number="056190000123")

    assert [row.pk for row in warned] == [second]
    assert not duplicates_of(office.province.procedure.pk + 1, identity_number="056190000123")


def test_assisted_hand_in_is_marked(office: Office) -> None:
    office.submit("16/11 09:20", assisted=True, submitter=c.PartyData("Cụ Bảy"))

    assert Dossier.objects.get().assisted
    assert LedgerEntry.objects.get().data["data"]["assisted"] is True


def test_look_up_by_phone_year_of_birth_of_the_owner_and_qr(office: Office) -> None:
    owner = c.PartyData("Trần Văn Nam", "056080000456", 1980)
    moved = office.submit("16/11 09:20", owner=owner)
    assert moved.code is not None

    assert look_up(moved.code, "3456").pk == look_up(moved.code, "1980").pk == moved.id
    assert by_access_key(dossier(moved.id).access_key).pk == moved.id


def test_desk_that_does_not_take_the_procedure_and_unknown_return_desk_are_refused(office: Office) -> None:
    province = office.province
    with pytest.raises(GuardFailed, match="không nhận thủ tục"):
        office.submit("16/11 09:20", receiving_desk_id=province.commune_desk.pk)
    with pytest.raises(GuardFailed, match="không nhận thủ tục"):
        office.submit("16/11 09:20", agency_id=province.root.pk)
    with pytest.raises(GuardFailed, match="Nơi trả"):
        office.submit("16/11 09:20", return_desk_id=10**6)

    assert not Dossier.objects.exists()


def test_nothing_of_the_legal_clock_is_possible_before_acceptance(office: Office) -> None:
    one = office.submit("16/11 09:20").id
    for who, command in (
        ("case", c.Forward("Thẩm định")),
        ("head", c.Suspend("Điều 3", "12/QĐ")),
        ("head", c.Stop("Căn cứ")),
    ):
        with pytest.raises(MoveNotPossible):
            office.give(one, who, command, "16/11 10:00")
    assert kinds(one) == ["submitted"]
