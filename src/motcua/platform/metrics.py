"""`/metrics` for Prometheus: counts, durations and ages only; no label ever holds anything about a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

# Per process: with several web processes a scrape shows the one that answered, told apart by `pid`.
registry = CollectorRegistry()
_requests = Counter("motcua_requests", "Requests answered", ["method", "route", "status"], registry=registry)
_seconds = Histogram(
    "motcua_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=registry,
)
_jobs = Gauge("motcua_jobs", "Background jobs by status", ["status"], registry=registry)
_job_age = Gauge("motcua_oldest_job_seconds", "Age of the oldest job that is due and waits", registry=registry)
_ready = Gauge("motcua_ready", "1 where the named part is ready", ["part"], registry=registry)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answered request; `route` is the URL pattern, never the path."""
    _requests.labels(method, route, status).inc()
    _seconds.labels(route).observe(seconds)


def metrics_view(request: HttpRequest) -> HttpResponse:
    # Imported here: health reads the migrations, which need the apps loaded.
    from motcua.platform.health import check_all, job_counts

    for part, report in check_all().items():
        _ready.labels(part).set(report.ok)
    counts = job_counts()
    if counts is not None:
        for status, number in counts.by_status.items():
            _jobs.labels(status).set(number)
        _job_age.set(counts.oldest_seconds)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
