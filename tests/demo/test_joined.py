"""What the demonstration opens for joined procedures: once, for every commune's desk, and only where there is one."""

from __future__ import annotations

import pytest
from tests.province import MONDAY, START, build_province

from motcua.catalog.models import DeskProcedure, Procedure, Sector
from motcua.demo.joined import open_joined, outside_agencies
from motcua.exchange.models import Partner
from motcua.processes.joined_data import load_joined
from motcua.processes.models import JoinedProcedure

pytestmark = pytest.mark.django_db


def test_every_commune_takes_them_and_doing_it_again_changes_nothing() -> None:
    province = build_province()
    sector = Sector.objects.get()
    for code in ("2.000986", "1.000656"):
        Procedure.objects.create(code=code, name=code, sector=sector)
    assert load_joined() == 2
    assert load_joined() == 0
    first = open_joined(MONDAY)
    taken = DeskProcedure.objects.filter(desk=province.commune_desk)
    agencies = {row.procedure.code: row.agency.name for row in taken.select_related("procedure", "agency")}
    assert agencies == {
        "1.001193": "UBND phường Nha Trang",
        "2.000986": "UBND phường Nha Trang",
        "2.002622": "UBND phường Nha Trang",
        "1.001731": "UBND phường Nha Trang",
        "1.004222": "Công an tỉnh",
        "1.003197": "Công an tỉnh",
        "1.001939": "Bảo hiểm xã hội tỉnh",
    }
    assert open_joined(MONDAY) == first
    assert taken.count() == 7
    with outside_agencies() as address:
        assert set(Partner.objects.values_list("address", flat=True)) == {address}


def test_the_shipped_ones_say_what_is_confirmed() -> None:
    build_province()
    sector = Sector.objects.get()
    Procedure.objects.create(code="2.000986", name="Liên thông", sector=sector)
    load_joined()
    found = dict(JoinedProcedure.objects.values_list("procedure__code", "confirmed"))
    assert found == {"2.000986": True, "2.002622": False}
    residence = Procedure.objects.get(code="1.004222").current
    assert residence is not None
    assert residence.source == "chưa kiểm chứng"
    assert START.year == residence.valid_from.year


def test_without_a_commune_there_is_nothing_to_open() -> None:
    assert open_joined(MONDAY) == []
