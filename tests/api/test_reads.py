"""Catalogue, files and events over HTTP."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from tests.api.conftest import hand_in
from tests.province import MONDAY

from motcua.catalog.models import CommittedLimit, DeskProcedure
from motcua.processes.models import Simplification

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_catalog_search_and_one_procedure(caller: Any) -> None:
    portal = caller()

    assert [row["code"] for row in portal.get("/procedures").json()["items"]] == ["1.001193"]
    whole = portal.get("/procedures/1.001193").json()
    assert whole["limits"][0]["amount"] == 3
    assert {row["desk"] for row in whole["received_at"]} == {"TTPVHCC", "NT"}
    assert portal.get("/procedures/9.999999").status_code == 404
    DeskProcedure.objects.filter(desk__code="NT").update(valid_to=MONDAY.date())
    assert {row["desk"] for row in portal.get("/procedures/1.001193").json()["received_at"]} == {"TTPVHCC"}


def test_upload_is_stored_by_its_hash(caller: Any) -> None:
    portal = caller()
    header = {"Authorization": f"Bearer {portal.secret}"}

    stored = portal.client.post("/api/v1/files", {"file": io.BytesIO(PDF)}, headers=header)
    refused = portal.client.post("/api/v1/files", {"file": io.BytesIO(b"MZ\x90\x00 not a paper")}, headers=header)

    assert (stored.status_code, stored.json()["content_type"], len(stored.json()["sha256"])) == (
        201,
        "application/pdf",
        64,
    )
    assert refused.status_code == 422


def test_events_go_on_from_a_cursor_and_stay_in_scope(caller: Any, province: Any) -> None:
    code = caller().post("/dossiers", hand_in()).json()["code"]

    bad = caller("case").get("/events", after="x")
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_input")
    # Inside the test's own open transaction no entry is below the snapshot's xmin, so nothing is told yet.
    assert caller("case").get("/events").json() == {"items": [], "next": "0.0"}
    assert code


def test_promises_and_spared_papers_stand_beside_what_the_catalogue_demands(caller: Any, province: Any) -> None:
    procedure = province.procedure
    begins = {"valid_from": date(2025, 7, 1)}
    CommittedLimit.objects.create(procedure=procedure, channel="online", amount=2, unit="working_day", **begins)
    CommittedLimit.objects.create(
        procedure=procedure, channel="online", amount=8, unit="working_hour", agency=province.commune, **begins
    )
    CommittedLimit.objects.create(
        procedure=procedure,
        channel="post",
        amount=1,
        unit="day",
        valid_from=date(2025, 7, 1),
        valid_to=date(2025, 8, 1),
    )
    decision = Simplification.objects.create(
        procedure=procedure, version=procedure.current, decision_number="15/QĐ-UBND", decision_date=date(2025, 6, 1),
        recorded_at=MONDAY, **begins,
    )  # fmt: skip
    paper = procedure.current.papers.first()
    decision.parts.create(position=1, kind="paper", change="removed", name=paper.label)

    whole = caller().get("/procedures/1.001193").json()

    open_end = {"valid_from": "2025-07-01", "valid_to": None}
    assert {limit["channel"]: limit["promised"] for limit in whole["limits"]} == {
        "online": [
            {"agency": "", "amount": 2, "unit": "working_day"} | open_end,
            {"agency": "H32.101", "amount": 8, "unit": "working_hour"} | open_end,
        ],
        "counter": [],
        "post": [],
    }
    assert whole["papers"][0]["spared"] == [{"agency": "", "into": "", "decision": "15/QĐ-UBND"} | open_end]
    assert all(other["spared"] == [] for other in whole["papers"][1:])
