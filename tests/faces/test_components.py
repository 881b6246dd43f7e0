"""Every component on one page, in a real browser under the real content policy, without server or database."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlparse

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.template import Context, Engine
from django.template.loader import render_to_string
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, violations

from motcua.law.clock import compute_due
from motcua.law.limits import Limit, Unit
from motcua.law.moments import parse_moment
from motcua.law.worktime import national_calendar
from motcua.platform.presentation.due_calendar import due_calendar
from motcua.platform.presentation.words import MARKS

pytestmark = pytest.mark.browser

POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'"


class Sample(forms.Form):
    name = forms.CharField(label="Họ và tên", widget=forms.TextInput(attrs={"class": "form-control w-mid"}))
    number = forms.CharField(
        label="Số định danh", help_text="12 chữ số.", widget=forms.TextInput(attrs={"class": "form-control w-mid"})
    )
    note = forms.CharField(
        label="Ghi chú", required=False, widget=forms.Textarea(attrs={"class": "form-control", "rows": 3})
    )
    way = forms.ChoiceField(
        label="Nhận kết quả bằng cách nào?",
        widget=forms.RadioSelect,
        choices=[("desk", "Tại Bộ phận Một cửa"), ("post", "Bưu chính gửi đến nhà")],
    )


def clock(tone: str, icon: str, remaining: str, until: str, note: str = "") -> SimpleNamespace:
    return SimpleNamespace(tone=tone, icon=icon, remaining=remaining, until=until, note=note)


def sample() -> dict[str, Any]:
    form = Sample({"name": "Nguyễn Thị Hoàng Anh", "number": "00112345678", "way": "desk"})
    form.is_valid()
    form.add_error("number", "Số định danh phải có 12 chữ số; ông/bà đã nhập 11.")
    due = compute_due(parse_moment("2026-11-20T17:30"), Limit(3, Unit.WORKING_DAY), national_calendar())
    long_name = "Công ty Trách nhiệm hữu hạn Một thành viên Sản xuất Hòa Bình"
    return {
        "form": form,
        "marks": list(MARKS),
        "clocks": [
            clock("in-time", "clock", "Còn 1 ngày làm việc", "đến 16:00 thứ Năm 26/11/2026"),
            clock("soon", "exclamation-circle", "Còn 3 giờ làm việc", "đến 16:00 thứ Năm 26/11/2026"),
            clock("late", "exclamation-triangle-fill", "Quá 2 ngày làm việc", "hạn là 16:00 26/11/2026", "Đã xin lỗi."),
            clock("paused", "pause-circle", "Tạm dừng tính hạn", "từ 09:12 thứ Hai 23/11/2026"),
        ],
        "events": [
            {"phase": "done", "what": "Gửi hồ sơ", "when": "08:02 thứ Hai 23/11/2026", "who": long_name},
            {"phase": "now", "what": "Sở Công Thương đang giải quyết", "who": "Phòng Quản lý thương mại"},
            {"phase": "coming", "what": "Có kết quả", "when": "chậm nhất 09:15 thứ Năm 26/11/2026"},
        ],
        "calendar": due_calendar(due),
        "caption": "Hồ sơ đang giải quyết",
        "columns": [{"label": "Còn lại"}, {"label": "Mã hồ sơ"}, {"label": "Người nộp"}, {"label": "Phí", "num": True}],
        "rows": [
            [
                {"mark": "soon"},
                {"text": "H32.16-261121-0001", "href": "#", "code": True},
                {"text": long_name},
                {"text": "1.120.000 đ"},
            ]
        ],
    }


def rendered(name: str) -> str:
    if name == "error":
        context = {"status": 404, "title": "Không tìm thấy", "detail": "Không có trang này.", "request_id": "abc12345"}
        return render_to_string("platform/error.html", context)
    source = (Path(__file__).parent / "components.html").read_text(encoding="utf-8")
    from django.template import engines

    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    return engine.from_string(source).render(Context(sample()))


def answer(route: Any) -> None:
    """The static files from where Django finds them, the page from its template."""
    path = urlparse(route.request.url).path
    if not path.startswith("/static/"):
        headers = {"Content-Security-Policy": POLICY}
        route.fulfill(body=rendered(path.strip("/")), content_type="text/html; charset=utf-8", headers=headers)
        return
    found = finders.find(path.removeprefix("/static/"))
    if found is None:
        route.fulfill(status=404)
    else:
        route.fulfill(path=found, content_type=mimetypes.guess_type(found)[0] or "font/woff2")


def judge(page: Any, name: str, label: str) -> list[str]:
    """What is wrong with the page in this window; its script errors and policy breaches included."""
    faults: list[str] = []
    page.route("**/*", answer)
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"http://motcua.test/{name}")
    faults += violations(page)
    if overflows(page):
        faults.append("wider than the window")
    if not page.evaluate("document.fonts.check('16px \"Be Vietnam Pro\"')"):
        faults.append("the house's font did not load")
    keep(page, PICTURES, f"{name}-{label}")
    return faults


@pytest.mark.parametrize(("label", "size"), [("1366", OFFICE), ("390", PHONE)])
@pytest.mark.parametrize("name", ["components", "error"])
def test_components_are_accessible_fit_and_obey_the_content_policy(name: str, label: str, size: dict[str, int]) -> None:
    with chromium() as browser:
        assert judge(browser.new_page(viewport=size), name, label) == []


def test_vendored_files_stand_beside_their_licences() -> None:
    folder = Path(str(finders.find("vendor/VENDOR.md"))).parent

    for part in ("bootstrap", "htmx", "bootstrap-icons", "be-vietnam-pro"):
        assert (folder / part / "LICENSE").is_file()
        assert f"`{part}/`" in (folder / "VENDOR.md").read_text(encoding="utf-8")
