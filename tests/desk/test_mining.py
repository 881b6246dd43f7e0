"""The page of ways: who enters, every number opens to exactly its dossiers, nobody sees beyond his scope."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.desk.office import Clock
from tests.province import Province, accepted, later
from tests.statistics.mining.town import Town, know, settle

from motcua.organizations.models import Role

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db
ASKED = {"procedure": "1.001193 Cấp giấy phép", "since": "2026-11-16", "to": "2026-11-30"}


@pytest.fixture
def town(province: Province, clock: Clock) -> Town:
    clock.at = later(days=10)
    return settle(province)


def page(client: Client, **asked: str) -> str:
    answer = client.get(reverse("desk:mining"), ASKED | asked)
    assert answer.status_code == 200
    return answer.content.decode()


def links(text: str) -> list[str]:
    """Every address of dossiers behind a number, on the map and in the tables."""
    found = re.findall(rf'href="({re.escape(reverse("desk:mining_dossiers"))}\?[^"]*)"', text)
    return sorted({html.unescape(href) for href in found})


def listed(client: Client, href: str) -> set[int]:
    answer = client.get(href)
    assert answer.status_code == 200
    return {int(pk) for pk in re.findall(r'class="code" href="/can-bo/ho-so/(\d+)/"', answer.content.decode())}


@pytest.mark.parametrize(
    ("role", "status"),
    [("head", 200), ("leader", 200), ("desk_head", 200), ("case", 403), ("counter", 403), ("admin", 403)],
)
def test_leaders_reform_officers_and_heads_enter(province: Province, sign_in: SignIn, role: str, status: int) -> None:
    client = sign_in(role)
    names = ("mining", "mining_dossiers", "mining_xes")
    assert [client.get(reverse(f"desk:{name}")).status_code for name in names] == [
        status, *([422, 422] if status == 200 else [status, status]),
    ]  # fmt: skip


def test_a_reform_officer_enters(province: Province, sign_in: SignIn) -> None:
    province.hire("reform", "Hồ Cải Cách", province.root, {Role.REFORM_OFFICER: province.root})
    assert "Đường đi thực tế" in sign_in("reform").get(reverse("desk:home"), follow=True).content.decode()
    assert sign_in("reform").get(reverse("desk:mining")).status_code == 200


def test_an_empty_page_says_what_will_stand_there(province: Province, sign_in: SignIn) -> None:
    client = sign_in("leader")
    assert "Chưa hỏi gì" in client.get(reverse("desk:mining")).content.decode()


def test_the_page_is_map_and_tables(town: Town, sign_in: SignIn) -> None:
    text = page(sign_in("leader"))

    assert "6 hồ sơ bắt đầu trong kỳ, 4 đang mở, đi theo 6 kiểu đường." in text
    assert "Đúng quy trình: 5 trong 5 hồ sơ (100,00 %)" in text
    assert 'aria-label="Ký duyệt → Ban hành kết quả: 2 lượt; một nửa trong' in text
    for heading in (
        "Thời gian đi đâu",
        "Các kiểu đường",
        "Từng việc",
        "So với quy trình",
        "Làm lại",
        "Chờ giữa các nơi",
    ):
        assert heading in text
    assert "1 hồ sơ khi đang ở “Thẩm định”" in text
    assert "style=" not in text


def test_every_number_opens_to_exactly_its_dossiers(town: Town, sign_in: SignIn) -> None:
    client = sign_in("leader")
    shown = page(client)
    answer = client.get(reverse("desk:mining"), ASKED | {"ban-do": "du"})
    mined = answer.context["mined"]
    addresses = links(answer.content.decode())

    assert set(links(shown)) <= set(addresses)
    assert len(addresses) > 30
    for href in addresses:
        asked = parse_qs(urlsplit(href).query, keep_blank_values=True)
        behind = {trace.dossier_id for trace in mined.behind(asked["phan"][0], asked["khoa"][0])}
        assert listed(client, href) == behind
    assert {town.ids["redone"]} in [listed(client, href) for href in addresses if "phan=rework" in href]


def test_what_happened_twice_in_a_dossier_says_so(town: Town, sign_in: SignIn) -> None:
    client = sign_in("leader")
    (signed,) = [href for href in links(page(client)) if href.endswith("phan=activity&khoa=sign")]

    assert "<h1>2 hồ sơ, 3 lượt</h1>" in client.get(signed).content.decode()


def test_a_number_opens_as_it_was_when_it_was_shown(town: Town, sign_in: SignIn, clock: Clock) -> None:
    client = sign_in("leader")
    clock.at = later(hours=5.5)
    (before,) = [href for href in links(page(client)) if "phan=finished" in href]
    clock.at = later(days=10)
    (after,) = [href for href in links(page(client)) if "phan=finished" in href]

    assert listed(client, before) == {town.ids["withdrawn"]}
    assert listed(client, after) == {town.ids["withdrawn"], town.ids["straight"]}


def test_nobody_sees_beyond_his_scope(town: Town, sign_in: SignIn) -> None:
    province = town.province
    province.hire("commune_head", "Lê Trưởng Xã", province.commune, {Role.UNIT_HEAD: province.commune})
    head, commune = sign_in("head"), sign_in("commune_head")

    for client, own, other in ((head, "straight", "other"), (commune, "other", "straight")):
        text = page(client)
        (everything,) = [href for href in links(text) if "phan=all" in href]
        dossiers = listed(client, everything)
        assert town.ids[own] in dossiers
        assert town.ids[other] not in dossiers
        assert all(client.get(f"/can-bo/ho-so/{pk}/").status_code == 200 for pk in dossiers)
        assert town.code(other) not in text
        assert town.code(other) not in _file(client)
    # An address of somebody with a wider scope gives no more.
    (wide,) = [href for href in links(page(sign_in("leader"))) if "phan=all" in href]
    assert listed(commune, wide) == {town.ids["other"]}
    missing = reverse("desk:mining_dossiers")
    assert commune.get(missing, ASKED | {"phan": "office", "khoa": "H32.16 > H32.16.03"}).status_code == 404
    refused = commune.get(reverse("desk:mining"), ASKED | {"agency": "H32.16"})
    assert refused.status_code == 422
    assert "Không có cơ quan nào mang mã “H32.16” trong phạm vi của ông/bà." in refused.content.decode()


def _file(client: Client) -> str:
    answer = client.get(reverse("desk:mining_xes"), ASKED)
    assert answer["Content-Type"].startswith("application/xml")
    return b"".join(answer.streaming_content).decode()


def test_the_log_file_holds_no_person(town: Town, sign_in: SignIn) -> None:
    text = _file(sign_in("leader"))

    assert town.code("straight") in text
    assert "CB-0001" in text
    for word in ("Nguyễn Thị Hòa", "0905123456", *(one.full_name for one in town.province.officers.values())):
        assert word not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"procedure": ""}, "Chưa chọn thủ tục."),
        ({"procedure": "9.9"}, "Không có thủ tục nào mang mã “9.9”"),
        ({"since": ""}, "Chưa nhập."),
        ({"to": "mai"}, "Không đọc được ngày này."),
        ({"to": "2026-11-01"}, "ngày cuối phải từ ngày đầu trở đi"),
        ({"since": "2027-01-01", "to": "2027-01-31"}, "chưa bắt đầu"),
        ({"since": "2027-01-01", "to": "2027-01-31", "luc": "2030-01-01"}, "chưa bắt đầu"),
        ({"to": "9999-12-31"}, "cần ngày trong các năm 1900–2100"),
        ({"agency": "H99"}, "Không có cơ quan nào mang mã “H99” trong phạm vi của ông/bà."),
        ({"luc": "hôm qua"}, "Không đọc được thời điểm “hôm qua”"),
    ],
)
def test_a_fault_is_said_on_the_page(town: Town, sign_in: SignIn, changes: dict[str, str], said: str) -> None:
    for name in ("mining", "mining_dossiers", "mining_xes"):
        answer = sign_in("leader").get(reverse(f"desk:{name}"), ASKED | changes)
        assert answer.status_code == 422
    answer = sign_in("leader").get(reverse("desk:mining"), ASKED | changes)
    assert said in html.unescape(answer.content.decode())


@pytest.mark.parametrize(
    "asked",
    [
        {"phan": "edge", "khoa": "a > z"},
        {"phan": "'; --", "khoa": ""},
        {},
        {"phan": "all", "trang": "2"},
        {"phan": "all", "trang": "0"},
    ],
)
def test_a_number_that_is_not_there_is_not_found(town: Town, sign_in: SignIn, asked: dict[str, str]) -> None:
    assert sign_in("leader").get(reverse("desk:mining_dossiers"), ASKED | asked).status_code == 404


def test_a_window_without_dossiers(town: Town, sign_in: SignIn) -> None:
    text = page(sign_in("leader"), since="2026-11-18", to="2026-11-19")
    assert "Không có hồ sơ nào" in text
    assert "Bản đồ đường đi" not in text


def test_more_dossiers_cost_no_more_queries(town: Town, sign_in: SignIn) -> None:
    client = sign_in("leader")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client)
        return len(queries)

    cost()
    before = cost()
    for _ in range(3):
        accepted(town.province)
    know()
    assert cost() == before
