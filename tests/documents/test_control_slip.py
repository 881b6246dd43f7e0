"""The control slip and the register fill themselves from the steps in the ledger."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.processes.build import line, parallel, publish, review, step
from tests.province import MONDAY, Province, accepted, applicant_of, build_province, later, result

from motcua.documents.contexts import HandOver, StepResult
from motcua.documents.form_sets import FormKind, form_for
from motcua.documents.lists import register
from motcua.documents.models import IssuedForm
from motcua.documents.services import control_slip_now, issue_control_slip
from motcua.documents.slip_rows import step_rows
from motcua.dossiers.commands import AskSupplement, PaperData, Resolve, Supplement
from motcua.dossiers.commands import HandOver as GiveResult
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import NotFound
from motcua.law.moments import VIETNAM
from motcua.organizations.absences import record_absence
from motcua.organizations.queries import actor_of
from motcua.processes.definition import Definition
from motcua.processes.hand_over import make_lists, sign_given, sign_taken
from motcua.processes.models import WorkItem
from motcua.processes.services import finish_step, take_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    return build_province()


def rows(dossier_id: int, seq: int | None = None) -> list[HandOver]:
    dossier = Dossier.objects.select_related("agency", "receiving_desk", "return_desk").get(pk=dossier_id)
    return step_rows(dossier, seq or dossier.seq)


def brief(row: HandOver) -> tuple[object, ...]:
    return (row.step, row.from_unit, row.to_unit, row.giver, row.taker, row.allotted, row.used, row.result)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def two_rooms() -> Definition:
    return line(step("appraise", "Thẩm định", minutes=600, unit="H32.16.03"), step("sign", "Ký duyệt", "signer", 60))


DESK, ROOM, AGENCY = "Trung tâm Phục vụ hành chính công tỉnh", "Phòng Quản lý xây dựng, Sở Xây dựng", "Sở Xây dựng"


def test_every_step_stands_with_its_time_and_people(province: Province) -> None:
    publish(province, two_rooms())
    dossier_id = accepted(province)
    assert [brief(row) for row in rows(dossier_id)] == [
        ("Thẩm định", DESK, ROOM, "Lê Thị Quầy", "", "10 giờ", "", None)
    ]
    finish_step(dossier_id, 1, note="Đủ điều kiện", actor=province.actor("case"), at=later(hours=1))
    finish_step(dossier_id, 2, note="Chờ lãnh đạo", actor=province.actor("signer"), at=later(hours=6))
    give_command(dossier_id, Resolve(result(signed_on=MONDAY.date())), actor=province.actor("case"), at=later(hours=7))
    told = rows(dossier_id)
    assert [brief(row) for row in told] == [
        ("Thẩm định", DESK, ROOM, "Lê Thị Quầy", "Phạm Thụ Lý", "10 giờ", "1 giờ", StepResult.EARLY),
        ("Ký duyệt", ROOM, AGENCY, "Phạm Thụ Lý", "Trần Văn Bình", "1 giờ", "3 giờ", StepResult.OVERDUE),
        ("Ban hành kết quả", AGENCY, AGENCY, "Trần Văn Bình", "Phạm Thụ Lý", "1 giờ", "1 giờ", StepResult.ON_TIME),
        ("Trả kết quả cho bộ phận một cửa", AGENCY, DESK, "Phạm Thụ Lý", DESK, "", "", StepResult.EARLY),
    ]
    counter = province.actor("counter")
    give_command(dossier_id, GiveResult("Hòa", "signature", "a" * 64), actor=counter, at=later(hours=8))
    assert rows(dossier_id)[-1].taker == "Lê Thị Quầy"
    assert [row.note for row in told[:2]] == ["Đủ điều kiện", "Chờ lãnh đạo"]
    assert (told[0].at, told[0].ended_at) == (MONDAY, later(hours=1))


def test_a_late_step_is_not_finished_without_saying_why(province: Province) -> None:
    publish(province, two_rooms())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    for note in ("", "   "):
        with pytest.raises(GuardFailed, match="đã quá giờ được giao: cần ghi lý do chậm") as raised:
            finish_step(dossier_id, 2, note=note, actor=province.actor("signer"), at=later(hours=6))
        assert raised.value.data["field"] == "note"
    assert WorkItem.objects.get(dossier_id=dossier_id, token=2).closed_at is None


def test_time_in_which_the_clock_stood_is_not_used_up(province: Province) -> None:
    publish(province, two_rooms())
    dossier_id = accepted(province)
    case = province.actor("case")
    give_command(dossier_id, AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=later(minutes=30))
    give_command(
        dossier_id, Supplement((PaperData("Bản vẽ", originals=1),)), actor=province.actor("counter"), at=later(hours=5)
    )
    finish_step(dossier_id, 1, actor=case, at=later(hours=5, minutes=30))
    (first, _) = rows(dossier_id)
    assert (first.used, first.result) == ("1 giờ", StepResult.EARLY)


def test_the_slip_of_an_earlier_entry_stays_as_it_was(province: Province) -> None:
    publish(province, two_rooms())
    dossier_id = accepted(province)
    before = Dossier.objects.get(pk=dossier_id).seq
    first = issue_control_slip(dossier_id, actor=province.actor("case"), at=later(minutes=5))
    then = rows(dossier_id)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    assert rows(dossier_id, before) == then
    second = issue_control_slip(dossier_id, actor=province.actor("case"), at=later(hours=2))
    assert second.pk != first.pk
    kept = IssuedForm.objects.filter(kind=FormKind.CONTROL_SLIP, voided_at=None).order_by("id")
    assert list(kept) == [first, second]
    assert first.file_id != second.file_id


def test_the_slip_is_always_there_without_anybody_asking(province: Province) -> None:
    publish(province, two_rooms())
    dossier_id = accepted(province)
    assert "Đang làm" in words(control_slip_now(dossier_id, actor=province.actor("case"), at=MONDAY).pdf)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    text = words(control_slip_now(dossier_id, actor=province.actor("case"), at=later(hours=1)).pdf)
    assert re.search(
        r"Thẩm định 1\. Giao: Trung tâm Phục vụ hành chính công tỉnh 2\. Nhận: Phòng Quản lý xây dựng", text
    )
    assert "Đã dùng: 1 giờ" in text
    assert "x Trước hạn" in text
    assert not IssuedForm.objects.filter(kind=FormKind.CONTROL_SLIP).exists()
    with pytest.raises(NotFound):
        control_slip_now(dossier_id, actor=province.actor("commune_case"), at=MONDAY)
    with pytest.raises(NotAllowed):
        control_slip_now(dossier_id, actor=applicant_of(dossier_id), at=MONDAY)


def test_parallel_steps_and_the_other_agency(province: Province) -> None:
    publish(province, parallel())
    dossier_id = accepted(province)
    finish_step(dossier_id, 1, actor=province.actor("case"), at=later(hours=1))
    finish_step(dossier_id, 2, note="Đồng ý", actor=province.actor("commune_case"), at=later(hours=2))
    told = {row.step: row for row in rows(dossier_id)}
    assert told["Lấy ý kiến"].to_unit == "UBND phường Nha Trang"
    assert (told["Lấy ý kiến"].note, told["Lấy ý kiến"].used) == ("Đồng ý; Lấy ý kiến", "2 giờ")
    assert told["Kiểm tra hồ sơ"].note == ""
    text = words(control_slip_now(dossier_id, actor=province.actor("case"), at=later(hours=2)).pdf)
    assert "Cơ quan phối hợp giải quyết hồ sơ: UBND phường Nha Trang" in text


def test_a_step_taken_back_says_so(province: Province) -> None:
    publish(province, review())
    dossier_id = accepted(province)
    case = province.actor("case")
    finish_step(dossier_id, 1, actor=case, at=later(minutes=10))
    take_back(dossier_id, 2, actor=case, at=later(minutes=20))
    assert [(row.step, row.result, row.note) for row in rows(dossier_id)] == [
        ("Thẩm định", StepResult.EARLY, ""), ("Ký duyệt", None, "Người giao lấy lại"), ("Thẩm định", None, ""),
    ]  # fmt: skip


def test_a_substitute_is_named_with_the_one_he_stood_in_for(province: Province) -> None:
    publish(province, two_rooms())
    dossier_id = accepted(province)
    head = province.officers["head"]
    record_absence(
        province.officers["case"].pk, kind="sick", from_at=MONDAY, to_at=later(hours=9), substitute_id=head.pk,
        actor=province.actor("case"), at=MONDAY,
    )  # fmt: skip
    finish_step(dossier_id, 1, actor=actor_of(head, MONDAY.date(), later(hours=1)), at=later(hours=1))
    assert rows(dossier_id)[0].taker == "Đỗ Trưởng Phòng (làm thay Phạm Thụ Lý)"


def test_the_paper_dossier_s_walk_stands_on_the_slip(province: Province) -> None:
    publish(province, two_rooms())
    dossier_id = accepted(province)
    cut = datetime(2026, 11, 16, 15, 0, tzinfo=VIETNAM)
    assert rows(dossier_id)[0].papers == ""
    (paper,) = make_lists(province.desk.pk, cut_at=cut, actor=None, at=cut)
    assert rows(dossier_id)[0].papers == ""  # up to the last entry, which was before the list
    finish_step(dossier_id, 1, actor=province.actor("case"), at=cut + timedelta(minutes=1))
    assert rows(dossier_id)[0].papers == f"Bản giấy: chờ ký, DSBG {paper.number}"
    sign_given(paper.pk, held={}, actor=province.actor("counter"), at=cut + timedelta(minutes=2))
    sign_taken(paper.pk, refused={}, actor=province.actor("case"), at=cut + timedelta(minutes=20))
    assert rows(dossier_id)[0].papers == f"Bản giấy: nhận 15:20 16/11/2026, DSBG {paper.number}"


def test_rows_take_as_many_statements_for_many_steps(province: Province) -> None:
    publish(province, line(*(step(f"s{number}", f"Bước {number}", minutes=60) for number in range(6))))
    dossier_id = accepted(province)
    counts = []
    for number in range(6):
        finish_step(dossier_id, number + 1, actor=province.actor("case"), at=later(minutes=5 * number + 5))
        dossier = Dossier.objects.select_related("agency", "receiving_desk", "return_desk").get(pk=dossier_id)
        with CaptureQueriesContext(connection) as told:
            assert len(step_rows(dossier, dossier.seq)) == number + 2
        counts.append(len(told))
    assert len(set(counts)) == 1


def test_the_register_notes_where_it_lies_and_what_overran(province: Province) -> None:
    publish(province, two_rooms())
    plain, late = accepted(province), accepted(province)
    finish_step(late, 1, actor=province.actor("case"), at=later(hours=1))
    form = form_for(FormKind.REGISTER, on=MONDAY.date())
    book = register(
        form, province.desk, first_on=MONDAY.date(), last_on=MONDAY.date(), sector_id=None, keeper="", at=later(hours=6)
    )
    codes = {dossier.code: dossier.pk for dossier in Dossier.objects.all()}
    assert {codes[row.code]: row.note for row in book.rows} == {
        plain: "Đang ở bước Thẩm định", late: "Đang ở bước Ký duyệt. Quá giờ: Ký duyệt",
    }  # fmt: skip
