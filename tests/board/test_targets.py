"""Targets: who sets them, whose they are, how the page tells them."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.board.office import FRIDAY
from tests.board.test_board import numbers_of, page_of, rows_of
from tests.province import Province

from motcua.board.goals import Goal
from motcua.board.models import Target
from motcua.board.places import Place
from motcua.board.services import set_target
from motcua.board.targets import standing
from motcua.dossiers.permissions import NotAllowed
from motcua.law.errors import BadInput
from motcua.law.windows import Window
from motcua.statistics.models import DimAgency

SignIn = Callable[[str], Client]
TARGETS = "/can-bo/bang-dieu-hanh/chi-tieu/"


def cells_of(page: str, name: str) -> list[str]:
    """The words of the first line of a table that begins with a name."""
    import re

    for line in re.findall(r"<tr>(.*?)</tr>", page, re.S):
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.S)]
        if cells and cells[0] == name:
            return cells
    raise AssertionError(name)


def test_the_coming_year_gets_its_target_before_it_begins(province: Province, sign_in: SignIn) -> None:
    client = sign_in("reform")
    assert "nam=2027" in page_of(client, TARGETS)
    sent = {"agency": "H32", "goal": "online", "percent": "60", "document": "21/KH-UBND"}
    assert client.post(f"{TARGETS}?co-quan=H32&nam=2027", sent).status_code == 302

    assert cells_of(page_of(client, f"{TARGETS}?nam=2027"), "Sở Xây dựng") == [
        "Sở Xây dựng", "60,00 %", "chưa có số liệu", "0", "0", "0", "Chưa có số liệu", "chưa có số liệu",
        "UBND tỉnh Khánh Hòa, 21/KH-UBND",
    ]  # fmt: skip
    assert cells_of(page_of(client, TARGETS), "Sở Xây dựng")[1] == "chưa giao"


def test_a_target_is_set_inherited_told_and_taken_back(province: Province, sign_in: SignIn) -> None:
    client = sign_in("reform")
    before = page_of(client, TARGETS)
    # Received by the department, 1 3 5 7 online; by the commune 21 of 20 and 21.
    assert cells_of(before, "Hồ sơ trực tuyến")[:5] == ["Hồ sơ trực tuyến", "chưa giao", "45,45 %", "5", "11"]

    sent = {"agency": "H32", "goal": "online", "percent": "50", "document": "15/KH-UBND"}
    assert client.post(f"{TARGETS}?co-quan=H32", sent).status_code == 302
    own = sent | {"agency": "H32.101", "percent": "50,01", "document": "3/KH-UBND"}
    assert client.post(f"{TARGETS}?co-quan=H32", own).status_code == 302

    page = page_of(client, TARGETS)
    assert cells_of(page, "Hồ sơ trực tuyến") == [
        "Hồ sơ trực tuyến", "50,00 %", "45,45 %", "5", "11", "0", "Gần đạt", "thêm 1 hồ sơ nộp trực tuyến liên tiếp",
        "UBND tỉnh Khánh Hòa, 15/KH-UBND",
    ]  # fmt: skip
    assert cells_of(page, "Sở Xây dựng")[1:3] == ["50,00 %", "44,44 %"]
    assert cells_of(page, "UBND phường Nha Trang")[1:8:6] == ["50,01 %", "thêm 1 hồ sơ nộp trực tuyến liên tiếp"]
    assert cells_of(page, "Công an tỉnh")[1:7:5] == ["50,00 %", "Chưa đạt"]

    assert client.post(f"{TARGETS}?co-quan=H32", own | {"percent": ""}).status_code == 302
    assert cells_of(page_of(client, TARGETS), "UBND phường Nha Trang")[1] == "50,00 %"
    assert [row.cents for row in Target.objects.order_by("id")] == [5_000, 5_001, None]
    numbers = numbers_of(page)
    assert {href: rows_of(client, href) for href in numbers} == {href: (n, n) for href, n in numbers.items()}


def test_only_reform_officers_set_targets_within_their_agencies(province: Province, sign_in: SignIn) -> None:
    def set_by(name: str, agency: str = "H32.101", year: int = 2026, document: str = "15/KH-UBND") -> None:
        set_target(agency, year, Goal.ONLINE, 5_000, document=document, actor=province.actor(name), at=FRIDAY)

    for name in ("leader", "inspector", "case"):
        with pytest.raises(NotAllowed, match="Chỉ cán bộ cải cách hành chính"):
            set_by(name)
    with pytest.raises(BadInput, match="Không có cơ quan nào mang mã “H99”"):
        set_by("reform", agency="H99")
    with pytest.raises(BadInput, match="Năm 1999"):
        set_by("reform", year=1999)
    with pytest.raises(BadInput, match="Cần văn bản giao chỉ tiêu"):
        set_by("reform", document="  ")
    assert not Target.objects.exists()

    leader = sign_in("leader")
    assert "Ghi chỉ tiêu giao" not in page_of(leader, TARGETS)
    sent = {"agency": "H32", "goal": "online", "percent": "50", "document": "15/KH-UBND"}
    assert leader.post(TARGETS, sent).status_code == 422
    refused = sign_in("reform").post(TARGETS, sent | {"percent": "120"})
    assert refused.status_code == 422
    assert "cần một tỷ lệ trên 0 đến 100 %" in html.unescape(refused.content.decode())
    assert [leader.get(f"{TARGETS}?{query}").status_code for query in ("muc=khac", "nam=1990")] == [404, 422]
    assert not Target.objects.exists()
    page_of(leader, TARGETS)
    asked = []
    for query in ("?co-quan=H32.101", "?co-quan=H32"):
        with CaptureQueriesContext(connection) as queries:
            page_of(leader, TARGETS + query)
        asked.append(len(queries))
    assert asked == [10, 10]


@pytest.mark.django_db
def test_agencies_stand_by_level_from_above_to_below_and_then_by_name() -> None:
    told = [
        ("UBND xã Ô Lâm", "commune", False), ("Công an xã", "commune", True), ("UBND xã Đá Bạc", "commune", False),
        ("Chưa rõ", "", False), ("UBND xã Dương Hòa", "commune", False), ("UBND huyện cũ", "district", False),
        ("Công an tỉnh", "vertical", True), ("Sở Xây dựng", "province", False), ("Sở Công Thương", "province", False),
    ]  # fmt: skip
    below = tuple(
        DimAgency(code=f"X{number}", name=name, level=level, vertical=vertical, path=f"/X{number}/")
        for number, (name, level, vertical) in enumerate(told)
    )
    place = Place("X0", "Tỉnh", "/X0/", False, below)

    shown = standing(place, 2027, Window(date(2027, 1, 1), date(2027, 12, 31)), Goal.ONLINE, FRIDAY).agencies

    assert [row[0].value for row in shown.rows] == [
        "Sở Công Thương", "Sở Xây dựng", "UBND huyện cũ", "UBND xã Dương Hòa", "UBND xã Đá Bạc", "UBND xã Ô Lâm", "Chưa rõ",
        "Công an tỉnh", "Công an xã",
    ]  # fmt: skip
