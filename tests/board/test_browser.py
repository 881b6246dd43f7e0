"""The board in a real Chromium: from a number to its dossiers, to one dossier's ledger, to a file read back; with and without script.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from openpyxl import load_workbook
from tests.board.office import live_a_week
from tests.desk.browser import enter
from tests.desk.office import Clock
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, serving, violations

pytestmark = pytest.mark.browser
# How long a person waits for a page of a busy machine.
PATIENCE_MS = 60_000
BOARD = "/can-bo/bang-dieu-hanh/"


@pytest.fixture
def served(committed_db: object, clock: Clock) -> Iterator[str]:
    live_a_week(words=True)
    cache.clear()
    with serving() as url:
        yield url


def test_from_the_board_to_a_ledger_and_a_file(served: str) -> None:
    faults: list[str] = []
    with chromium() as browser:
        page = enter(browser, served, "leader", accept_downloads=True)
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.get_by_role("link", name="Bảng điều hành").click()
        page.get_by_text("Hôm nay: 0 hồ sơ đến hạn, 2 đang quá hạn ở 1 cơ quan.").wait_for()
        page.locator(".board-chart svg").wait_for()
        page.get_by_text("Cách tính: Đang quá hạn").first.click()
        page.get_by_text(
            "Hồ sơ đang giải quyết mà hạn đã qua khi kết thúc kỳ và không tạm dừng (cột 13)."
        ).first.wait_for()
        keep(page, PICTURES, "board")

        # What is asked again stays as it was opened, and the picture is drawn over.
        with page.expect_response(lambda answer: "phan=ky" in answer.url):
            page.evaluate(
                "htmx.ajax('GET', '/can-bo/bang-dieu-hanh/?phan=ky', {target: '#trong-ky', swap: 'outerMorph'})"
            )
        page.locator(".board-chart svg").wait_for()
        assert page.locator("details[open]").count() == 1

        page.locator(".figures .value a").filter(has_text="11").click()
        page.get_by_role("heading", name="Tiếp nhận trong kỳ: 11 hồ sơ").wait_for()
        assert page.locator("tr[data-row]").count() == 11
        keep(page, PICTURES, "board-rows")
        with page.expect_download() as download:
            page.get_by_role("link", name="XLSX").click()
        (sheet,) = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).worksheets
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert cells[0][0] == "Tiếp nhận trong kỳ"
        head = next(place for place, row in enumerate(cells) if row[0] == "Hồ sơ")
        codes = [row[0] for row in cells[head + 1 :]]
        shown = page.locator("tr[data-row] td:first-child a").all_inner_texts()
        assert codes == shown
        page.locator("tr[data-row] a").first.click()
        page.get_by_text("Chuỗi nguyên vẹn.").wait_for()
        assert shown[0] in page.inner_text("main")

        page.goto(served + BOARD)
        with page.expect_download() as download:
            page.get_by_role("link", name="XLSX của bảng Xếp hạng: Cấp tỉnh").click()
        (sheet,) = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).worksheets
        told = {row[1].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=5) if row[1].value}
        assert told["Sở Xây dựng"] == [1, "Sở Xây dựng", 9, 3, 2, 0, 1, 66.67, 6, 2]
    assert faults == []


def test_every_page_on_a_screen_a_phone_and_without_script(served: str) -> None:
    paths = {
        "board": BOARD, "empty": f"{BOARD}?ky=2026-09", "bad": f"{BOARD}?ky=x",
        "standing": f"{BOARD}dung-yen/?co-quan=H32", "targets": f"{BOARD}chi-tieu/", "public": "/tien-do/",
    }  # fmt: skip
    found: list[str] = []
    with chromium() as browser:
        for size, where in ((OFFICE, ""), (PHONE, "-phone")):
            page = enter(browser, served, "reform", viewport=size)
            page.set_default_timeout(PATIENCE_MS)
            for name, path in paths.items():
                page.goto(served + path)
                keep(page, PICTURES, f"board-{name}{where}")
                found += [f"{name}{where}: {fault}" for fault in violations(page)]
                found += [f"{name}{where}: too wide"] if overflows(page) else []
        plain = enter(browser, served, "leader", java_script_enabled=False)
        plain.goto(served + BOARD)
        assert plain.locator(".board-chart").is_hidden()
        plain.get_by_label("Kỳ", exact=True).select_option("2026-Q4")
        plain.get_by_role("button", name="Xem").click()
        plain.get_by_role("heading", name="Quý IV/2026").wait_for()
        assert "Xu hướng theo tháng" in plain.inner_text("main")
        page.goto(f"{served}{BOARD}chi-tieu/")
        page.get_by_label("Mức giao (%)").fill("87,5")
        page.get_by_label("Văn bản giao").fill("15/KH-UBND")
        page.get_by_role("button", name="Ghi chỉ tiêu").press("Enter")
        page.get_by_text("Đã ghi chỉ tiêu giao.").wait_for()
        assert "87,50 %" in page.inner_text("main")
        keep(page, PICTURES, "board-targets-set")
    assert found == []
