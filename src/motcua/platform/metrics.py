"""`/metrics` for Prometheus: counts, durations and ages only; no label ever holds anything about a person.

With `PROMETHEUS_MULTIPROC_DIR` (set by `motcua serve`) the web processes of one machine are counted together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_process = CollectorRegistry()
_requests = Counter("motcua_requests", "Requests answered", ["method", "route", "status"], registry=_process)
_seconds = Histogram(
    "motcua_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=_process,
)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts one answered request; `route` is the URL pattern, never the path."""
    _requests.labels(method, route, status).inc()
    _seconds.labels(route).observe(seconds)


class _State(Collector):
    """What is asked at the moment of the scrape."""

    def collect(self) -> Iterator[Metric]:
        # Imported here: health reads the migrations, which need the apps loaded.
        from motcua.platform.health import check_all, job_counts

        ready = GaugeMetricFamily("motcua_ready", "1 where the named part is ready", labels=["part"])
        for part, report in check_all().items():
            ready.add_metric([part], float(report.ok))
        yield ready
        counts = job_counts()
        if counts is None:
            return
        jobs = GaugeMetricFamily("motcua_jobs", "Background jobs by status", labels=["status"])
        for status, number in counts.by_status.items():
            jobs.add_metric([status], number)
        yield jobs
        yield GaugeMetricFamily(
            "motcua_oldest_job_seconds", "Age of the oldest due job that nobody took", value=counts.oldest_seconds
        )


def metrics_view(request: HttpRequest) -> HttpResponse:
    shown = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        text = generate_latest(shown)
    else:
        text = generate_latest(_process)
    state = CollectorRegistry()
    state.register(_State())
    return HttpResponse(text + generate_latest(state), content_type=CONTENT_TYPE_LATEST)
