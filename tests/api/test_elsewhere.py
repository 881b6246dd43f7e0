"""Accepting over HTTP what was taken for an agency elsewhere, and handing in a joined procedure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import hand_in
from tests.province import Province

from motcua.api.models import ApiDossier
from motcua.catalog.models import DeskProcedure
from motcua.dossiers.commands import AskCompletion, Complete
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, receive_at_counter
from motcua.platform.clock import now
from motcua.processes.models import JoinedRequest

pytestmark = pytest.mark.django_db


def test_paper_for_an_agency_elsewhere_waits_for_its_arrival(province: Province, caller: Any) -> None:
    DeskProcedure.objects.create(desk=province.commune_desk, procedure=province.procedure, agency=province.department)
    at = now() - timedelta(hours=1)
    clerk = province.actor("commune_counter")
    one = receive_at_counter(
        province.intake(channel="counter", receiving_desk_id=province.commune_desk.pk),
        AskCompletion(("Bản vẽ",), "Thiếu"), actor=clerk, at=at,
    )  # fmt: skip
    Dossier.objects.filter(pk=one.id).update(code="H32.16-261116-0009")
    give_command(one.id, Complete(), actor=clerk, at=at)
    answer = caller("commune_counter").post("/dossiers/H32.16-261116-0009/moves", {"command": "accept"})
    assert answer.status_code == 200, answer.json()
    dossier = Dossier.objects.get(pk=one.id)
    assert dossier.papers_due_at is not None
    assert dossier.clock_started_at is not None
    assert dossier.clock_started_at >= dossier.papers_due_at


def test_a_joined_procedure_is_handed_in_as_its_parts(caller: Any) -> None:
    from tests.processes.families import build_parts

    from motcua.organizations.models import Agency, Desk

    joined = build_parts()
    DeskProcedure.objects.create(
        desk=Desk.objects.get(code="NT"), procedure=joined.procedure, agency=Agency.objects.get(code="H32.101")
    )
    portal = caller()
    body = hand_in(procedure="2.000986", agency="H32.101", receiving_desk="NT")
    first = portal.post("/dossiers", body, key="sinh-1")
    assert first.status_code == 201, first.json()
    assert first.json() == portal.post("/dossiers", body, key="sinh-1").json()
    assert (JoinedRequest.objects.count(), Dossier.objects.count(), ApiDossier.objects.count()) == (1, 3, 3)
    assert Dossier.objects.get(code=first.json()["code"]).procedure.code == "1.001193"
