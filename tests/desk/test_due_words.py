"""Dues without a count to explain, and going back within a state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.desk.office import Clock
from tests.province import MONDAY, Province, build_procedure

from motcua.catalog.models import DeskProcedure
from motcua.dossiers import commands as c
from motcua.dossiers.models import Dossier
from motcua.dossiers.services import give_command, receive_at_counter
from motcua.law.lifecycle import State

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]


def test_due_of_a_same_day_procedure_says_its_rule(province: Province, sign_in: SignIn, clock: Clock) -> None:
    procedure = build_procedure("9.000815", "Chứng thực", province.procedure.sector, days=None, same_day=True)
    DeskProcedure.objects.create(desk=province.desk, procedure=procedure, agency=province.department)
    intake = province.intake(channel="counter", procedure_id=procedure.pk)
    one = receive_at_counter(intake, c.Accept(), actor=province.actor("counter"), at=MONDAY).id

    page = sign_in("case").get(reverse("desk:dossier", args=[one])).content.decode()

    assert "Thủ tục giải quyết trong ngày: nhận đến 15:00" in page
    assert "không có lịch giải thích" not in page


def test_the_last_entry_can_be_taken_back_from_the_form(province: Province, sign_in: SignIn, clock: Clock) -> None:
    one = receive_at_counter(
        province.intake(channel="counter"), c.Accept(), actor=province.actor("counter"), at=MONDAY
    ).id
    extend = c.Extend(MONDAY + timedelta(days=30), "Điều 30", "Nhầm")
    give_command(one, extend, actor=province.actor("head"), at=MONDAY + timedelta(minutes=5))
    client = sign_in("head")
    page = reverse("desk:move", args=[one, "dinh-chinh"])
    assert "Đã tiếp nhận (bỏ việc ghi sau cùng)" in client.get(page).content.decode()

    answer = client.post(
        page,
        {
            "expected_seq": 2,
            "to_state": "accepted",
            "reason": "Gia hạn nhầm hồ sơ",
            "approver": province.officers["head"].pk,
        },
    )

    assert answer.status_code == 302
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.due_at) == (State.ACCEPTED, MONDAY + timedelta(days=3))
