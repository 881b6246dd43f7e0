from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.province import Province

ALL = ("catalog", "submit", "read", "work", "events")


@pytest.fixture
def province(db: None) -> Province:
    # Here and below: a conftest is read before Django is set up, so models are imported where they are used.
    from tests.province import build_province

    return build_province()


@pytest.fixture
def caller(province: Province) -> Callable[..., Caller]:
    def make(officer: str = "", scopes: tuple[str, ...] = ALL) -> Caller:
        from tests.province import MONDAY

        from motcua.api.services import create_token

        who = province.officers[officer] if officer else None
        given = scopes if who else tuple(scope for scope in scopes if scope not in {"work", "events"})
        _, secret = create_token(name=officer or "portal", scopes=given, officer=who, at=MONDAY)
        return Caller(secret)

    return make


class Caller:
    """A program with a token."""

    def __init__(self, secret: str) -> None:
        from django.test import Client

        self.secret = secret
        self.client = Client()

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers={"Authorization": f"Bearer {self.secret}"})

    def post(self, path: str, body: Any, *, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"} | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def hand_in(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "procedure": "1.001193",
        "agency": "H32.16",
        "receiving_desk": "TTPVHCC",
        "submitter": {"full_name": "Nguyễn Thị Hòa", "identity_number": "056190000123", "phone": "0905 123 456"},
        "papers": [{"name": "Tờ khai", "originals": 1}],
    }
    return body | changes
