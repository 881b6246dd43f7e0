"""Web and worker as two processes under one command: started, kept alive, and stopped in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

import click

from motcua.law.errors import DomainError

# Longer than a request or a job should take; then the process is killed, and what it did is taken back by the sweep.
GRACE_SECONDS = 15


class WebDidNotStart(DomainError):
    """The web server ended, or did not answer within three minutes."""

    code = "web_did_not_start"


def serve_all(host: str, port: int, *, on_ready: Callable[[str], None]) -> None:
    """Runs web and worker until Ctrl-C or SIGTERM; one that dies is started again.

    Stops the web first, so that no new work comes in, then the worker; the caller's database stops after this returns.
    `on_ready` gets the address once it answers. The port must be free. Raises WebDidNotStart.
    """
    url = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    commands = {
        "web": ["serve", "--host", host, "--port", str(port), "--with-parent", str(os.getpid())],
        "worker": ["worker", "--with-parent", str(os.getpid())],
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, arguments in commands.items():
            running[name] = _start(arguments)
        _wait_answer(url, running["web"])
        on_ready(url)
        while True:
            time.sleep(1.0)
            for name, process in list(running.items()):
                if process.poll() is not None:
                    running[name] = _start(commands[name])
    except KeyboardInterrupt:
        # How such a command is meant to end: no failure, so that `make` prints no error either.
        click.echo("Đang dừng…", err=True)
    finally:
        for name in ("web", "worker"):
            if name in running:
                _stop(running[name])


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "motcua.cli.main", *arguments],
        stdin=subprocess.DEVNULL,
        # A group of its own: Ctrl-C reaches only the parent, which then stops them in order.
        process_group=0,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_answer(url: str, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise WebDidNotStart("Máy chủ web đã dừng ngay khi khởi động; xem các dòng phía trên.")
        try:
            with urllib.request.urlopen(f"{url}/health/live", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise WebDidNotStart(f"Máy chủ web không trả lời ở {url} sau ba phút.")


def leave_with_parent(parent: int, *, at_once: bool = False) -> None:
    """Ends this process when `parent` (its pid) is gone: one killed with -9 must not leave servers behind.

    The pid is told by the parent itself, which may be gone before this process has looked. `at_once` does not ask the
    process to end: for those whose own signal handling waits for that parent.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGKILL if at_once else signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
