"""Catalogue, files and events over HTTP."""

from __future__ import annotations

import io
from typing import Any

from tests.api.conftest import hand_in

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_catalog_search_and_one_procedure(caller: Any) -> None:
    portal = caller()

    assert [row["code"] for row in portal.get("/procedures").json()["items"]] == ["1.001193"]
    whole = portal.get("/procedures/1.001193").json()
    assert whole["limits"][0]["amount"] == 3
    assert {row["desk"] for row in whole["received_at"]} == {"TTPVHCC", "NT"}
    assert portal.get("/procedures/9.999999").status_code == 404


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
