"""Every page of the desk in a real Chromium: axe-core finds nothing serious, keys and the signature pad work.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish, populate
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.province import MONDAY, Province, build_province

from motcua.catalog.models import DeskProcedure, ReviewItem
from motcua.documents.models import StoredFile
from motcua.dossiers.models import Dossier, LedgerEntry

pytestmark = pytest.mark.browser


@dataclass
class Office:
    """A populated province served on `url`; `made` are its dossiers by the name of their state."""

    url: str
    province: Province
    made: dict[str, int]


@pytest.fixture
def office(committed_db: object, clock: Clock) -> Iterator[Office]:
    clock.at += timedelta(days=9)
    province = furnish(build_province())
    made = populate(province, clock.at)
    let_in(province.officers.values())
    with serving() as url:
        yield Office(url, province, made)


def shoot(page: Any, name: str) -> None:
    keep(page, PICTURES, f"desk-{name}")


def visit(page: Any, url: str, name: str) -> list[str]:
    page.goto(url)
    shoot(page, name)
    return [f"{name}: {fault}" for fault in violations(page)]


PAGES_OF = {
    "counter": {
        "queue-online": "danh-sach/cho-tiep-nhan/",
        "queue-uncollected": "danh-sach/cho-nhan/",
        "queue-open": "danh-sach/dang-giai-quyet/?kenh=counter",
        "queue-empty": "danh-sach/dang-giai-quyet/?kenh=kiosk",
        "search": "tim/?q=nguyen",
        "search-blank": "tim/",
        "reception-blank": "tiep-nhan/",
        "reception-late": "tiep-nhan/?ghi-bu&thu-tuc={posted}",
        "same-day": "trong-ngay/",
        "batch-one": "chung-thuc/",
        "batch-many": "chung-thuc/?che-do=nhieu-nguoi",
        "same-day-late": "trong-ngay/?ghi-bu",
        "batch-late": "chung-thuc/?che-do=nhieu-nguoi&ghi-bu",
        "posted": "niem-yet/",
        "register": "so-theo-doi/",
        "received": "tiep-nhan/{accepted}/",
        "dossier-submitted": "ho-so/{submitted}/",
        "move-accept": "ho-so/{submitted}/viec/tiep-nhan/",
        "move-ask-completion": "ho-so/{submitted}/viec/yeu-cau-hoan-thien/",
        "move-supplement": "ho-so/{awaiting_supplement}/viec/nhan-bo-sung/",
        "move-hand-over": "ho-so/{resolved}/viec/tra-ket-qua/",
    },
    "head": {
        "queue-mine": "danh-sach/viec-cua-toi/",
        "queue-unit": "danh-sach/viec-cua-phong/",
        "queue-overdue": "danh-sach/qua-han/",
        "dossier": "ho-so/{in_process}/",
        "dossier-paused": "ho-so/{awaiting_supplement}/",
        "dossier-promised": "ho-so/{promised}/",
        "dossier-handed-over": "ho-so/{handed_over}/",
        "papers": "ho-so/{in_process}/giay-to/",
        "forms": "ho-so/{in_process}/bieu-mau/",
        "ledger": "ho-so/{handed_over}/so-cai/",
        "move-resolve": "ho-so/{in_process}/viec/ket-qua/",
        "move-forward": "ho-so/{in_process}/viec/chuyen-buoc/",
        "move-rectify": "ho-so/{handed_over}/viec/dinh-chinh/",
    },
    "admin": {
        "review": "quan-tri/danh-muc/",
        "review-item": "quan-tri/danh-muc/{item}/",
        "gaps": "quan-tri/cong-khai/",
        "posted-kept": "niem-yet/?noi={desk}",
        "take-down": "niem-yet/{desk}/{procedure}/go/",
        "post-again": "niem-yet/{desk}/{same_day}/lai/",
    },
}


def test_axe_finds_nothing_serious_on_any_page(office: Office) -> None:
    item = ReviewItem.objects.create(
        version=office.province.procedure.current, position=1, field="limit:1,2", text="20 ngày hoặc theo thỏa thuận",
        reason="hai thời hạn trong một dòng", suggestion={"amount": 20, "unit": "day"},
    )  # fmt: skip
    province, base = office.province, f"{office.url}/can-bo"
    DeskProcedure.objects.filter(procedure=province.same_day).update(
        valid_to=date(2026, 12, 15), reason="Quyết định số 15/QĐ-UBND bãi bỏ", ended_by=province.officers["admin"],
        ended_at=MONDAY,
    )  # fmt: skip
    posted = DeskProcedure.objects.get(desk=province.desk, procedure=province.procedure)
    made = office.made | {"desk": province.desk.pk, "procedure": province.procedure.pk, "posted": posted.pk}
    made["same_day"] = province.same_day.pk
    with chromium() as browser:
        found = visit(browser.new_page(viewport=OFFICE), f"{office.url}/dang-nhap/", "sign-in")
        for name, pages in PAGES_OF.items():
            page = enter(browser, office.url, name)
            for shown, path in pages.items():
                found += visit(page, f"{base}/{path.format(item=item.pk, **made)}", shown)
    assert found == []


def test_reception_by_keyboard_alone(office: Office) -> None:
    before = Dossier.objects.count()
    with chromium() as browser:
        page = enter(browser, office.url, "counter")
        page.keyboard.press("n")
        page.wait_for_url("**/tiep-nhan/")
        page.get_by_role("combobox", name="Thủ tục").focus()
        page.keyboard.type("xay dung nha o")
        page.keyboard.press("Tab")
        page.get_by_text("Tờ khai").first.wait_for()
        page.get_by_label("Số định danh", exact=True).focus()
        page.keyboard.type("056190000003")
        page.get_by_label("Họ và tên người nộp").fill("Võ Thị Sáu")
        page.get_by_role("button", name="Đánh dấu đủ").press("Enter")
        page.locator("#preview").get_by_text("Võ Thị Sáu").wait_for()
        shoot(page, "reception-filled")
        found = violations(page)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/tiep-nhan/*/")
        shoot(page, "reception-done")
        page.keyboard.press("n")
        page.wait_for_url("**/tiep-nhan/")

    assert found == []
    assert Dossier.objects.count() == before + 1
    made = Dossier.objects.latest("id")
    assert (made.state, made.owner_name) == ("accepted", "Võ Thị Sáu")


def test_worklist_keys_and_the_drawn_signature(office: Office) -> None:
    one = office.made["resolved"]
    with chromium() as browser:
        page = enter(browser, office.url, "counter")
        page.goto(f"{office.url}/can-bo/danh-sach/cho-nhan/")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ho-so/*/")
        page.goto(f"{office.url}/can-bo/ho-so/{one}/viec/tra-ket-qua/")
        page.locator("canvas").scroll_into_view_if_needed()
        box = page.locator("canvas").bounding_box()
        page.mouse.move(box["x"] + 40, box["y"] + 90)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(box["x"] + 40 + step * 25, box["y"] + 60 + (step % 3) * 30)
        page.mouse.up()
        shoot(page, "hand-over-signed")
        page.get_by_role("button", name="Trả kết quả", exact=True).click()
        page.wait_for_url(f"**/ho-so/{one}/")
        shoot(page, "handed-over")
        page.keyboard.press("/")
        page.keyboard.type("phuong anh")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tim/?q=phuong+anh")
        seen = page.get_by_text("Lê Hoàng Phương Anh").count()

    dossier = Dossier.objects.get(pk=one)
    assert dossier.state == "handed_over"
    reference = LedgerEntry.objects.get(dossier=dossier, seq=dossier.seq).data["data"]["reference"]
    assert StoredFile.objects.get(pk=reference).content_type == "image/png"
    assert seen >= 1


def test_explained_clock_and_a_phone(office: Office) -> None:
    with chromium() as browser:
        page = enter(browser, office.url, "case")
        page.goto(f"{office.url}/can-bo/ho-so/{office.made['in_process']}/")
        page.get_by_text("Vì sao ngày này?").click()
        shoot(page, "dossier-why")
        found = violations(page)
        page.set_viewport_size(PHONE)
        wide = []
        for name, path in (("list", "danh-sach/dang-giai-quyet/"), ("dossier", f"ho-so/{office.made['in_process']}/")):
            page.goto(f"{office.url}/can-bo/{path}")
            shoot(page, f"phone-{name}")
            wide += [name] if overflows(page) else []

        page.set_viewport_size(OFFICE)
        page.emulate_media(media="print")
        for name, path in (("dossier", f"ho-so/{office.made['in_process']}/"), ("posted", "niem-yet/")):
            page.goto(f"{office.url}/can-bo/{path}")
            shoot(page, f"print-{name}")
            wide += [f"rail printed on {name}"] if page.locator(".rail").is_visible() else []

    assert found == []
    assert wide == []


def test_life_at_the_desk_without_script(office: Office) -> None:
    with chromium() as browser:
        page = enter(browser, office.url, "counter", java_script_enabled=False)
        page.goto(f"{office.url}/can-bo/ho-so/{office.made['submitted']}/")
        page.get_by_role("link", name="Tiếp nhận", exact=True).click()
        page.get_by_role("button", name="Tiếp nhận", exact=True).click()
        page.wait_for_url("**/bieu-mau/")
        page.goto(f"{office.url}/can-bo/tiep-nhan/")
        page.get_by_role("combobox", name="Thủ tục").fill("1.001193")
        page.get_by_role("button", name="Chọn thủ tục").click()
        page.get_by_label("Họ và tên người nộp").fill("Mai An Tiêm")
        page.get_by_label("Tờ khai", exact=True).check()
        page.get_by_role("button", name="Tiếp nhận và in").click()
        page.wait_for_url("**/tiep-nhan/*/")
        shown = page.content()

    assert Dossier.objects.get(pk=office.made["submitted"]).state == "accepted"
    assert "Mai An Tiêm" in shown
