"""One dossier, several agencies: the other sees its part, signs for it, is timed by its own calendar and charged."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.processes.build import flow, line, node, open_items, parallel, process, publish, step
from tests.processes.build import result as result_step
from tests.province import MONDAY, Province, accepted, build_province, result

from motcua.dossiers.checkpoints import CheckpointStore
from motcua.dossiers.commands import HandOver, Resolve
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.erasure import erase_person
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.queries import get_visible, visible_to
from motcua.dossiers.services import give_command
from motcua.dossiers.verify import verify_ledger
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Agency, Role, WorkCalendar
from motcua.organizations.services import appoint
from motcua.processes import bodies
from motcua.processes.bodies import LinkNotValid
from motcua.processes.definition import Definition, StepKind
from motcua.processes.engine import NotThere
from motcua.processes.models import AgencyTransfer, BodyQuestion, WorkItem
from motcua.processes.parts import PartCount, linked_parts, parts
from motcua.processes.services import finish_step, time_out
from motcua.processes.transfers import acknowledge, waiting_transfers

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
AFTERNOONS = {"weekly": {day: [["13:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}


@pytest.fixture
def province() -> Province:
    return build_province()


def later(**given: float) -> datetime:
    return MONDAY + timedelta(**given)


def consultation() -> Definition:
    """A body outside is asked; its silence goes on; it may agree or not."""
    return process(
        [
            step("check", "Kiểm tra hồ sơ", minutes=120),
            step(
                "ask", "Hỏi cơ quan quân sự", minutes=480, step=StepKind.CONSULTATION, body="Bộ chỉ huy quân sự",
                outcomes=(("agree", "Thống nhất"), ("differ", "Không thống nhất")),
            ),
            node("either", "choice"),
            result_step(),
        ],
        "start>check",
        "check>ask",
        flow("ask>either"),
        "ask>either:timeout",
        "either>issue",
        "issue>end",
    )  # fmt: skip


def asked(province: Province) -> tuple[int, bodies.Asked]:
    publish(province, consultation())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    paper = Dossier.objects.get(pk=dossier_id).papers.order_by("position")[0]
    question = bodies.ask(
        dossier_id, 2, number="12/SXD-QLXD", question="Có ảnh hưởng đến công trình quốc phòng không?", paper_ids=[paper.pk],
        actor=province.actor("case"), at=later(hours=2),
    )  # fmt: skip
    return dossier_id, question


def test_the_other_agency_sees_the_dossier_and_nobody_counts_it_twice(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    commune = province.actor("commune_case")
    assert get_visible(commune, id=dossier_id).pk == dossier_id
    assert not visible_to(commune).exists()
    assert visible_to(province.actor("case")).count() == 1
    assert visible_to(SYSTEM).count() == 1


def test_a_step_elsewhere_is_handed_over_with_the_papers_and_signed_for(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    commune = province.actor("commune_case")
    went = waiting_transfers(commune).get()
    assert (went.dossier_id, went.token, went.from_agency, went.to_agency) == (
        dossier_id, 2, province.department, province.commune,
    )  # fmt: skip
    assert [(paper["name"], paper["originals"], paper["copies"]) for paper in went.papers] == [
        ("Tờ khai", 1, 0),
        ("Giấy tờ tùy thân", 0, 1),
    ]
    assert not waiting_transfers(province.actor("case")).exists()
    acknowledge(dossier_id, 2, missing=["Giấy tờ tùy thân"], note="Chưa thấy", actor=commune, at=later(hours=1))
    went.refresh_from_db()
    assert (went.acknowledged_at, went.acknowledged_by, went.way) == (
        later(hours=1), province.officers["commune_case"], "officer",
    )  # fmt: skip
    assert not waiting_transfers(commune).exists()
    entry = LedgerEntry.objects.filter(dossier_id=dossier_id).order_by("-seq")[0]
    assert entry.kind == "process.acknowledged"
    assert (entry.data["data"]["papers"], entry.data["data"]["missing"]) == (1, ["Giấy tờ tùy thân"])


def test_only_the_receiving_agency_signs_and_only_once(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    with pytest.raises(NotAllowed, match="cơ quan nhận"):
        acknowledge(dossier_id, 2, actor=province.actor("case"), at=later(hours=1))
    commune = province.actor("commune_case")
    with pytest.raises(GuardFailed, match="không có trong danh sách bàn giao"):
        acknowledge(dossier_id, 2, missing=["Sổ đỏ"], actor=commune, at=later(hours=1))
    acknowledge(dossier_id, 2, actor=commune, at=later(hours=1))
    with pytest.raises(GuardFailed, match="đã được ký nhận"):
        acknowledge(dossier_id, 2, actor=commune, at=later(hours=2))
    with pytest.raises(GuardFailed, match="Không có hồ sơ nào đang chuyển đến"):
        acknowledge(dossier_id, 1, actor=commune, at=later(hours=2))


def test_a_step_that_was_worked_on_needs_no_signature_any_more(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    finish_step(dossier_id, 2, actor=province.actor("commune_case"), at=later(hours=1))
    assert not waiting_transfers(province.actor("commune_case")).exists()


def test_a_step_of_the_competent_agency_is_no_transfer(province: Province) -> None:
    publish(province, line(step("check"), step("sign", role="signer")))
    accepted(province)
    assert not AgencyTransfer.objects.exists()


def test_a_part_is_timed_by_the_calendar_of_its_own_agency(province: Province) -> None:
    own = WorkCalendar.objects.create(name="Chỉ làm buổi chiều", data=AFTERNOONS)
    Agency.objects.filter(pk=province.commune.pk).update(effective_calendar=own)
    publish(province, parallel())
    items = open_items(accepted(province))
    # Two hours from 09:20 of the department's day; eight hours of the commune's afternoons.
    assert items["check"].due_at == datetime(2026, 11, 16, 11, 20, tzinfo=VIETNAM)
    assert items["ask"].due_at == datetime(2026, 11, 18, 14, 30, tzinfo=VIETNAM)


def test_parts_are_counted_where_they_were_done_and_dossiers_where_they_belong(province: Province) -> None:
    publish(province, parallel())
    in_time, late, waiting = accepted(province), accepted(province), accepted(province)
    commune = province.actor("commune_case")
    finish_step(in_time, 2, actor=commune, at=later(hours=1))
    finish_step(late, 2, actor=commune, at=later(days=2))
    counts = linked_parts(SYSTEM, TODAY, date(2026, 11, 18), later(days=2, hours=1))
    assert counts == [PartCount("H32.101", "UBND phường Nha Trang", received=3, early=1, late=1, open_late=1)]
    assert {part.dossier_id for part in parts(commune, TODAY, TODAY)} == {in_time, late, waiting}
    assert Dossier.objects.filter(agency=province.commune).count() == 0
    assert Dossier.objects.filter(agency=province.department).count() == 3


def test_a_window_cuts_what_was_done_after_it(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    finish_step(dossier_id, 2, actor=province.actor("commune_case"), at=later(days=2))
    assert linked_parts(SYSTEM, TODAY, TODAY, later(days=9)) == [
        PartCount("H32.101", "UBND phường Nha Trang", received=1, open_in_time=1)
    ]
    assert linked_parts(SYSTEM, date(2026, 11, 19), date(2026, 11, 20), later(days=9)) == []
    with pytest.raises(BadInput, match="trước ngày đầu"):
        linked_parts(SYSTEM, TODAY, date(2026, 11, 1), later(days=9))


def test_others_see_only_parts_of_their_own_agencies(province: Province) -> None:
    publish(province, parallel())
    accepted(province)
    outsider = appoint(
        username="far", password=None, full_name="Người xa", title="Cán bộ", agency=province.root,
        roles={Role.CASE_OFFICER: province.root}, valid_from=date(2025, 7, 1),
    )  # fmt: skip
    assert outsider.pk
    assert len(parts(province.actor("commune_case"), TODAY, TODAY)) == 1
    assert len(parts(province.actor("case"), TODAY, TODAY)) == 1


def test_a_body_answers_once_by_its_link(province: Province, tmp_path: Path) -> None:
    dossier_id, question = asked(province)
    assert len(question.secret) == 43
    assert BodyQuestion.objects.get().digest != question.secret.encode()
    opened = bodies.open_link(question.secret, later(hours=3))
    assert opened.opened_at == later(hours=3)
    bodies.open_link(question.secret, later(hours=4))
    assert bodies.ways(opened) == (("agree", "Thống nhất"), ("differ", "Không thống nhất"))
    bodies.answer(question.secret, name="Đại úy An", text="Không ảnh hưởng", outcome="agree", at=later(hours=5))
    with pytest.raises(LinkNotValid):
        bodies.answer(question.secret, name="Kẻ khác", text="Khác", at=later(hours=6))
    with pytest.raises(LinkNotValid):
        bodies.open_link(question.secret, later(hours=6))
    kinds = LedgerEntry.objects.filter(dossier_id=dossier_id).order_by("seq").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["process.asked", "process.read", "process.step_done"]
    assert WorkItem.objects.get(dossier_id=dossier_id, node="ask").outcome == "agree"
    assert set(open_items(dossier_id)) == {"issue"}
    assert verify_ledger(CheckpointStore(tmp_path / "checkpoints", "khoa")).faults == ()


def test_what_was_asked_and_answered_goes_with_the_person(province: Province) -> None:
    dossier_id, question = asked(province)
    bodies.answer(
        question.secret,
        name="Đại úy An",
        text="Ông Hòa ở ngoài vành đai",
        file="ab" * 32,
        file_name="Hòa.pdf",
        at=later(hours=5),
    )
    give_command(dossier_id, Resolve(result(signed_on=TODAY)), actor=province.actor("case"), at=later(hours=6))
    paid = HandOver("Nguyễn Thị Hòa", "signature", "ab" * 32)
    give_command(dossier_id, paid, actor=province.actor("counter"), at=later(hours=7))
    erase_person([Dossier.objects.get(pk=dossier_id).submitter_id], actor=SYSTEM, at=later(days=400), basis="Yêu cầu")
    row = BodyQuestion.objects.get()
    assert (row.question, row.answer, row.answered_by, row.answer_file_name) == ("", "", "", "")
    assert (row.body, row.answered_at) == ("Bộ chỉ huy quân sự", later(hours=5))
    (job,) = forgotten()
    assert "ab" * 32 in job["hashes"]


def forgotten() -> list[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name LIKE %s", ["%forget%"])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_silence_goes_the_step_s_way_ends_the_link_and_is_charged_to_the_body(province: Province) -> None:
    dossier_id, question = asked(province)
    due = open_items(dossier_id)["ask"].due_at
    assert due is not None
    assert question.question.expires_at == due
    assert time_out(due + timedelta(minutes=1)) == 1
    with pytest.raises(LinkNotValid):
        bodies.open_link(question.secret, due + timedelta(minutes=2))
    assert linked_parts(SYSTEM, TODAY, date(2026, 11, 20), later(days=4)) == [
        PartCount("Bộ chỉ huy quân sự", "Bộ chỉ huy quân sự", received=1, late=1)
    ]
    give_command(
        dossier_id, Resolve(result(signed_on=TODAY)), actor=province.actor("case"), at=due + timedelta(hours=1)
    )


def test_asking_again_ends_the_earlier_link(province: Province) -> None:
    dossier_id, first = asked(province)
    second = bodies.ask(
        dossier_id, 2, number="13/SXD", question="Xin nhắc", actor=province.actor("case"), at=later(hours=3)
    )
    with pytest.raises(LinkNotValid):
        bodies.open_link(first.secret, later(hours=4))
    assert bodies.open_link(second.secret, later(hours=4)).number == "13/SXD"


def test_an_answer_on_paper_is_recorded_by_an_officer(province: Province) -> None:
    dossier_id, question = asked(province)
    with pytest.raises(NotFound):
        bodies.record_answer(
            dossier_id, 2, document="5/BCH", text="Nhất trí", actor=province.actor("commune_case"), at=later(hours=4)
        )
    bodies.record_answer(
        dossier_id,
        2,
        document="5/BCH",
        text="Nhất trí",
        outcome="agree",
        actor=province.actor("case"),
        at=later(hours=4),
    )
    with pytest.raises(LinkNotValid):
        bodies.open_link(question.secret, later(hours=5))
    noted = LedgerEntry.objects.get(dossier_id=dossier_id, kind="process.read").data
    assert (noted["data"]["document"], noted["actor"]["id"]) == ("5/BCH", province.officers["case"].pk)


def test_what_may_not_be_asked(province: Province) -> None:
    dossier_id, _ = asked(province)
    case = province.actor("case")
    other = accepted(province)
    strange = Dossier.objects.get(pk=other).papers.all()[0].pk
    with pytest.raises(BadInput, match="không thuộc hồ sơ này"):
        bodies.ask(dossier_id, 2, number="1", question="?", paper_ids=[strange], actor=case, at=later(hours=3))
    with pytest.raises(BadInput, match="Số công văn"):
        bodies.ask(dossier_id, 2, number=" ", question="?", actor=case, at=later(hours=3))
    with pytest.raises(NotThere):
        bodies.ask(other, 1, number="1", question="?", actor=case, at=later(hours=3))
    with pytest.raises(NotAllowed):
        bodies.ask(dossier_id, 2, number="1", question="?", actor=province.actor("leader"), at=later(hours=3))
    assert BodyQuestion.objects.count() == 1


def test_a_wrong_answer_changes_nothing(province: Province) -> None:
    dossier_id, question = asked(province)
    before = Dossier.objects.get(pk=dossier_id).seq
    with pytest.raises(BadInput, match="Người trả lời"):
        bodies.answer(question.secret, name="", text="Có", at=later(hours=3))
    with pytest.raises(NotThere, match="không có kết quả “maybe”"):
        bodies.answer(question.secret, name="An", text="Có", outcome="maybe", at=later(hours=3))
    for secret in ("", "x" * 43, question.secret[:-1]):
        with pytest.raises(LinkNotValid):
            bodies.find(secret, later(hours=3))
    assert Dossier.objects.get(pk=dossier_id).seq == before
    assert BodyQuestion.objects.get().answered_at is None
