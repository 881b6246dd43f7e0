"""Hand-in and moves over HTTP: scopes, scope by agency, repeats, refusals as problem documents."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.conftest import hand_in

from motcua.api.models import ApiToken
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.platform.clock import now

ACCEPT = {"command": "accept"}


def test_submit_then_officer_moves_then_state(caller: Any) -> None:
    portal, desk, case = caller(), caller("counter"), caller("case")

    handed_in = portal.post("/dossiers", hand_in())
    assert handed_in.status_code == 201
    code = handed_in.json()["code"]
    assert desk.post(f"/dossiers/{code}/moves", ACCEPT | {"expected_seq": 1}).json()["state"] == "accepted"
    assert case.post(f"/dossiers/{code}/moves", {"command": "forward", "step": "Thẩm định"}).json()["seq"] == 3

    shown = portal.get(f"/dossiers/{code}").json()
    assert (shown["state"], shown["national_code"], shown["verdict"]) == ("in_process", 4, None)
    assert [item["kind"] for item in portal.get(f"/dossiers/{code}/timeline").json()] == [
        "dossier.submitted",
        "dossier.accepted",
        "dossier.forwarded",
    ]


def test_repeat_with_the_same_key_is_one_dossier(caller: Any) -> None:
    portal = caller()

    first = portal.post("/dossiers", hand_in(), key="abc-1")
    again = portal.post("/dossiers", hand_in(), key="abc-1")
    other = portal.post("/dossiers", hand_in(sets=2), key="abc-1")

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Dossier.objects.count() == LedgerEntry.objects.count() == 1
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_refused_move_is_repeated_as_refused_and_stays_on_record(caller: Any) -> None:
    portal, desk = caller(), caller("counter")
    code = portal.post("/dossiers", hand_in()).json()["code"]
    desk.post(f"/dossiers/{code}/moves", ACCEPT)
    too_early = {"command": "hand_over", "receiver": "Nguyễn Thị Hòa", "proof": "signature", "reference": "ab"}

    answers = [desk.post(f"/dossiers/{code}/moves", too_early, key="k") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json()["code"] == "hand_over_before_result"
    assert answers[0]["Content-Type"] == "application/problem+json"
    assert LedgerEntry.objects.filter(kind="dossier.hand_over_refused").count() == 1


def test_another_agency_or_another_portal_finds_nothing(caller: Any) -> None:
    code = caller().post("/dossiers", hand_in()).json()["code"]
    stranger = caller("commune_counter")

    assert stranger.get(f"/dossiers/{code}").status_code == 404
    assert stranger.post(f"/dossiers/{code}/moves", ACCEPT).status_code == 404
    assert caller().get(f"/dossiers/{code}").status_code == 404
    assert LedgerEntry.objects.count() == 1


def test_tokens_are_default_deny(caller: Any) -> None:
    portal = caller(scopes=("catalog",))

    assert portal.get("/procedures").status_code == 200
    refused = portal.post("/dossiers", hand_in())
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    ApiToken.objects.update(revoked_at=now())
    gone = portal.get("/procedures")
    assert (gone.status_code, gone.json()["code"]) == (401, "sign_in_needed")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"procedure": "9.999999"}, "thủ tục"),
        ({"agency": "H99"}, "cơ quan"),
        ({"receiving_desk": "NT"}, "Nơi tiếp nhận"),
        ({"submitter": {"full_name": "A", "identity_number": "12345678901"}}, "12 chữ số"),
        ({"submitter": {"full_name": "  "}}, "Họ và tên"),
        ({"papers": [{"name": "x", "originals": -1}]}, "papers"),
        ({"unknown": 1}, "unknown"),
        ({"submitter": {"full_name": "A\x00B"}}, "ký tự điều khiển"),
        ({"applicant_kind": "business"}, "tổ chức"),
    ],
)
def test_bad_hand_in_is_named_and_changes_nothing(caller: Any, change: dict[str, Any], words: str) -> None:
    answer = caller().post("/dossiers", hand_in(**change))

    assert answer.status_code in {409, 422}
    assert words in answer.json()["detail"]
    assert not Dossier.objects.exists()


def test_body_that_is_no_json_is_a_problem(caller: Any) -> None:
    portal = caller()

    answer = portal.client.post(
        "/api/v1/dossiers", b"{", content_type="application/json", headers={"Authorization": f"Bearer {portal.secret}"}
    )

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
