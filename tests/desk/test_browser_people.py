"""Leave, delegation, what waits for the absent and hand-over lists in a real Chromium, also on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish, party
from tests.faces.browser import OFFICE, PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.processes.build import line, publish, step
from tests.province import MONDAY, Province, build_province

from motcua.dossiers.commands import Accept
from motcua.dossiers.services import receive_at_counter
from motcua.organizations.absences import record_absence
from motcua.organizations.delegations import delegate
from motcua.organizations.models import Role
from motcua.processes.definition import Assign
from motcua.processes.hand_over import make_lists, sign_given
from motcua.processes.models import HandOverList

pytestmark = pytest.mark.browser
AT = MONDAY + timedelta(minutes=20)


@pytest.fixture
def province(committed_db: object, clock: Clock) -> Province:
    province = furnish(build_province())
    province.hire("deputy", "Hoàng Phó Giám đốc", province.department, {Role.CASE_OFFICER: province.department})
    publish(province, line(step("sign", "Ký duyệt", "signer", 240, assign=Assign.ROUND_ROBIN)))
    for number in range(8):
        intake = province.intake(channel="counter", submitter=party(number))
        receive_at_counter(intake, Accept(), actor=province.actor("counter"), at=MONDAY)
    head, people = province.actor("head"), province.officers
    record_absence(
        people["signer"].pk, kind="mission", from_at=AT, to_at=AT + timedelta(days=3), substitute_id=people["deputy"].pk,
        actor=head, at=AT,
    )  # fmt: skip
    record_absence(
        people["case"].pk,
        kind="leave",
        from_at=AT + timedelta(days=9),
        to_at=AT + timedelta(days=12),
        actor=head,
        at=AT,
    )
    delegate(
        people["head"].pk, to_id=people["deputy"].pk, role="unit_head", first_on=AT.date(), last_on=AT.date() + timedelta(days=9),
        sectors=[province.procedure.sector_id], document="12/UQ-SXD", actor=head, at=AT,
    )  # fmt: skip
    (paper,) = make_lists(province.desk.pk, cut_at=AT, actor=None, at=AT)
    sign_given(paper.pk, held={}, actor=province.actor("counter"), at=AT)
    let_in(people.values())
    return province


@pytest.fixture
def url(province: Province) -> Iterator[str]:
    with serving() as address:
        yield address


PAGES = {
    "head": {
        "people": "nghi-uy-quyen/",
        "new-absence": "nghi-uy-quyen/nghi/",
        "absence": "nghi-uy-quyen/nghi/{absence}/",
        "new-delegation": "nghi-uy-quyen/uy-quyen/",
        "waiting": "cho-nguoi-vang/",
    },
    "case": {"hand-overs": "ban-giao/", "hand-over": "ban-giao/{paper}/"},
    "deputy": {"acting": "nghi-uy-quyen/"},
}


def test_axe_finds_nothing_and_no_page_is_too_wide(url: str, province: Province) -> None:
    known = {
        "absence": province.officers["signer"].absences.get().pk,
        "paper": HandOverList.objects.get().pk,
    }
    found = []
    with chromium() as browser:
        for size, mark in ((OFFICE, ""), (PHONE, "-phone")):
            for name, pages in PAGES.items():
                page = enter(browser, url, name, viewport=size)
                for shown, path in pages.items():
                    page.goto(f"{url}/can-bo/{path.format(**known)}")
                    keep(page, PICTURES, f"people-{shown}{mark}")
                    found += [f"{shown}{mark}: {fault}" for fault in violations(page)]
                    if overflows(page):
                        found.append(f"{shown}{mark}: wider than the window")
    assert found == []


def test_a_head_passes_everything_on_and_an_officer_signs(url: str, province: Province) -> None:
    paper = HandOverList.objects.get()
    with chromium() as browser:
        page = enter(browser, url, "head")
        page.goto(f"{url}/can-bo/cho-nguoi-vang/")
        page.get_by_role("button", name="Giao các bước đã chọn cho người làm thay").click()
        page.get_by_text("Đã giao 8 bước cho người làm thay.").wait_for()
        page.get_by_text("Không bước nào chờ người vắng").wait_for()

        page = enter(browser, url, "case")
        page.goto(f"{url}/can-bo/ban-giao/{paper.pk}/")
        page.get_by_label("Từ chối").first.check()
        page.get_by_label("Lý do, dòng 1").fill("Thiếu bản vẽ")
        page.get_by_role("button", name="Ký nhận").click()
        page.get_by_text("Đã ký nhận danh sách.").wait_for()
    assert sorted(paper.lines.values_list("outcome", flat=True)) == ["accepted"] * 7 + ["refused"]
