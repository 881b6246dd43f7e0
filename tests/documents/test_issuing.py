"""Forms issued from the ledger: numbered without a gap, rendered once, reprinted byte for byte, corrected by a new version."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.province import MONDAY, Province, applicant_of, build_province, result

from motcua.documents import lists, queries, services
from motcua.documents.form_sets import FormKind
from motcua.documents.models import IssuedForm, IssuedList, StoredFile
from motcua.dossiers import commands as c
from motcua.dossiers.commands import BusinessData, PaperData, PartyData
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import Moved, give_command, receive_at_counter, submit_dossier
from motcua.dossiers.writer import NotFound
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.law.moments import VIETNAM

pytestmark = pytest.mark.django_db

HAND_OVER = c.HandOver(receiver="Nguyễn Thị Hòa", proof="signature", reference="ab" * 32)


@pytest.fixture
def province() -> Province:
    return build_province()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def at_counter(
    province: Province, command: c.Accept | c.AskCompletion | c.Refuse, at: datetime = MONDAY, **intake: Any
) -> Moved:
    declared = province.intake(**({"channel": "counter"} | intake))
    return receive_at_counter(declared, command, actor=province.actor("counter"), at=at)


def the_form(kind: FormKind, dossier_id: int | None = None) -> IssuedForm:
    forms = IssuedForm.objects.filter(kind=kind, voided_at=None)
    return forms.get() if dossier_id is None else forms.get(dossier_id=dossier_id)


def bytes_of(form: IssuedForm) -> bytes:
    assert form.file_id is not None
    with services.open_file(form.file_id).stream as stream:
        return stream.read()


def printed(form: IssuedForm) -> str:
    ready = services.ready_form(form.pk, at=MONDAY)
    pages = PdfReader(io.BytesIO(bytes_of(ready))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def assert_says(text: str, *parts: str) -> None:
    assert [part for part in parts if part not in text] == [], text


def test_acceptance_issues_mau_01_and_the_worker_renders_it_once(province: Province) -> None:
    moved = at_counter(province, c.Accept())

    form = IssuedForm.objects.get()
    assert (form.kind, form.number, form.version, form.instrument) == (
        "receipt",
        "01/TTPVHCC",
        1,
        "Thông tư số 03/2025/TT-VPCP",
    )
    assert form.file_id is None
    assert services.render_entry(form.entry_id, at=MONDAY) == 1
    assert services.render_entry(form.entry_id, at=MONDAY) == 0
    form.refresh_from_db()
    assert form.file_id == hashlib.sha256(bytes_of(form)).hexdigest()
    assert form.pages == 2
    text = printed(form)
    assert_says(
        text,
        "UBND TỈNH KHÁNH HÒA TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
        "Số: 01/TTPVHCC",
        f"Mã hồ sơ: {moved.code}",
        "Đơn vị tiếp nhận: Trung tâm Phục vụ hành chính công tỉnh",
        "Tiếp nhận hồ sơ của: Nguyễn Thị Hòa",
        "Số căn cước/Hộ chiếu: 056190000123",
        "Nội dung yêu cầu giải quyết: Cấp giấy phép xây dựng nhà ở riêng lẻ",
        "1 Tờ khai 1",
        "Phí, lệ phí: 50.000 đ",
        "theo quy định là: 03 ngày làm việc",
        "Thời gian nhận hồ sơ: 09 giờ 20 phút, ngày 16 tháng 11 năm 2026",
        "09 giờ 20 phút, ngày 19 tháng 11 năm 2026",
        "Quyển số: 1 Số thứ tự: 1",
        "(Liên 1: Lưu hồ sơ)",
        "(Liên 2: Giao người nộp hồ sơ)",
        "Lê Thị Quầy",
    )
    assert "Chủ hồ sơ" not in text


def test_reprint_is_byte_for_byte_even_after_the_records_changed(province: Province) -> None:
    moved = at_counter(province, c.Accept())
    form = services.ready_form(the_form(FormKind.RECEIPT).pk, at=MONDAY)
    before = bytes_of(form)
    form.dossier.submitter.full_name = "Người Khác"
    form.dossier.submitter.save(update_fields=["full_name"])

    again = services.ready_form(form.pk, at=MONDAY + hours(30))

    assert bytes_of(again) == before
    assert queries.get_form(province.actor("counter"), form.pk).dossier_id == moved.id


def test_online_receipt_is_electronic_and_names_owner_and_place_of_return(province: Province) -> None:
    business = BusinessData("Công ty TNHH Biển Xanh", "0100109106", "0258123456", "", "Ninh Hòa")
    moved = submit_dossier(
        province.intake(
            applicant_kind="business",
            business=business,
            return_method="post",
            papers=(PaperData("Tờ khai", file="ab" * 32, file_name="to khai.pdf"),),
        ),
        actor=province.applicant,
        at=MONDAY,
    )
    give_command(moved.id, c.Accept(), actor=province.actor("counter"), at=MONDAY + hours(1))

    text = printed(the_form(FormKind.RECEIPT))

    assert_says(
        text,
        "Chữ ký số của Tổ chức",
        "Chủ hồ sơ: Công ty TNHH Biển Xanh",
        "Địa chỉ chủ hồ sơ: Ninh Hòa",
        "Bản điện tử",
        "qua dịch vụ bưu chính công ích",
    )
    assert "NGƯỜI NỘP HỒ SƠ" not in text
    assert "Liên" not in text


def test_certification_receipt_counts_pages_and_copies(province: Province) -> None:
    at_counter(
        province, c.Accept(), papers=(PaperData("Bằng", copies=5, pages=2), PaperData("Học bạ", copies=3, pages=11))
    )

    assert_says(printed(the_form(FormKind.RECEIPT)), "1 Bằng 2 5", "2 Học bạ 11 3", "Cộng 13 8")


def test_completion_request_and_refusal(province: Province) -> None:
    ask = c.AskCompletion(items=("Bổ sung bản vẽ móng", "Ký từng trang"), reason="Thiếu bản vẽ")
    asked = at_counter(province, ask)
    refused = at_counter(province, c.Refuse("Không thuộc thẩm quyền"))

    supplement, refusal = the_form(FormKind.SUPPLEMENT, asked.id), the_form(FormKind.REFUSAL, refused.id)
    assert (supplement.number, refusal.number) == ("01/HDHS-TTPVHCC", "01/TCTN-TTPVHCC")
    assert_says(
        printed(supplement), "1. Bổ sung bản vẽ móng", "2. Ký từng trang", "Lý do: Thiếu bản vẽ", "NGƯỜI HƯỚNG DẪN"
    )
    assert_says(printed(refusal), "với lý do cụ thể như sau: Không thuộc thẩm quyền", "NGƯỜI TIẾP NHẬN HỒ SƠ")
    assert "Mã hồ sơ" not in printed(refusal)


def test_withdrawal_decision_and_stop_issue_mau_05(province: Province) -> None:
    moved = at_counter(province, c.Accept())
    case, head = province.actor("case"), province.actor("head")
    give_command(moved.id, c.Forward("Thẩm định", officer_id=case.id), actor=case, at=MONDAY + hours(2))
    give_command(moved.id, c.RequestWithdrawal("Đổi thiết kế"), actor=province.actor("counter"), at=MONDAY + hours(24))
    give_command(moved.id, c.DecideWithdrawal("118/QĐ-SXD", "Trần Văn Bình"), actor=head, at=MONDAY + hours(25))

    form = the_form(FormKind.STOP)
    assert form.number == "01/TB"
    assert_says(
        printed(form),
        "UBND TỈNH KHÁNH HÒA SỞ XÂY DỰNG",
        "Khánh Hòa, ngày 17 tháng 11 năm 2026",
        "Kính gửi: Ông/Bà Nguyễn Thị Hòa",
        "Ngày đề nghị dừng giải quyết: ngày 17 tháng 11 năm 2026",
        "Giai đoạn giải quyết: Thẩm định",
        "theo quyết định số 118/QĐ-SXD",
        "Lý do: Đổi thiết kế",
        "1. Tờ khai (01 bản chính)",
        "Trần Văn Bình",
    )


def test_withdrawal_before_acceptance_issues_nothing(province: Province) -> None:
    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    give_command(moved.id, c.Withdraw(), actor=applicant_of(moved.id), at=MONDAY + hours(1))

    assert not IssuedForm.objects.exists()


def test_negative_reply_bears_the_number_and_day_of_its_signer(province: Province) -> None:
    moved = at_counter(province, c.Accept())
    reply = c.ReturnIneligible(
        result(kind="Văn bản trả lời", number="215/SXD-QLXD"), reason="Nằm trong hành lang an toàn"
    )
    give_command(moved.id, reply, actor=province.actor("head"), at=MONDAY + hours(50))

    form = the_form(FormKind.RETURN_REPLY)
    assert form.number == "215/SXD-QLXD"
    assert_says(
        printed(form),
        "Số: 215/SXD-QLXD",
        "ngày 18 tháng 11 năm 2026",
        "Lý do: Nằm trong hành lang an toàn",
        "Trần Văn Bình",
    )


def whole_life(province: Province, reference: str = "ab" * 32) -> Moved:
    moved = at_counter(province, c.Accept())
    counter, case, head = province.actor("counter"), province.actor("case"), province.actor("head")
    to_room = c.Forward("Thẩm định", unit_id=province.unit.pk, officer_id=case.id)
    give_command(moved.id, to_room, actor=counter, at=MONDAY + hours(1))
    give_command(moved.id, c.Forward("Trình ký", officer_id=head.id), actor=case, at=MONDAY + hours(26))
    give_command(moved.id, c.Resolve(result()), actor=head, at=MONDAY + hours(50))
    hand_over = c.HandOver(receiver="Nguyễn Thị Hòa", proof="signature", reference=reference)
    return give_command(moved.id, hand_over, actor=counter, at=MONDAY + hours(51))


def test_hand_over_issues_the_receipt_of_the_result(province: Province) -> None:
    whole_life(province)

    form = the_form(FormKind.RESULT_RECEIPT)
    assert form.number == "01/BNTKQ-TTPVHCC"
    assert_says(
        printed(form),
        "Người trả: Lê Thị Quầy",
        "Người nhận: Nguyễn Thị Hòa",
        "1 Giấy phép 15/GP-SXD",
        "18/11/2026",
        "Ngày trả: 12 giờ 20 phút, ngày 18 tháng 11 năm 2026",
        "chữ ký của người nhận trên màn hình",
    )


def test_drawn_signature_stands_on_the_receipt_and_a_broken_one_does_not_stop_it(province: Province) -> None:
    from motcua.documents import rendering, specimens
    from motcua.documents.form_sets import form_for

    png = rendering.preview_png(
        form_for(FormKind.REFUSAL, on=MONDAY.date()), specimens.specimen(FormKind.REFUSAL), ppi=10
    )
    good = services.store_upload(io.BytesIO(png), name="chu-ky.png", at=MONDAY)
    bad = services.store_upload(io.BytesIO(png[:40]), name="chu-ky.png", at=MONDAY)

    images = []
    for stored in (good, bad):
        moved = whole_life(province, stored.sha256)
        form = services.ready_form(the_form(FormKind.RESULT_RECEIPT, moved.id).pk, at=MONDAY)
        drawn: Any = PdfReader(io.BytesIO(bytes_of(form))).pages[0]["/Resources"]
        images.append(
            "/XObject" in drawn
            and any(item.get_object()["/Subtype"] == "/Image" for item in drawn["/XObject"].values())
        )

    assert images == [True, False]


def test_control_slip_follows_the_hands(province: Province) -> None:
    moved = whole_life(province)

    form = services.issue_control_slip(moved.id, actor=province.actor("case"), at=MONDAY + hours(60))
    again = services.issue_control_slip(moved.id, actor=province.actor("head"), at=MONDAY + hours(61))

    assert again.pk == form.pk
    text = printed(form)
    rows = re.findall(r"1\. Giao: (.+?) 2\. Nhận: (.+?) \d\d giờ", text)
    assert rows == [
        ("Trung tâm Phục vụ hành chính công tỉnh", "Phòng Quản lý xây dựng"),
        ("Phòng Quản lý xây dựng", "Sở Xây dựng"),
        ("Sở Xây dựng", "Trung tâm Phục vụ hành chính công tỉnh"),
    ]
    assert_says(text, "Lê Thị Quầy Phạm Thụ Lý", "Phạm Thụ Lý Đỗ Trưởng Phòng", "Trình ký", "Quyển số: 1 Số thứ tự: 1")
    assert text.count("x Trước hạn") == 1


def test_control_slip_needs_an_officer_who_sees_the_dossier(province: Province) -> None:
    moved = at_counter(province, c.Accept())
    with pytest.raises(NotFound):
        services.issue_control_slip(moved.id, actor=province.actor("commune_case"), at=MONDAY)
    with pytest.raises(NotAllowed):
        services.issue_control_slip(moved.id, actor=applicant_of(moved.id), at=MONDAY)
    assert not IssuedForm.objects.filter(kind=FormKind.CONTROL_SLIP).exists()


def test_numbers_run_without_a_gap_per_desk_kind_and_year(province: Province) -> None:
    for _ in range(3):
        at_counter(province, c.Accept())
    at_counter(province, c.Refuse("Không đủ điều kiện"))
    at_counter(province, c.Accept(), at=datetime(2027, 1, 4, 9, tzinfo=VIETNAM))
    commune = province.intake(
        channel="counter", agency_id=province.commune.pk, receiving_desk_id=province.commune_desk.pk,
        return_desk_id=province.commune_desk.pk,
    )  # fmt: skip
    receive_at_counter(commune, c.Accept(), actor=province.actor("commune_counter"), at=MONDAY)

    assert list(IssuedForm.objects.order_by("entry_id").values_list("kind", "number")) == [
        ("receipt", "01/TTPVHCC"),
        ("receipt", "02/TTPVHCC"),
        ("receipt", "03/TTPVHCC"),
        ("refusal", "01/TCTN-TTPVHCC"),
        ("receipt", "01/TTPVHCC"),
        ("receipt", "01/TTPVHCC"),
    ]


def test_a_move_that_fails_takes_no_number(province: Province) -> None:
    at_counter(province, c.Accept())
    with pytest.raises(BadInput):
        at_counter(province, c.Refuse(""))
    at_counter(province, c.Accept())

    assert list(IssuedForm.objects.order_by("pk").values_list("number", flat=True)) == ["01/TTPVHCC", "02/TTPVHCC"]


def test_a_desk_that_kept_the_old_name_prints_it(province: Province) -> None:
    province.desk.name = "Bộ phận Tiếp nhận và Trả kết quả Chi cục Hải quan"
    province.desk.save(update_fields=["name"])
    at_counter(province, c.Accept())

    form = the_form(FormKind.RECEIPT)
    assert form.number == "01/BPTNTKQ"
    assert "BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ" in printed(form)


def test_issuing_adds_one_statement_to_a_move(province: Province) -> None:
    with CaptureQueriesContext(connection) as captured:
        at_counter(province, c.Accept())

    assert len([query for query in captured if "documents_issuedform" in query["sql"]]) == 1


def test_correction_voids_the_old_and_names_it(province: Province) -> None:
    moved = at_counter(province, c.Accept())
    old = services.ready_form(the_form(FormKind.RECEIPT).pk, at=MONDAY)
    before = bytes_of(old)
    old.dossier.submitter.address = "45 Lê Lợi, Nha Trang"
    old.dossier.submitter.save(update_fields=["address"])

    new = services.correct_form(
        old.pk, reason="  ghi sai   địa chỉ ", actor=province.actor("counter"), at=MONDAY + hours(3)
    )

    old.refresh_from_db()
    assert (old.voided_at, old.void_reason, old.voided_by_id) == (
        MONDAY + hours(3),
        "ghi sai địa chỉ",
        province.officers["counter"].pk,
    )
    assert bytes_of(old) == before
    assert (new.version, new.number, new.dossier_id) == (2, "01/TTPVHCC", moved.id)
    assert_says(
        printed(new),
        "Bản này thay thế bản đã cấp lúc 09:20 16/11/2026 cùng số; lý do: ghi sai địa chỉ",
        "Địa chỉ: 45 Lê Lợi, Nha Trang",
    )
    assert list(queries.forms_of(province.actor("counter"), moved.id)) == [old, new]
    with pytest.raises(services.FormAlreadyVoided):
        services.correct_form(old.pk, reason="lần nữa", actor=province.actor("counter"), at=MONDAY + hours(4))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_correction_needs_a_reason(province: Province, reason: str) -> None:
    at_counter(province, c.Accept())
    form = the_form(FormKind.RECEIPT)

    with pytest.raises(BadInput):
        services.correct_form(form.pk, reason=reason, actor=province.actor("counter"), at=MONDAY)

    assert list(IssuedForm.objects.values_list("pk", "voided_at")) == [(form.pk, None)]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("commune_counter", NotFound), ("commune_case", NotFound), ("case", NotAllowed), ("leader", NotAllowed)],
)
def test_correction_by_others_is_refused(province: Province, who: str, refusal: type[Exception]) -> None:
    at_counter(province, c.Accept())
    form = the_form(FormKind.RECEIPT)

    with pytest.raises(refusal):
        services.correct_form(form.pk, reason="sai", actor=province.actor(who), at=MONDAY)

    assert list(IssuedForm.objects.values_list("pk", "voided_at")) == [(form.pk, None)]


def test_void_without_a_new_one(province: Province) -> None:
    at_counter(province, c.Accept())
    form = the_form(FormKind.RECEIPT)
    services.void_form(form.pk, reason="cấp nhầm", actor=province.actor("head"), at=MONDAY)

    assert not IssuedForm.objects.filter(voided_at=None).exists()


def test_rectifying_a_refusal_voids_its_paper(province: Province) -> None:
    moved = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY)
    give_command(moved.id, c.Refuse("Nhầm thẩm quyền"), actor=province.actor("counter"), at=MONDAY + hours(1))
    head = province.actor("head")
    rectify = c.Rectify("Từ chối nhầm", approver_id=head.id, to_state=State.SUBMITTED, told=True)
    give_command(moved.id, rectify, actor=head, at=MONDAY + hours(2))

    form = IssuedForm.objects.get(kind=FormKind.REFUSAL)
    assert (form.voided_at, form.void_reason) == (MONDAY + hours(2), "Từ chối nhầm")


def test_other_agencies_see_no_form(province: Province) -> None:
    moved = at_counter(province, c.Accept())
    stranger = province.actor("commune_counter")

    assert list(queries.forms_of(stranger, moved.id)) == []
    with pytest.raises(NotFound):
        queries.get_form(stranger, the_form(FormKind.RECEIPT).pk)


def test_register_of_a_desk(province: Province) -> None:
    whole_life(province)
    at_counter(province, c.Accept(), submitter=PartyData("Trần Văn Bảy", phone="0912000111", address="Diên Khánh"))
    at_counter(province, c.Accept(), at=MONDAY + timedelta(days=1))

    printed_list = services.issue_register(
        province.desk.pk, first_on=date(2026, 11, 16), last_on=date(2026, 11, 16), actor=province.actor("counter"),
        at=MONDAY + timedelta(days=3),
    )  # fmt: skip

    assert (printed_list.kind, printed_list.rows, printed_list.pages) == ("register", 2, 1)
    with services.open_file(printed_list.file_id).stream as stream:
        text = re.sub(r"\s+", " ", PdfReader(stream).pages[0].extract_text())
    assert_says(
        text,
        "SỔ THEO DÕI HỒ SƠ",
        "1 H32.16-261116-0001",
        "2 H32.16-261116-0002",
        "Trần Văn Bảy",
        "Diên Khánh; 0912000111",
        "16/11/2026 19/11/2026 18/11/2026",
        "Đã nhận",
        "Sổ này có 2 hồ sơ.",
        "Lê Thị Quầy",
    )
    assert list(queries.lists_of(province.actor("counter"), province.desk)) == [printed_list]
    assert list(queries.lists_of(province.actor("case"), province.desk)) == []


def test_procedure_list_of_a_desk(province: Province) -> None:
    issued = services.issue_procedure_list(province.desk.pk, actor=SYSTEM, at=MONDAY)

    with services.open_file(issued.file_id).stream as stream:
        text = re.sub(r"\s+", " ", PdfReader(stream).pages[0].extract_text())
    assert issued.rows == 1
    assert_says(
        text,
        "I. Hoạt động xây dựng (1 thủ tục)",
        "1.001193",
        "03 ngày làm việc",
        "50.000 đ",
        "Trực tiếp, Trực tuyến, Bưu chính",
    )


def test_lists_are_for_the_desks_own_officers(province: Province) -> None:
    window = {"first_on": date(2026, 11, 16), "last_on": date(2026, 11, 16)}
    for who in ("case", "commune_counter"):
        with pytest.raises(NotAllowed):
            services.issue_register(province.desk.pk, actor=province.actor(who), at=MONDAY, **window)
        with pytest.raises(NotAllowed):
            services.issue_procedure_list(province.desk.pk, actor=province.actor(who), at=MONDAY)
    with pytest.raises(BadInput):
        services.issue_register(
            province.desk.pk, first_on=date(2026, 12, 31), last_on=date(2027, 1, 1), actor=SYSTEM, at=MONDAY
        )
    assert not IssuedList.objects.exists()
    assert not StoredFile.objects.exists()


def test_register_that_one_volume_cannot_hold_is_refused(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    at_counter(province, c.Accept())
    at_counter(province, c.Accept())
    monkeypatch.setattr(lists, "MOST_ROWS", 1)

    with pytest.raises(BadInput, match=r"^Sổ có 2 hồ sơ; một quyển in tối đa 1\."):
        services.issue_register(
            province.desk.pk, first_on=MONDAY.date(), last_on=MONDAY.date(), actor=SYSTEM, at=MONDAY
        )
