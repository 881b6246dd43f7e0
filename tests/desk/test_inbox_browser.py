"""The inbox and the steps in a real Chromium: axe-core finds nothing serious, keys, many steps at once, live counts.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish, party
from tests.desk.test_browser import Office, shoot, visit
from tests.faces.browser import OFFICE, PHONE, chromium, overflows, serving, violations
from tests.processes.build import flow, node, process, publish, result, step
from tests.province import MONDAY, build_province

from motcua.dossiers.commands import Accept, AskSupplement
from motcua.dossiers.services import give_command, submit_dossier
from motcua.processes.definition import Definition, StepKind
from motcua.processes.models import WorkItem
from motcua.processes.services import assign, finish_step

pytestmark = pytest.mark.browser


def course() -> Definition:
    """Appraise beside a consultation, then sign with a way back."""
    return process(
        [
            node("split", "split"),
            step("appraise", "Thẩm định hồ sơ cấp giấy phép xây dựng", minutes=600, papers=("Báo cáo thẩm định",)),
            step("ask", "Lấy ý kiến phường", minutes=480, step=StepKind.CONSULTATION, agency="H32.101"),
            node("join", "join"),
            step("sign", "Ký duyệt", "signer", 240, outcomes=(("approve", "Đồng ý"), ("redo", "Làm lại"))),
            result(minutes=60),
        ],
        *(flow(text) for text in (
            "start>split", "split>appraise", "split>ask", "appraise>join", "ask>join", "join>sign", "sign>issue:approve",
            "sign>appraise:redo", "issue>end",
        )),
    )  # fmt: skip


@pytest.fixture
def office(committed_db: object, clock: Clock) -> Iterator[Office]:
    province = furnish(build_province())
    publish(province, course())
    case, head = province.actor("case"), province.actor("head")
    made = {}
    for number in range(14):
        at = MONDAY - timedelta(hours=number * 5)
        intake = province.intake(submitter=party(number))
        dossier_id = submit_dossier(intake, actor=province.applicant, at=at).id
        give_command(dossier_id, Accept(), actor=province.actor("counter"), at=at)
        if number % 3:
            beside = [province.officers["signer"].pk] if number == 5 else []
            assign(dossier_id, 1, officer_id=case.id, cooperating=beside, actor=head, at=at)
        made[f"d{number}"] = dossier_id
    give_command(made["d4"], AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=MONDAY)
    for number in (1, 2):
        dossier_id = made[f"d{number}"]
        finish_step(dossier_id, 1, papers=["Báo cáo thẩm định"], actor=case, at=MONDAY + timedelta(minutes=20))
        finish_step(dossier_id, 2, actor=province.actor("commune_case"), at=MONDAY + timedelta(minutes=30))
    let_in(province.officers.values())
    clock.at = MONDAY + timedelta(hours=2)
    with serving() as url:
        yield Office(url, province, made)


PAGES_OF = {
    "case": {
        "mine": "viec/cua-toi/",
        "mine-late": "viec/cua-toi/?han=late",
        "mine-none": "viec/cua-toi/?buoc=khong-co",
        "to-take": "viec/cho-nhan/",
        "elsewhere": "viec/co-quan-khac/",
        "done": "viec/vua-xong/",
        "dossier": "ho-so/{d5}/",
        "finish": "ho-so/{d5}/buoc/1/hoan-thanh/",
        "hand-back": "ho-so/{d5}/buoc/1/tra-lai-viec/",
        "paused": "ho-so/{d4}/",
        "handed-on": "ho-so/{d1}/",
    },
    "head": {
        "to-assign": "viec/cho-phan-cong/",
        "unit": "viec/cua-phong/",
        "assign": "ho-so/{d5}/buoc/1/giao/",
        "assign-first": "ho-so/{d0}/buoc/1/giao/",
    },
    "signer": {
        "sign": "ho-so/{d1}/buoc/4/hoan-thanh/",
        "signer": "viec/cho-nhan/?dong=300",
        "together": "viec/phoi-hop/",
        "opinion": "ho-so/{d5}/buoc/1/cho-y-kien/",
    },
    "commune_case": {"consulted": "ho-so/{d5}/"},
}


def test_axe_finds_nothing_serious_and_nothing_is_too_wide(office: Office) -> None:
    with chromium() as browser:
        found, wide = [], []
        for name, pages in PAGES_OF.items():
            page = enter(browser, office.url, name)
            for shown, path in pages.items():
                address = f"{office.url}/can-bo/{path.format(**office.made)}"
                found += visit(page, address, f"work-{shown}")
                page.set_viewport_size(PHONE)
                shoot(page, f"work-{shown}-phone")
                if overflows(page):
                    wide.append(shown)
                page.set_viewport_size(OFFICE)
    assert found == []
    assert wide == []


def test_the_filter_fetches_what_it_offers_when_it_is_opened(office: Office) -> None:
    with chromium() as browser:
        page = enter(browser, office.url, "case")
        heard: list[str] = []
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
        page.goto(f"{office.url}/can-bo/viec/cua-toi/")
        before = page.locator("datalist").count()
        page.get_by_text("Lọc", exact=True).first.click()
        page.locator("datalist#steps option").first.wait_for(state="attached")
        steps = page.locator("datalist#steps option").evaluate_all("all => all.map(one => one.value)")
        page.goto(f"{office.url}/can-bo/viec/cua-toi/?buoc=khong-co")
        page.locator("datalist#agencies option").first.wait_for(state="attached")
        page.goto(f"{office.url}/can-bo/danh-sach/dang-giai-quyet/")
        page.get_by_text("Lọc", exact=True).first.click()
        page.locator("datalist#procedures option").first.wait_for(state="attached")
        lists = page.locator("datalist").count()

    assert heard == []
    assert before == 0
    assert steps == ["Thẩm định hồ sơ cấp giấy phép xây dựng"]
    assert lists == 2


def test_many_steps_by_keyboard_alone(office: Office) -> None:
    with chromium() as browser:
        page = enter(browser, office.url, "case")
        heard: list[str] = []
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.goto(f"{office.url}/can-bo/viec/cho-nhan/")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.get_by_text("Đã chọn 2 dòng").wait_for()
        page.keyboard.press("X")
        chosen = page.locator("[data-chosen]").inner_text()
        shoot(page, "work-chosen")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/nhieu-viec/**")
        page.get_by_text("5 bước đã xong").wait_for()
        shoot(page, "work-run-done")
        found = violations(page)
        page.get_by_role("link", name="Về danh sách").click()
        page.wait_for_url("**/viec/cho-nhan/")
        page.goto(f"{office.url}/can-bo/viec/cua-toi/")
        page.keyboard.press("j")
        page.keyboard.press("f")
        page.wait_for_url("**/hoan-thanh/")
        page.go_back()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ho-so/*/")

    assert heard == []
    assert found == []
    assert chosen == "Đã chọn 5 dòng"
    case = office.province.officers["case"]
    assert not WorkItem.objects.filter(node="appraise", closed_at=None, officer=None).exists()
    assert WorkItem.objects.filter(officer=case, seen_at__isnull=False).exists()


def test_failures_are_shown_and_tried_again(office: Office) -> None:
    with chromium() as browser:
        page = enter(browser, office.url, "case")
        page.goto(f"{office.url}/can-bo/viec/cua-toi/")
        page.keyboard.press("X")
        page.get_by_role("button", name="Hoàn thành bước").click()
        page.get_by_role("heading", name="Không được").wait_for()
        shoot(page, "work-run-failed")
        first = page.locator("#bulk-run").inner_text()
        found = violations(page)
        page.get_by_role("button", name="Làm lại").click()
        page.get_by_role("heading", name="Không được").wait_for()
    assert "còn thiếu: Báo cáo thẩm định" in first
    assert "đang tạm dừng" in first
    assert found == []


def test_counts_and_presence_follow_without_a_reload(office: Office, clock: Clock) -> None:
    with chromium() as browser:
        case, head = enter(browser, office.url, "case"), enter(browser, office.url, "head")
        dossier = f"{office.url}/can-bo/ho-so/{office.made['d0']}/"
        head.goto(dossier)
        head.clock.install()
        case.goto(dossier)
        told = case.get_by_text("Đỗ Trưởng Phòng đang mở hồ sơ này từ 11:20").count()
        shoot(case, "work-present")
        head.goto(dossier)
        case.get_by_role("button", name="Nhận việc").click()
        case.get_by_text("đã nhận").first.wait_for()
        before = head.locator("#work-rail a", has_text="Bước chờ phân công").inner_text()
        head.clock.run_for(46_000)
        head.get_by_text("Phạm Thụ Lý đang mở hồ sơ này").wait_for()
        head.wait_for_function("text => document.querySelector('#work-rail').innerText.indexOf(text) < 0", arg=before)
        after = head.locator("#work-rail a", has_text="Bước chờ phân công").inner_text()
    assert told == 1
    assert [int("".join(char for char in text if char.isdigit())) for text in (before, after)] == [7, 6]


def test_without_script_everything_is_done_at_once(office: Office) -> None:
    with chromium() as browser:
        page = enter(browser, office.url, "case", java_script_enabled=False)
        page.goto(f"{office.url}/can-bo/viec/cho-nhan/?chon=het")
        page.get_by_role("combobox", name="Việc cần làm").select_option("claim")
        page.get_by_role("button", name="Thực hiện").click()
        page.get_by_text("5 bước đã xong").wait_for()
        shoot(page, "work-no-script")
