"""The printed forms: labels in order, sizes, page numbers, breaking, literal text, same bytes."""

from __future__ import annotations

import io
import itertools
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from pypdf import PdfReader

from motcua.documents import contexts as c
from motcua.documents import rendering, specimens
from motcua.documents.form_sets import (
    FormKind,
    FormNotInForce,
    FormTemplate,
    UnknownFormKey,
    all_forms,
    form_by_key,
    form_for,
)
from motcua.documents.wording import date_words, moment_words, printable
from motcua.law.moments import VIETNAM

TODAY = date(2026, 11, 21)
A5 = (419.53, 595.28)
A4 = (595.28, 841.89)
VIETNAMESE = "aăâeêioôơuưyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵđbcghklmnpqrstvx"

LABELS = {
    FormKind.RECEIPT: (
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "Mã hồ sơ: H32.16-261121-0001",
        "Đơn vị tiếp nhận:",
        "Tiếp nhận hồ sơ của: Nguyễn Thị Ánh Tuyết",
        "Địa chỉ:",
        "Số điện thoại:",
        "Email:",
        "Nội dung yêu cầu giải quyết:",
        "Thành phần hồ sơ nộp gồm:",
        "Số lượng hồ sơ: 01 (bộ)",
        "Phí, lệ phí: 75.000 đ",
        "Thời gian giải quyết hồ sơ theo quy định là: 03 ngày làm việc",
        "Thời gian nhận hồ sơ: 08 giờ 15 phút, ngày 23 tháng 11 năm 2026",
        "Thời gian trả kết quả giải quyết hồ sơ: 16 giờ 00 phút, ngày 26 tháng 11 năm 2026",
        "Đăng ký nhận kết quả tại:",
        "Vào Sổ theo dõi hồ sơ, Quyển số: 2 Số thứ tự: 105",
        "NGƯỜI NỘP HỒ SƠ",
        "(Ký và ghi rõ họ tên)",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        "(Ký và ghi rõ họ tên)",
    ),
    FormKind.SUPPLEMENT: (
        "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
        "Mã hồ sơ:",
        "Hồ sơ của:",
        "Nội dung yêu cầu giải quyết:",
        "Địa chỉ:",
        "Số điện thoại:",
        "Email:",
        "Yêu cầu hoàn thiện hồ sơ gồm những nội dung sau:",
        "1. ",
        "2. ",
        "Lý do:",
        "Trong quá trình thực hiện, nếu có vướng mắc",
        "NGƯỜI HƯỚNG DẪN",
        "(Ký và ghi rõ họ tên)",
    ),
    FormKind.REFUSAL: (
        "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ",
        "Tiếp nhận hồ sơ của:",
        "Địa chỉ:",
        "Số điện thoại:",
        "Email:",
        "Nội dung yêu cầu giải quyết:",
        "với lý do cụ thể như sau:",
        "Xin thông báo để ông/bà được biết",
        "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
    ),
    FormKind.APOLOGY: (
        "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT",
        "Mã hồ sơ:",
        "Kính gửi: Ông/Bà Nguyễn Thị Ánh Tuyết",
        "được tiếp nhận lúc 08 giờ 15 phút, ngày 23 tháng 11 năm 2026",
        "Thời gian hẹn trả kết quả: 16 giờ 00 phút, ngày 26 tháng 11 năm 2026",
        "Lý do:",
        "xin lỗi ông/bà",
        "đề nghị gia hạn thời gian giải quyết thêm 03 ngày làm việc",
        "16 giờ 00 phút, ngày 01 tháng 12 năm 2026",
        "Đây là lần hẹn lại thứ 1",
        "Nơi nhận:",
        "CHỦ TỊCH",
    ),
    FormKind.STOP: (
        "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ",
        "Mã hồ sơ:",
        "Kính gửi: Ông/Bà Nguyễn Thị Ánh Tuyết",
        "Ngày đề nghị dừng giải quyết: ngày 24 tháng 11 năm 2026",
        "Giai đoạn giải quyết: Thẩm định hồ sơ",
        "quyết định số 118/QĐ-UBND",
        "Lý do:",
        "Giấy tờ trả lại:",
        "Xử lý phí, lệ phí:",
        "Nơi nhận:",
        "- Lưu: VT, hồ sơ.",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Phạm Quốc Vượng",
    ),
    FormKind.CONTROL_SLIP: (
        "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
        "Mã hồ sơ:",
        "Cơ quan (bộ phận) giải quyết hồ sơ:",
        "Cơ quan phối hợp giải quyết hồ sơ:",
        "Ngày nhận hồ sơ:",
        "Ngày, giờ hẹn trả kết quả:",
        "Quyển số: 2 Số thứ tự: 105",
        "TÊN CƠ QUAN",
        "THỜI GIAN GIAO, NHẬN HỒ SƠ",
        "KẾT QUẢ GIẢI QUYẾT HỒ SƠ",
        "GHI CHÚ",
        "1. Giao: Trung tâm Phục vụ hành chính công",
        "2. Nhận: Phòng Kinh tế, Hạ tầng và Đô thị",
        "Người giao",
        "Người nhận",
        "Trước hạn",
        "Đúng hạn",
        "Quá hạn",
        "Chờ ý kiến phối hợp",
    ),
    FormKind.REGISTER: (
        "SỔ THEO DÕI HỒ SƠ",
        "Quyển số: 2",
        "TT",
        "Mã hồ sơ",
        "Tên TTHC",
        "Số lượng hồ sơ (bộ)",
        "Tên cá nhân, tổ chức",
        "Địa chỉ, số điện thoại",
        "Cơ quan chủ trì giải quyết",
        "Nhận hồ sơ",
        "Hẹn trả kết quả",
        "Trả kết quả",
        "(13)",
        "Sổ này có 24 hồ sơ.",
        "NGƯỜI LẬP SỔ",
        "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ",
    ),
    FormKind.RETURN_REPLY: (
        "THÔNG BÁO HỒ SƠ KHÔNG ĐỦ ĐIỀU KIỆN GIẢI QUYẾT",
        "Mã hồ sơ:",
        "Kính gửi:",
        "Căn cứ:",
        "- Luật Xây dựng",
        "không đủ điều kiện giải quyết",
        "Lý do:",
        "Hướng dẫn:",
        "Giấy tờ trả lại:",
        "có quyền khiếu nại hoặc khởi kiện theo quy định của pháp luật",
        "Nơi nhận:",
        "CHỦ TỊCH",
    ),
    FormKind.RESULT_RECEIPT: (
        "GIẤY BIÊN NHẬN TRẢ KẾT QUẢ",
        "Tên thủ tục hành chính:",
        "Chủ hồ sơ:",
        "Người trả:",
        "Người nhận:",
        "Loại kết quả",
        "Số",
        "Trích yếu",
        "112/GPXD",
        "Ngày trả: 16 giờ 00 phút, ngày 26 tháng 11 năm 2026",
        "NGƯỜI NHẬN KẾT QUẢ",
        "NGƯỜI TRẢ KẾT QUẢ",
    ),
    FormKind.PROCEDURE_LIST: (
        "DANH MỤC THỦ TỤC HÀNH CHÍNH ĐƯỢC TIẾP NHẬN, GIẢI QUYẾT",
        "tại Trung tâm Phục vụ hành chính công phường Nha Trang",
        "Mã TTHC",
        "Tên thủ tục hành chính",
        "Thời hạn giải quyết",
        "Phí, lệ phí",
        "Cách nộp",
        "I. Hộ tịch (2 thủ tục)",
        "1.001193",
        "II. Chứng thực (1 thủ tục)",
        "Danh mục này có 3 thủ tục hành chính thuộc 2 lĩnh vực.",
    ),
    FormKind.CONSULTATION: (
        "Số: 45/SXD-QLXD",
        "CÔNG VĂN LẤY Ý KIẾN",
        "Mã hồ sơ:",
        "Kính gửi: Bộ Chỉ huy Quân sự tỉnh",
        "công trình quốc phòng",
        "Giấy tờ gửi kèm:",
        "1. Bản vẽ thiết kế xây dựng",
        "Thời hạn trả lời: 16 giờ 00 phút, ngày 26 tháng 11 năm 2026",
        "https://motcua.khanhhoa.gov.vn/hoi-y-kien/vi-du/",
        "việc không trả lời được ghi nhận",
        "Nơi nhận:",
        "CHỦ TỊCH",
    ),
    FormKind.HAND_OVER: (
        "Số: 12/2026/DSBG-NT",
        "DANH SÁCH BÀN GIAO HỒ SƠ THỦ TỤC HÀNH CHÍNH",
        "Chốt lúc 15 giờ 00 phút, ngày 23 tháng 11 năm 2026",
        "Bên giao: Trung tâm Phục vụ hành chính công phường Nha Trang",
        "Bên nhận: Phòng Kinh tế, Hạ tầng và Đô thị",
        "TT",
        "Mã hồ sơ",
        "Giấy tờ",
        "Kết quả giao nhận",
        "H32.16-261123-0003",
        "Bên nhận từ chối: thiếu bản vẽ",
        "Danh sách này có 7 hồ sơ.",
        "BÊN GIAO",
        "Đã ký trên hệ thống lúc 15:10 23/11/2026",
        "BÊN NHẬN",
        "Đã ký trên hệ thống lúc 15:40 23/11/2026",
    ),
}

RECEIPT = specimens.specimen(FormKind.RECEIPT)
assert isinstance(RECEIPT, c.Receipt)


def form(kind: FormKind, on: date = TODAY) -> FormTemplate:
    return form_for(kind, on=on)


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def pages_of(pdf: bytes) -> list[str]:
    return [squeeze(page.extract_text()) for page in read(pdf).pages]


def text_of(context: c.Context, kind: FormKind = FormKind.RECEIPT, on: date = TODAY) -> str:
    return " ".join(pages_of(rendering.render(form(kind, on), context).pdf))


def assert_in_order(text: str, parts: tuple[str, ...]) -> None:
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"“{part}” không có sau vị trí {at}: {text[at : at + 300]}"
        at = found + len(part)


@pytest.mark.parametrize("kind", list(FormKind))
def test_form_has_its_labels_in_order_under_the_national_heading(kind: FormKind) -> None:
    text = text_of(specimens.specimen(kind), kind)

    assert_in_order(text, ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"))
    assert_in_order(text, LABELS[kind])


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (FormKind.RECEIPT, A5),
        (FormKind.SUPPLEMENT, A5),
        (FormKind.REFUSAL, A5),
        (FormKind.STOP, A5),
        (FormKind.CONTROL_SLIP, A5),
        (FormKind.RESULT_RECEIPT, A5),
        (FormKind.REGISTER, A4[::-1]),
        (FormKind.RETURN_REPLY, A4),
        (FormKind.PROCEDURE_LIST, A4),
        (FormKind.CONSULTATION, A4),
        (FormKind.HAND_OVER, A4[::-1]),
    ],
)
def test_paper_size_and_page_count(kind: FormKind, size: tuple[float, float]) -> None:
    rendered = rendering.render(form(kind), specimens.specimen(kind))

    boxes = [page.mediabox for page in read(rendered.pdf).pages]
    assert rendered.pages == len(boxes) == (3 if kind is FormKind.REGISTER else 1)
    assert {(round(float(box.width)), round(float(box.height))) for box in boxes} == {(round(size[0]), round(size[1]))}


def test_archival_and_accessible_pdf_with_only_the_shipped_fonts() -> None:
    reader = read(rendering.render(form(FormKind.RECEIPT), RECEIPT).pdf)

    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    assert reader.metadata is not None
    assert reader.metadata.title == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
    fonts = {str(font["/BaseFont"]) for page in reader.pages for font in _fonts(page)}
    assert {name.split("+")[1].split("-")[0] for name in fonts} == {"Tinos"}


def _fonts(page: object) -> list[dict[str, object]]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]


@pytest.mark.parametrize("cut", ["Regular", "Bold", "Italic", "BoldItalic"])
def test_every_vietnamese_letter_is_drawn_in_every_cut(cut: str) -> None:
    from motcua.documents.wording import FONTS, _cmap

    covered = _cmap((FONTS / f"Tinos-{cut}.ttf").read_bytes())

    assert [letter for letter in VIETNAMESE + VIETNAMESE.upper() if ord(letter) not in covered] == []


def test_every_vietnamese_letter_comes_back_from_the_paper() -> None:
    letters = f"{VIETNAMESE} {VIETNAMESE.upper()}"
    context = replace(RECEIPT, request=letters)

    assert letters.replace(" ", "") in text_of(context).replace(" ", "")


def test_pages_are_numbered_through_the_whole_paper() -> None:
    register = rendering.render(form(FormKind.REGISTER), specimens.specimen(FormKind.REGISTER))

    assert [re.findall(r"Trang \d+/\d+", page) for page in pages_of(register.pdf)] == [
        ["Trang 1/3"],
        ["Trang 2/3"],
        ["Trang 3/3"],
    ]


def test_each_copy_is_numbered_by_itself() -> None:
    papers = tuple(c.PaperLine(f"Giấy tờ số {n}", originals=1) for n in range(1, 41))
    context = replace(RECEIPT, papers=papers, copies=("Liên 1: Lưu", "Liên 2: Giao khách hàng"))

    pages = pages_of(rendering.render(form(FormKind.RECEIPT), context).pdf)

    numbers = [re.findall(r"Trang (\d+)/(\d+)", page)[0] for page in pages]
    half = len(pages) // 2
    assert half == 2
    assert len(pages) == 4
    assert numbers == [("1", "2"), ("2", "2"), ("1", "2"), ("2", "2")]
    assert "(Liên 1: Lưu)" in pages[0]
    assert "(Liên 2: Giao khách hàng)" in pages[2]


def test_long_name_and_forty_papers_break_with_repeated_header_and_signed_with_text() -> None:
    name = "Công Tằng Tôn Nữ Thị Phương Thảo Nguyên Hoàng Bảo Ngọc Trân Châu"
    papers = tuple(
        c.PaperLine(f"Giấy tờ thứ {n}, tên dài để phải xuống dòng trong bảng thành phần hồ sơ", originals=1)
        for n in range(1, 41)
    )
    context = replace(RECEIPT, submitter=replace(RECEIPT.submitter, name=name), papers=papers)

    pages = pages_of(rendering.render(form(FormKind.RECEIPT), context).pdf)

    assert len(name) >= 60
    assert len(pages) == 3
    assert name in pages[0]
    assert name in pages[2]
    assert all("Bản chính" in page for page in pages)
    assert "NGƯỜI NỘP HỒ SƠ" in pages[2]
    assert "Đăng ký nhận kết quả tại" in pages[2]
    assert [n for n in range(1, 41) if f"Giấy tờ thứ {n}," not in " ".join(pages)] == []


def test_register_of_many_pages_repeats_its_header_and_keeps_every_row() -> None:
    register = specimens.specimen(FormKind.REGISTER)
    assert isinstance(register, c.Register)
    rows = tuple(replace(register.rows[0], serial=n, code=f"H32.16-261123-{n:04d}") for n in range(1, 201))

    pages = pages_of(rendering.render(form(FormKind.REGISTER), replace(register, rows=rows)).pdf)

    with_rows = [page for page in pages if "H32.16-" in page]
    assert len(with_rows) > 10
    assert all("Mã hồ sơ" in page and "(13)" in page for page in with_rows)
    codes = re.findall(r"H32\.16-261123-\d{4}", " ".join(pages))
    assert codes == [row.code for row in rows]
    assert "Sổ này có 200 hồ sơ." in pages[-1]


def test_empty_register_says_so() -> None:
    register = specimens.specimen(FormKind.REGISTER)
    assert isinstance(register, c.Register)

    assert "Không có hồ sơ trong thời gian này." in text_of(replace(register, rows=()), FormKind.REGISTER)


def test_empty_fields_print_lines_to_be_filled() -> None:
    context = replace(
        RECEIPT,
        head=c.Head(parent="UBND xã Định Mỹ", office="Trung tâm", place="Định Mỹ", on=date(2026, 2, 5)),
        submitter=c.Party(name=""),
        request="",
        papers=(),
        limit="",
        due_at=None,
        return_at="",
        receiver="",
        fee_vnd=None,
        book=None,
        serial=None,
        contact=c.Contact(),
    )

    text = text_of(context)

    for label in ("Số", "Tiếp nhận hồ sơ của", "Địa chỉ", "Email", "Thành phần hồ sơ nộp gồm", "Quyển số", "Số thứ tự"):
        assert re.search(rf"{label}: ?(\. ?){{5}}", text), label
    assert "Định Mỹ, ngày 05 tháng 02 năm 2026" in text
    assert "Phí, lệ phí" not in text
    assert "Mã hồ sơ" not in text
    assert "Chủ hồ sơ" not in text


def test_optional_blocks_of_the_receipt() -> None:
    late = specimens.DUE + timedelta(days=5)
    context = replace(
        RECEIPT,
        owner=specimens.OWNER,
        fee_vnd=1_250_000,
        fee_note="đã nộp trực tuyến",
        stages=(c.StageDue("Thẩm định", "05 ngày làm việc", specimens.DUE), c.StageDue("Cấp phép", "03 ngày", late)),
        papers=(c.PaperLine("Đơn", electronic=1),),
        dossiers=(c.DossierLine("H32.16-261121-0002", "Trần Văn Bảy", "Đăng ký biến động", late),),
    )

    assert_in_order(
        text_of(context),
        (
            "Chủ hồ sơ: Công ty TNHH Thương mại và Dịch vụ Đại Dương Xanh",
            "Địa chỉ chủ hồ sơ: Phường Ninh Hòa, tỉnh Khánh Hòa",
            "Bản điện tử",
            "Danh sách hồ sơ:",
            "H32.16-261121-0002 Trần Văn Bảy Đăng ký biến động 16:00 01/12/2026",
            "Phí, lệ phí: 1.250.000 đ (đã nộp trực tuyến)",
            "Giai đoạn 1: Thẩm định (05 ngày làm việc), trả kết quả lúc 16 giờ 00 phút, ngày 26 tháng 11 năm 2026",
            "Giai đoạn 2: Cấp phép (03 ngày), trả kết quả lúc 16 giờ 00 phút, ngày 01 tháng 12 năm 2026",
        ),
    )


def test_batch_certification_sums_pages_and_copies() -> None:
    lines = (c.CertificationLine("Bằng tốt nghiệp", 2, 5), c.CertificationLine("Học bạ", 11, 3))

    assert_in_order(
        text_of(replace(RECEIPT, certification=lines)),
        ("Tên giấy tờ chứng thực", "Số trang", "Số bản", "1 Bằng tốt nghiệp 2 5", "2 Học bạ 11 3", "Cộng 13 8"),
    )


def test_electronic_copy_is_signed_by_the_officer_alone() -> None:
    text = text_of(replace(RECEIPT, head=replace(RECEIPT.head, electronic=True)))

    assert text.startswith("Chữ ký số của Tổ chức")
    assert "NGƯỜI NỘP HỒ SƠ" not in text
    assert_in_order(text, ("NGƯỜI TIẾP NHẬN HỒ SƠ", "(Ký số)", "Lê Hoàng Minh"))


def test_corrected_paper_names_the_one_it_replaces() -> None:
    sentence = "Giấy này thay thế giấy số 99/TTPVHCC; lý do: ghi sai địa chỉ."

    assert sentence in text_of(replace(RECEIPT, head=replace(RECEIPT.head, replaces=sentence)))


def test_control_slip_leaves_room_for_rows_by_hand() -> None:
    slip = specimens.specimen(FormKind.CONTROL_SLIP)
    assert isinstance(slip, c.ControlSlip)

    text = text_of(replace(slip, rows=(), blank_rows=2, cooperating=()), FormKind.CONTROL_SLIP)

    assert text.count("1. Giao:") == text.count("2. Nhận:") == 2
    assert text.count("Trước hạn Đúng hạn Quá hạn") == 2


def test_drawn_signature_is_part_of_the_result_receipt() -> None:
    receipt = specimens.specimen(FormKind.RESULT_RECEIPT)
    png = rendering.preview_png(form(FormKind.RECEIPT), RECEIPT, ppi=20)

    signed = rendering.render(form(FormKind.RESULT_RECEIPT), replace(receipt, drawn_signature=png))

    drawn = read(signed.pdf).pages[0]["/Resources"]["/XObject"].values()
    assert "/Image" in {item.get_object()["/Subtype"] for item in drawn}


HOSTILE = [
    "#set text(fill: red)",
    "#panic()",
    "*đậm* _nghiêng_ `mã` $x^2$",
    '"); #read("/etc/passwd")',
    "\\u{41} <nhãn> @ai = Tiêu đề",
    "// chú thích /* khối */ ~ -- ---",
    "{{ 7*7 }} [link](x) - + 1.",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_prints_literally(text: str) -> None:
    context = replace(RECEIPT, submitter=replace(RECEIPT.submitter, name=text, address=text), request=text)

    printed = text_of(context)

    assert f"Tiếp nhận hồ sơ của: {text}" in printed
    assert f"Địa chỉ: {text}" in printed
    assert f"Nội dung yêu cầu giải quyết: {text}" in printed


def test_letters_without_glyph_and_unseen_signs_do_not_stop_or_turn_the_paper() -> None:
    assert printable("Anh 😀 李\u202ecba\x00\u200b") == "Anh □ □cba"
    assert printable("Thuy\u0309") == "Thuỷ"
    assert printable("a\r\nb\tc\u2028d") == "a\nb c\nd"
    text = text_of(replace(RECEIPT, submitter=replace(RECEIPT.submitter, name="Lý 😀 李")))
    assert "Tiếp nhận hồ sơ của: Lý □ □" in text


def test_same_context_gives_the_same_bytes_also_in_another_process() -> None:
    here = rendering.render(form(FormKind.RECEIPT), RECEIPT)
    rendering.render(form(FormKind.STOP), specimens.specimen(FormKind.STOP))
    again = rendering.render(form(FormKind.RECEIPT), RECEIPT)
    program = (
        "from datetime import date; from motcua.documents import rendering, specimens;"
        "from motcua.documents.form_sets import FormKind, form_for;"
        "print(rendering.render(form_for(FormKind.RECEIPT, on=date(2026, 11, 21)),"
        " specimens.specimen(FormKind.RECEIPT)).sha256)"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()

    assert here == again
    assert here.sha256 == elsewhere


def test_wrong_context_for_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="Refusal"):
        rendering.render(form(FormKind.REFUSAL), RECEIPT)


def test_previews_draw_one_page() -> None:
    png = rendering.preview_png(form(FormKind.REGISTER), specimens.specimen(FormKind.REGISTER), page=3)
    svg = rendering.preview_svg(form(FormKind.RECEIPT), RECEIPT)

    assert png.startswith(b"\x89PNG")
    assert svg.startswith(b"<svg")
    with pytest.raises(IndexError, match="page 4 of 3"):
        rendering.preview_png(form(FormKind.REGISTER), specimens.specimen(FormKind.REGISTER), page=4)


@pytest.mark.parametrize(
    ("on", "key", "number", "desk"),
    [
        (date(2025, 6, 30), "2018/control_slip", "Mẫu số 05", "Bộ phận Tiếp nhận và Trả kết quả"),
        (date(2025, 7, 1), "2018-transition/control_slip", "Mẫu số 05", "Trung tâm Phục vụ hành chính công"),
        (date(2025, 9, 14), "2018-transition/control_slip", "Mẫu số 05", "Trung tâm Phục vụ hành chính công"),
        (date(2025, 9, 15), "2025/control_slip", "Mẫu số 06", "Trung tâm Phục vụ hành chính công"),
    ],
)
def test_form_follows_the_day(on: date, key: str, number: str, desk: str) -> None:
    found = form_for(FormKind.CONTROL_SLIP, on=on)

    assert (found.key, found.number, found.desk_name) == (key, number, desk)
    assert form_by_key(key) == found


def test_no_day_has_two_forms_of_one_kind_and_unseen_bodies_say_so() -> None:
    for kind in FormKind:
        spans = sorted((f.valid_from, f.valid_to or date.max) for f in all_forms() if f.kind == kind)
        assert all(before[1] < after[0] for before, after in itertools.pairwise(spans)), kind
    sources = {f.kind: (f.body_source, f.confirmed) for f in all_forms() if f.key.startswith("2025/")}
    assert sources.pop(FormKind.STOP) == ("own", False)
    assert set(sources.values()) == {("2018", False)}


def test_stop_notice_does_not_exist_before_2025_set() -> None:
    with pytest.raises(FormNotInForce) as refused:
        form_for(FormKind.STOP, on=date(2025, 9, 14))

    assert refused.value.message == "Ngày 14/09/2025 chưa có mẫu “Thông báo dừng giải quyết hồ sơ” đang có hiệu lực."
    with pytest.raises(UnknownFormKey):
        form_by_key("2031/receipt")


def test_wording() -> None:
    utc_evening = datetime(2026, 3, 4, 23, 5, tzinfo=VIETNAM)

    assert moment_words(utc_evening) == "23 giờ 05 phút, ngày 04 tháng 3 năm 2026"
    assert date_words(date(2026, 12, 31)) == "ngày 31 tháng 12 năm 2026"
