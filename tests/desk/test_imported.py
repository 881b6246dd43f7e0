"""A dossier of another system on the desk: every tab opens, says where its work is done, and offers nothing to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

from motcua.desk.moves import SLUGS
from motcua.desk.urls import urlpatterns
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.dossiers.models import Dossier
from motcua.dossiers.writer import READ_ONLY
from motcua.law.lifecycle import Command
from motcua.platform.presentation.words import NBSP

pytestmark = pytest.mark.django_db

ROWS = """code,procedure,agency,accepted_at,outcome,due_at,resolved_at,handed_over_at,ended_at,pauses
HS-1,1.001193,H32.16,2026-11-02T08:00,open,2026-11-09T08:00,,,,
HS-2,9.000001,H32.16,2026-11-02T08:00,resolved,,2026-11-04T08:00,,,
HS-3,,H32.16,,,,,,,
HS-4,1.001193,H32.16,2026-11-02T08:00,open,,,,,supplement:2026-11-03T08:00/
HS-5,1.001193,H32.16,2026-11-02T08:00,returned,,,,2026-11-05T08:00,
HS-6,1.001193,H32.16,2026-11-02T08:00,resolved,,2026-11-04T08:00,2026-11-05T08:00,,
HS-7,1.001193,H32.16,2026-11-02T08:00,open,2206-11-09T08:00,,,,
HS-8,1.001193,H32.16,2006-11-02T08:00,open,2006-11-09T08:00,,,,
"""


@pytest.fixture
def imported(province, clock, tmp_path: Path) -> list[Dossier]:
    (tmp_path / "d.csv").write_text(ROWS)
    import_dossiers(tmp_path / "d.csv", mapping=FileMapping(), at=clock())
    return list(Dossier.objects.order_by("id"))


def test_every_tab_opens_and_says_that_it_is_only_to_be_read(imported, sign_in) -> None:
    client = sign_in("head")
    for dossier in imported:
        for tab in ("dossier", "papers", "together", "forms", "ledger"):
            page = client.get(reverse(f"desk:{tab}", args=[dossier.pk]))
            assert page.status_code == 200, (dossier.code, tab)
            said = page.content.decode()
            assert "Hồ sơ nhập từ hệ thống khác: ở đây chỉ xem" in said
            assert "Việc có thể làm" not in said
            assert "None" not in said
    told = client.get(reverse("desk:dossier", args=[imported[5].pk])).content.decode().replace(NBSP, " ")
    assert "Tiếp nhận 02/11/2026 08:00. Có kết quả 04/11/2026 08:00. Trả kết quả 05/11/2026 08:00." in told


def test_a_due_in_a_year_without_a_calendar_hides_no_list(imported, sign_in) -> None:
    said = sign_in("head").get("/can-bo/danh-sach/dang-giai-quyet/").content.decode()
    assert said.count("<span>Còn hạn</span>") == 1
    assert re.search(r'left-late">.{1,400}<span>Quá hạn</span>', said, re.S)
    assert "HS-1" in said


def test_no_move_is_taken(imported, sign_in) -> None:
    client = sign_in("head")
    for command, slug in SLUGS.items():
        for answer in (client.get, client.post):
            page = answer(reverse("desk:move", args=[imported[0].pk, slug]))
            assert page.status_code in (403, 409), (command, page.status_code)
    page = client.get(reverse("desk:move", args=[imported[0].pk, SLUGS[Command.FORWARD]]))
    assert READ_ONLY in page.content.decode()
    assert set(Dossier.objects.values_list("seq", flat=True)) == {1}


def test_no_address_of_a_dossier_breaks_on_it(imported, sign_in) -> None:
    names = [
        pattern.name
        for pattern in urlpatterns
        if list(pattern.pattern.converters) == ["dossier_id"] and pattern.name is not None
    ]
    client = sign_in("head")
    client.raise_request_exception = False
    assert "send_code" in names
    for name in names:
        for answer in (client.get, client.post):
            for dossier in imported:
                page = answer(reverse(f"desk:{name}", args=[dossier.pk]))
                assert page.status_code < 500, (name, answer.__name__, dossier.code)


def test_lists_and_search_show_it(imported, sign_in) -> None:
    client = sign_in("case")
    opened = client.get(reverse("desk:search"), {"q": "HS-1"}).content.decode()
    assert "HS-1" in opened
    assert "HS-2" not in opened
    queue = client.get(reverse("desk:queue", args=["dang-giai-quyet"])).content.decode()
    assert "Nhập từ hệ thống khác" in queue
