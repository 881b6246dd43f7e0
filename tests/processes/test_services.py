from datetime import datetime
from pathlib import Path

import pytest
from tests.processes.build import open_items, parallel, publish, review
from tests.province import MONDAY, Province, accepted, build_province, later, result

from motcua.dossiers.checkpoints import CheckpointStore
from motcua.dossiers.commands import Accept, AskSupplement, Forward, HandOver, Rectify, Resolve, Supplement
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command, submit_dossier
from motcua.dossiers.verify import verify_ledger
from motcua.dossiers.writer import NotFound
from motcua.law.lifecycle import State
from motcua.law.moments import VIETNAM
from motcua.processes.engine import NotThere
from motcua.processes.models import WorkItem
from motcua.processes.services import assign, claim, finish_step, hand_back, note_seen, take_back, time_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    return build_province()


def test_an_accepted_dossier_starts_on_its_process(province: Province) -> None:
    version = publish(province, review())
    dossier = Dossier.objects.get(pk=accepted(province))
    assert dossier.process == version.digest
    assert dossier.state == State.ACCEPTED
    assert dossier.step == "Thẩm định"
    item = open_items(dossier.pk)["appraise"]
    assert item.due_at == datetime(2026, 11, 17, 11, 20, tzinfo=VIETNAM)
    assert item.agency == province.department
    assert LedgerEntry.objects.filter(dossier=dossier).order_by("-seq")[0].kind == "process.started"


def test_a_life_on_its_process(province: Province, tmp_path: Path) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    case, signer = province.actor("case"), province.actor("signer")
    moved = finish_step(dossier_id, 1, note="Đủ điều kiện", actor=case, at=later(hours=1))
    assert moved.state is State.IN_PROCESS
    finish_step(dossier_id, 2, outcome="redo", note="Thiếu căn cứ", actor=signer, at=later(hours=2))
    finish_step(dossier_id, 3, actor=case, at=later(hours=3))
    with pytest.raises(GuardFailed, match="còn bước “Ký duyệt” chưa xong"):
        give_command(dossier_id, Resolve(result(signed_on=MONDAY.date())), actor=case, at=later(hours=3))
    finish_step(dossier_id, 4, outcome="approve", actor=signer, at=later(hours=4))
    give_command(dossier_id, Resolve(result(signed_on=MONDAY.date())), actor=case, at=later(hours=5))
    assert not open_items(dossier_id)
    last = WorkItem.objects.get(dossier_id=dossier_id, node="issue")
    assert (last.outcome, last.closed_by) == ("resolved", province.officers["case"])
    give_command(dossier_id, HandOver("Hòa", "signature", "a" * 64), actor=province.actor("counter"), at=later(hours=6))
    assert verify_ledger(CheckpointStore(tmp_path / "checkpoints", "khoa")).faults == ()


def test_only_the_step_s_role_may_finish_it(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    with pytest.raises(NotAllowed, match="do cán bộ thụ lý thực hiện"):
        finish_step(dossier_id, 1, actor=province.actor("signer"), at=later(hours=1))
    with pytest.raises(NotFound):
        finish_step(dossier_id, 1, actor=province.actor("commune_case"), at=later(hours=1))


def test_a_step_is_finished_once(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    with pytest.raises(NotThere):
        finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))


def test_free_forwarding_is_refused_on_a_process(province: Province) -> None:
    publish(province, review())
    with pytest.raises(GuardFailed, match="quy trình nội bộ"):
        give_command(accepted(province), Forward("Khác"), actor=province.actor("case"), at=later(hours=1))


def test_another_agency_does_its_part_and_its_silence_goes_on(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    # The commune sees the dossier because it has a part in it; another procedure's dossier it does not.
    assert Dossier.objects.get(pk=dossier_id).shared_with == [province.commune.pk]
    assert time_out(later(hours=23)) == 0
    assert time_out(later(hours=25)) == 1
    assert set(open_items(dossier_id)) == {"issue"}
    asked = WorkItem.objects.get(dossier_id=dossier_id, node="ask")
    assert (asked.outcome, asked.closed_by) == ("timeout", None)


def test_the_commune_answers_the_consultation(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    finish_step(dossier_id, 2, note="Đồng ý", actor=province.actor("commune_case"), at=later(hours=1))
    assert set(open_items(dossier_id)) == {"check", "join"}


def test_claim_assign_hand_back(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    case, head = province.actor("case"), province.actor("head")
    claim(dossier_id, 1, actor=case, at=later(hours=1))
    assert Dossier.objects.get(pk=dossier_id).officer == province.officers["case"]
    with pytest.raises(NotAllowed, match="đã có người nhận"):
        claim(dossier_id, 1, actor=case, at=later(hours=1))
    hand_back(dossier_id, 1, reason="Không đúng lĩnh vực", actor=case, at=later(hours=2))
    assert open_items(dossier_id)["appraise"].officer is None
    assign(dossier_id, 1, officer_id=case.id, actor=head, at=later(hours=3))
    assert open_items(dossier_id)["appraise"].officer == province.officers["case"]
    with pytest.raises(NotAllowed):
        assign(dossier_id, 1, officer_id=case.id, actor=case, at=later(hours=3))


def test_take_back_until_the_next_has_opened_it(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    case, signer = province.actor("case"), province.actor("signer")
    finish_step(dossier_id, 1, next_officer_id=signer.id, actor=case, at=later(hours=1))
    take_back(dossier_id, 2, actor=case, at=later(hours=1))
    assert set(open_items(dossier_id)) == {"appraise"}
    finish_step(dossier_id, 3, next_officer_id=signer.id, actor=case, at=later(hours=2))
    note_seen(dossier_id, actor=signer, at=later(hours=2))
    with pytest.raises(GuardFailed, match="không lấy lại được"):
        take_back(dossier_id, 4, actor=case, at=later(hours=2))


def test_a_pause_moves_the_due_of_open_steps(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    give_command(dossier_id, AskSupplement(("Bản vẽ",), "Thiếu"), actor=province.actor("case"), at=later(hours=1))
    with pytest.raises(GuardFailed, match="tạm dừng"):
        finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=2))
    give_command(dossier_id, Supplement(), actor=province.actor("counter"), at=later(days=1, hours=1))
    assert open_items(dossier_id)["appraise"].due_at == datetime(2026, 11, 18, 11, 20, tzinfo=VIETNAM)


def test_a_rectification_takes_steps_back(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    finish_step(dossier_id, 2, outcome="approve", actor=province.actor("signer"), at=later(hours=2))
    give_command(dossier_id, Resolve(result(signed_on=MONDAY.date())), actor=province.actor("case"), at=later(hours=3))
    rectify = Rectify("Nhầm hồ sơ", province.officers["head"].pk, State.IN_PROCESS)
    give_command(dossier_id, rectify, actor=province.actor("head"), at=later(hours=4))
    assert set(open_items(dossier_id)) == {"issue"}


def test_the_nearest_process_holds(province: Province) -> None:
    publish(province, parallel())
    own = publish(province, review(), agency=province.department)
    assert Dossier.objects.get(pk=accepted(province)).process == own.digest


def test_a_move_costs_at_most_eight_statements(province: Province, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    publish(province, review())
    counter, case, signer = (province.actor(name) for name in ("counter", "case", "signer"))
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    # Accepting is two moves, for the process begins; two savepoints are the test's own.
    with django_assert_max_num_queries(2 * 8 + 2):
        give_command(dossier_id, Accept(), actor=counter, at=MONDAY)
    with django_assert_max_num_queries(8 + 2):
        finish_step(dossier_id, 1, actor=case, at=later(hours=1))
    with django_assert_max_num_queries(8 + 2):
        finish_step(dossier_id, 2, outcome="approve", actor=signer, at=later(hours=2))
    with django_assert_max_num_queries(8 + 2):
        give_command(dossier_id, Resolve(result(signed_on=MONDAY.date())), actor=case, at=later(hours=3))
