"""The public page of progress: anybody may read it, it names nobody, and asking for it costs nothing twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.board.test_board import page_of
from tests.desk.office import Clock
from tests.province import Province

from motcua.platform.config import config

PAGE = "/tien-do/"


@pytest.fixture
def set_mode(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def set_value(mode: str) -> None:
        monkeypatch.setenv("MOTCUA_PORTAL_MODE", mode)
        config.cache_clear()

    yield set_value
    monkeypatch.undo()
    config.cache_clear()


def test_progress_of_every_agency(province: Province, clock: Clock, set_mode: Callable[[str], None]) -> None:
    client = Client()

    with CaptureQueriesContext(connection) as first:
        page = page_of(client, PAGE)
    with CaptureQueriesContext(connection) as again:
        answer = client.get(PAGE)

    assert (len(first), len(again)) == (7, 0)
    assert "public" in answer["Cache-Control"]
    assert client.get(PAGE, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert "Tính đến 11:20 ngày 20/11/2026" in page
    assert "Hồ sơ có lúc tiếp nhận (Mẫu 01) trong kỳ" in page
    assert "Ngành dọc (ngoài tổng số của tỉnh)" in page
    assert 'href="/tien-do/"' in page_of(client, "/tra-cuu/")
    # Neither a person nor a dossier, nor a way into the desk behind a number.
    for secret in ("Nguyễn Thị", "Phạm Quốc Đạt", "bang-dieu-hanh", "/can-bo/ho-so/"):
        assert secret not in page

    table = list(csv.reader(io.StringIO(client.get(f"{PAGE}?tep=csv").content.decode("utf-8-sig"))))
    told = {row[0]: row[1:] for row in table[1:] if len(row) > 1}
    assert told["Sở Xây dựng"] == ["9", "3", "2", "66.67", "1", "6", "2"]
    assert told["UBND phường Nha Trang"] == ["2", "1", "1", "100.0", "0", "1", "0"]
    assert told["Tổng số"] == ["11", "4", "3", "75.0", "1", "7", "2"]
    vertical = client.get(f"{PAGE}?tep=csv&bang=nganh-doc").content.decode("utf-8-sig")
    assert "Công an tỉnh,1,1,1,100.0,0,0,0" in vertical

    missing = [client.get(f"{PAGE}?{query}").status_code for query in ("ky=2020", "ky=x", "tep=exe", "tep=csv&bang=x")]
    assert missing == [404] * 4
    assert [client.get(f"{PAGE}?ky={key}").status_code for key in ("2026-10", "2026", "2025")] == [200] * 3
    assert "Cổng Dịch vụ công quốc gia" not in page
    set_mode("national")
    assert "nộp tại Cổng Dịch vụ công quốc gia cũng được tính ở đây" in page_of(client, PAGE)


def test_a_house_without_dossiers_says_what_will_stand_there(db: None, clock: Clock) -> None:
    assert "Chưa có số liệu" in page_of(Client(), PAGE)
