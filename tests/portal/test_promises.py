"""A shorter limit that is promised is said before the dossier is sent, and is the one it then has."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.portal.house import text
from tests.province import MONDAY, Province

from motcua.catalog.models import CommittedLimit, DeskProcedure
from motcua.law.limits import Limit, Unit
from motcua.portal import catalogue

pytestmark = pytest.mark.django_db


def promise(province: Province, amount: int, **given: object) -> None:
    values = {
        "procedure": province.procedure,
        "channel": "online",
        "unit": "working_day",
        "valid_from": date(2025, 7, 1),
    }
    CommittedLimit.objects.create(amount=amount, **(values | given))


def test_the_page_of_a_procedure_says_what_is_promised_and_where(client: Client, province: Province) -> None:
    promise(province, 2)
    promise(province, 1, agency=province.commune)
    promise(province, 1, channel="post", valid_to=date(2025, 8, 1))

    page = text(client.get("/thu-tuc/1.001193/"))

    assert "cam kết trả sớm hơn: 1 ngày làm việc (UBND phường Nha Trang); 2 ngày làm việc (toàn tỉnh)" in page
    assert page.count("<strong>cam kết ") == 2


def test_without_a_promise_nothing_is_said(client: Client, province: Province) -> None:
    assert "cam kết" not in text(client.get("/thu-tuc/1.001193/"))


def test_the_limit_before_sending_is_the_one_of_the_place(province: Province) -> None:
    promise(province, 1, agency=province.commune)
    here = province.intake()
    there = province.intake(agency_id=province.commune.pk, receiving_desk_id=province.commune_desk.pk)
    assert catalogue.limit_of(here, at=MONDAY) == Limit(3, Unit.WORKING_DAY).text()
    assert catalogue.limit_of(there, at=MONDAY) == Limit(1, Unit.WORKING_DAY).text()


def test_a_place_that_does_not_take_it_has_no_limit_to_tell(province: Province) -> None:
    DeskProcedure.objects.all().delete()
    assert catalogue.limit_of(province.intake(), at=MONDAY) == ""
