"""The demonstration's closed report: taken by the one above, and differing since by the result that was corrected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from motcua.catalog.base_data import BASE_VALID_FROM, open_base_data
from motcua.catalog.store import store
from motcua.demo import build
from motcua.demo.offers import PICKS
from motcua.dossiers.models import Dossier
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Officer
from motcua.organizations.queries import actor_of
from motcua.reporting.course import State
from motcua.reporting.differences import compare
from motcua.reporting.models import Filing
from motcua.reporting.queries import filed

NOW = datetime(2026, 11, 20, 16, 10, tzinfo=VIETNAM)


def test_a_month_is_closed_and_one_result_has_been_corrected_since(
    committed_db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "make_checkpoint", lambda store, at: None)
    wanted = {pick.code for pick in PICKS}
    with open_base_data() as (_, lines):
        store([facts for facts in lines if facts.code in wanted], valid_from=BASE_VALID_FROM, source="motcua")

    build.build_demo(days=40, count=150, at=NOW, seed=5)

    one = Filing.objects.get()
    assert (one.agency.code, one.period, one.first_on, one.last_on, one.state) == (
        "H32.16", "2026-11", date(2026, 10, 15), date(2026, 11, 14), State.ACCEPTED,
    )  # fmt: skip
    found = filed(one.pk, actor_of(Officer.objects.get(user__username="cchc"), NOW.date()))
    assert [(step.kind, step.by.user.username) for step in found.steps] == [
        ("prepare", "truongphong.sxd"), ("submit", "truongphong.sxd"), ("sign", "kyduyet.sxd"), ("accept", "cchc"),
    ]  # fmt: skip
    assert found.frozen.main.main.total["c3"] > 0
    compared = compare(found.frozen, "sector", at=NOW)
    changed = {
        row.dossier_id: [entry.kind for entry in row.entries] for cell in compared.differences for row in cell.dossiers
    }
    (corrected,) = changed
    assert changed[corrected] == ["dossier.rectified", "dossier.resolved"]
    assert Dossier.objects.get(pk=corrected).agency.code == "H32.16"
