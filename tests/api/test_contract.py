"""The committed description is the code's, and generated calls find neither a 5xx nor a breach of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.conftest import hand_in

from motcua.api.api import api
from motcua.wsgi import application

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_committed_description_is_the_codes() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == json.loads(
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))
    )


def test_description_is_openapi_3_1_and_every_operation_needs_a_token() -> None:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")

    assert schema["openapi"].startswith("3.1")
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert operations
    assert all(operation["security"] for operation in operations)


_schema = schemathesis.openapi.from_dict(json.loads(COMMITTED.read_text(encoding="utf-8")))
_schema.app = application


@_schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_calls_keep_the_contract(case: Any, token: str) -> None:
    response = case.call(headers={"Authorization": f"Bearer {token}"})
    case.validate_response(
        response,
        checks=(not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance),
    )


@pytest.fixture
def token(caller: Any) -> Iterator[str]:
    portal = caller("counter")
    portal.post("/dossiers", hand_in())
    # The whole WSGI application would close the test's connection, and its transaction with it, after each request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield str(portal.secret)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
