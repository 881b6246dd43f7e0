"""One hand-in, a root that is no dossier, and parts that start when their turn comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.processes.families import PAPERS, Town, build_town, resolve, states
from tests.province import MONDAY, applicant_of, result

from motcua.documents.models import IssuedForm
from motcua.dossiers.checkpoints import CheckpointStore
from motcua.dossiers.commands import Accept, DecideWithdrawal, LateEntry, Refuse, ReturnIneligible
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier, LedgerEntry, Paper
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.queries import queue_counts, visible_to, worklist
from motcua.dossiers.queues import Queue
from motcua.dossiers.services import give_command
from motcua.dossiers.verify import verify_ledger
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.notifications.models import Notice
from motcua.processes.linked import advance_joined, hand_in, joined_in_force, request_of, request_withdrawal, siblings
from motcua.processes.models import AgencyTransfer, JoinedPart, JoinedRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build_town()


def later(**given: float) -> datetime:
    return MONDAY + timedelta(**given)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def test_one_hand_in_makes_the_root_and_a_dossier_for_each_part(town: Town) -> None:
    handed = hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    assert states(handed) == {"birth": "submitted", "residence": "draft", "insurance": "draft"}
    assert list(JoinedPart.objects.values_list("key", "dossier_id")) == list(handed.dossiers.items())
    assert dict(Dossier.objects.values_list("procedure__code", "agency__code")) == {
        "1.001193": "H32.101", "1.004222": "H32.101.01", "1.001939": "H32.90",
    }  # fmt: skip
    leading = Dossier.objects.get(pk=handed.leading_id)
    assert leading.code == "H32.101-261116-0001"
    assert set(Dossier.objects.exclude(pk=leading.pk).values_list("code", "submitted_at", "accepted_at")) == {
        (None, None, None)
    }


def test_each_part_gets_its_own_papers_and_none_is_lost(town: Town) -> None:
    handed = hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    got = {
        key: list(Paper.objects.filter(dossier_id=id_).values_list("name", flat=True))
        for key, id_ in handed.dossiers.items()
    }
    assert got == {
        "birth": [PAPERS[0].name, PAPERS[3].name],
        "residence": [PAPERS[1].name],
        "insurance": [PAPERS[2].name],
    }


def test_a_second_call_with_the_same_key_is_the_first_hand_in(town: Town) -> None:
    given = town.given()
    first = hand_in(given, actor=town.province.applicant, at=MONDAY)
    again = hand_in(given, actor=town.province.applicant, at=later(minutes=1))
    assert again == first
    assert (Dossier.objects.count(), JoinedRequest.objects.count()) == (3, 1)


def test_a_hand_in_that_one_part_does_not_allow_leaves_nothing(town: Town) -> None:
    town.redefine(insurance={"procedure": "9.999999"})
    with pytest.raises(GuardFailed, match="không nhận thủ tục “Cấp thẻ bảo hiểm y tế”"):
        hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    assert (Dossier.objects.count(), JoinedRequest.objects.count()) == (0, 0)


def test_another_desk_s_officer_may_not_hand_in(town: Town) -> None:
    with pytest.raises(NotAllowed):
        hand_in(town.given(channel="counter"), actor=town.province.actor("counter"), at=MONDAY, command=Accept())
    assert Dossier.objects.count() == 0


def test_parts_start_when_their_predecessor_has_its_result(town: Town) -> None:
    handed = town.at_counter()
    assert states(handed) == {"birth": "accepted", "residence": "draft", "insurance": "draft"}
    advance_joined(later(hours=1))
    assert states(handed)["residence"] == "draft"
    resolve(town, handed.dossiers["birth"], local(17, 8))
    assert advance_joined(local(17, 8, 1)) == 1
    assert states(handed) == {"birth": "resolved", "residence": "accepted", "insurance": "accepted"}
    residence = Dossier.objects.get(pk=handed.dossiers["residence"])
    assert (residence.code, residence.clock_started_at) == ("H32.101.01-261117-0001", local(17, 8, 1))
    # 24/11 is a holiday.
    assert residence.due_at == local(27, 8, 1)
    fed = Paper.objects.filter(dossier=residence).order_by("position").values_list("name", "originals")
    assert list(fed) == [(PAPERS[1].name, 1), ("Giấy phép số 15/GP-SXD", 1)]


def test_a_hand_in_entered_later_began_when_it_happened_in_every_part(town: Town) -> None:
    town.redefine(insurance={"after": [], "takes": []})
    recorded = later(days=2)
    late = LateEntry("Mất điện", town.province.officers["commune_head"].pk)
    handed = hand_in(
        town.given(channel="counter"), actor=town.clerk(), at=MONDAY, command=Accept(), recorded_at=recorded, late=late
    )

    assert states(handed) == {"birth": "accepted", "residence": "draft", "insurance": "accepted"}
    dues = Dossier.objects.filter(pk__in=handed.dossiers.values(), due_at__isnull=False).order_by("pk")
    assert list(dues.values_list("code", "due_at")) == [
        ("H32.101-261116-0001", local(19, 9, 20)), ("H32.90-261116-0001", local(23, 9, 20)),
    ]  # fmt: skip
    entries = LedgerEntry.objects.filter(dossier_id__in=handed.dossiers.values())
    assert set(entries.values_list("occurred_at", "recorded_at")) == {(MONDAY, recorded)}
    assert all(entry.data["data"]["late_entry"] == {"approver": late.approver_id} for entry in entries)
    with pytest.raises(GuardFailed, match="lý do và người duyệt"):
        hand_in(town.given(channel="counter"), actor=town.clerk(), at=MONDAY, command=Accept(), recorded_at=recorded)
    assert JoinedRequest.objects.count() == 1


def test_the_sweep_run_again_does_nothing(town: Town) -> None:
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], local(17, 8))
    advance_joined(local(17, 8, 1))
    entries = LedgerEntry.objects.count()
    assert advance_joined(local(17, 8, 2)) == 0
    JoinedRequest.objects.update(looked_seq=0)
    assert advance_joined(local(17, 8, 3)) == 1
    assert LedgerEntry.objects.count() == entries


def test_the_receipt_promises_each_share_and_their_sum(town: Town) -> None:
    handed = town.at_counter()
    request = JoinedRequest.objects.get(pk=handed.request_id)
    # 3 working days for the birth; then 7 and 5 side by side, so the longer counts.
    assert [(share["key"], share["limit"], datetime.fromisoformat(share["due"])) for share in request.shares] == [
        ("birth", "3 ngày làm việc", local(19, 9, 20)),
        ("residence", "7 ngày làm việc", datetime(2026, 12, 1, 9, 20, tzinfo=VIETNAM)),
        ("insurance", "5 ngày làm việc", local(27, 9, 20)),
    ]
    assert request.due_at == datetime(2026, 12, 1, 9, 20, tzinfo=VIETNAM)


def test_the_total_limit_of_the_law_is_never_promised_beyond() -> None:
    town = build_town(total={"amount": 6, "unit": "working_day"})
    handed = town.at_counter()
    assert JoinedRequest.objects.get(pk=handed.request_id).due_at == local(25, 9, 20)


def test_the_root_stands_in_no_count_and_each_part_in_one(town: Town) -> None:
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], local(17, 8))
    advance_joined(local(17, 8, 1))
    at = local(17, 9)
    assert visible_to(SYSTEM).count() == 3
    by_agency = {
        code: Dossier.objects.filter(agency__code=code, accepted_at__isnull=False).count()
        for code in ("H32", "H32.16", "H32.101", "H32.101.01", "H32.90")
    }
    assert by_agency == {"H32": 0, "H32.16": 0, "H32.101": 1, "H32.101.01": 1, "H32.90": 1}
    assert sum(by_agency.values()) == Dossier.objects.filter(accepted_at__isnull=False).count()
    police = town.province.actor("police_case")
    assert [row.pk for row in worklist(police, Queue.OPEN, at).rows] == [handed.dossiers["residence"]]
    assert not Dossier.objects.filter(procedure=town.joined.procedure).exists()


def test_parts_that_wait_are_in_no_queue(town: Town) -> None:
    hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    assert {queue: n for queue, n in queue_counts(SYSTEM, later(hours=1)).items() if n} == {Queue.ONLINE: 1}
    assert worklist(town.province.actor("police_case"), Queue.OPEN, later(hours=1)).rows == []


def test_a_part_goes_over_to_its_agency_with_its_papers(town: Town) -> None:
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], local(17, 8))
    advance_joined(local(17, 8, 1))
    went = AgencyTransfer.objects.get(dossier_id=handed.dossiers["residence"])
    assert (went.from_agency, went.to_agency, went.token) == (town.province.commune, town.police, 0)
    assert [paper["name"] for paper in went.papers] == [PAPERS[1].name, "Giấy phép số 15/GP-SXD"]


def test_a_dependent_part_is_not_begun_without_its_predecessor_and_the_applicant_is_told(town: Town) -> None:
    town.redefine(insurance={"dependent": False})
    handed = town.at_counter()
    reply = ReturnIneligible(result(signed_on=MONDAY.date()), "Không đủ điều kiện")
    give_command(handed.dossiers["birth"], reply, actor=town.province.actor("commune_signer"), at=later(hours=2))
    advance_joined(later(hours=3))
    assert states(handed) == {"birth": "returned", "residence": "refused", "insurance": "accepted"}
    told = Notice.objects.filter(dossier_id=handed.dossiers["residence"], template="refused")
    assert {notice.channel for notice in told} == {"page", "sms", "email"}
    assert IssuedForm.objects.filter(dossier_id=handed.dossiers["residence"], kind="refusal").count() == 1


def test_a_hand_in_that_is_refused_ends_every_part_whatever_it_depends_on(town: Town) -> None:
    town.redefine(insurance={"dependent": False})
    handed = hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    give_command(handed.leading_id, Refuse("Sai thẩm quyền"), actor=town.clerk(), at=later(hours=1))
    advance_joined(later(hours=2))
    assert states(handed) == {"birth": "refused", "residence": "refused", "insurance": "refused"}
    assert JoinedRequest.objects.get().closed_at == later(hours=2)
    assert not Dossier.objects.filter(accepted_at__isnull=False).exists()


def test_withdrawing_the_root_asks_each_open_part_and_ends_those_not_begun(town: Town) -> None:
    handed = town.at_counter()
    owner = applicant_of(*handed.dossiers.values())
    done = request_withdrawal(handed.request_id, reason="Đổi ý", actor=owner, at=later(hours=1))
    assert done == {"birth": "requested", "residence": "withdrawn", "insurance": "withdrawn"}
    assert states(handed) == {"birth": "accepted", "residence": "withdrawn", "insurance": "withdrawn"}
    again = request_withdrawal(handed.request_id, reason="Đổi ý", actor=owner, at=later(hours=2))
    assert set(again.values()) == {"kept"}
    give_command(
        handed.dossiers["birth"], DecideWithdrawal("12/QĐ", "Trần Văn Bình"), actor=town.province.actor("commune_signer"),
        at=later(hours=3),
    )  # fmt: skip
    advance_joined(later(hours=4))
    assert JoinedRequest.objects.get().closed_at == later(hours=4)


def test_withdrawing_before_acceptance_ends_all_at_once(town: Town) -> None:
    handed = hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    owner = applicant_of(*handed.dossiers.values())
    request_withdrawal(handed.request_id, reason="Nộp nhầm", actor=owner, at=later(hours=1))
    assert set(states(handed).values()) == {"withdrawn"}


def test_a_stranger_cannot_withdraw_and_nothing_has_changed(town: Town) -> None:
    handed = town.at_counter()
    with pytest.raises(NotFound):
        request_withdrawal(
            handed.request_id, reason="Phá", actor=applicant_of(handed.dossiers["birth"]), at=later(hours=1)
        )
    assert states(handed)["residence"] == "draft"
    assert not Dossier.objects.filter(withdrawal_requested_at__isnull=False).exists()


def test_who_may_look_up_one_part_may_look_up_all(town: Town) -> None:
    handed = town.at_counter()
    assert siblings([handed.dossiers["insurance"]]) == set(handed.dossiers.values())
    request = request_of(handed.dossiers["residence"])
    assert request is not None
    assert request.pk == handed.request_id


def test_the_ledgers_of_all_parts_hold(town: Town, tmp_path: Path) -> None:
    handed = town.at_counter()
    resolve(town, handed.dossiers["birth"], local(17, 8))
    advance_joined(local(17, 8, 1))
    resolve(town, handed.dossiers["insurance"], local(18, 8))
    resolve(town, handed.dossiers["residence"], local(19, 8))
    advance_joined(local(19, 8, 1))
    assert JoinedRequest.objects.get().closed_at == local(19, 8, 1)
    assert verify_ledger(CheckpointStore(tmp_path / "checkpoints", "khoa")).faults == ()
    first = LedgerEntry.objects.filter(dossier_id=handed.dossiers["residence"]).order_by("seq")
    assert [entry.kind for entry in first] == ["dossier.prepared", "dossier.accepted", "dossier.resolved"]


def test_the_version_in_force_is_found_by_day(town: Town) -> None:
    joined = town.joined
    assert joined_in_force(joined.procedure_id, MONDAY.date()) == joined
    assert joined_in_force(joined.procedure_id, datetime(2025, 6, 30).date()) is None  # noqa: DTZ001
    assert joined_in_force(town.province.procedure.pk, MONDAY.date()) is None


def test_a_part_for_more_than_one_agency_must_be_chosen(town: Town) -> None:
    from motcua.catalog.models import DeskProcedure, Procedure

    card = Procedure.objects.get(code="1.001939")
    DeskProcedure.objects.create(desk=town.province.commune_desk, procedure=card, agency=town.province.department)
    with pytest.raises(BadInput, match="cần chọn một"):
        hand_in(town.given(), actor=town.province.applicant, at=MONDAY)
    from dataclasses import replace

    chosen = replace(town.given(), agencies={"insurance": town.insurance.pk})
    handed = hand_in(chosen, actor=town.province.applicant, at=MONDAY)
    assert Dossier.objects.get(pk=handed.dossiers["insurance"]).agency == town.insurance
