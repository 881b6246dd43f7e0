"""The pictures of the documentation: `.venv/bin/python scripts/screenshots.py` writes docs/images/*.png.

A demonstration is built in a temporary home at a fixed moment, so that the same code draws the same pictures. Needs
Chromium, and for the printed receipt poppler's pdftoppm.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
NOW = "2026-11-20T10:30+07:00"  # a Friday morning at the counter
PASSWORD = "Motcua@2026"
SCREEN = {"width": 1366, "height": 768}
LARGEST_BYTES = 150_000


@contextlib.contextmanager
def demonstration() -> Iterator[str]:
    """Address of a demonstration of its own; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="motcua-pictures-"))
    home.chmod(0o711)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    program = subprocess.Popen(
        [sys.executable, "-m", "motcua.cli.main", "demo", "--port", "8790"],
        env=kept | {"MOTCUA_HOME": str(home), "MOTCUA_NOW": NOW, "COLUMNS": "120"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert program.stdout is not None
        address = next(found[0] for line in program.stdout if (found := re.search(r"http://localhost:\d+", line)))
        yield address
    finally:
        program.terminate()
        program.wait(60)
        assert program.stdout is not None
        program.stdout.close()
        shutil.rmtree(home, ignore_errors=True)


def keep(page: Page, name: str, *, whole: bool = False) -> None:
    page.wait_for_load_state("networkidle")
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, full_page=whole, animations="disabled")
    _shrink(path)


def _shrink(path: Path) -> None:
    """A palette where Pillow is there: flat pages lose nothing by it and weigh a third."""
    with contextlib.suppress(ImportError):
        from PIL import Image

        Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {size // 1000} KB")
    if size > LARGEST_BYTES:
        raise SystemExit(f"{path.name} is {size} bytes, more than {LARGEST_BYTES}; install Pillow or show less.")


def portal(browser: Any, address: str) -> None:
    page = browser.new_context(viewport=SCREEN, locale="vi-VN").new_page()
    page.goto(address)
    keep(page, "portal-home")
    page.goto(f"{address}/thu-tuc/1.001193/")
    keep(page, "portal-procedure")
    page.get_by_role("button", name="Nộp hồ sơ").click()
    page.get_by_label("Nộp tại đâu?").select_option(index=1)
    page.get_by_role("button", name="Tiếp tục").click()
    for label, text in (
        ("Họ và tên", "Nguyễn Thị Hoàng Anh"), ("Số định danh", "056190000123"), ("Số điện thoại", "0905 123 456"),
        ("Địa chỉ", "12 đường Mẫu số 3, phường Nha Trang, tỉnh Khánh Hòa"),
    ):  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_label("Tôi nộp cho chính mình").check()
    page.get_by_role("button", name="Tiếp tục").click()
    paper = {"name": "to-khai.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\ntrailer<<>>\n%%EOF\n"}
    page.locator("input[type=file]").first.set_input_files([paper])  # type: ignore[list-item]
    page.get_by_text("to-khai.pdf", exact=True).wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    keep(page, "portal-hand-in")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Đến nhận tại Bộ phận Một cửa").check()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Tôi cam đoan").check()
    page.get_by_role("button", name="Gửi hồ sơ").click()
    page.locator(".big-code").wait_for()
    keep(page, "portal-receipt")


def track(browser: Any, address: str, code: str, digits: str) -> None:
    page = browser.new_context(viewport=SCREEN, locale="vi-VN").new_page()
    page.goto(f"{address}/tra-cuu/")
    page.get_by_label("Mã hồ sơ").fill(code)
    page.get_by_label("4 số cuối điện thoại hoặc năm sinh").fill(digits)
    page.get_by_role("button", name="Tra cứu").click()
    page.get_by_text("Diễn biến").first.wait_for()
    keep(page, "portal-track", whole=True)


def officer(browser: Any, address: str, name: str) -> Page:
    page: Page = browser.new_context(viewport=SCREEN, locale="vi-VN").new_page()
    page.goto(f"{address}/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/can-bo/**")
    return page


def desk(browser: Any, address: str) -> tuple[str, str]:
    """Draws the desk; returns code and last digits of the phone of a dossier that somebody works on."""
    page = officer(browser, address, "tiepnhan")
    page.goto(f"{address}/can-bo/danh-sach/dang-giai-quyet/")
    keep(page, "desk-worklist")
    page.goto(f"{address}/can-bo/tiep-nhan/")
    chooser = page.get_by_role("combobox", name="Thủ tục")
    chooser.fill("1.008891")
    chooser.press("Tab")
    page.get_by_role("button", name="Đánh dấu đủ").wait_for()
    for name, text in (
        ("identity_number", "056190000123"), ("full_name", "Nguyễn Thị Hoàng Anh"), ("phone", "0905 123 456"),
        ("birth_year", "1990"), ("address", "12 đường Mẫu số 3, phường Nha Trang"),
    ):  # fmt: skip
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="Đánh dấu đủ").click()
    page.locator("#preview").get_by_text("Nguyễn Thị Hoàng Anh").wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    keep(page, "desk-reception")
    page.keyboard.press("Control+Enter")
    paper = page.get_by_role("link", name="In giấy tiếp nhận hồ sơ")
    printed(page.request.get(address + str(paper.get_attribute("href"))).body())

    page = officer(browser, address, "thuly1.sxd")
    page.goto(f"{address}/can-bo/danh-sach/dang-giai-quyet/")
    row = page.locator("[data-row]").filter(has_text="Còn").filter(has_text="Thẩm định").first
    code = row.locator("a.code").inner_text()
    digits = re.findall(r"•(\d{4})", row.inner_text())[-1]
    row.locator("a.code").click()
    page.get_by_text("Vì sao ngày này?").click()
    keep(page, "desk-dossier")
    return code, digits


def leader(browser: Any, address: str) -> None:
    page = officer(browser, address, "lanhdao")
    page.goto(f"{address}/can-bo/bang-dieu-hanh/?ky=2026-11")
    page.locator("canvas, svg").first.wait_for()
    keep(page, "leader-board")
    page.goto(f"{address}/can-bo/diem-chi-so/?ky=2026-11")
    keep(page, "leader-score")


def process(browser: Any, address: str) -> None:
    page = officer(browser, address, "quantri")
    page.goto(f"{address}/can-bo/quy-trinh/")
    page.locator("table a[href*='/can-bo/quy-trinh/']").first.click()
    page.locator("svg").first.wait_for()
    keep(page, "desk-process")


def printed(content: bytes) -> None:
    """The first page of Mẫu 01 as a picture."""
    tool = shutil.which("pdftoppm")
    if tool is None:
        print("pdftoppm is missing (poppler-utils): the printed receipt is not drawn anew.")
        return
    name = IMAGES / "printed-receipt"
    command = [tool, "-png", "-r", "110", "-gray", "-singlefile", "-f", "1", "-l", "1", "-", str(name)]
    subprocess.run(command, input=content, check=True)
    _shrink(name.with_suffix(".png"))


def main() -> None:
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    path = next((found for found in map(shutil.which, names) if found), None)
    if path is None:
        raise SystemExit("Chromium is missing: scripts/chromium.sh installs it.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        portal(browser, address)
        track(browser, address, *desk(browser, address))
        leader(browser, address)
        process(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
