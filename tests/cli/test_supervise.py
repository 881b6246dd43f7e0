"""Web and worker under one command: a dead one comes back, and none outlives the command."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator

import psutil
import pytest

from motcua.cli.serve import free_port

SERVE_ALL = """
import signal, sys
from motcua.cli.main import _terminated
from motcua.cli.supervise import serve_all
signal.signal(signal.SIGTERM, _terminated)
# A test run in the background of a shell inherits an ignored SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)
serve_all("127.0.0.1", int(sys.argv[1]), on_ready=lambda url: print(url, flush=True))
"""


def until(true: Callable[[], bool]) -> None:
    while not true():
        threading.Event().wait(0.05)


@pytest.fixture
def command(committed_db) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE_ALL, str(free_port("127.0.0.1", 8600))],
        env=os.environ | {"MOTCUA_DATABASE_URL": committed_db.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process, process.stdout.readline().strip()
    process.kill()
    process.communicate()


def children(process: subprocess.Popen[str]) -> dict[str, psutil.Process]:
    found = {}
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            found |= {name: child for name in ("serve", "worker") if name in child.cmdline()}
    return found


def test_dead_web_comes_back_and_nobody_outlives_a_killed_command(command):
    process, _ = command
    before = children(process)
    assert set(before) == {"serve", "worker"}

    orphans = before["serve"].children(recursive=True)
    before["serve"].kill()
    until(lambda: children(process).get("serve", before["serve"]).pid != before["serve"].pid)

    everyone = orphans + psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    psutil.wait_procs(everyone)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in everyone)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_command_stopped_leaves_nobody(command, sent, code):
    process, url = command
    assert urllib.request.urlopen(f"{url}/health/live").status == 200
    everyone = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(sent)

    assert process.wait() == code
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in everyone)
