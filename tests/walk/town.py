"""The program as it runs in an office: `motcua serve` and `motcua worker` as processes on a port, over one database.

Its clock stands still at a moment that the story chooses; `move_to` starts both again at a later one, as after a night.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg
from tests.ports import lasting_port


@dataclass
class Town:
    """`url` keeps its port through every restart, so that cookies and addresses on paper stay good."""

    home: Path
    database: str
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def move_to(self, moment: datetime) -> None:
        self.stop()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")} | {
            "MOTCUA_HOME": str(self.home),
            "MOTCUA_DATABASE_URL": self.database,
            "MOTCUA_MIGRATE_DATABASE_URL": self.database,
            "MOTCUA_SECRET_KEY": "only-for-the-walk-" + "x" * 32,
            "MOTCUA_PUBLIC_URL": self.url,
            "MOTCUA_LOG_LEVEL": "WARNING",
            "MOTCUA_NOW": moment.isoformat(),
        }
        for arguments in (["serve", "--port", str(self.port), "--workers", "2"], ["worker"]):
            with open(self.home / f"{arguments[0]}.log", "ab") as log:
                command = [sys.executable, "-m", "motcua.cli.main", *arguments, "--with-parent", str(os.getpid())]
                self.running.append(
                    subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                )
        self._wait_for_answer()

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + 90
        while True:
            assert self.running[0].poll() is None, self.told("serve")
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health/live", timeout=5):
                return
            assert time.monotonic() < deadline, self.told("serve")
            time.sleep(0.05)

    def told(self, name: str) -> str:
        """What the process wrote, for the report of a failed walk."""
        return (self.home / f"{name}.log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def wait_for(self, query: str, *values: object) -> None:
        """Until the query counts something: what the worker does comes when it comes."""
        deadline = time.monotonic() + 90
        while self.row(query, *values) == (0,):
            assert time.monotonic() < deadline, f"{query}\n{self.told('worker')}"
            time.sleep(0.1)

    def row(self, query: str, *values: object) -> tuple[object, ...]:
        """One row of the database, read past Django, which refuses while a browser is open in this thread."""
        with psycopg.connect(self.database) as connection:
            found = connection.execute(query, values).fetchone()
        assert found is not None, query
        return found


@contextlib.contextmanager
def town(home: Path, database: str) -> Iterator[Town]:
    home.mkdir(parents=True, exist_ok=True)
    place = Town(home, database, lasting_port())
    try:
        yield place
    finally:
        place.stop()
