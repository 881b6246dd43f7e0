"""The pages about lateness in a real Chromium: nothing serious for axe-core, nothing wider than the screen, a letter signed.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish, party
from tests.faces.browser import PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.notifications.reminders import moment
from tests.processes.build import line, publish, step
from tests.province import MONDAY, Province, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers.services import give_command, submit_dossier
from motcua.notifications.digests import send_digests
from motcua.notifications.officer_notices import warn
from motcua.notifications.watching import follow_ledger
from motcua.processes.models import Apology
from motcua.processes.services import claim, finish_step

pytestmark = pytest.mark.browser
NOW = moment("2026-11-20T09:00")


@dataclass
class Office:
    url: str
    province: Province
    waiting: int
    ended: int


def accepted(province: Province, number: int) -> int:
    id_ = submit_dossier(province.intake(submitter=party(number)), actor=province.applicant, at=MONDAY).id
    give_command(id_, c.Accept(), actor=province.actor("counter"), at=MONDAY)
    return id_


@pytest.fixture
def office(committed_db: object, clock: Clock) -> Iterator[Office]:
    clock.at = NOW
    province = furnish(build_province())
    publish(province, line(step("appraise", "Thẩm định", minutes=600), step("sign", "Ký duyệt", "signer", minutes=480)))
    case, signer = province.actor("case"), province.actor("signer")
    ended, *others = (accepted(province, number) for number in range(5))
    for id_ in others:
        claim(id_, 1, actor=case, at=MONDAY)
    finish_step(ended, 1, note="Chờ xác minh", actor=case, at=moment("2026-11-18T15:20"))
    follow_ledger(MONDAY)
    warn(moment("2026-11-18T07:00"))
    finish_step(ended, 2, note="Chờ xác minh", actor=signer, at=moment("2026-11-19T15:20"))
    give_command(ended, c.Resolve(result(signed_on=MONDAY.date())), actor=case, at=moment("2026-11-20T08:30"))
    while follow_ledger(NOW):
        pass
    send_digests(NOW)
    warn(NOW)
    let_in(province.officers.values())
    with serving() as url:
        yield Office(url, province, others[0], ended)


def pages_of(office: Office) -> dict[str, list[tuple[str, str]]]:
    return {
        "head": [
            ("reminders", "nhac-viec/"),
            ("reminders-unread", "nhac-viec/?muc=chua-doc"),
            ("apologies", "xin-loi/"),
            ("unapologised", "xin-loi/?muc=chua-xin-loi"),
            ("letter-draft", f"xin-loi/{office.waiting}/"),
            ("late-causes", "nguyen-nhan-tre/"),
            ("late-cause", f"nguyen-nhan-tre/{office.ended}/"),
            ("late-summary", "nguyen-nhan-tre/tong-hop/"),
        ],
        "admin": [("warning-settings", "quan-tri/nhac-viec/"), ("reminders-empty", "nhac-viec/")],
        "commune_case": [("apologies-empty", "xin-loi/"), ("late-causes-empty", "nguyen-nhan-tre/")],
    }


def test_nothing_serious_and_nothing_wider_than_the_screen(office: Office) -> None:
    faults: list[str] = []
    with chromium() as browser:
        for name, pages in pages_of(office).items():
            page = enter(browser, office.url, name)
            phone = enter(browser, office.url, name, viewport=PHONE)
            for shown, path in pages:
                page.goto(f"{office.url}/can-bo/{path}")
                keep(page, PICTURES, f"lateness-{shown}")
                faults += [f"{shown}: {fault}" for fault in violations(page)]
                phone.goto(f"{office.url}/can-bo/{path}")
                keep(phone, PICTURES, f"lateness-{shown}-phone")
                faults += [f"{shown} on a phone is too wide"] if overflows(phone) else []
    assert faults == []


def test_a_letter_is_explained_and_signed(office: Office) -> None:
    with chromium() as browser:
        head, signer = enter(browser, office.url, "head"), enter(browser, office.url, "signer")
        head.get_by_role("link", name="Cần xin lỗi").first.click()
        head.locator(f"a[href$='/xin-loi/{office.waiting}/']").click()
        head.get_by_label("Nguyên nhân").select_option("c")
        head.get_by_label("Lý do chậm").fill("Phải kiểm tra thực địa do bản vẽ khác hiện trạng.")
        head.get_by_label("Hẹn trả kết quả").fill("2026-11-27T16:00")
        head.get_by_role("button", name="Ghi lý do").click()
        head.get_by_text("Đã ghi lý do").wait_for()
        signer.goto(f"{office.url}/can-bo/xin-loi/{office.waiting}/")
        keep(signer, PICTURES, "lateness-letter-to-sign")
        signer.get_by_role("button", name="Ký và gửi").click()
        signer.get_by_text("Đã ký. Văn bản được lập").wait_for()
        keep(signer, PICTURES, "lateness-letter-signed")
    assert Apology.objects.get(dossier_id=office.waiting).state == "signed"
