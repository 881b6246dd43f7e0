"""A paper that was removed or merged is asked for no more, at the counter as on the portal; the day and the place count."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from tests.portal.house import text
from tests.portal.test_handin import SUBMITTER, begin, choose_place
from tests.province import MONDAY, Province

from motcua.catalog.models import DeskProcedure, PaperRequirement
from motcua.desk.counter import Offered
from motcua.organizations.models import Agency
from motcua.processes.models import Simplification
from motcua.processes.simplification.papers import spared_papers, still_asked

pytestmark = pytest.mark.django_db

TODAY = MONDAY.date()
FORM, CARD = "Tờ khai theo mẫu", "Bản chụp giấy tờ tùy thân"


@pytest.fixture
def papers(province: Province) -> list[str]:
    PaperRequirement.objects.all().delete()
    # As the catalogue writes it: a bullet before, a semicolon after.
    for position, name in enumerate((f"- {FORM};", f"+ {CARD}."), 1):
        PaperRequirement.objects.create(
            version=province.procedure.current, position=position, name=name, originals=1, copies=0
        )
    return [paper.label for paper in PaperRequirement.objects.order_by("position")]


def spare(province: Province, paper: str, *, into: str = "", agency: Agency | None = None, **given: object) -> None:
    values = {"decision_date": date(2025, 6, 1), "valid_from": date(2025, 7, 1), "recorded_at": MONDAY}
    made = Simplification.objects.create(
        procedure=province.procedure, version=province.procedure.current, agency=agency, decision_number="15/QĐ-UBND",
        **(values | given),
    )  # fmt: skip
    change = "merged" if into else "removed"
    made.parts.create(position=1, kind="paper", change=change, name=paper, into=into)


def asked_at(province: Province, desk: object, on: date = TODAY) -> list[str]:
    row = DeskProcedure.objects.select_related("procedure", "agency").get(desk=desk)
    return [paper.label for paper in Offered(row, on).papers]


def test_the_page_and_its_sheet_name_what_is_spared_and_by_which_decision(
    client: Client, province: Province, papers: list[str]
) -> None:
    spare(province, papers[1])
    for address in ("/thu-tuc/1.001193/", "/thu-tuc/1.001193/giay-to/"):
        page = text(client.get(address))
        assert page.count(papers[1]) == 1
        assert f"Không phải nộp riêng “{papers[1]}” (Quyết định số 15/QĐ-UBND)." in page


def test_what_one_agency_spares_is_asked_for_by_the_others(province: Province, papers: list[str]) -> None:
    spare(province, papers[1], into=papers[0], agency=province.commune)
    assert asked_at(province, province.desk) == papers
    assert asked_at(province, province.commune_desk) == papers[:1]
    (one,) = spared_papers(province.procedure.pk, on=TODAY)
    assert one.text == (
        f"Nộp cho UBND phường Nha Trang: không phải nộp riêng “{papers[1]}”, vì đã gộp vào “{papers[0]}”"
        " (Quyết định số 15/QĐ-UBND)."
    )


def test_a_pilot_spares_between_its_dates_only(province: Province, papers: list[str]) -> None:
    spare(province, papers[0], pilot=True, valid_from=TODAY, valid_to=TODAY + timedelta(days=2))
    days = [TODAY + timedelta(days=n) for n in range(-1, 3)]
    assert [len(asked_at(province, province.desk, day)) for day in days] == [2, 1, 1, 2]


def test_forms_and_steps_that_fall_away_spare_no_paper(province: Province, papers: list[str]) -> None:
    spare(province, papers[0])
    Simplification.objects.get().parts.update(kind="form")
    assert asked_at(province, province.desk) == papers
    assert still_asked(PaperRequirement.objects.all(), []) == list(PaperRequirement.objects.all())


def test_who_hands_in_is_not_asked_for_it(client: Client, province: Province, papers: list[str]) -> None:
    spare(province, papers[1])
    draft = begin(client)
    choose_place(client, province, draft)
    client.post(f"{draft}nguoi-nop/", SUBMITTER)
    page = text(client.get(f"{draft}giay-to/"))
    assert re.findall(r'name="file-(\w+)"', page) == ["1", "khac"]
    assert papers[1] not in page
