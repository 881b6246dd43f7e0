"""Who walks: a person at a real browser, who reads each page they come to and looks at it critically."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import typst
from playwright.sync_api import TimeoutError
from pypdf import PdfReader
from tests.faces.browser import PICTURES, keep, overflows, violations
from tests.portal.house import index_words
from tests.province import START, Province, build_procedure, build_province

from motcua.catalog.models import DeskProcedure, LegalGround, ResultKind
from motcua.organizations.models import Desk, Role
from motcua.organizations.services import appoint

PASSWORD = "mat-khau-rat-dai-2026"
CITIZEN = "Nguyễn Thị Hoàng Anh"
# How long a person waits for a page of this machine before they call it broken.
PATIENCE_MS = 60_000


def build_walked_province() -> Province:
    """The small province with what both stories need: sign-ins, a second clerk, a same-day procedure, words to search."""
    province = build_province()
    province.officers["counter_two"] = appoint(
        username="counter_two", password=None, full_name="Mai Văn Quầy Hai", title="Cán bộ tiếp nhận", agency=province.root,
        roles={Role.COUNTER_OFFICER: province.department}, valid_from=START, desk=province.desk,
    )  # fmt: skip
    copies = build_procedure(
        "2.000815",
        "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
        province.procedure.sector,
        days=None,
        same_day=True,
    )
    DeskProcedure.objects.create(desk=province.desk, procedure=copies, agency=province.department)
    ResultKind.objects.create(version=copies.current, position=1, name="Bản sao được chứng thực")
    ResultKind.objects.create(version=province.procedure.current, position=1, name="Giấy phép xây dựng")
    LegalGround.objects.create(
        version=province.procedure.current, position=1, number="50/2014/QH13", title="Luật Xây dựng"
    )
    for procedure in (copies, province.procedure):
        index_words(procedure)
    Desk.objects.filter(pk=province.desk.pk).update(address="01 Trần Phú, Nha Trang", phone="0258 3 822 222")
    for officer in province.officers.values():
        officer.user.set_password(PASSWORD)
        officer.user.save()
    return province


class Person:
    """One browser of one person. `faults` collects what is wrong on any page they saw: axe, width, console."""

    def __init__(self, browser: Any, address: str, size: dict[str, int], **options: Any) -> None:
        self.address = address
        self.faults: list[str] = []
        self.with_script = options.get("java_script_enabled", True)
        self.page = browser.new_context(viewport=size, locale="vi-VN", accept_downloads=True, **options).new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", lambda message: message.type == "error" and self._heard(message.text))

    def _heard(self, text: str) -> None:
        # The browser notes every answer from 400 on; some are meant. Between two moments of a story the servers are
        # started again, and a page that asks meanwhile, as an open one does every half minute, hears nobody.
        if not any(meant in text for meant in ("status of 4", "ERR_CONNECTION_", "Failed to fetch")):
            self.faults.append(f"console: {text}")

    def go(self, path: str) -> int:
        """Open an address by hand; returns the status of the answer."""
        answer = self.page.goto(self.address + path)
        return int(answer.status)

    def sees(self, *texts: str) -> None:
        """Each text stands on the page, in sight, as one reads it."""
        for text in texts:
            try:
                self.page.get_by_text(text).filter(visible=True).first.wait_for()
            except TimeoutError:
                shown = self.page.locator("body").inner_text()
                raise AssertionError(f"{text!r} is not on {self.page.url}, which says:\n{shown}") from None

    def is_not_offered(self, name: str) -> None:
        assert self.page.get_by_role("link", name=name, exact=True).count() == 0, f"{name!r} on {self.page.url}"

    def heading(self, text: str) -> None:
        self.page.locator("h1").filter(has_text=text).wait_for()

    def reads_state(self, word: str) -> None:
        """The state beside the dossier's title."""
        self.page.locator("main .state").filter(has_text=re.compile(f"^\\s*{word}\\s*$")).first.wait_for()

    def look(self, name: str) -> None:
        """Judge the page as a whole. axe itself is a script: without script only the width is judged."""
        if self.with_script:
            self.faults += [f"{name}: {fault}" for fault in violations(self.page)]
        if overflows(self.page):
            self.faults.append(f"{name}: wider than the window")
        keep(self.page, PICTURES, f"walk-{name}")

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)

    def fetch(self, link: Any) -> bytes:
        """The bytes behind a link, asked for with this person's cookies."""
        answer = self.page.request.get(self.address + link.get_attribute("href"))
        assert answer.status == 200, answer.url
        return bytes(answer.body())


class Officer(Person):
    def sign_in(self, name: str) -> None:
        self.go("/dang-nhap/")
        self.fill("Tên đăng nhập", name)
        self.fill("Mật khẩu", PASSWORD)
        self.click("button", "Đăng nhập")
        self.page.wait_for_url("**/can-bo/**")

    def open(self, code: str) -> None:
        """By the search field, as one does who is told a code."""
        self.page.get_by_role("searchbox", name="Tìm hồ sơ").fill(code)
        self.click("button", "Tìm")
        self.page.get_by_role("link", name=code).click()
        self.heading(code)

    def printed(self, word: str) -> str:
        """The text of an issued form, from the list of those of a dossier."""
        row = self.page.get_by_role("row").filter(has_text=word)
        return read_pdf(self.fetch(row.get_by_role("link", name="In lại")))

    def sign(self) -> None:
        """Draw on the signature pad with the mouse."""
        pad = self.page.locator("canvas")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        self.page.mouse.move(box["x"] + 40, box["y"] + 90)
        self.page.mouse.down()
        for step in range(12):
            self.page.mouse.move(box["x"] + 40 + step * 25, box["y"] + 60 + (step % 3) * 30)
        self.page.mouse.up()


class Citizen(Person):
    def look_up(self, code: str, digits: str) -> None:
        self.go("/tra-cuu/")
        self.fill("Mã hồ sơ", code)
        self.fill("4 số cuối điện thoại hoặc năm sinh", digits)
        self.click("button", "Tra cứu")

    def upload(self, label: str, file: Path) -> None:
        self.page.get_by_label(label).set_input_files(file)
        if not self.with_script:
            self.click("button", "Tải các tệp đã chọn")
        self.page.get_by_text(file.name, exact=True).first.wait_for()


def read_pdf(content: bytes) -> str:
    """All letters of a PDF without blanks: fonts in parts make the reader put blanks inside words."""
    assert content.startswith(b"%PDF-")
    pages = PdfReader(io.BytesIO(content)).pages
    return unicodedata.normalize("NFC", "".join("".join(page.extract_text().split()) for page in pages))


def letters(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(text.split()))


def write_pdf(path: Path, text: str) -> Path:
    """A real one-page PDF that says `text`."""
    path.write_bytes(typst.compile(text.encode()))
    return path
