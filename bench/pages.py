"""`bench pages`: what an officer, a citizen and a leader wait for, at 10,000 and at 1,000,000 dossiers.

Four closed-loop clients with 200 ms think time on kept-open connections, warmed up, 2,000 requests a page, against
`motcua serve` as it is run in production. `p50_ms` and `p99_ms` are the server's time, from the lines of its own access
log; `client_p50_ms` and `client_p99_ms` are taken at the clients, which share the machine: waiting for a free worker and for
the processor is in them. The saturated rate is the same without think time. Each size's p99 stands beside the smaller
size's: that ratio is the growth.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from bench._own import own_database

SMALL, FACTOR = 10_000, 100
REQUESTS, CLIENTS, THINK_SECONDS = 2_000, 4, 0.2
SATURATED_SECONDS = 5.0
_SIGN_IN = "/dang-nhap/"
LIMIT_MS = {"worklist": 100, "search": 150, "dossier": 100, "look_up": 100, "board": 200}


def run() -> dict[str, Any]:
    """Top-level `ratio` is the worst growth of a p99 from 10,000 to 1,000,000 dossiers."""
    with own_database():
        return _measure()


def _measure() -> dict[str, Any]:
    from bench._town import build_town, fill, multiply

    sizes: dict[str, Any] = {}
    town = build_town()
    fill(town, SMALL, _say)
    cookies = _sign_in(town.officer), _sign_in(town.leader)
    _count()
    sizes["10000"] = _pages(*cookies)
    multiply(SMALL, FACTOR, _say)
    _count()
    sizes["1000000"] = _pages(*cookies)
    growth = {page: sizes["1000000"][page]["p99_ms"] / sizes["10000"][page]["p99_ms"] for page in LIMIT_MS}
    within = {page: sizes["1000000"][page]["p99_ms"] < limit for page, limit in LIMIT_MS.items()}
    return {"name": "pages", "sizes": sizes, "growth": growth, "within_limit": within, "ratio": max(growth.values())}


def _count() -> None:
    """The figures of what the ledger has, as the worker keeps them."""
    from django.db import connection

    from motcua.platform.clock import now
    from motcua.statistics.services import catch_up, refresh

    refresh(now())
    catch_up()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _sign_in(officer: Any) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(officer.user_id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = officer.user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _pages(cookie: str, leaders_cookie: str) -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT agency_id FROM organizations_officer ORDER BY id LIMIT 1")
        agency = cursor.fetchone()[0]
        cursor.execute(
            "SELECT id, access_key FROM dossiers_dossier WHERE agency_id = %s ORDER BY sha256(id::text::bytea) LIMIT 500",
            [agency],
        )
        dossiers = cursor.fetchall()
    connection.close()
    names = ["nguyen an", "tran thi hoa", "le binh", "pham huu", "do kim lan", "hoa", "vo minh tu", "dang xuan"]
    draw = random.Random(11)
    paths: dict[str, Callable[[], str]] = {
        "worklist": lambda: "/can-bo/danh-sach/dang-giai-quyet/",
        "search": lambda: f"/can-bo/tim/?q={draw.choice(names).replace(' ', '+')}",
        "dossier": lambda: f"/can-bo/ho-so/{draw.choice(dossiers)[0]}/",
        "look_up": lambda: f"/h/{draw.choice(dossiers)[1]}/",
    }
    with serving() as served:
        told = {page: load(served, cookie, path) for page, path in paths.items()}
        return told | {"board": load(served, leaders_cookie, lambda: "/can-bo/bang-dieu-hanh/")}


@dataclass(frozen=True, slots=True)
class Served:
    """A running `motcua serve`: its port, and its log from where it was last read."""

    port: int
    log: IO[str]

    def milliseconds(self) -> list[float]:
        """The server's time for each page answered since the last call."""
        lines = [json.loads(line) for line in self.log if line.startswith("{")]
        return [line["ms"] for line in lines if line["logger"] == "motcua.access" and line["status"] == 200]


@contextlib.contextmanager
def serving() -> Iterator[Served]:
    """`motcua serve` on a free port, as it is run in production."""
    port = _free_port()
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "motcua.cli.main", "serve", "--port", str(port)],
            env=os.environ | {"MOTCUA_LOG_LEVEL": "INFO", "MOTCUA_LOG_FORMAT": "json"},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            _wait(port)
            with open(log.name, encoding="utf-8") as read:
                yield Served(port, read)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def _free_port() -> int:
    """Below the ports of outgoing connections: asked before the server listens, such a one is connected to itself."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/live")
            connection.getresponse().read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def load(served: Served, cookie: str, path: Callable[[], str]) -> dict[str, Any]:
    """One page under the two loads."""
    port = served.port
    _clients(port, cookie, path, per_client=25, think=0.0)
    served.milliseconds()
    thinking = _clients(port, cookie, path, per_client=REQUESTS // CLIENTS, think=THINK_SECONDS)
    serving = served.milliseconds()
    began = time.perf_counter()
    saturated = _clients(port, cookie, path, per_client=10**9, think=0.0, seconds=SATURATED_SECONDS)
    rate = len(saturated) / (time.perf_counter() - began)
    server, client = statistics.quantiles(serving, n=100), statistics.quantiles(thinking, n=100)
    return {
        "requests": len(serving),
        "p50_ms": server[49],
        "p99_ms": server[98],
        "client_p50_ms": client[49],
        "client_p99_ms": client[98],
        "saturated_per_second": rate,
    }


def _clients(
    port: int, cookie: str, path: Callable[[], str], *, per_client: int, think: float, seconds: float | None = None
) -> list[float]:
    """Milliseconds of every answer. Any answer but 200 (after redirects) fails the measure: a fast error page is no page."""
    taken: list[float] = []
    faults: list[str] = []
    until = time.monotonic() + seconds if seconds else None

    def one() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(per_client):
            if faults or (until and time.monotonic() > until):
                break
            began = time.perf_counter()
            status = _get(connection, path(), cookie)
            taken.append((time.perf_counter() - began) * 1000)
            if status != 200:
                faults.append(f"{status}")
            if think:
                time.sleep(think)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"{path()} answered {faults[0]}")
    return taken


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> int:
    for _ in range(3):
        connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
        response = connection.getresponse()
        response.read()
        if response.status not in {301, 302}:
            return response.status
        given = re.match(r"([^;]+)", response.headers.get("Set-Cookie", ""))
        cookie = f"{cookie}; {given[1]}" if given else cookie
        path = response.headers["Location"]
        if path.startswith(_SIGN_IN):
            # A session that has run out would measure the page for signing in.
            return response.status
    return response.status
