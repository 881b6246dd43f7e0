"""Processes in a real Chromium under the program's own content security policy: the picture is drawn and marked, the
pages hold at the counter's screen and on a phone, and axe-core finds nothing serious.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish
from tests.desk.test_processes import CHOICE
from tests.faces.browser import PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.processes.build import line, step
from tests.province import MONDAY, Province, build_province

from motcua.dossiers.commands import Accept
from motcua.dossiers.services import give_command, submit_dossier
from motcua.identity.actors import SYSTEM
from motcua.processes.definition import Definition, to_json
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.publishing import open_process
from motcua.processes.services import finish_step

pytestmark = pytest.mark.browser


@dataclass
class Place:
    url: str
    process: int
    draft: int
    faulty: int
    dossier: int


def in_force(province: Province, definition: Definition) -> Process:
    process = Process.objects.create(procedure=province.procedure)
    ProcessVersion.objects.create(
        process=process, number=1, definition=to_json(definition), digest=definition.digest, created_at=MONDAY,
        published_at=MONDAY, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    return process


@pytest.fixture
def place(committed_db: object, clock: Clock) -> Iterator[Place]:
    province = furnish(build_province())
    process = in_force(province, CHOICE)
    draft = open_process(province.procedure, actor=SYSTEM, at=MONDAY)
    faulty = open_process(
        province.procedure, actor=SYSTEM, at=MONDAY, agency=province.commune,
        definition=line(step("a", "Thẩm định hồ sơ và kiểm tra thực địa tại nơi đề nghị", role=""), step("b", minutes=0)),
    )  # fmt: skip
    dossier_id = submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id
    give_command(dossier_id, Accept(), actor=province.actor("counter"), at=MONDAY)
    finish_step(
        dossier_id, 1, actor=province.actor("case"), at=MONDAY + timedelta(minutes=40), papers=("Tờ trình", "Dự thảo")
    )
    clock.forward(hours=5)
    let_in(province.officers.values())
    with serving() as url:
        yield Place(url, process.pk, draft.pk, faulty.pk, dossier_id)


def pages(place: Place) -> dict[str, tuple[str, str]]:
    base = f"{place.url}/can-bo"
    return {
        "process-list": ("admin", f"{base}/quy-trinh/"),
        "process-one": ("admin", f"{base}/quy-trinh/{place.process}/"),
        "process-edit": ("admin", f"{base}/quy-trinh/lan/{place.draft}/sua/"),
        "process-edit-faulty": ("admin", f"{base}/quy-trinh/lan/{place.faulty}/sua/"),
        "process-new": ("admin", f"{base}/quy-trinh/soan/?thu-tuc=1.001193"),
        "process-dossier": ("case", f"{base}/ho-so/{place.dossier}/quy-trinh/"),
    }


def test_pages_draw_hold_and_have_no_serious_fault(place: Place) -> None:
    with chromium() as browser:
        found: list[str] = []
        visitors = {name: enter(browser, place.url, name) for name in ("admin", "case")}
        for page in visitors.values():
            page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: found.append(str(error)))
        for name, (who, url) in pages(place).items():
            page = visitors[who]
            page.goto(url)
            if name not in ("process-list", "process-new"):
                page.wait_for_selector(".djs-element")
                assert page.locator(".bjs-powered-by").is_visible()
            found += [f"{name}: {fault}" for fault in violations(page)]
            if overflows(page):
                found.append(f"{name}: wider than the screen")
            keep(page, PICTURES, name)
        dossier = visitors["case"]
        assert dossier.locator(".djs-element.is-now").count() == 1
        assert dossier.locator(".djs-element.is-done").count() == 1
        assert "40p / 1g30" in dossier.locator(".drawing-note.is-done").inner_text()
        assert found == []


def test_pages_hold_on_a_phone(place: Place) -> None:
    with chromium() as browser:
        visitors = {
            name: enter(browser, place.url, name, viewport=PHONE, has_touch=True, is_mobile=True)
            for name in ("admin", "case")
        }
        wide = []
        for name, (who, url) in pages(place).items():
            visitors[who].goto(url)
            visitors[who].wait_for_load_state("networkidle")
            keep(visitors[who], PICTURES, f"{name}-phone")
            if overflows(visitors[who]):
                wide.append(name)
        assert wide == []


def test_the_table_is_written_without_script(place: Place) -> None:
    with chromium() as browser:
        page = enter(browser, place.url, "admin", java_script_enabled=False)
        page.goto(f"{place.url}/can-bo/quy-trinh/lan/{place.faulty}/sua/")
        assert page.get_by_text("Hình cần JavaScript").is_visible()
        page.get_by_label("Vai trò của dòng 1").select_option("case_officer")
        page.get_by_label("Thời gian của dòng 2, giờ làm việc").fill("2 giờ")
        page.get_by_label("Tên dòng 2").press("Enter")
        assert page.get_by_text("Không còn lỗi nào, ban hành được.").is_visible()
        page.get_by_role("button", name="Bước dưới dòng 2").click()
        page.get_by_label("Tên dòng 3").fill("Ký duyệt")
        page.get_by_label("Vai trò của dòng 3").select_option("signer")
        page.get_by_label("Thời gian của dòng 3, giờ làm việc").fill("1")
        page.get_by_label("Kết quả 1 của dòng 3").fill("Đồng ý")
        page.get_by_label("Kết quả 2 của dòng 3").fill("Làm lại")
        page.get_by_label("Đường 2 của dòng 3 đi đến").select_option(label="2. Bước b")
        page.get_by_role("button", name="Lưu bản nháp").click()
        assert page.get_by_text("Không còn lỗi nào, ban hành được.").is_visible()
        keep(page, PICTURES, "process-edit-no-script")
        page.get_by_role("button", name="Ban hành lần 1").click()
        assert page.get_by_text("Đã ban hành lần 1, hiệu lực từ 16/11/2026").is_visible()
    version = ProcessVersion.objects.get(pk=place.faulty)
    assert version.published_at is not None
    assert [node["name"] for node in version.definition["nodes"] if node["kind"] == "step"][2] == "Ký duyệt"
