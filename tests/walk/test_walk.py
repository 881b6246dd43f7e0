"""One story after another through the running program in a real browser, as a citizen and as officers.

Nothing is called but addresses that a person opens, and each step asserts what that person reads. A step that the
program lost ends the story. `MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import segno
from tests.faces.browser import OFFICE, PHONE, chromium
from tests.walk.people import CITIZEN, Citizen, Officer, build_walked_province, letters, read_pdf, write_pdf
from tests.walk.town import Town, town

from motcua.dossiers.checkpoints import CheckpointStore
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.verify import verify_ledger
from motcua.law.moments import VIETNAM

pytestmark = pytest.mark.browser

MONDAY = datetime(2026, 11, 16, 8, 30, tzinfo=VIETNAM)
HOUSE = "Cấp giấy phép xây dựng nhà ở riêng lẻ"
DEPARTMENT = "Sở Xây dựng"
CENTRE = "Trung tâm Phục vụ hành chính công tỉnh"
LONG_NAME = "Công Tằng Tôn Nữ Hoàng Thị Phương Thảo Nguyên Bảo Thanh Ngọc"


@pytest.fixture
def place(committed_db, tmp_path: Path) -> Iterator[Town]:
    build_walked_province()
    with town(tmp_path / "home", committed_db.url) as running:
        running.move_to(MONDAY)
        yield running


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return write_pdf(tmp_path / "to-khai.pdf", "= Tờ khai xây dựng")


def states_of(dossier: Dossier) -> list[str]:
    """The kinds of the dossier's entries, in order, without their common head."""
    kinds = LedgerEntry.objects.filter(dossier=dossier).order_by("seq").values_list("kind", flat=True)
    return [kind.removeprefix("dossier.") for kind in kinds]


def assert_ledger_holds(tmp_path: Path) -> None:
    report = verify_ledger(CheckpointStore(tmp_path / "checkpoints", "khoa"))
    assert report.faults == ()
    assert report.dossiers == Dossier.objects.count()


def hand_in(citizen: Citizen, form: Path) -> str:
    """From the search field to the receipt; returns the code that stands on it."""
    page = citizen.page
    citizen.go("/")
    citizen.sees("Ông/bà cần làm thủ tục gì?")
    citizen.look("citizen-home")
    page.get_by_role("searchbox").fill("giay phep xay dung nha o")
    citizen.click("button", "Tìm")
    citizen.sees("Tìm thấy 1 thủ tục.")
    citizen.look("citizen-search")
    citizen.click("link", HOUSE)
    citizen.heading(HOUSE)
    citizen.sees("3 ngày làm việc", "50.000 đ", "Giấy tờ cần chuẩn bị", "Tờ khai", "1 bản chính")
    citizen.look("citizen-procedure")
    citizen.click("button", "Nộp hồ sơ")

    citizen.sees("Bước 1/5", "Nộp tại đâu?")
    citizen.look("citizen-step-1-place")
    page.get_by_label(CENTRE).check()
    citizen.click("button", "Tiếp tục")
    citizen.sees("Bước 2/5")
    citizen.fill("Họ và tên", CITIZEN)
    citizen.fill("Số định danh", "05619000012")
    citizen.fill("Số điện thoại", "0905 123 456")
    citizen.fill("Địa chỉ", "12 Trần Phú, phường Nha Trang, tỉnh Khánh Hòa")
    page.get_by_label("Tôi nộp cho chính mình").check()
    citizen.click("button", "Tiếp tục")
    citizen.sees("1 chỗ cần sửa trước khi tiếp tục", "Số định danh phải có 12 chữ số")
    citizen.look("citizen-step-2-error")
    assert page.get_by_label("Họ và tên").input_value() == CITIZEN
    citizen.fill("Số định danh", "056190000123")
    citizen.look("citizen-step-2-submitter")
    citizen.click("button", "Tiếp tục")
    citizen.sees("Bước 3/5")
    citizen.upload("Chọn tệp cho Tờ khai", form)
    citizen.look("citizen-step-3-papers")
    citizen.click("button", "Tiếp tục")
    citizen.sees("Bước 4/5")
    page.get_by_label("Nhận bản điện tử trên cổng này").check()
    page.get_by_label("Đến nhận tại Bộ phận Một cửa").check()
    citizen.look("citizen-step-4-return")
    citizen.click("button", "Tiếp tục")
    citizen.sees("Bước 5/5", "056190000123", "to-khai.pdf", "Chưa có tệp cho 1 giấy tờ.")
    citizen.look("citizen-step-5-review")
    citizen.click("button", "Gửi hồ sơ")
    citizen.sees("Ông/bà đánh dấu cam đoan trước khi gửi.")
    page.get_by_label("Tôi cam đoan").check()
    citizen.click("button", "Gửi hồ sơ")
    citizen.heading("Đã nhận hồ sơ gửi trực tuyến")
    return str(page.locator(".big-code").inner_text())


def test_online_dossier_from_search_to_result(place: Town, form: Path, tmp_path: Path) -> None:
    drawing = write_pdf(tmp_path / "ban-ve.pdf", "= Bản vẽ có chữ ký")
    permit = write_pdf(tmp_path / "giay-phep.pdf", "= Giấy phép xây dựng số 15")
    with chromium() as browser:
        citizen = Citizen(browser, place.url, PHONE)
        clerk, case = Officer(browser, place.url, OFFICE), Officer(browser, place.url, OFFICE)

        # Monday 08:30. The citizen hands in and holds a receipt.
        code = hand_in(citizen, form)
        assert code == "H32.16-261116-0001"
        citizen.sees("08:30 thứ Hai 16/11/2026", "Cán bộ trả lời chậm nhất", "08:30 thứ Ba 17/11/2026")
        citizen.look("citizen-receipt")
        (key,) = place.row("SELECT access_key FROM dossiers_dossier WHERE code = %s", code)
        said = segno.make(f"{place.url}/h/{key}/", error="m", micro=False).svg_inline(border=2, omitsize=True)
        drawn = citizen.page.locator(".qr svg path").get_attribute("d")
        assert drawn
        assert f'd="{drawn}"' in said
        passer_by = Citizen(browser, place.url, PHONE)
        passer_by.go(f"/h/{key}/")
        passer_by.heading(HOUSE)
        citizen.click("link", "Theo dõi hồ sơ")
        citizen.reads_state("Chờ tiếp nhận")
        citizen.sees("Còn 1 ngày làm việc", "Chờ cán bộ kiểm tra hồ sơ", "Tiếp nhận, hoặc yêu cầu hoàn thiện")
        citizen.look("citizen-submitted")

        # 09:20. The desk sees it in the queue with what is left of eight working hours, and asks for completion.
        place.move_to(MONDAY + timedelta(minutes=50))
        clerk.sign_in("counter")
        clerk.heading("Chờ tiếp nhận")
        clerk.sees(
            "Còn 7 giờ 10 phút làm việc", "trả lời trước 17/11/2026 08:30", code, CITIZEN, "056••••••123", "090•••3456"
        )
        clerk.look("desk-queue-online")
        clerk.click("link", code)
        clerk.heading(code)
        clerk.reads_state("Chờ tiếp nhận")
        clerk.sees("Còn 7 giờ 10 phút làm việc", "Người nộp gửi hồ sơ")
        clerk.look("desk-dossier-submitted")
        clerk.click("link", "Giấy tờ")
        clerk.sees("to-khai.pdf")
        opened = clerk.fetch(clerk.page.get_by_role("link", name="to-khai.pdf"))
        assert opened == form.read_bytes()
        clerk.look("desk-papers")
        clerk.click("link", "Yêu cầu hoàn thiện")
        clerk.click("button", "Yêu cầu hoàn thiện")
        clerk.sees("2 chỗ cần sửa trước khi tiếp tục")
        clerk.look("desk-ask-completion-error")
        clerk.fill("Nội dung cần hoàn thiện", "Bản vẽ thiết kế có chữ ký")
        clerk.fill("Lý do", "Hồ sơ chưa có bản vẽ")
        clerk.click("button", "Yêu cầu hoàn thiện")
        clerk.sees("đã ghi nhận")
        clerk.reads_state("Chờ hoàn thiện")
        completion = clerk.printed("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
        assert letters("Bản vẽ thiết kế có chữ ký") in completion
        clerk.look("desk-forms-completion")

        # 10:05. The citizen, on another phone, looks it up by code and the phone's last digits, and completes it.
        place.move_to(MONDAY + timedelta(minutes=95))
        citizen = Citizen(browser, place.url, PHONE)
        citizen.look_up(code, "9999")
        citizen.sees("Không có hồ sơ nào khớp cả mã và 4 chữ số này.")
        citizen.look("citizen-lookup-wrong")
        citizen.look_up(code, "3456")
        citizen.reads_state("Chờ hoàn thiện")
        citizen.sees("Ông/bà cần hoàn thiện", "Bản vẽ thiết kế có chữ ký", "Lý do: Hồ sơ chưa có bản vẽ")
        citizen.look("citizen-awaiting-completion")
        citizen.click("link", "Gửi giấy tờ")
        citizen.page.locator("input[type=file]").first.set_input_files(drawing)
        citizen.look("citizen-answer")
        citizen.click("button", "Gửi giấy tờ")
        citizen.reads_state("Chờ tiếp nhận")
        citizen.sees("Còn 1 ngày làm việc", "Ông/bà gửi lại hồ sơ đã hoàn thiện", "ban-ve.pdf")
        citizen.look("citizen-completed")

        # The desk accepts; Mẫu 01 is drawn by the worker and says code, name and due moment.
        clerk.go("/can-bo/danh-sach/cho-tiep-nhan/")
        clerk.page.get_by_role("link", name=f"Tiếp nhận {code}").click()
        clerk.sees("Đồng hồ giải quyết bắt đầu chạy.")
        clerk.look("desk-accept")
        clerk.click("button", "Tiếp nhận")
        clerk.sees("đã ghi nhận", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        receipt = clerk.printed("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        for word in (code, CITIZEN, HOUSE, "10 giờ 05 phút, ngày 19 tháng 11 năm 2026"):
            assert letters(word) in receipt
        clerk.look("desk-forms")
        citizen.page.reload()
        citizen.reads_state("Đã tiếp nhận")
        citizen.sees("Còn 3 ngày làm việc", "đến 10:05 thứ Năm 19/11/2026", f"{DEPARTMENT} đang giải quyết")
        own = citizen.fetch(citizen.page.get_by_role("link", name="Giấy tiếp nhận hồ sơ và hẹn trả kết quả"))
        assert read_pdf(own) == receipt
        citizen.look("citizen-accepted")

        # Tuesday 09:00. The case officer takes it on and asks a supplement: the clock stops.
        place.move_to(MONDAY + timedelta(days=1, minutes=30))
        case.sign_in("case")
        case.open(code)
        case.is_not_offered("Trả kết quả")
        case.click("link", "Chuyển bước xử lý")
        case.fill("Bước xử lý", "Thẩm định hồ sơ")
        case.page.get_by_label("Phòng").select_option(label="Phòng Quản lý xây dựng")
        case.page.get_by_label("Cán bộ").select_option(label="Phạm Thụ Lý, Phạm Thụ Lý")
        case.look("desk-forward")
        case.click("button", "Chuyển bước xử lý")
        case.reads_state("Đang xử lý")
        case.sees("đã ghi nhận", "Bước “Thẩm định hồ sơ”, Phòng Quản lý xây dựng, Phạm Thụ Lý.")
        case.go("/can-bo/danh-sach/viec-cua-toi/")
        case.sees("Còn 2 ngày 1 giờ làm việc", code, "Thẩm định hồ sơ")
        case.look("desk-mine")
        case.click("link", code)
        case.click("link", "Yêu cầu bổ sung")
        case.fill("Nội dung cần bổ sung", "Ảnh hiện trạng khu đất\nTrích lục bản đồ")
        case.fill("Lý do", "Cần đối chiếu thực địa")
        case.look("desk-ask-supplement")
        case.click("button", "Yêu cầu bổ sung")
        case.reads_state("Chờ bổ sung")
        case.sees("Dừng từ 17/11/2026 09:00")
        case.look("desk-dossier-paused")

        # Wednesday 15:00. The citizen supplements: what was left at the stop runs on from now.
        place.move_to(MONDAY + timedelta(days=2, hours=6, minutes=30))
        citizen.go(f"/ho-so/{code}/")
        citizen.sees("Ông/bà cần bổ sung", "Ảnh hiện trạng khu đất", "Trích lục bản đồ")
        citizen.look("citizen-awaiting-supplement")
        citizen.click("link", "Gửi giấy tờ")
        inputs = citizen.page.locator("input[type=file]")
        inputs.nth(0).set_input_files(drawing)
        inputs.nth(1).set_input_files(form)
        citizen.click("button", "Gửi giấy tờ")
        citizen.reads_state("Đang xử lý")
        citizen.sees("đến 16:05 thứ Sáu 20/11/2026")
        citizen.look("citizen-supplemented")

        # Thursday 08:30. Handing over before there is a result is refused, in words, and on record.
        place.move_to(MONDAY + timedelta(days=3))
        clerk.open(code)
        number = clerk.page.url.rstrip("/").rsplit("/", 1)[1]
        clerk.go(f"/can-bo/ho-so/{number}/viec/tra-ket-qua/")
        clerk.sign()
        clerk.click("button", "Trả kết quả")
        clerk.sees(
            "Chưa làm được", "Hồ sơ chưa có kết quả nên không thể trả kết quả. Lần thao tác này đã được ghi vào sổ."
        )
        clerk.look("desk-hand-over-too-early")
        # The case officer resolves it with a record of the result and the signed file.
        case.open(code)
        case.click("link", "Ghi nhận kết quả")
        case.fill("Số, ký hiệu", "15/GP-SXD")
        case.fill("Người ký", "Trần Văn Bình")
        case.click("button", "Ghi nhận kết quả")
        case.sees("Cần tệp đã ký, hoặc đánh dấu kết quả là bản giấy.")
        case.page.get_by_label("Tệp kết quả đã ký").set_input_files(permit)
        case.look("desk-resolve")
        case.click("button", "Ghi nhận kết quả")
        case.reads_state("Đã có kết quả")
        case.sees("Giấy phép xây dựng số 15/GP-SXD, ký 19/11/2026, Trần Văn Bình")
        case.look("desk-resolved")
        # The desk hands over against a signature drawn on its screen.
        clerk.go("/can-bo/danh-sach/cho-nhan/")
        clerk.sees("Mới giữ hôm nay", code)
        clerk.look("desk-uncollected")
        clerk.click("link", code)
        clerk.click("link", "Trả kết quả")
        clerk.click("button", "Trả kết quả")
        clerk.sees("Chưa có chữ ký người nhận")
        clerk.sign()
        clerk.look("desk-hand-over")
        clerk.click("button", "Trả kết quả")
        clerk.reads_state("Đã trả kết quả")
        clerk.sees("Bằng chứng: ký nhận.")
        clerk.look("desk-handed-over")
        clerk.click("link", "Sổ cái")
        clerk.sees("Chuỗi nguyên vẹn.", "Thử trả kết quả khi chưa có kết quả (không được)")
        clerk.look("desk-ledger")

        # The citizen reads the whole course, why the due was that day, and takes the result home.
        citizen.page.reload()
        citizen.reads_state("Đã trả kết quả")
        citizen.sees("Có kết quả trước hạn", "hạn là 16:05 thứ Sáu 20/11/2026")
        told = citizen.page.locator(".timeline .what").all_inner_texts()
        citizen.page.get_by_text("Vì sao ngày này?").click()
        citizen.sees("Thời hạn 3 ngày làm việc, tính từ 10:05 thứ Hai 16/11/2026", "hạn 16:05", "tạm dừng")
        citizen.look("citizen-finished")
        got = citizen.fetch(citizen.page.get_by_role("link", name="Tải kết quả"))
        for template in ("accepted", "supplement_asked", "resolved"):
            place.wait_for(
                "SELECT count(*) FROM notifications_notice n JOIN dossiers_dossier d ON d.id = n.dossier_id"
                " WHERE d.code = %s AND n.channel = 'sms' AND n.state = 'sent' AND n.template = %s", code, template,
            )  # fmt: skip
        faults = [*citizen.faults, *passer_by.faults, *clerk.faults, *case.faults]

    assert told == [
        "Ông/bà gửi hồ sơ",
        "Cán bộ yêu cầu hoàn thiện hồ sơ",
        "Ông/bà gửi lại hồ sơ đã hoàn thiện",
        "Hồ sơ được tiếp nhận",
        "Hồ sơ được chuyển xử lý",
        "Cơ quan yêu cầu bổ sung hồ sơ",
        "Ông/bà nộp bổ sung",
        "Đã có kết quả",
        "Đã trả kết quả",
    ]
    assert got == permit.read_bytes()
    assert faults == [], "\n".join(faults)
    dossier = Dossier.objects.get(code=code)
    assert (dossier.state, dossier.owner_name) == ("handed_over", CITIZEN)
    assert states_of(dossier) == [
        "submitted", "completion_asked", "completed", "accepted", "forwarded", "supplement_asked", "supplemented",
        "hand_over_refused", "resolved", "handed_over",
    ]  # fmt: skip
    assert_ledger_holds(tmp_path)


def type_a_person(clerk: Officer, name: str, number: str) -> None:
    """The applicant's column, by keyboard from the field of the number on."""
    keyboard = clerk.page.keyboard
    clerk.page.get_by_label("Số định danh", exact=True).focus()
    keyboard.type(number)
    for _ in range(2):  # over the button that looks the number up
        keyboard.press("Tab")
    keyboard.type(name)
    keyboard.press("Tab")
    keyboard.type("0905 222 333")


def choose_procedure(clerk: Officer, words: str) -> None:
    clerk.page.get_by_role("combobox", name="Thủ tục").focus()
    clerk.page.keyboard.type(words)
    clerk.page.keyboard.press("Tab")
    clerk.page.get_by_label("Tờ khai", exact=True).wait_for()


def test_a_morning_at_the_counter(place: Town, tmp_path: Path) -> None:
    with chromium() as browser:
        clerk, second = Officer(browser, place.url, OFFICE), Officer(browser, place.url, OFFICE)
        other, citizen = Officer(browser, place.url, OFFICE), Citizen(browser, place.url, PHONE)
        page = clerk.page

        # Reception by keyboard alone, from the list to the printed receipt.
        clerk.sign_in("counter")
        clerk.sees("Danh sách đang trống")
        clerk.look("desk-queue-empty")
        page.keyboard.press("n")
        clerk.heading("Tiếp nhận hồ sơ")
        clerk.look("desk-reception-blank")
        choose_procedure(clerk, "xay dung nha o")
        type_a_person(clerk, "Võ Thị Sáu", "056190000003")
        page.get_by_role("button", name="Đánh dấu đủ").focus()
        page.keyboard.press("Enter")
        preview = page.locator("#preview")
        for words in ("Võ Thị Sáu", "3 ngày làm việc", "50.000 đ", "08:30 thứ Năm 19/11/2026"):
            preview.get_by_text(words).first.wait_for()
        clerk.look("desk-reception")
        page.keyboard.press("Control+Enter")
        clerk.heading("H32.16-261116-0001")
        clerk.reads_state("Đã tiếp nhận")
        receipt = read_pdf(
            clerk.fetch(page.get_by_role("link", name="In giấy tiếp nhận hồ sơ và hẹn trả kết quả số 01/"))
        )
        for words in ("H32.16-261116-0001", "Võ Thị Sáu", "8 giờ 30 phút, ngày 19 tháng 11 năm 2026"):
            assert letters(words) in receipt
        clerk.look("desk-received")

        # The same person again: warned, and taken only when the clerk says so.
        page.keyboard.press("n")
        choose_procedure(clerk, "xay dung nha o")
        type_a_person(clerk, "Võ Thị Sáu", "056190000003")
        page.get_by_role("button", name="Đánh dấu đủ").press("Enter")
        page.keyboard.press("Control+Enter")
        clerk.sees("Chủ hồ sơ còn hồ sơ cùng thủ tục đang giải quyết")
        clerk.look("desk-reception-twin")

        # A refusal ends with Mẫu 03 under its own number, without a code.
        clerk.go("/can-bo/tiep-nhan/")
        choose_procedure(clerk, "1.001193")
        type_a_person(clerk, "Lê Văn Tám", "056090000004")
        clerk.page.get_by_text("Không tiếp nhận: lập Mẫu 03").click()
        clerk.click("button", "Lập phiếu từ chối")
        clerk.sees("Chưa nhập lý do từ chối.")
        clerk.fill("Lý do từ chối", "Khu đất thuộc thẩm quyền của tỉnh khác")
        clerk.click("button", "Lập phiếu từ chối")
        clerk.reads_state("Từ chối tiếp nhận")
        refusal = read_pdf(
            clerk.fetch(page.get_by_role("link", name="In phiếu từ chối tiếp nhận giải quyết hồ sơ số 01/"))
        )
        for words in ("Lê Văn Tám", "Khu đất thuộc thẩm quyền của tỉnh khác"):
            assert letters(words) in refusal
        clerk.look("desk-refused")

        # The same-day lane: taken, resolved and handed over on one screen.
        clerk.click("link", "Trả trong ngày")
        clerk.heading("Trả kết quả trong ngày")
        clerk.look("desk-same-day")
        type_a_person(clerk, "Huỳnh Thị Ngọc Diễm", "056190000005")
        page.get_by_label("Tờ khai", exact=True).check()
        clerk.fill("Số, ký hiệu", "88/CT")
        clerk.fill("Người ký", "Trần Văn Bình")
        page.keyboard.press("Control+Enter")
        clerk.sees("Chưa có chữ ký người nhận")
        clerk.sign()
        page.keyboard.press("Control+Enter")
        clerk.sees("đã tiếp nhận, có kết quả và trả trong một lần")
        clerk.reads_state("Đã trả kết quả")
        clerk.look("desk-same-day-done")

        # Batch certification: each person a dossier and a code of their own; a name of sixty letters has its room.
        clerk.go("/can-bo/chung-thuc/?che-do=nhieu-nguoi")
        for line, (name, number) in enumerate((("Y Moan Êban", "056090000006"), (LONG_NAME, "056190000007"))):
            row = page.get_by_role("row").nth(line + 1)
            row.get_by_label("Họ và tên").fill(name)
            row.get_by_label("Số định danh").fill(number)
            row.get_by_label("Giấy tờ").fill("Bằng tốt nghiệp")
            row.get_by_label("Số bản").fill("3")
        clerk.look("desk-batch")
        clerk.click("button", "Tiếp nhận")
        clerk.heading("Đã tiếp nhận 2 hồ sơ")
        clerk.sees("Y Moan Êban", "Bằng tốt nghiệp (1 trang × 3 bản)")
        clerk.look("desk-batch-done")
        clerk.go("/can-bo/danh-sach/dang-giai-quyet/")
        clerk.sees("3 hồ sơ", LONG_NAME)
        clerk.look("desk-open")
        page.set_viewport_size(PHONE)
        clerk.look("desk-open-phone")
        page.set_viewport_size(OFFICE)

        # Two clerks open the same dossier and click: one success, one clear answer, what was typed in sight.
        (early,) = place.row("SELECT id FROM dossiers_dossier WHERE code = 'H32.16-261116-0001'")
        second.sign_in("counter_two")
        for officer in (clerk, second):
            officer.go(f"/can-bo/ho-so/{early}/viec/de-nghi-rut/")
            officer.fill("Lý do người nộp nêu", "Không còn nhu cầu xây dựng")
        clerk.click("button", "Ghi đề nghị rút của người nộp")
        clerk.sees("đã ghi nhận", "Người nộp đề nghị rút từ 16/11/2026 08:30")
        second.click("button", "Ghi đề nghị rút của người nộp")
        second.sees(
            "Hồ sơ vừa được người khác xử lý.", "không có gì thay đổi", "Lê Thị Quầy", "Không còn nhu cầu xây dựng"
        )
        second.look("desk-already-changed")

        # Another agency's officer: no such dossier, not in the list, not in the search, not by its address.
        other.sign_in("commune_counter")
        assert other.go(f"/can-bo/ho-so/{early}/") == 404
        other.heading("Không tìm thấy")
        other.look("desk-not-found")
        assert other.go(f"/can-bo/ho-so/{early}/viec/tra-ket-qua/") == 404
        other.go("/can-bo/tim/?q=H32.16-261116-0001")
        other.sees("Không tìm thấy hồ sơ nào")
        # And a citizen who does not know the phone or the year is told nothing.
        assert citizen.go("/ho-so/H32.16-261116-0001/") == 200
        citizen.heading("Tra cứu hồ sơ")
        faults = [*clerk.faults, *second.faults, *other.faults, *citizen.faults]

    assert faults == [], "\n".join(faults)
    refused = Dossier.objects.get(state="refused")
    assert (refused.code, states_of(refused)) == (None, ["refused"])
    lane = Dossier.objects.get(state="handed_over")
    assert states_of(lane) == ["accepted", "resolved", "handed_over"]
    assert states_of(Dossier.objects.get(pk=early)) == ["accepted", "withdrawal_requested"]
    assert sorted(Dossier.objects.values_list("state", flat=True)) == [*["accepted"] * 3, "handed_over", "refused"]
    assert_ledger_holds(tmp_path)


def test_hand_in_and_acceptance_without_script(place: Town, form: Path, tmp_path: Path) -> None:
    with chromium() as browser:
        citizen = Citizen(browser, place.url, PHONE, java_script_enabled=False)
        clerk = Officer(browser, place.url, OFFICE, java_script_enabled=False)
        code = hand_in(citizen, form)
        clerk.sign_in("counter")
        clerk.sees("Còn 1 ngày làm việc", code)
        clerk.click("link", f"Tiếp nhận {code}")
        clerk.click("button", "Tiếp nhận")
        clerk.sees("đã ghi nhận", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        receipt = clerk.printed("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        citizen.look_up(code, "3456")
        citizen.reads_state("Đã tiếp nhận")
        citizen.sees("Còn 3 ngày làm việc", "đến 08:30 thứ Năm 19/11/2026")
        faults = [*citizen.faults, *clerk.faults]

    assert letters(code) in receipt
    assert letters(CITIZEN) in receipt
    assert faults == [], "\n".join(faults)
    assert states_of(Dossier.objects.get(code=code)) == ["submitted", "accepted"]
    assert_ledger_holds(tmp_path)
