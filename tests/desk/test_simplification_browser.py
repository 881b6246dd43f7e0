"""The pages of simplifications in a real Chromium, on a screen and a phone; a decision is recorded by keyboard and mouse.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.province import MONDAY, START, Province, build_procedure, build_province

from motcua.catalog.models import PaperRequirement, ProcedureVersion, Sector
from motcua.identity.actors import SYSTEM
from motcua.law.limits import Limit, Unit
from motcua.organizations.models import Role
from motcua.organizations.services import appoint
from motcua.processes.defaults import make_defaults
from motcua.processes.models import Simplification
from motcua.processes.simplification.services import NewLimit, NewPart, NewSimplification, record

pytestmark = pytest.mark.browser


@pytest.fixture
def served(committed_db: object, clock: Clock) -> Iterator[tuple[str, int]]:
    """The address, and the id of one simplification among others."""
    province = furnish(build_province())
    officer = appoint(
        username="cchc", password=None, full_name="Mai Cải Cách", title="Chuyên viên", agency=province.root,
        roles={Role.REFORM_OFFICER: province.root}, valid_from=START,
    )  # fmt: skip
    let_in([officer])
    ProcedureVersion.objects.update(sets=2)
    PaperRequirement.objects.filter(name="Tờ khai").update(form_name="Mẫu số 01 Phụ lục II")
    made = _simplified(province)
    with serving() as url:
        yield url, made


def _simplified(province: Province) -> int:
    other = Sector.objects.create(code="LV-kien-truc", name="Kiến trúc", name_key="kien truc")
    make_defaults(actor=SYSTEM, at=MONDAY)
    first = 0
    for number, (days, to) in enumerate(((10, 5), (15, 10), (20, 18), (7, 4), (30, 15)), 1):
        procedure = build_procedure(
            f"1.00{number:04d}", f"Cấp, cấp lại, điều chỉnh giấy chứng nhận đủ điều kiện hoạt động loại {number}",
            province.procedure.sector if number % 2 else other, days=days,
        )  # fmt: skip
        make_defaults(actor=SYSTEM, at=MONDAY)
        made = record(
            NewSimplification(
                procedure.pk, f"{1500 + number}/QĐ-UBND", date(2026, 11, number), MONDAY.date(),
                agency_id=province.department.pk if number == 3 else None, pilot=number == 4,
                last_day=date(2027, 3, 31) if number == 4 else None, note="Theo phương án đơn giản hóa năm 2026",
                limits=tuple(NewLimit(channel, Limit(to, Unit.WORKING_DAY)) for channel in ("online", "counter")),
                parts=(NewPart("paper", "Tờ khai"), NewPart("paper", "Giấy tờ tùy thân", "Căn cước điện tử"))[: number % 3],
            ),
            actor=SYSTEM, at=MONDAY,
        )  # fmt: skip
        first = first or made.pk
    return first


def test_every_page_on_a_screen_and_a_phone(served: tuple[str, int]) -> None:
    url, made = served
    paths = {
        "list": "", "empty": "?q=khong-co", "choose": "ghi/", "unknown": "ghi/?thu-tuc=9.9",
        "new": "ghi/?thu-tuc=1.001193", "one": f"{made}/",
    }  # fmt: skip
    found: list[str] = []
    with chromium() as browser:
        for size, where in ((OFFICE, ""), (PHONE, "-phone")):
            page = enter(browser, url, "cchc", viewport=size)
            for name, path in paths.items():
                page.goto(f"{url}/can-bo/don-gian-hoa/{path}")
                keep(page, PICTURES, f"simplification-{name}{where}")
                found += [f"{name}{where}: {fault}" for fault in violations(page)]
                found += [f"{name}{where}: too wide"] if overflows(page) else []
    assert found == []


def test_a_decision_is_recorded(served: tuple[str, int]) -> None:
    url, _ = served
    with chromium() as browser:
        page = enter(browser, url, "cchc")
        page.get_by_role("link", name="Đơn giản hóa").click()
        page.get_by_role("link", name="Ghi quyết định").click()
        page.get_by_label("Thủ tục", exact=True).fill("1.001193")
        page.get_by_role("button", name="Tiếp tục").click()
        page.get_by_label("Số quyết định").fill("1600/QĐ-UBND")
        page.get_by_label("Ngày quyết định").fill("2026-11-12")
        page.get_by_label("Thời hạn cam kết, Trực tuyến").fill("5")
        page.get_by_role("button", name="Ghi quyết định").click()
        assert "cần ngắn hơn 3 ngày làm việc của danh mục" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Số quyết định").input_value() == "1600/QĐ-UBND"
        page.get_by_label("Thời hạn cam kết, Trực tuyến").fill("2")
        page.get_by_role("button", name="Ghi quyết định").click()
        page.get_by_role("heading", name="Quyết định 1600/QĐ-UBND").wait_for()
        keep(page, PICTURES, "simplification-recorded")
        assert "Trực tuyến: 3 → 2 ngày làm việc (giảm 33,3 %)" in page.inner_text("main")
    assert Simplification.objects.filter(decision_number="1600/QĐ-UBND").count() == 1
