"""Closing a report in a real Chromium: prepared, signed, given back, differing; a declared figure, the narrative report.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from tests.desk.browser import enter
from tests.desk.office import Clock
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.province import Province, result
from tests.reporting.office import LATER, PERIOD, open_of_commune, staffed

from motcua.dossiers import commands as c
from motcua.dossiers.services import give_command
from motcua.reporting import services
from motcua.statistics.periods import Regime
from motcua.statistics.services import catch_up

pytestmark = pytest.mark.browser
# How long a person waits for a page of a busy machine.
PATIENCE_MS = 60_000
FILINGS = f"/can-bo/bao-cao/06a/?ky={PERIOD}&che-do=bao-cao"
ASKED = f"?ky={PERIOD}&che-do=bao-cao&co-quan=H32"


@pytest.fixture
def served(committed_db: object, clock: Clock) -> Iterator[tuple[str, Province, int]]:
    """One report is closed already, and a result of before has been recorded since."""
    province = staffed(words=True)
    one = services.prepare("H32.101", PERIOD, regime=Regime.REPORTING, actor=province.actor("commune_reform"), at=LATER)
    late = c.LateEntry("Mất điện", province.actor("commune_head").id)
    give_command(
        open_of_commune(), c.Resolve(result(signed_on=date(2026, 12, 9))), actor=province.actor("commune_case"), at=LATER.replace(day=10),
        recorded_at=LATER.replace(hour=10), late=late,
    )  # fmt: skip
    catch_up()
    clock.at = LATER.replace(hour=11)
    with serving() as url:
        yield url, province, one.pk


def test_from_figures_to_a_signed_report_its_differences_and_the_words(served: tuple[str, Province, int]) -> None:
    url, _, filing = served
    faults: list[str] = []
    with chromium() as browser:
        page = enter(browser, url, "head", accept_downloads=True)
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url + FILINGS)
        page.get_by_role("button", name="Lập báo cáo").click()
        page.get_by_role("heading", name="06a Quý IV/2026: Sở Xây dựng").wait_for()
        total = page.locator(".form-06a tr.total").first
        assert total.locator("td.num").nth(1).inner_text() == "9"
        keep(page, PICTURES, "filing")
        total.get_by_role("link", name="9", exact=True).click()
        page.get_by_role("heading", name="Số hồ sơ nhận giải quyết: 9 hồ sơ").wait_for()
        assert page.locator("tr[data-row]").count() == 9
        keep(page, PICTURES, "filing-rows")
        page.go_back()
        page.get_by_role("button", name="Gửi thủ trưởng ký").click()
        page.get_by_text("Đã gửi thủ trưởng ký.").wait_for()

        page = enter(browser, url, "signer", accept_downloads=True)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url + FILINGS)
        page.get_by_role("link", name="Sở Xây dựng").click()
        page.get_by_role("button", name="Ký và gửi cấp trên").click()
        page.get_by_text("Đã ký; cấp trên đã thấy báo cáo.").wait_for()
        with page.expect_download() as download:
            page.get_by_role("link", name="JSON").click()
        text = Path(download.value.path()).read_bytes()
        assert hashlib.sha256(text).hexdigest() == page.locator("dd.hash").inner_text()

        page = enter(browser, url, "reform", accept_downloads=True)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url + FILINGS)
        keep(page, PICTURES, "filings")
        page.get_by_role("link", name="Sở Xây dựng").click()
        page.get_by_text("Trả lại báo cáo").click()
        page.get_by_role("button", name="Trả lại", exact=True).click()
        page.get_by_text("Chưa nhập “lý do trả lại”.").first.wait_for()
        page.get_by_label("Lý do trả lại").fill("Thiếu hồ sơ chứng thực")
        page.get_by_role("button", name="Trả lại", exact=True).click()
        page.get_by_text("Lý do: Thiếu hồ sơ chứng thực").wait_for()

        page.goto(f"{url}/can-bo/bao-cao/06a/{filing}/chenh-lech/")
        page.get_by_role("heading", name="Chênh lệch 06a Quý IV/2026: UBND phường Nha Trang").wait_for()
        page.get_by_text("Thêm").first.click()
        page.get_by_text("xảy ra 10/12/2026").first.wait_for()
        keep(page, PICTURES, "differences")
        with page.expect_download() as download:
            page.get_by_role("link", name="XLSX").click()
        (sheet,) = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).worksheets
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        head = next(place for place, row in enumerate(rows) if row[0] == "Dòng")
        changed = {row[1]: row[2:5] for row in rows[head + 1 :] if row[0] == "Tổng số"}
        assert changed["(7) Số hồ sơ đã giải quyết: tổng số"] == [1, 2, 1]
        page.locator("details[open] a").first.click()
        page.get_by_text("Chuỗi nguyên vẹn.").wait_for()

        page.goto(f"{url}/can-bo/bao-cao/ke-khai/{ASKED}")
        page.get_by_role("link", name="Nhiệm vụ trong kế hoạch đã hoàn thành").click()
        page.get_by_label("Giá trị (nhiệm vụ)").fill("1.250")
        page.get_by_role("button", name="Ghi số liệu").click()
        page.get_by_text("Căn cứ: chưa nhập.").first.wait_for()
        keep(page, PICTURES, "declared-figure")
        page.get_by_label("Căn cứ").fill("12/BC-UBND")
        page.get_by_role("button", name="Ghi số liệu").click()
        page.get_by_text("1.250 nhiệm vụ").wait_for()
        page.goto(f"{url}/can-bo/bao-cao/bang-loi/{ASKED}")
        page.get_by_text("Nhiệm vụ trong kế hoạch đã hoàn thành: 1.250 nhiệm vụ").wait_for()
        with page.expect_download() as download:
            page.get_by_role("link", name="Tải DOCX").click()
        text = "\n".join(one.text for one in docx.Document(str(download.value.path())).paragraphs)
        assert "Nhiệm vụ trong kế hoạch đã hoàn thành: 1.250 nhiệm vụ[" in text
    assert faults == []


def test_pages_on_a_screen_a_phone_and_without_script(served: tuple[str, Province, int]) -> None:
    url, _, filing = served
    paths = {
        "form": f"/can-bo/bao-cao/06a/xem/{ASKED}", "filings": FILINGS, "filing": f"/can-bo/bao-cao/06a/{filing}/?theo=agency",
        "differences": f"/can-bo/bao-cao/06a/{filing}/chenh-lech/", "causes": f"/can-bo/bao-cao/nguyen-nhan/{ASKED}",
        "declared": f"/can-bo/bao-cao/ke-khai/sipas/{ASKED}", "narrative": f"/can-bo/bao-cao/bang-loi/{ASKED}",
    }  # fmt: skip
    found: list[str] = []
    with chromium() as browser:
        for size, script in ((OFFICE, True), (PHONE, False)):
            page = enter(browser, url, "reform", viewport=size, java_script_enabled=script)
            page.set_default_timeout(PATIENCE_MS)
            for name, path in paths.items():
                page.goto(url + path)
                keep(page, PICTURES, f"{name}-{size['width']}")
                if overflows(page):
                    found.append(f"{name} is wider than {size['width']}")
                if script and name in ("filing", "differences", "causes"):
                    found += [f"{name}: {one}" for one in violations(page)]
    assert found == []
