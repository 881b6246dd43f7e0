"""The board: its figures, whose they are, that each of them opens, that it stays light."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.board.office import FRIDAY
from tests.desk.office import Clock
from tests.province import Province

from motcua.dossiers import commands as c
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.dossiers.services import receive_at_counter
from motcua.statistics.services import catch_up

SignIn = Callable[[str], Client]
BOARD = "/can-bo/bang-dieu-hanh/"
# A link that opens a number: its address and the number that it says.
_LINK = re.compile(r'<a [^>]*?href="(/can-bo/bang-dieu-hanh/(?:ho-so|dung-yen)/\?[^"]+)"[^>]*>([^<]+)</a>')


def page_of(client: Client, address: str = BOARD) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def numbers_of(page: str) -> dict[str, int]:
    """Address → number. A percentage opens what stands above its line, which has a link of its own."""
    found = {href: text for href, text in _LINK.findall(page) if "%" not in text}
    return {href: int(text.replace(".", "")) for href, text in found.items()}


def rows_of(client: Client, address: str) -> tuple[int, int]:
    """What the page of a number says, and how many rows its pages have together."""
    said, rows = -1, 0
    while address:
        page = page_of(client, address)
        heading = re.search(r"<h1>[^<]*: ([\d.]+) ", page)
        assert heading, address
        said = int(heading[1].replace(".", ""))
        rows += page.count("<tr data-row>")
        older = re.search(r'rel="next" href="(\?[^"]+)"', page)
        address = f"{urlsplit(address).path}{older[1]}" if older else ""
    return said, rows


def test_today_in_a_sentence_and_four_figures(sign_in: SignIn) -> None:
    page = page_of(sign_in("leader"))

    # Of the department: 0 and 1 fell due on Thursday, 2 waits; 5 was resolved late on Friday. The commune took one in.
    assert "Hôm nay: 0 hồ sơ đến hạn, 2 đang quá hạn ở 1 cơ quan." in page
    told = re.findall(r'<p class="soft small mb-0">([^<]+)</p>\s*<p class="value[^>]*>(.*?)</p>', page, re.S)
    figures = [(title, re.sub(r"<[^>]+>", "", text).strip()) for title, text in told]
    assert figures == [
        ("Tiếp nhận trong ngày", "1"), ("Đến hạn trong ngày", "0"), ("Đang quá hạn", "2"), ("Đứng yên", "2"),
        ("Tiếp nhận", "11"), ("Đã giải quyết", "4"), ("Trước và đúng hạn", "75,00 %"), ("Quá hạn khi hết kỳ", "2"),
    ]  # fmt: skip
    assert "Xếp hạng: Ngành dọc (ngoài tổng số)" in page
    assert "Công an tỉnh" in page
    own = page_of(sign_in("leader"), f"{BOARD}?co-quan=H32.900")
    assert re.findall(r'<p class="value[^>]*>(?:<a [^>]*>)?([^<]+)', own)[4:7] == ["1", "1", "100,00 %"]


def test_every_number_opens_into_as_many_rows(sign_in: SignIn) -> None:
    client = sign_in("leader")
    told = {}
    for query in ("", "?ky=2026", "?ky=2026-11&che-do=bao-cao&xu-huong=thang", "?co-quan=H32.101&het=1"):
        numbers = numbers_of(page_of(client, BOARD + query))
        assert len(numbers) >= 9
        told |= numbers

    assert {href: rows_of(client, href) for href in told} == {href: (n, n) for href, n in told.items()}


def test_a_list_goes_on_behind_its_last_row(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motcua.board.views.rows.PAGE_SIZE", 3)
    client = sign_in("leader")
    address = next(href for href, n in numbers_of(page_of(client)).items() if n == 11 and "=received" in href)

    assert rows_of(client, address) == (11, 11)
    first = page_of(client, address)
    assert first.count("<tr data-row>") == 3
    assert "Nguyễn Thị Hòa" not in first
    ledger = re.search(r'href="(/can-bo/ho-so/\d+/so-cai/)"', first)
    assert ledger
    assert "Chuỗi nguyên vẹn" in page_of(client, ledger[1])


def test_a_number_opens_into_what_it_counted_then(province: Province, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in("leader")
    address = next(href for href, n in numbers_of(page_of(client)).items() if n == 1 and "=received" in href)
    clock.forward(hours=1)
    receive_at_counter(province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=clock.at)
    clock.forward(minutes=5)
    # What is not folded yet is not said to be known.
    waiting = page_of(client)
    assert "Sổ cái còn mục chưa vào số liệu; trang này đúng đến 12:19 thứ Sáu 20/11/2026." in waiting
    catch_up()

    assert rows_of(client, address) == (1, 1)
    now = page_of(client)
    assert "Hôm nay: " in now
    assert 2 in numbers_of(now).values()
    then = page_of(client, f"{BOARD}?luc={parse_qs(urlsplit(address).query)['luc'][0]}")
    assert "Như đã biết lúc" in then
    assert "Ngày 20/11/2026: 0 hồ sơ đến hạn" in then
    assert "chỉ có của hiện tại" in then
    assert address in numbers_of(then)


def test_who_may_look_and_at_what(sign_in: SignIn, clock: Clock) -> None:
    answers = {
        name: sign_in(name).get(BOARD).status_code for name in ("leader", "reform", "inspector", "case", "admin")
    }
    assert answers == {"leader": 200, "reform": 200, "inspector": 200, "case": 403, "admin": 403}
    assert Client().get(BOARD).status_code == 302
    assert f"Như đã biết lúc {FRIDAY:%H:%M}" in page_of(sign_in("leader"), f"{BOARD}?luc=2030-01-01T00:00")

    commune = sign_in("inspector")
    page = page_of(commune)
    assert "UBND phường Nha Trang" in page
    assert "Sở Xây dựng" not in page
    beyond = ["", "ho-so/", "dung-yen/", "chi-tieu/"]
    assert [commune.get(f"{BOARD}{path}?co-quan=H32.16").status_code for path in beyond] == [404] * 4
    inside = "?chi-tieu=received&tu=2026-11-16&den=2026-11-20&luc=2026-11-20T11:00&co-quan=H32.101"
    assert commune.get(f"{BOARD}ho-so/{inside}").status_code == 200
    assert commune.get(f"{BOARD}ho-so/{inside}&cua=H32.16").status_code == 404


BAD = [
    ("?ky=2027-01", "Kỳ bắt đầu ngày 01/01/2027 ở sau thời điểm tính số liệu"),
    ("?ky=tháng", "Không đọc được kỳ"),
    ("?ky=rieng&tu=2026-11-20&den=2026-11-01", "ngày cuối phải từ ngày đầu trở đi"),
    ("?ky=rieng&tu=&den=2026-11-01", "Từ ngày: cần một ngày"),
    ("?ky=rieng&tu=0001-01-01&den=2026-11-20", "cần ngày trong các năm 1900–2100"),
    ("?ky=rieng&tu=2026-11-01&den=9999-12-31", "cần ngày trong các năm 1900–2100"),
    ("?luc=0001-01-01T00:00", "cần từ năm 1900 trở đi"),
    ("?luc=0001-01-01T00:00%2B09:00", "Tính đến: cần ngày và giờ"),
    ("ho-so/?chi-tieu=received&tu=2026-11-16&den=9999-12-31", "cần ngày trong các năm 1900–2100"),
    ("?che-do=am", "Không có chế độ kỳ “am”"),
    ("?luc=hom-qua", "Tính đến: cần ngày và giờ"),
    ("?xu-huong=ngay", "cần “tuan” hoặc “thang”"),
    ("ho-so/?chi-tieu=la&tu=2026-11-16&den=2026-11-20", "Không có chỉ tiêu “la”"),
    ("ho-so/?chi-tieu=messages_sent&tu=2026-11-16&den=2026-11-20", "không mở ra danh sách được"),
    ("ho-so/?chi-tieu=received&tu=x&den=2026-11-20", "Khoảng ngày của số liệu không đọc được"),
    ("ho-so/?chi-tieu=received&tu=2026-11-16&den=2026-11-20&gio=24", "Thứ hoặc giờ"),
    ("ho-so/?chi-tieu=received&tu=2026-11-16&den=2026-11-20&thu=1", "không tách theo"),
    ("ho-so/?chi-tieu=received&tu=2026-11-16&den=2026-11-20&sau=x", "Trang tiếp theo không đọc được"),
]


def test_bad_addresses_are_told_in_one_sentence(sign_in: SignIn) -> None:
    client = sign_in("leader")
    for query, said in BAD:
        answer = client.get(BOARD + query)
        assert answer.status_code == 422, query
        assert said in html.unescape(answer.content.decode()), query


def test_agencies_of_which_little_was_told_hide_nothing(
    province: Province, sign_in: SignIn, clock: Clock, tmp_path: Path
) -> None:
    """Of another system's file only the code of a dossier is required: not its agency, nor the level of one."""
    file = tmp_path / "ho-so.csv"
    file.write_text("code,agency,accepted_at\nX/1,,2026-11-17T08:00\nX/2,H32.700,2026-11-17T08:00\n")
    import_dossiers(file, mapping=FileMapping(), at=clock())
    catch_up()
    client = sign_in("leader")

    board = page_of(client)
    assert "UBND tỉnh Khánh Hòa và" in board
    untold = client.get(f"{BOARD}chi-tieu/").content.decode().split("Chưa rõ cơ quan")[1].split("</tr>")[0]
    (href,) = re.findall(r'href="([^"]+)">1<', untold)
    assert rows_of(client, html.unescape(href)) == (1, 1)
    unlevelled = board.split("<caption>Xếp hạng: Chưa rõ cấp")[1].split("</table>")[0]
    assert "H32.700" in unlevelled
    assert "Chưa rõ cơ quan" not in unlevelled
    told = client.get("/tien-do/?tep=csv").content.decode("utf-8-sig")
    assert "\nH32.700,1,0,0," in told.replace("\r", "")
    closing = page_of(client, "/can-bo/bao-cao/06a/")
    assert "H32.700" in page_of(client, "/can-bo/bao-cao/06a/?ky=2026-Q4")
    assert "Chưa rõ cơ quan" not in closing


def test_an_open_page_asks_again_and_gets_nothing_while_nothing_changed(sign_in: SignIn, clock: Clock) -> None:
    client = sign_in("leader")
    assert 'hx-get="/can-bo/bang-dieu-hanh/?phan=hom-nay"' in page_of(client)

    for part in ("hom-nay", "ky"):
        first = client.get(f"{BOARD}?phan={part}")
        same = client.get(f"{BOARD}?phan={part}", headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, same.status_code, same.content) == (200, 304, b"")
        assert b"<html" not in first.content
    clock.forward(days=3)
    later = client.get(f"{BOARD}?phan=ky", headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200
    assert client.get(f"{BOARD}?phan=khac").status_code == 404


def test_as_many_queries_for_many_agencies_as_for_one(province: Province, sign_in: SignIn) -> None:
    client = sign_in("leader")
    page_of(client)
    asked = []
    for query in ("?co-quan=H32.101", "?co-quan=H32", "?co-quan=H32&ky=2026&het=1"):
        with CaptureQueriesContext(connection) as queries:
            page_of(client, BOARD + query)
        asked.append(len(queries))

    assert asked == [23, 23, 23]
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"{BOARD}?phan=hom-nay").content
    assert len(queries) == 17
    assert len(page) < 20_000


def test_of_an_agency_without_facts_it_says_what_will_stand_here(province: Province, sign_in: SignIn) -> None:
    from motcua.statistics.models import DimAgency

    DimAgency.objects.all().delete()

    assert "Chưa có số liệu" in page_of(sign_in("leader"))
