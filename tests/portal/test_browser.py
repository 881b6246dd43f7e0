"""The portal in a real browser: a citizen's whole way, without script, by keyboard, at both sizes, judged by axe-core.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.portal.house import build_public_province
from tests.province import MONDAY

from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, receive_at_counter

pytestmark = pytest.mark.browser

LONG_NAME = "Công ty Trách nhiệm hữu hạn Một thành viên Sản xuất Hòa Bình"


@dataclass
class Site:
    address: str
    running: str
    waiting: str


@pytest.fixture
def site(committed_db, set_config) -> Iterator[Site]:
    set_config("MOTCUA_NOW", "2026-11-17T14:05:00+07:00")
    province = build_public_province()
    counter, case = province.actor("counter"), province.actor("case")

    def accepted() -> Dossier:
        moved = receive_at_counter(province.intake(channel="counter"), c.Accept(), actor=counter, at=MONDAY)
        return Dossier.objects.get(pk=moved.id)

    running, waiting = accepted(), accepted()
    give_command(running.pk, c.Forward(step="Thẩm định hồ sơ", unit_id=province.unit.pk), actor=case, at=MONDAY)
    asked = c.AskSupplement(items=("Bản vẽ mặt bằng có chữ ký", "Ảnh hiện trạng khu đất"), reason="Thiếu bản vẽ")
    give_command(waiting.pk, asked, actor=case, at=MONDAY)
    with serving() as address:
        yield Site(address, running.code, waiting.code)


class Visitor:
    """One browser window, which looks critically at each page it comes to."""

    def __init__(self, page: Any, address: str, label: str) -> None:
        self.page, self.address, self.label = page, address, label
        self.faults: list[str] = []
        page.on("console", lambda message: message.type == "error" and self._console(message.text))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _console(self, text: str) -> None:
        # A 422 answer is meant; the browser notes every status from 400 on.
        if "status of 4" not in text:
            self.faults.append(f"console: {text}")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def look(self, name: str) -> None:
        self.faults += [f"{name}: {fault}" for fault in violations(self.page)]
        if overflows(self.page):
            self.faults.append(f"{name}: wider than the window")
        keep(self.page, PICTURES, f"{name}-{self.label}")

    def open_dossier(self, code: str) -> None:
        self.go("/tra-cuu/")
        self.page.get_by_label("Mã hồ sơ").fill(code)
        self.page.get_by_label("4 số cuối điện thoại hoặc năm sinh").fill("3456")
        self.page.get_by_role("button", name="Tra cứu").click()


def read_everything(visitor: Visitor, site: Site) -> None:
    for name, path in (
        ("home", "/"),
        ("search", "/thu-tuc/"),
        ("search-empty", "/thu-tuc/?q=khong+co+gi"),
        ("procedure", "/thu-tuc/1.001193/"),
        ("checklist", "/thu-tuc/1.001193/giay-to/"),
        ("lookup", "/tra-cuu/"),
        ("mine-empty", "/ho-so-cua-toi/"),
        ("not-found", "/khong-co-trang-nay/"),
    ):
        visitor.go(path)
        visitor.look(name)


def follow(visitor: Visitor, site: Site) -> None:
    page = visitor.page
    visitor.open_dossier(site.running)
    page.get_by_text("Vì sao ngày này?").click()
    visitor.look("dossier-running")
    visitor.open_dossier(site.waiting)
    visitor.look("dossier-waiting")
    page.get_by_role("link", name="Gửi giấy tờ").click()
    visitor.look("answer")
    visitor.go(f"/ho-so/{site.running}/rut/")
    page.get_by_role("button", name="Gửi đề nghị rút").click()
    visitor.look("withdraw-error")
    visitor.go("/ho-so-cua-toi/")
    visitor.look("mine")


def hand_in(visitor: Visitor, paper: Path) -> str:
    """The five pages with one mistake on the way; returns the new dossier's code."""
    page = visitor.page
    visitor.go("/thu-tuc/1.001193/")
    page.get_by_role("button", name="Nộp hồ sơ").click()
    visitor.look("step-place")
    page.get_by_label("Trung tâm Phục vụ hành chính công tỉnh").check()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Hoàng Anh")
    page.get_by_label("Số định danh").fill("05619000012")
    page.get_by_label("Số điện thoại").fill("0905 123 456")
    page.get_by_label("Địa chỉ").fill("12 Trần Phú, phường Nha Trang, tỉnh Khánh Hòa")
    page.get_by_label("Tôi nộp cho doanh nghiệp, tổ chức").check()
    page.get_by_role("button", name="Tiếp tục").click()
    visitor.look("step-submitter-error")
    page.get_by_label("Số định danh").fill("056190000123")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Tên doanh nghiệp, tổ chức").fill(LONG_NAME)
    page.get_by_label("Mã số thuế").fill("0100109106")
    page.get_by_label("Địa chỉ trụ sở").fill("5 Lê Lợi, phường Nha Trang")
    page.get_by_label("Ông/bà nộp với tư cách gì?").fill("Giám đốc")
    visitor.look("step-owner")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="cho Tờ khai").set_input_files(paper)
    upload = page.get_by_role("button", name="Tải các tệp đã chọn")
    if upload.is_visible():
        upload.click()
    page.get_by_text("to-khai.pdf", exact=True).wait_for()
    visitor.look("step-papers")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Đến nhận tại Bộ phận Một cửa").check()
    visitor.look("step-return")
    page.get_by_role("button", name="Tiếp tục").click()
    visitor.look("step-review")
    page.get_by_label("Tôi cam đoan").check()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    visitor.look("receipt")
    code = page.locator(".big-code").inner_text()
    page.get_by_role("link", name="Theo dõi hồ sơ").click()
    visitor.look("dossier-submitted")
    return code


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "to-khai.pdf"
    path.write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    return path


@pytest.mark.parametrize(("label", "size"), [("1366", OFFICE), ("390", PHONE)])
def test_citizen_walks_through_the_portal(site: Site, paper: Path, label: str, size: dict[str, int]) -> None:
    with chromium() as browser:
        visitor = Visitor(browser.new_page(viewport=size, locale="vi-VN"), site.address, label)
        read_everything(visitor, site)
        code = hand_in(visitor, paper)
        follow(visitor, site)

    assert visitor.faults == []
    dossier = Dossier.objects.get(code=code)
    assert (dossier.state, dossier.owner_name) == ("submitted", LONG_NAME)


def test_citizen_hands_in_without_script(site: Site, paper: Path) -> None:
    with chromium() as browser:
        # axe itself is a script: what it says of these same pages the walk with script has told.
        page = browser.new_context(java_script_enabled=False, viewport=PHONE).new_page()
        visitor = Visitor(page, site.address, "noscript")
        visitor.look = lambda name: keep(page, PICTURES, f"{name}-noscript")  # type: ignore[method-assign]
        code = hand_in(visitor, paper)
        visitor.open_dossier(site.running)
        shown = page.content()

    assert Dossier.objects.get(code=code).state == "submitted"
    assert "Sở Xây dựng đang giải quyết" in shown


def test_search_follows_the_typing(site: Site) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport=OFFICE)
        visitor = Visitor(page, site.address, "typing")
        visitor.go("/thu-tuc/?q=khong+co+gi")
        page.get_by_label("Tên, từ khóa hoặc mã thủ tục").fill("giay phep xay dung")
        page.get_by_role("link", name="Cấp giấy phép xây dựng nhà ở riêng lẻ").wait_for()
        address = page.url
        page.get_by_label("Dành cho").select_option("to-chuc")
        page.get_by_text("Không có thủ tục nào khớp").wait_for()

    assert "q=giay+phep+xay+dung" in address
    assert visitor.faults == []


def test_dossier_is_found_by_keyboard_alone(site: Site) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport=OFFICE)
        page.goto(f"{site.address}/tra-cuu/")
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        inside = page.evaluate("document.activeElement.id")
        page.keyboard.press("Tab")
        page.keyboard.type(site.running)
        page.keyboard.press("Tab")
        page.keyboard.type("3456")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ho-so/**")
        title = page.title()

    assert (first, inside) == ("Đến nội dung chính", "noi-dung")
    assert title.startswith(site.running)


def test_home_fits_at_double_zoom(site: Site) -> None:
    with chromium() as browser:
        # 200 % zoom of 1366×768 is what a window of 683×384 CSS pixels shows.
        page = browser.new_page(viewport={"width": 683, "height": 384})
        wide = []
        for path in ("/", "/thu-tuc/", "/thu-tuc/1.001193/", "/tra-cuu/"):
            page.goto(site.address + path)
            if overflows(page):
                wide.append(path)

    assert wide == []


def test_pages_print_their_content_and_nothing_else(site: Site) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport=OFFICE)
        visitor = Visitor(page, site.address, "print")
        visitor.go("/thu-tuc/1.001193/giay-to/")
        checklist = page.pdf(format="A4")
        visitor.open_dossier(site.running)
        page.goto(f"{site.address}/ho-so/{site.running}/bien-nhan/")
        receipt = page.pdf(format="A4")
        if PICTURES is not None:
            (PICTURES / "checklist.pdf").write_bytes(checklist)
            (PICTURES / "receipt.pdf").write_bytes(receipt)

    for paper, title in ((checklist, "Giấy tờ cần chuẩn bị"), (receipt, site.running)):
        printed = PdfReader(io.BytesIO(paper))
        # The fonts come in two parts, so the reader sees blanks inside words.
        letters = unicodedata.normalize("NFC", "".join(printed.pages[0].extract_text().split()))
        assert len(printed.pages) == 1
        assert title.replace(" ", "") in letters
        assert "Hồsơcủatôi" not in letters
        assert "Dànhchocánbộ" not in letters
