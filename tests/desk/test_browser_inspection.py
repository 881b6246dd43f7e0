"""The pages of the inspection in a real Chromium, with a fake of several kinds on record: accessible, narrow enough, usable.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish, party
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.province import MONDAY, START, Province, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers.decide import HandOverTooEarly
from motcua.dossiers.services import give_command, receive_at_counter
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Role
from motcua.organizations.services import appoint
from motcua.processes.backlog.services import note_backlog
from motcua.processes.models import BacklogNote, SuspicionFinding
from motcua.processes.stuck.services import find_stuck
from motcua.processes.suspicions.services import exempt, judge, sweep

pytestmark = pytest.mark.browser
AT = MONDAY + timedelta(days=40, hours=1)
HOUR = timedelta(hours=1)
WINDOW = "tu=2026-11-16&den=2026-12-30"


@pytest.fixture
def served(committed_db: object, clock: Clock) -> Iterator[tuple[str, Province]]:
    clock.at = AT
    province = furnish(build_province())
    province.officers["inspector"] = appoint(
        username="inspector", password=None, full_name="Công Tằng Tôn Nữ Thanh Tra", title="Thanh tra viên", agency=province.root,
        roles={Role.INSPECTOR: province.root}, valid_from=START,
    )  # fmt: skip
    let_in([province.officers["inspector"]])
    live(province)
    sweep(MONDAY, AT, at=AT)
    find_stuck(AT)
    decide(province)
    with serving() as url:
        yield url, province


def live(province: Province) -> None:
    """Forty days of an office in which some things look odd."""
    case, head, counter = province.actor("case"), province.actor("head"), province.actor("counter")
    ids = [
        receive_at_counter(
            province.intake(channel="counter", submitter=party(n)),
            c.Accept(),
            actor=counter,
            at=MONDAY + timedelta(minutes=n),
        ).id
        for n in range(24)
    ]
    due = MONDAY + timedelta(days=3)
    for n, one in enumerate(ids[:14]):
        step = c.Forward("Thẩm định hồ sơ", unit_id=province.unit.pk, officer_id=case.id)
        give_command(one, step, actor=case, at=MONDAY + (n % 3 + 1) * HOUR)
    for one in ids[:2]:
        give_command(one, c.AskSupplement(("Bản vẽ",), "Thiếu"), actor=case, at=due - HOUR)
    for one in ids[2:4]:
        give_command(one, c.RequestWithdrawal("Không còn nhu cầu"), actor=counter, at=due - 2 * HOUR)
        give_command(one, c.DecideWithdrawal("5/QĐ", "Bình"), actor=head, at=due - HOUR)
    for one in ids[4:6]:
        for minute in (0, 5):
            with contextlib.suppress(HandOverTooEarly):
                early = c.HandOver("Hòa", "signature", "a" * 64)
                give_command(one, early, actor=counter, at=MONDAY + timedelta(days=2, minutes=minute))
    for n, one in enumerate(ids[6:9]):
        signed = result(number="01/GP", signed_on=(MONDAY + timedelta(days=2 + n % 2)).date())
        at = due + timedelta(minutes=n - 30)
        give_command(
            one, c.Resolve(signed), actor=case, at=at, recorded_at=at + 4 * HOUR, late=c.LateEntry("Mất điện", head.id)
        )
    for n, one in enumerate(ids[9:14]):
        night = datetime(2026, 11, 17, 23, n, tzinfo=VIETNAM)
        give_command(one, c.Forward("Trình ký", unit_id=province.unit.pk, officer_id=case.id), actor=case, at=night)
    correct = c.Rectify("Nhầm", head.id, corrections={"step": "Xem xét"})
    give_command(ids[10], correct, actor=head, at=MONDAY + timedelta(days=4))
    note_backlog(
        ids[14:17], note="Hỏi lại người nộp rồi trả trong tuần", officer_id=case.id, until=(AT + timedelta(days=5)).date(),
        actor=province.actor("inspector"), at=AT,
    )  # fmt: skip


def decide(province: Province) -> None:
    inspector = province.actor("inspector")
    slip = SuspicionFinding.objects.filter(pattern="early_hand_over").order_by("id")[0]
    judge(slip.pk, verdict="false_alarm", note="Bấm nhầm dòng bên cạnh", actor=inspector, at=AT)
    exempt(
        pattern="odd_hours", agency=None, procedure=None, officer=province.officers["case"], first_on=AT.date(), last_on=AT.date(),
        reason="Quyết định làm thêm giờ số 12/QĐ-SXD", actor=inspector, at=AT,
    )  # fmt: skip


def pages(province: Province) -> dict[str, str]:
    case = province.officers["case"].pk
    shown = SuspicionFinding.objects.filter(pattern="late_entry_on_time").order_by("id")[0]
    return {
        "findings": "dau-hieu/",
        "findings-of-one-sign": "dau-hieu/?dau-hieu=ended_around_due",
        "findings-none": "dau-hieu/?dau-hieu=brief_pause",
        "finding": f"dau-hieu/{shown.pk}/",
        "rules": "nguong/",
        "rule": "nguong/dau-hieu/bulk_ticks/",
        "exemptions": "khong-xet/",
        "stuck": "dung-yen/",
        "stuck-one-kind": "dung-yen/?loai=no_owner",
        "backlog": "ton/",
        "late": f"ghi-muon/?{WINDOW}",
        "late-of-one": f"ghi-muon/?{WINDOW}&can-bo={case}",
        "rectifications": f"dinh-chinh/?{WINDOW}",
    }


def test_every_page_fits_and_an_inspector_works_without_script(served: tuple[str, Province]) -> None:
    url, province = served
    case = province.officers["case"]
    shown = pages(province)
    found: list[str] = []
    with chromium() as browser:
        page = enter(browser, url, "inspector")
        for name, path in shown.items():
            page.goto(f"{url}/can-bo/kiem-tra/{path}")
            keep(page, PICTURES, f"inspection-{name}")
            found += [f"{name}: {fault}" for fault in violations(page)]
            for size, where in ((OFFICE, "the window"), (PHONE, "a phone")):
                page.set_viewport_size(size)
                found += [f"{name}: wider than {where}"] if overflows(page) else []
            keep(page, PICTURES, f"inspection-{name}-phone")
            page.set_viewport_size(OFFICE)

        page = enter(browser, url, "inspector", java_script_enabled=False)
        page.goto(f"{url}/can-bo/kiem-tra/dau-hieu/?dau-hieu=late_entry_on_time")
        page.locator("tbody a").first.click()
        page.get_by_label("Có lý do chính đáng").check()
        page.get_by_label("Đã xem gì, hỏi ai, vì sao").fill("Cả phòng mất điện buổi sáng")
        page.get_by_role("button", name="Ghi kết luận").click()
        page.get_by_text("Đã ghi kết luận. Hồ sơ không thay đổi.").wait_for()
        page.goto(f"{url}/can-bo/kiem-tra/ton/?ghi-chu=chua")
        for box in page.locator("tbody input[type=checkbox]").all()[:2]:
            box.check()
        page.get_by_label("Giao cho").fill(f"{case.pk} {case.full_name}")
        page.get_by_label("Xong trước ngày").fill("2027-01-05")
        page.get_by_label("Vì sao còn tồn, phải làm gì").fill("Gọi người nộp")
        page.get_by_role("button", name="Ghi và giao").click()
        page.get_by_text("Đã ghi cho 2 hồ sơ.").wait_for()
    assert found == []
    assert SuspicionFinding.objects.filter(verdict="justified", note="Cả phòng mất điện buổi sáng").count() == 1
    assert BacklogNote.objects.filter(note="Gọi người nộp", officer=case).count() == 2
