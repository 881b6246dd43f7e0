"""The pages of the scores: who enters, what they show, that every number opens into its dossiers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader
from tests.desk.office import Clock
from tests.dossiers.lives import live
from tests.province import Province
from tests.scoring.plan import NOW, october

from motcua.organizations.models import Role
from motcua.statistics.services import catch_up

SCORE = "/can-bo/diem-chi-so/"
OCTOBER = "?bo=qd766&ky=2026-10&co-quan=H32"


@pytest.fixture
def province(committed_db, tmp_path: Path, clock: Clock) -> Province:
    clock.at = NOW
    province = october(tmp_path)
    province.hire("reform", "Người cải cách", province.department, {Role.REFORM_OFFICER: province.department})
    return province


Enter = Callable[[str], Client]


@pytest.fixture
def enter(province: Province) -> Enter:
    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(province.officers[name].user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return " ".join(answer.content.decode().split())


def test_a_leader_reads_the_score_and_opens_every_criterion(enter: Enter) -> None:
    leader = enter("leader")
    page = text(leader, SCORE + OCTOBER)
    assert "<strong>31,49</strong>" in page
    assert "10 tiêu chí chưa có số liệu nên điểm thật có thể từ 29,22 đến 81,00" in page
    assert "5 / 9 = 55,56 %" in page
    assert "4 / 7 × 5 / 9 = 31,75 %" in page
    assert "13,50 ngày (6.998.400 / 6)" in page
    assert "1 chưa rõ: điểm từ 11,11 đến 13,33" in page
    assert page.count("chưa có số liệu</span>") == 10
    assert 'href="/can-bo/diem-chi-so/"' in page
    links = {part.split('"')[0].replace("&amp;", "&") for part in page.split('href="') if part.startswith(SCORE)}
    criteria = [link for link in links if link.startswith(SCORE) and "?" in link and "bang." not in link]
    assert len(criteria) == 24
    for link in criteria:
        assert "luc=2026-12-16" in link
        text(leader, link)


def test_a_criterion_names_what_costs_points_and_what_a_point_takes(enter: Enter) -> None:
    page = text(enter("leader"), f"{SCORE}4.A/{OCTOBER}")
    assert "Thêm 1,00 điểm cần 1 hồ sơ" in page
    assert "từ 2,00 lên <strong>4,00</strong> điểm" in page
    assert "Hồ sơ làm mất điểm: 2, trong đó 1 chưa rõ" in page
    assert "Điểm thật từ 1,50 đến 4,50, chênh đến 3,00 điểm: 2 chưa rõ thuộc bên nào" in page
    assert page.count(">D02</a>") == 2
    assert page.count(">D03</a>") == 1
    lacking = text(enter("leader"), f"{SCORE}PUBLISH_ON_TIME/{OCTOBER}")
    assert "Sổ cái không ghi việc công bố, công khai thủ tục hành chính." in lacking
    assert "Chưa có số liệu không phải là 0 điểm." in lacking


def saved(client: Client, address: str, form: str) -> list[list[object]]:
    """The lines of a table's file, from its heads to its last line; what is a number there is one here."""
    answer = client.get(address.replace("FORM", form))
    assert answer.status_code == 200
    assert f".{form}" in answer["Content-Disposition"]
    if form == "csv":
        rows: list[list[str]] = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        rows = rows[: rows.index([])]
    else:
        (sheet,) = load_workbook(io.BytesIO(answer.content)).worksheets
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
        cells = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.iter_rows()]
        rows = cells[next(place for place, row in enumerate(cells) if row[1]) :]
    return [[float(cell) if _NUMBER.fullmatch(cell) else cell for cell in row] for row in rows]


_NUMBER = re.compile(r"\d+(\.\d+)?")


def printed(client: Client, address: str) -> str:
    pages = PdfReader(io.BytesIO(client.get(address.replace("FORM", "pdf")).content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\N{ZERO WIDTH SPACE}", "").split())


def test_what_the_pages_show_is_saved_and_printed(enter: Enter) -> None:
    leader, score, costs = enter("leader"), f"{SCORE}bang.FORM{OCTOBER}", f"{SCORE}2.1/ho-so.FORM{OCTOBER}"
    for form in ("csv", "xlsx"):
        rows = saved(leader, score, form)
        told = {row[0]: row for row in rows}
        assert len(rows) == 1 + 24 + 1
        assert rows[-1][:7] == ["", "Tổng", "", 31.49, 29.22, 81, 100]
        assert told[2.1][2:11] == [2, 11.11, 11.11, 13.33, 20, 5, 9, 55.56, "20 × tỷ lệ"]
        assert str(told[2.1][11]).startswith("1 chưa rõ: điểm từ 11,11 đến 13,33; Gồm trước hạn.")
        assert told[2.1][12:] == ["đã kiểm chứng", "theo cả bộ"]
        assert told["PUBLISH_ON_TIME"][3:9] == ["chưa có số liệu", 0, 6, 6, "", ""]
        assert told[2.2][3:10] == ["", "", "", "", 6998400, 6, "13,50 ngày"]
        assert told["4.B"][12] == "chưa kiểm chứng"
        assert [[row[0], *row[6:]] for row in saved(leader, costs, form)[1:]] == [
            ["D03", "quá hạn", "", "", "tiêu chí"],
            ["D04", "đang giải quyết", "", "", "tiêu chí"],
            # Early, but sent back twice.
            ["D06", "trước hạn", "bổ sung 2 lần", "", "tiêu chí"],
            ["D07", "trước hạn", "", "có", "tiêu chí"],
        ]
    both = saved(leader, f"{SCORE}3.C/ho-so.FORM{OCTOBER}", "csv")
    assert [(row[0], row[9]) for row in both[1:]] == [
        *((code, "tiêu chí") for code in ("D02", "D03", "D05")),
        *((code, "tỷ lệ kèm theo") for code in ("D06", "D07", "D08", "D09")),
    ]
    paper = printed(leader, score)
    for said in (
        "ĐIỂM CHỈ SỐ", "kỳ 2026-10; Bộ chỉ số phục vụ", "Tính đến 09:20 ngày 16/12/2026", "31,49", "55,56 %", "6.998.400",
        "10 tiêu chí chưa có số liệu nên điểm thật có thể từ 29,22 đến 81,00.", "Nguồn: Quyết định 766/QĐ-TTg ngày 23/6/2022",
    ):  # fmt: skip
        assert said in paper, said
    paper = printed(leader, costs)
    for said in ("D06", "bổ sung 2 lần", "5 / 9 = 55,56 %", "Hồ sơ làm mất điểm: 4, trong đó 1 chưa rõ."):
        assert said in paper, said
    assert leader.get(f"{SCORE}bang.doc{OCTOBER}").status_code == 404


def test_an_open_page_asks_again_and_is_answered_where_something_was_counted(
    enter: Enter, province: Province, clock: Clock
) -> None:
    leader, part = enter("leader"), f"{SCORE}{OCTOBER}&phan=diem"
    assert f'hx-get="{part.replace("&", "&amp;")}" hx-trigger="every ' in text(leader, SCORE + OCTOBER)
    running = leader.get(f"{SCORE}?ky=2026-12&co-quan=H32&phan=diem")
    first = leader.get(part)
    assert "<strong>31,49</strong>" in first.content.decode()
    assert "<html" not in first.content.decode()

    def again(client: Client, answer: HttpResponse = first) -> HttpResponse:
        return client.get(answer.wsgi_request.get_full_path(), headers={"If-None-Match": answer["ETag"]})  # type: ignore[attr-defined]

    with CaptureQueriesContext(connection) as captured:
        assert again(leader).status_code == 304
    assert not any("statistics_factdossier" in query["sql"] for query in captured)
    # October is over: time alone changes nothing. In December what is open falls late by the minute.
    clock.forward(seconds=20)
    assert (again(leader).status_code, again(leader, running).status_code) == (304, 304)
    clock.forward(minutes=1)
    assert (again(leader).status_code, again(leader, running).status_code) == (304, 200)
    # What one has read is not another's.
    assert again(enter("reform")).status_code == 422

    live(province, until=1, start=NOW + timedelta(seconds=30))
    assert again(leader).status_code == 304
    page = text(leader, f"{SCORE}?ky=2026-12")
    assert "Tính đến 16/12/2026 09:20" in page
    assert "luc=2026-12-16T02%3A20%3A29.999999" in page
    clock.forward(minutes=10)
    assert "Sổ cái còn mục chưa vào số liệu; trang này đúng đến 16/12/2026 09:20" in text(leader, SCORE + OCTOBER)
    catch_up()
    assert again(leader).status_code == 200

    page = text(leader, f"{SCORE}{OCTOBER}&luc=2026-12-05T00:00")
    assert "hx-trigger" not in page
    assert "Như đã biết lúc 05/12/2026 00:00" in page
    text(leader, f"{SCORE}{OCTOBER}&phan=khac", 404)


def test_only_leaders_and_reform_officers_and_only_their_agencies(enter: Enter) -> None:
    for name in ("counter", "case", "head", "commune_counter"):
        text(enter(name), SCORE, 403)
    reform = enter("reform")
    page = text(reform, SCORE + "?ky=2026-10")
    assert "Sở Xây dựng, kỳ 2026-10" in page
    assert "H32.101" not in page
    for agency in ("H32", "H32.101", "HQ01", "H99"):
        for path in ("", "2.1/"):
            refused = text(reform, f"{SCORE}{path}?ky=2026-10&co-quan={agency}", 422)
            assert f"Không có cơ quan nào mang mã “{agency}” trong phạm vi của ông/bà." in refused
        assert reform.get(f"{SCORE}2.1/ho-so.csv?ky=2026-10&co-quan={agency}").status_code == 422
    # The commune's dossier is in none of the lists of the department.
    assert ">D09</a>" not in text(reform, f"{SCORE}REUSED_DIGITIZED_DATA/?ky=2026-10")


def test_bad_questions_are_said_and_answer_nothing(enter: Enter) -> None:
    leader = enter("leader")
    for query, message in (
        ("ky=2027-01", "Kỳ bắt đầu ngày 01/01/2027"),
        ("ky=tháng 9", "Không đọc được kỳ “tháng 9”"),
        ("ky=2026-H1", "không chấm cho kỳ"),
        ("bo=par", "Không có bộ chỉ số “par”."),
        ("bo=/etc/passwd.yaml", "Không có bộ chỉ số “/etc/passwd.yaml”."),
        ("luc=hôm qua", "Không đọc được thời điểm"),
    ):
        assert message in text(leader, f"{SCORE}?{query}", 422)
    text(leader, f"{SCORE}9.9/{OCTOBER}", 404)
    text(leader, f"{SCORE}2.1/{OCTOBER}&sau=x", 404)


def test_the_number_of_queries_does_not_grow(enter: Enter) -> None:
    leader = enter("leader")
    told = []
    for code in ("REUSED_DIGITIZED_DATA", "DOSSIER_SYNC"):
        text(leader, f"{SCORE}{code}/{OCTOBER}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            text(leader, f"{SCORE}{code}/{OCTOBER}")
        told.append(len(captured))
    # Eight dossiers cost points there, four here.
    assert told[0] == told[1]


def test_a_number_opens_as_it_was(enter: Enter) -> None:
    page = text(enter("leader"), f"{SCORE}2.1/{OCTOBER}&luc=2026-12-05T00:00")
    assert "Chưa có số liệu" in page
