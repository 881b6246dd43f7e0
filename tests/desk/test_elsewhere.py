"""Papers taken at one desk for an agency elsewhere: the plan on the receipt, the signature that starts the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from tests.desk.office import Clock
from tests.province import MONDAY, Province

from motcua.catalog.models import DeskProcedure
from motcua.dossiers.arrival import arrival
from motcua.dossiers.commands import Accept
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import receive_at_counter
from motcua.law.moments import VIETNAM

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]

CLOSING = datetime(2026, 11, 16, 17, 0, tzinfo=VIETNAM)


def test_arrival_is_planned_for_paper_that_comes_from_elsewhere(province: Province) -> None:
    assert arrival(province.commune_desk, province.department, "counter", MONDAY) == CLOSING
    assert arrival(province.commune_desk, province.department, "online", MONDAY) is None
    assert arrival(province.desk, province.department, "counter", MONDAY) is None


def test_case_officer_signs_for_the_papers(province: Province, sign_in: SignIn, clock: Clock) -> None:
    DeskProcedure.objects.create(desk=province.commune_desk, procedure=province.procedure, agency=province.department)
    intake = province.intake(channel="counter", receiving_desk_id=province.commune_desk.pk)
    one = receive_at_counter(intake, Accept(clock_from=CLOSING), actor=province.actor("commune_counter"), at=MONDAY)
    client = sign_in("case")
    assert str(one.code) in client.get(reverse("desk:queue", args=["ho-so-giay-dang-den"])).content.decode()
    page = reverse("desk:move", args=[one.id, "ky-nhan-ho-so"])
    assert "Số phiếu bàn giao" in client.get(page).content.decode()

    answer = client.post(page, {"expected_seq": 1, "document": "12/PBG"})

    assert answer.status_code == 302
    dossier = Dossier.objects.get()
    assert (dossier.papers_due_at, dossier.seq) == (None, 2)
    assert "Số phiếu bàn giao" not in client.get(reverse("desk:dossier", args=[one.id])).content.decode()
