"""The map of ways in a real Chromium: accessible, walked by keyboard down to a dossier's ledger, on a phone, without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.desk.browser import enter, let_in
from tests.desk.office import Clock, furnish
from tests.faces.browser import PHONE, PICTURES, chromium, keep, overflows, serving, violations
from tests.province import build_province, later
from tests.statistics.mining.town import Town, settle

pytestmark = pytest.mark.browser
ASKED = "/can-bo/duong-di/?procedure=1.001193&since=2026-11-16&to=2026-11-30"


@pytest.fixture
def served(committed_db: object, clock: Clock) -> Iterator[tuple[str, Town]]:
    clock.at = later(days=10)
    province = furnish(build_province())
    let_in([province.officers["leader"]])
    town = settle(province)
    with serving() as url:
        yield url, town


def test_the_map_by_keyboard_on_a_phone_and_without_script(served: tuple[str, Town]) -> None:
    url, town = served
    code = town.code("redone")
    with chromium() as browser:
        page = enter(browser, url, "leader")
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(url + ASKED)
        keep(page, PICTURES, "mining")
        assert violations(page) == []
        assert not overflows(page)
        assert faults == []

        # From an arrow of the map to its dossiers, to one of them, to its ledger: the keyboard alone.
        arrow = page.get_by_role("link", name="Lấy lại việc vừa chuyển → Thẩm định: 1 lượt")
        arrow.focus()
        outline = arrow.locator("rect").evaluate("box => getComputedStyle(box).strokeWidth")
        page.keyboard.press("Enter")
        page.wait_for_url("**/duong-di/ho-so/**")
        assert outline == "2.5px"
        assert page.locator("h1").inner_text() == "1 hồ sơ"
        assert violations(page) == []
        page.get_by_role("link", name=code).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/can-bo/ho-so/{town.ids['redone']}/")
        page.goto(f"{url}/can-bo/ho-so/{town.ids['redone']}/so-cai/")
        assert "Lấy lại việc vừa chuyển" in page.locator("main").inner_text()

        phone = enter(browser, url, "leader", viewport=PHONE, java_script_enabled=False)
        phone.goto(url + ASKED)
        keep(phone, PICTURES, "mining-phone")
        assert not _wider(phone)
        assert phone.locator("svg a").count() > 10
        phone.locator("table.mined").first.get_by_role("link").first.click()
        assert "hồ sơ" in phone.locator("h1").inner_text()


def _wider(page: object) -> bool:
    """Without script nothing may be asked of the page itself: its picture is as wide as it is."""
    return page.locator("main").bounding_box()["width"] > PHONE["width"]  # type: ignore[attr-defined,no-any-return]
