"""Is this process alive, and may traffic be sent to it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from motcua.law.errors import system_reason
from motcua.platform.config import config

MIN_FREE_BYTES = 500 * 1024 * 1024
MAX_JOB_AGE_SECONDS = 600


@dataclass(frozen=True)
class Report:
    """One part's state; `detail` is a Vietnamese line for the administrator."""

    ok: bool
    detail: str


@dataclass(frozen=True)
class JobCounts:
    by_status: dict[str, int]
    oldest_seconds: float


def _database() -> Report:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Report(False, f"không kết nối được cơ sở dữ liệu ({error.__class__.__name__})")
    return Report(True, "cơ sở dữ liệu trả lời")


def pending_migrations() -> list[str]:
    """Names of the migrations that this code has and the database has not, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _migrations() -> Report:
    try:
        pending = pending_migrations()
    except DatabaseError:
        return Report(False, "không đọc được bảng migration")
    if pending:
        return Report(False, f"còn {len(pending)} migration chưa chạy; hãy chạy `motcua migrate`")
    return Report(True, "đủ migration")


def job_counts() -> JobCounts | None:
    """Jobs by status and the age in seconds of the oldest due job that nobody took; None where it cannot be read."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
            by_status = dict(cursor.fetchall())
            # A job deferred for later is due from its moment on, one without from its first event.
            cursor.execute(
                "SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0)"
                " FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
                " WHERE j.status = 'todo' AND coalesce(j.scheduled_at, e.at) <= now()"
            )
            (oldest,) = cursor.fetchone()
    except DatabaseError:
        return None
    return JobCounts(by_status, max(0.0, float(oldest)))


def _jobs() -> Report:
    counts = job_counts()
    if counts is None:
        return Report(False, "không đọc được bảng việc nền")
    if counts.oldest_seconds > MAX_JOB_AGE_SECONDS:
        return Report(False, f"việc nền chờ đã {counts.oldest_seconds:.0f} giây; hãy xem `motcua worker` có chạy không")
    return Report(True, "việc nền không ứ đọng")


def _disk() -> Report:
    home = config().home
    try:
        free = shutil.disk_usage(home).free
    except OSError as error:
        return Report(False, f"không đọc được ổ đĩa của {home} ({system_reason(error)})")
    if free < MIN_FREE_BYTES:
        return Report(False, f"ổ đĩa chỉ còn {free // 1024**2} MB")
    return Report(True, f"ổ đĩa còn {free // 1024**2} MB")


def check_all() -> dict[str, Report]:
    """Every part, in the order of dependence."""
    return {"database": _database(), "migrations": _migrations(), "jobs": _jobs(), "disk": _disk()}


def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else: a slow database must not get web processes killed."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """503 with the parts at fault while any of them is not ready."""
    reports = check_all()
    ok = all(report.ok for report in reports.values())
    body = {
        "status": "ok" if ok else "not_ready",
        "parts": {part: {"ok": report.ok, "detail": report.detail} for part, report in reports.items()},
    }
    return JsonResponse(body, status=200 if ok else 503, json_dumps_params={"ensure_ascii": False})
