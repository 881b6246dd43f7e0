"""A procedure of every commune, taken at many desks: one line a desk, one choice to pull open."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.portal.house import text
from tests.province import START, Province

from motcua.catalog.models import DeskProcedure, PaperRequirement
from motcua.organizations.models import Desk
from motcua.organizations.services import create_agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def communes(province: Province) -> Province:
    """Seven more communes; the province's desk takes for each, and each for itself."""
    for number in range(7):
        agency = create_agency(
            code=f"H32.2{number:02d}",
            name=f"UBND xã Số {number}",
            level="commune",
            valid_from=START,
            parent=province.root,
        )
        own = Desk.objects.create(code=f"X{number}", name=f"Trung tâm xã Số {number}", agency=agency)
        for desk in (own, province.desk):
            DeskProcedure.objects.create(desk=desk, procedure=province.procedure, agency=agency)
    return province


def test_page_lists_each_desk_once(client: Client, communes: Province) -> None:
    page = text(client.get("/thu-tuc/1.001193/"))

    assert "9 bộ phận một cửa" in page
    assert page.count("<strong>Trung tâm Phục vụ hành chính công tỉnh</strong>") == 1
    assert "cơ quan giải quyết: Sở Xây dựng, UBND xã Số 0" in page
    assert page.count("Trung tâm xã Số 3") == 1
    assert 'data-filter="noi-nop"' in page


def test_hand_in_lets_the_commune_be_chosen_from_a_list(client: Client, communes: Province) -> None:
    started = client.post("/thu-tuc/1.001193/nop/")
    page = text(client.get(started.url))
    chosen = DeskProcedure.objects.get(desk=communes.desk, agency__code="H32.203")

    assert '<select name="place"' in page
    assert "UBND xã Số 3, nộp tại Trung tâm Phục vụ hành chính công tỉnh" in page
    assert "Ông/bà chọn nơi nộp." in text(client.post(started.url, {"place": "", "next": "1"}))
    assert client.post(started.url, {"place": chosen.pk, "next": "1"}).status_code == 302


def test_same_day_procedure_says_so_where_the_catalogue_has_no_number(client: Client, province: Province) -> None:
    province.procedure.same_day = True
    province.procedure.save()
    province.procedure.current.channels.update(amount=None, unit="", limit_text="1")

    page = text(client.get("/thu-tuc/1.001193/"))

    assert "Trong ngày làm việc" in page
    assert "danh mục ghi" not in page


def test_remarks_are_folded_below_and_ask_for_no_file(client: Client, province: Province) -> None:
    PaperRequirement.objects.create(
        version=province.procedure.current, position=3, name="- Đối với hồ sơ nộp trực tuyến:", originals=0, copies=0
    )
    started = client.post("/thu-tuc/1.001193/nop/")
    client.post(started.url, {"place": DeskProcedure.objects.get(desk=province.desk).pk, "next": "1"})

    assert "Lưu ý về giấy tờ (1)" in text(client.get("/thu-tuc/1.001193/"))
    assert "hồ sơ nộp trực tuyến:" not in text(client.get(started.url.replace("noi-nop", "giay-to")))
