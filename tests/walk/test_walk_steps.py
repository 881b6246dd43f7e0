"""A day over an internal process in a real browser: the head gives out work, the case officer does his steps, the head
sends one back, the signer signs, the desk hands over; the slip has filled itself.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.desk.office import party
from tests.faces.browser import OFFICE, PHONE, chromium, keep, overflows
from tests.processes.build import flow, process, publish, result, step
from tests.province import START, Province
from tests.walk.people import PICTURES, Officer, build_walked_province, letters, read_pdf, write_pdf
from tests.walk.test_walk import MONDAY, assert_ledger_holds
from tests.walk.town import Town, town

from motcua.dossiers.commands import Accept
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import receive_at_counter
from motcua.organizations.models import Role
from motcua.organizations.services import appoint
from motcua.processes.definition import Definition
from motcua.processes.models import WorkItem

pytestmark = pytest.mark.browser

FIRST, SECOND, THIRD, FOURTH = (f"H32.16-261116-{number:04}" for number in range(1, 5))
CASE, HEAD, SIGNER, OTHER = "Phạm Thụ Lý", "Đỗ Trưởng Phòng", "Trần Văn Bình", "Mai Thụ Lý Hai"


def course() -> Definition:
    """Appraise with a paper to produce, the head agrees, the signer signs; both may send it back; then the result."""
    ways = (("agree", "Đồng ý"), ("redo", "Làm lại"))
    return process(
        [
            step("appraise", "Thẩm định hồ sơ", minutes=600, papers=("Tờ trình",)),
            step("review", "Lãnh đạo phòng duyệt", "unit_head", 240, outcomes=ways),
            step("sign", "Ký duyệt", "signer", 240, outcomes=ways),
            result(minutes=120),
        ],
        *(flow(text) for text in (
            "start>appraise", "appraise>review", "review>sign:agree", "review>appraise:redo", "sign>issue:agree",
            "sign>appraise:redo", "issue>end",
        )),
    )  # fmt: skip


def furnish() -> Province:
    """Four dossiers, taken at the counter from 08:30 on, one a minute; nobody has them yet."""
    province = build_walked_province()
    other = appoint(
        username="case_two", password=None, full_name=OTHER, title="Chuyên viên", agency=province.department,
        roles={Role.CASE_OFFICER: province.department}, valid_from=START, unit=province.unit,
    )  # fmt: skip
    other.user.password = province.officers["case"].user.password
    other.user.save()
    publish(province, course())
    for number in range(4):
        intake = province.intake(channel="counter", submitter=party(number))
        receive_at_counter(intake, Accept(), actor=province.actor("counter"), at=MONDAY + timedelta(minutes=number))
    return province


@pytest.fixture
def place(committed_db, tmp_path: Path) -> Iterator[Town]:
    furnish()
    with town(tmp_path / "home", committed_db.url) as running:
        yield running


def rows(officer: Officer) -> list[str]:
    """Codes of the inbox, as they stand."""
    return officer.page.locator("[data-row] a.code").all_inner_texts()


def rail(officer: Officer, name: str) -> str:
    """The number beside an inbox in the rail."""
    return officer.page.locator("#work-rail a").filter(has_text=name).locator(".count").inner_text()


def press(officer: Officer, *keys: str) -> None:
    for key in keys:
        officer.page.keyboard.press(key)


def go_on(place: Town, moment: datetime, *people: Officer) -> None:
    """The clock moves on; nobody's page asks the server while it starts anew."""
    for person in people:
        person.page.goto("about:blank")
    place.move_to(moment)


def look_both(officer: Officer, name: str) -> None:
    """At the counter's screen, then whether it fits a phone."""
    officer.look(name)
    officer.page.set_viewport_size(PHONE)
    if overflows(officer.page):
        officer.faults.append(f"{name}: wider than a phone")
    keep(officer.page, PICTURES, f"walk-{name}-phone")
    officer.page.set_viewport_size(OFFICE)


def test_a_day_over_a_process(place: Town, tmp_path: Path) -> None:
    permit = write_pdf(tmp_path / "giay-phep.pdf", "= Giấy phép xây dựng số 15")
    with chromium() as browser:
        clerk, case, head, signer, other = (Officer(browser, place.url, OFFICE) for _ in range(5))

        # 09:30. The head gives three steps to one officer at once, by keyboard alone, and the fourth to another.
        place.move_to(MONDAY + timedelta(hours=1))
        head.sign_in("head")
        head.heading("Bước chờ phân công")
        head.sees("4 bước", "Còn 1 ngày 1 giờ làm việc", "đến 17/11/2026 10:30", "Chưa có người nhận")
        assert rows(head) == [FIRST, SECOND, THIRD, FOURTH]
        look_both(head, "steps-to-assign")
        press(head, *"jxjxjx")
        head.sees("Đã chọn 3 dòng")
        head.page.get_by_role("combobox", name="Giao cho").focus()
        head.page.keyboard.type(CASE)
        press(head, "Control+Enter")
        head.heading("Giao việc: 3 bước")
        head.sees("3 bước đã xong")
        head.look("steps-assigned")
        head.click("link", "Về danh sách")
        assert (rows(head), rail(head, "Bước chờ phân công")) == ([FOURTH], "1")
        press(head, *"jf")
        head.page.get_by_label("Người được giao").select_option(label=f"{OTHER} (đang giữ 0 bước)")
        head.look("steps-assign")
        head.click("button", "Giao việc")
        head.sees(f"Hồ sơ {FOURTH}, bước “Thẩm định hồ sơ”: đã giao.")
        head.open(FIRST)

        # Who has it reads that the head has it open as well; the paper that the step must make is asked for.
        case.sign_in("case")
        case.heading("Bước của tôi")
        assert (rows(case), rail(case, "Bước của tôi")) == ([FIRST, SECOND, THIRD], "3")
        case.sees(f"{HEAD} đang mở hồ sơ này từ 09:30")
        look_both(case, "steps-mine")
        press(case, "j", "Enter")
        case.heading(FIRST)
        case.sees(f"{HEAD} đang mở hồ sơ này từ 09:30", "Đã dùng 1 giờ trong 10 giờ được giao", CASE)
        look_both(case, "steps-dossier")
        press(case, "f")
        case.click("button", "Hoàn thành bước")
        case.sees("Bước “Thẩm định hồ sơ” còn thiếu: Tờ trình.")
        look_both(case, "steps-finish-error")
        case.page.get_by_label("Tờ trình").check()
        case.fill("Ghi chú", "Đủ điều kiện cấp phép")
        case.page.get_by_label("Người làm bước sau").select_option(label=HEAD)
        case.click("button", "Hoàn thành bước")
        case.sees(f"Hồ sơ {FIRST}, bước “Thẩm định hồ sơ”: đã hoàn thành.", "Đã có: Tờ trình.")
        # Another hands his back, and the first takes it up.
        other.sign_in("case_two")
        assert rows(other) == [FOURTH]
        press(other, "j", "Enter")
        other.page.get_by_role("link", name="Trả lại việc").click()
        other.fill("Lý do trả lại", "Không đúng lĩnh vực được giao")
        other.look("steps-hand-back")
        other.click("button", "Trả lại việc")
        other.sees(f"Hồ sơ {FOURTH}, bước “Thẩm định hồ sơ”: đã trả lại.")
        case.go("/can-bo/viec/cho-nhan/")
        assert (rows(case), rail(case, "Bước chờ nhận")) == ([FOURTH], "1")
        press(case, "j", "Enter")
        case.sees(f"{OTHER} đang mở hồ sơ này từ 09:30", "Không đúng lĩnh vực được giao")
        case.page.get_by_role("button", name="Nhận việc").click()
        case.sees(f"Hồ sơ {FOURTH}, bước “Thẩm định hồ sơ”: đã nhận; ông/bà là người thực hiện.")
        # One of his lacks a paper: its time stands still.
        case.open(SECOND)
        case.click("link", "Yêu cầu bổ sung")
        case.fill("Nội dung cần bổ sung", "Trích lục bản đồ")
        case.fill("Lý do", "Cần đối chiếu thực địa")
        case.click("button", "Yêu cầu bổ sung")
        case.reads_state("Chờ bổ sung")
        case.sees("Thời gian của bước đang dừng")

        # 14:00. The head sends the first back and says why; its officer reads it and sees where it stands.
        go_on(place, MONDAY + timedelta(hours=5, minutes=30), case, head, other)
        head.go("/can-bo/")
        assert rows(head) == [FIRST]
        press(head, *"jf")
        head.page.get_by_label("Làm lại").check()
        head.fill("Ghi chú", "Tờ trình chưa nêu căn cứ pháp lý")
        head.look("steps-review")
        head.click("button", "Hoàn thành bước")
        head.sees("Bước “Lãnh đạo phòng duyệt”: làm lại.")
        case.go("/can-bo/")
        assert sorted(rows(case)) == [FIRST, SECOND, THIRD, FOURTH]
        case.open(FIRST)
        case.sees("Tờ trình chưa nêu căn cứ pháp lý", CASE)
        case.click("link", "Quy trình")
        case.page.locator(".djs-element.is-now").wait_for()
        case.sees("Lãnh đạo phòng duyệt")
        look_both(case, "steps-process")
        # What he has done he passes on at once; what waits for its paper is refused alone.
        case.go("/can-bo/viec/cua-toi/")
        press(case, "X")
        case.page.get_by_label("Đã có đủ giấy tờ của bước").check()
        press(case, "Control+Enter")
        case.sees("3 bước đã xong", "1 bước không được", "Hồ sơ đang tạm dừng tính hạn")
        look_both(case, "steps-many")

        # 15:30. The head agrees to one, then to two at once; the signer signs all three.
        go_on(place, MONDAY + timedelta(hours=7), case, head)
        head.go("/can-bo/")
        assert rows(head) == [FIRST]
        press(head, *"jf")
        head.page.get_by_label("Đồng ý").check()
        head.click("button", "Hoàn thành bước")
        head.sees(f"Hồ sơ {FIRST}, bước “Lãnh đạo phòng duyệt”: đã hoàn thành.")
        head.go("/can-bo/viec/cho-nhan/")
        assert rows(head) == [THIRD, FOURTH]
        press(head, "X")
        head.page.get_by_label("Việc cần làm").select_option(label="Hoàn thành bước")
        head.page.get_by_label("Kết quả của bước").select_option(label="Kết quả: Đồng ý")
        press(head, "Control+Enter")
        head.sees("2 bước đã xong")
        signer.sign_in("signer")
        signer.heading("Bước chờ nhận")
        assert sorted(rows(signer)) == [FIRST, THIRD, FOURTH]
        look_both(signer, "steps-to-sign")
        signer.click("link", FIRST)
        signer.sees("Tờ trình chưa nêu căn cứ pháp lý", "Ký duyệt")
        signer.page.get_by_role("link", name="Hoàn thành bước").click()
        signer.page.get_by_label("Đồng ý").check()
        look_both(signer, "steps-sign")
        signer.click("button", "Hoàn thành bước")
        signer.sees(f"Hồ sơ {FIRST}, bước “Ký duyệt”: đã hoàn thành.")

        # The case officer records the result, the desk hands it over.
        case.go("/can-bo/viec/cho-nhan/")
        assert rows(case) == [FIRST]
        press(case, "j", "Enter")
        case.click("link", "Ghi nhận kết quả")
        case.fill("Số, ký hiệu", "15/GP-SXD")
        case.fill("Người ký", SIGNER)
        case.page.get_by_label("Tệp kết quả đã ký").set_input_files(permit)
        case.click("button", "Ghi nhận kết quả")
        case.reads_state("Đã có kết quả")
        clerk.sign_in("counter")
        clerk.open(FIRST)
        clerk.click("link", "Trả kết quả")
        clerk.sign()
        clerk.click("button", "Trả kết quả")
        clerk.reads_state("Đã trả kết quả")

        # The drawing shows the way that was gone; the slip has a line for each step, its times and what was said.
        clerk.click("link", "Quy trình")
        clerk.page.locator(".djs-element.is-done").first.wait_for()
        drawn = {mark: clerk.page.locator(f".djs-element.is-{mark}").count() for mark in ("done", "now", "late")}
        used = clerk.page.locator(".drawing-note").all_inner_texts()
        look_both(clerk, "steps-finished")
        clerk.click("link", "Biểu mẫu đã cấp")
        slip = read_pdf(clerk.fetch(clerk.page.get_by_role("link", name="Xem phiếu kiểm soát đến lúc này")))
        clerk.look("steps-forms")
        faults = [fault for person in (clerk, case, head, signer, other) for fault in person.faults]

    assert faults == []
    assert drawn == {"done": 4, "now": 0, "late": 0}
    assert used == ["1g, 2 lần", "4g, 2 lần", "0p / 4g", "0p / 2g"]
    for line in (
        f"Lê Thị Quầy {CASE} x Trước hạn Đúng hạn Quá hạn Được giao: 10 giờ Đã dùng: 1 giờ Đủ điều kiện cấp phép; Tờ trình",
        f"{CASE} {HEAD} Trước hạn x Đúng hạn Quá hạn Được giao: 4 giờ Đã dùng: 2 giờ 30 phút Tờ trình chưa nêu căn cứ pháp lý",
        "Nhận: 14:00 16/11/2026 Chuyển: 15:30 16/11/2026",
        f"{HEAD} {SIGNER} x Trước hạn Đúng hạn Quá hạn Được giao: 4 giờ Đã dùng: 0 phút",
        f"{SIGNER} {CASE} x Trước hạn Đúng hạn Quá hạn Được giao: 2 giờ Đã dùng: 0 phút",
    ):
        assert letters(line) in slip
    first = Dossier.objects.get(code=FIRST)
    gone = WorkItem.objects.filter(dossier=first).order_by("token")
    assert list(gone.values_list("node", "outcome", "closed_by__full_name")) == [
        ("appraise", "done", CASE), ("review", "redo", HEAD), ("appraise", "done", CASE), ("review", "agree", HEAD),
        ("sign", "agree", SIGNER), ("issue", "resolved", CASE),
    ]  # fmt: skip
    waiting = WorkItem.objects.filter(closed_at=None).order_by("dossier__code")
    assert list(waiting.values_list("dossier__code", "node", "officer__full_name")) == [
        (SECOND, "appraise", CASE), (THIRD, "sign", None), (FOURTH, "sign", None),
    ]  # fmt: skip
    assert_ledger_holds(tmp_path)
