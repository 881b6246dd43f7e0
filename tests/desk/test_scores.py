"""The pages of the scores: who enters, what they show, that every number opens into its dossiers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desk.office import Clock
from tests.province import Province
from tests.scoring.plan import NOW, october

from motcua.organizations.models import Role

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
    criteria = [link for link in links if link.startswith(SCORE) and "?" in link and "bang.csv" not in link]
    assert len(criteria) == 24
    for link in criteria:
        assert "luc=2026-12-16" in link
        text(leader, link)


def test_a_criterion_names_what_costs_points_and_what_a_point_takes(enter: Enter) -> None:
    page = text(enter("leader"), f"{SCORE}4.A/{OCTOBER}")
    assert "Thêm 1,00 điểm cần 1 hồ sơ" in page
    assert "từ 2,00 lên <strong>4,00</strong> điểm" in page
    assert "Hồ sơ làm mất điểm: 2, trong đó 1 chưa rõ" in page
    assert "Điểm thật từ 1,50 đến 4,50: 2 chưa rõ thuộc bên nào" in page
    assert page.count(">D02</a>") == 2
    assert page.count(">D03</a>") == 1
    lacking = text(enter("leader"), f"{SCORE}PUBLISH_ON_TIME/{OCTOBER}")
    assert "Sổ cái không ghi việc công bố, công khai thủ tục hành chính." in lacking
    assert "Chưa có số liệu không phải là 0 điểm." in lacking


def test_the_tables_hold_what_the_pages_show(enter: Enter) -> None:
    leader = enter("leader")
    rows = list(csv.reader(io.StringIO(leader.get(f"{SCORE}bang.csv{OCTOBER}").content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 24 + 1
    assert rows[-1][3:7] == ["31,49", "29,22", "81,00", "100,00"]
    (progress,) = [row for row in rows if row[0] == "2.1"]
    assert progress[3:10] == ["11,11", "11,11", "13,33", "20,00", "5", "9", "55,56 %"]
    rows = list(csv.reader(io.StringIO(leader.get(f"{SCORE}2.1/ho-so.csv{OCTOBER}").content.decode("utf-8-sig"))))
    assert [(row[0], row[6], row[7], row[8]) for row in rows[1:]] == [
        ("D03", "quá hạn", "", ""),
        ("D04", "đang giải quyết", "", ""),
        # Early, but sent back twice.
        ("D06", "trước hạn", "bổ sung 2 lần", ""),
        ("D07", "trước hạn", "", "có"),
    ]  # fmt: skip


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
