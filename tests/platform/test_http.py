"""The doors every request passes: health, metrics, request id, errors, security headers."""

from __future__ import annotations

import json
import logging
import urllib.request

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from motcua.law.errors import BadInput, DomainError
from motcua.platform import health, middleware
from motcua.platform.config import config
from motcua.urls import *  # noqa: F403  the real addresses and handlers, and three that fail


class Refused(DomainError):
    code = "refused_for_test"


def refuse(request: HttpRequest) -> HttpResponse:
    raise Refused("Hồ sơ đã đổi.", seq=3)


def misread(request: HttpRequest) -> HttpResponse:
    raise BadInput("Số điện thoại phải có 10 chữ số.")


def crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*urlpatterns, path("refuse", refuse), path("misread", misread), path("crash", crash)]  # noqa: F405


def test_live_asks_nothing_of_the_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_every_part(client, db):
    answer = client.get("/health/ready")

    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok"
    assert list(body["parts"]) == ["database", "migrations", "jobs", "disk"]
    assert all(part["ok"] for part in body["parts"].values())


def test_ready_answers_503_when_jobs_wait_too_long(client, db, note_task):
    from django.db import connection

    from motcua.platform.jobs import Job, defer_many

    defer_many([Job(note_task, {"key": "a"})])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '11 minutes'")

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["parts"]["jobs"]["ok"] is False


def test_ready_answers_503_when_migrations_are_missing(client, db, monkeypatch):
    monkeypatch.setattr(health, "pending_migrations", lambda: ["dossiers.0099_new"])

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"]["detail"] == "còn 1 migration chưa chạy; hãy chạy `motcua migrate`"


def test_metrics_names_routes_not_paths(client, db):
    client.get("/health/live", {"q": "079123456789"})

    text = client.get("/metrics").content.decode()

    assert 'motcua_requests_total{method="GET",route="health/live",status="200"}' in text
    assert 'motcua_ready{part="database"} 1.0' in text
    assert "079123456789" not in text


def test_request_id_is_taken_from_the_proxy_or_made(client, db):
    assert client.get("/health/live", headers={"X-Request-Id": "abc-12345678"})["X-Request-Id"] == "abc-12345678"
    made = client.get("/health/live", headers={"X-Request-Id": "<script>"})["X-Request-Id"]
    assert len(made) == 16


def test_security_headers_stand_on_every_answer(client, db):
    answer = client.get("/health/live")

    assert set(answer["Content-Security-Policy"].split("; ")) == {
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.urls("tests.platform.test_http")
@pytest.mark.parametrize(
    ("path", "status", "code", "detail"),
    [
        ("/refuse", 409, "refused_for_test", "Hồ sơ đã đổi."),
        ("/misread", 422, "bad_input", "Số điện thoại phải có 10 chữ số."),
        ("/crash", 500, "server_error", None),
        ("/khong-co", 404, "not_found", None),
        ("/dang-xuat/", 405, "method_not_allowed", None),
    ],
)
def test_errors_are_pages_for_people_and_problems_for_programs(client, db, path, status, code, detail):
    client.raise_request_exception = False

    page = client.get(path, headers={"Accept": "text/html"})
    problem = client.get(path, headers={"Accept": "application/json", "X-Request-Id": "req-00000001"})

    assert (page.status_code, page["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert (problem.status_code, problem["Content-Type"]) == (status, "application/problem+json")
    body = json.loads(problem.content)
    assert (body["status"], body["code"], body["request_id"]) == (status, code, "req-00000001")
    assert body["type"] == f"urn:motcua:problem:{code}"
    if detail:
        assert body["detail"] == detail
        assert detail in page.content.decode()


@pytest.mark.urls("tests.platform.test_http")
def test_problem_carries_the_facts_of_the_error(client, db):
    body = json.loads(client.get("/refuse", headers={"Accept": "application/json"}).content)

    assert body["data"] == {"seq": 3}


@pytest.mark.parametrize(
    ("host", "accept"),
    [("evil.example", "text/html"), ("a b<script>", "text/html"), ("10.0.0.9:8000", "application/json")],
)
@pytest.mark.parametrize("path", ["/", "/health/live", "/khong-co"])
def test_a_foreign_host_is_one_line_and_a_plain_answer(client, db, caplog, host, accept, path):
    caplog.set_level(logging.INFO)
    answer = client.get(path, headers={"Host": host, "Accept": accept, "X-Request-Id": "req-00000001"})

    assert (answer.status_code, answer["X-Request-Id"], answer["X-Content-Type-Options"]) == (
        400, "req-00000001", "nosniff",
    )  # fmt: skip
    assert "Tên máy trong địa chỉ không phải của hệ thống này." in answer.content.decode()
    (line,) = caplog.records
    assert (line.name, line.levelname, line.exc_info) == ("motcua.access", "WARNING", None)
    assert line.getMessage() == f"GET 400: tên máy lạ {host!r}"


def test_live_server_runs_over_the_test_database(live_url):
    with urllib.request.urlopen(f"{live_url}/health/ready") as answer:
        assert json.load(answer)["status"] == "ok"


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "seen"),
    [
        (False, "203.0.113.9", "10.0.0.1"),
        (True, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (True, None, "10.0.0.1"),
    ],
)
def test_address_is_the_proxys_word_only_where_a_proxy_stands(monkeypatch, rf, behind_proxy, forwarded, seen):
    monkeypatch.setattr(middleware, "config", lambda: config().model_copy(update={"behind_proxy": behind_proxy}))
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    request.resolver_match = None

    middleware.request_context(lambda _: HttpResponse())(request)

    assert request.META["REMOTE_ADDR"] == seen
