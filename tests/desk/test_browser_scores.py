"""The scores in a real Chromium: accessible, narrow enough, walked from the total to one dossier, saved as a table, and kept
up to date while a dossier moves.

`MOTCUA_TEST_PICTURES=folder` keeps a picture of every page.
"""

from __future__ import annotations

import contextlib
import csv
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from tests.desk.browser import enter, let_in
from tests.desk.office import PASSWORD, Clock
from tests.dossiers.lives import live
from tests.faces.browser import OFFICE, PHONE, chromium, keep, overflows, serving, violations
from tests.province import Province, build_province, later
from tests.scoring.plan import NOW, october

from motcua.platform import jobs
from motcua.statistics.services import catch_up, refresh

pytestmark = pytest.mark.browser
# How long a person waits on a busy machine.
PATIENCE_MS = 60_000
PICTURES = Path(os.environ["MOTCUA_TEST_PICTURES"]) if "MOTCUA_TEST_PICTURES" in os.environ else None
OCTOBER = "?bo=qd766&ky=2026-10&co-quan=H32"
PAGES = {
    "score": OCTOBER,
    "score-future": "?ky=2027-10",
    "criterion": f"4.A/{OCTOBER}",
    "criterion-late": f"2.1/{OCTOBER}",
    "criterion-with-factor": f"3.C/{OCTOBER}",
    "criterion-lacking": f"PUBLISH_ON_TIME/{OCTOBER}",
    "criterion-full": f"4.B/{OCTOBER}",
    "criterion-shown": f"2.2/{OCTOBER}",
    "criterion-not-applicable": "ELECTRONIC_CERTIFIED_COPY/?ky=2026-10&co-quan=H32.16",
}


@pytest.fixture
def served(committed_db: object, clock: Clock, tmp_path: Path) -> Iterator[str]:
    clock.at = NOW
    user = october(tmp_path).officers["leader"].user
    user.set_password(PASSWORD)
    user.save()
    with serving() as url:
        yield url


def test_from_the_total_to_a_dossier(served: str, tmp_path: Path) -> None:
    found: list[str] = []
    with chromium() as browser:
        page = enter(browser, served, "leader", java_script_enabled=False)
        page.goto(f"{served}/can-bo/")
        page.get_by_role("link", name="Điểm chỉ số").click()
        page.get_by_label("Kỳ (2026-09").fill("2026-10")
        page.get_by_role("button", name="Xem điểm").click()
        page.get_by_text("31,49 điểm trên 100,00").wait_for()
        with page.expect_download() as saved:
            page.get_by_role("link", name="CSV").click()
        saved.value.save_as(tmp_path / "score.csv")
        page.get_by_role("link", name="Tỷ lệ hồ sơ giải quyết đúng hạn").click()
        page.get_by_role("heading", name="Thêm 1,00 điểm cần 1 hồ sơ").wait_for()
        page.get_by_role("link", name="D03").last.click()
        page.get_by_text("D03").first.wait_for()

        page = enter(browser, served, "leader")
        for name, path in PAGES.items():
            page.goto(f"{served}/can-bo/diem-chi-so/{path}")
            keep(page, PICTURES, name)
            found += [f"{name}: {fault}" for fault in violations(page)]
            for size, where in ((OFFICE, "the window"), (PHONE, "a phone")):
                page.set_viewport_size(size)
                found += [f"{name}: wider than {where}"] if overflows(page) else []
            keep(page, PICTURES, f"{name}-phone")
            page.set_viewport_size(OFFICE)
            if PICTURES is not None and name == "criterion":
                page.pdf(path=PICTURES / "criterion.pdf")
    assert found == []
    with (tmp_path / "score.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[3] for row in csv.reader(file) if row[1:2] == ["Tổng"]] == ["31.49"]


@contextlib.contextmanager
def sweeping() -> Iterator[None]:
    """The worker's loop of sweeps."""
    leaving = threading.Event()
    thread = threading.Thread(target=jobs.sweep_forever, args=(leaving,))
    thread.start()
    try:
        yield
    finally:
        leaving.set()
        thread.join()


def test_a_criterion_moves_with_the_move_that_changes_it(
    committed_db: object, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reloads the page: the worker folds the move, the open page asks again."""
    # What else the worker looks after takes its time where all of it is loaded first.
    monkeypatch.setattr(jobs, "_sweeps", {"facts of figures": jobs._sweeps["facts of figures"]})
    province = build_province()
    let_in(province.officers.values())
    clock.at = later(days=10)
    live(province, until=4)
    catch_up()
    refresh(clock.at)
    numbers = "tr:has-text('Tỷ lệ hồ sơ giải quyết đúng hạn') td.numbers"
    with serving() as url, chromium() as browser, ThreadPoolExecutor(1) as beside:
        page = enter(browser, url, "leader")
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{url}/can-bo/diem-chi-so/?bo=qd766&ky=2026-11&co-quan=H32")
        page.locator(numbers, has_text="0 / 1 = 0,00 %").wait_for()
        page.evaluate("document.body.dataset.opened = 'before'")
        with sweeping():
            beside.submit(_resolve_another, province).result()
            page.locator(numbers, has_text="1 / 2 = 50,00 %").wait_for()
        assert page.evaluate("document.body.dataset.opened") == "before"
        # Nobody looks: nothing is asked.
        assert page.evaluate(_WOULD_ASK)
        page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
        assert not page.evaluate(_WOULD_ASK)


_WOULD_ASK = """
document.getElementById("diem").dispatchEvent(new Event("htmx:before:request", {bubbles: true, cancelable: true}))
"""


def _resolve_another(province: Province) -> None:
    live(province, until=5)
    connection.close()
