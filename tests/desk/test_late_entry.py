"""What happened earlier is recorded with its own moment, a reason and the head who approved it; faults stand beside their field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.desk.office import Clock
from tests.province import MONDAY, Province

from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.queries import timeline
from motcua.dossiers.services import submit_dossier

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(province: Province, clock: Clock) -> Dossier:
    """Handed in on Monday 09:20; now it is 13:20."""
    clock.at = MONDAY + timedelta(hours=4)
    return Dossier.objects.get(pk=submit_dossier(province.intake(), actor=province.applicant, at=MONDAY).id)


def typed(province: Province, **changes: Any) -> dict[str, Any]:
    values = {
        "expected_seq": 1, "occurred_at": "2026-11-16T10:00", "late_reason": "Mất điện cả buổi sáng",
        "late_approver": province.officers["head"].pk,
    }  # fmt: skip
    return values | changes


def address(dossier: Dossier, slug: str = "tiep-nhan") -> str:
    return f"{reverse('desk:move', args=[dossier.pk, slug])}?ghi-bu"


def beside(page: str, field: str) -> str:
    found = re.search(rf'id="id_{field}_error">.*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""


def test_a_move_of_the_morning_is_recorded_in_the_afternoon(
    province: Province, submitted: Dossier, clock: Clock, sign_in: SignIn
) -> None:
    answer = sign_in("counter").post(address(submitted), typed(province))
    assert answer.status_code == 302
    entry = timeline(submitted.pk)[-1]
    assert (entry.occurred_at, entry.recorded_at) == (MONDAY + timedelta(minutes=40), clock.at)
    assert entry.data["late_entry"]["approver"] == province.officers["head"].pk
    submitted.refresh_from_db()
    assert submitted.clock_started_at == MONDAY + timedelta(minutes=40)


def test_every_move_offers_it_and_asks_nothing_of_it_otherwise(
    province: Province, submitted: Dossier, sign_in: SignIn
) -> None:
    client = sign_in("counter")
    plain = client.get(reverse("desk:move", args=[submitted.pk, "tiep-nhan"])).content.decode()
    assert 'href="?ghi-bu"' in plain
    assert "late_reason" not in plain
    page = client.get(address(submitted)).content.decode()
    assert all(page.count(f'name="{name}"') == 1 for name in ("occurred_at", "late_reason", "late_approver"))
    assert 'href="?ghi-bu"' not in page


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"occurred_at": ""}, "occurred_at", "Chưa nhập “thời điểm xảy ra”."),
        ({"occurred_at": "hôm qua"}, "occurred_at", "Thời điểm cần dạng ngày/tháng/năm giờ:phút"),
        ({"occurred_at": "2026-11-16T13:30"}, "occurred_at", "Thời điểm xảy ra không được sau thời điểm ghi."),
        ({"occurred_at": "2026-11-16T09:00"}, "occurred_at", "sớm hơn việc đã ghi gần nhất của hồ sơ"),
        ({"late_reason": " "}, "late_reason", "Chưa nhập “lý do ghi bù”."),
        ({"late_approver": ""}, "late_approver", "Chưa chọn “người duyệt ghi bù”."),
        ({"late_approver": "10000000"}, "late_approver", "Lựa chọn này không có trong danh sách."),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_has_changed(
    province: Province, submitted: Dossier, sign_in: SignIn, changes: dict[str, Any], field: str, said: str
) -> None:
    answer = sign_in("counter").post(address(submitted), typed(province, **changes))
    assert answer.status_code == 422
    assert said in beside(answer.content.decode(), field)
    assert LedgerEntry.objects.count() == 1


def test_nobody_approves_what_they_record_themselves(province: Province, submitted: Dossier, sign_in: SignIn) -> None:
    page = sign_in("desk_head").get(address(submitted)).content.decode()
    chooser = re.search(r'<select name="late_approver".*?</select>', page, re.DOTALL)
    assert chooser is not None
    offered = set(re.findall(r'value="(\d+)"', chooser[0]))
    assert str(province.officers["head"].pk) in offered
    assert str(province.officers["desk_head"].pk) not in offered


def test_in_the_address_alone_it_changes_no_other_move(province: Province, submitted: Dossier, sign_in: SignIn) -> None:
    plain = reverse("desk:move", args=[submitted.pk, "tiep-nhan"])
    assert sign_in("counter").post(plain, typed(province)).status_code == 302
    entry = timeline(submitted.pk)[-1]
    assert entry.occurred_at == entry.recorded_at
    assert "late_entry" not in entry.data
