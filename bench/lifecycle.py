"""`bench lifecycle`: full lives through the services beside bare SQL that leaves the same lasting rows.

A life is submit, accept, two steps, resolve, hand over: six transactions with ledger, notices, jobs and number. Both sides
run in processes of their own against one durable server, each in its own database made from one template, alternating,
median of five; afterwards every table must hold as many rows on one side as on the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

ROOT = Path(__file__).parents[1]
ROUNDS, WARM = 5, 20
LIVES = {1: 120, 4: 60}


def run() -> dict[str, Any]:
    """Lives a second of both sides on one connection and with four processes; `ratio` is ours / bare on one."""
    return compare("bench._lifecycle_ours", "bench._lifecycle_bare")


def compare(ours: str, bare: str) -> dict[str, Any]:
    """Runs a module of ours beside a bare one; see `_lifecycle_ours` and `_lifecycle_bare` for what both must do."""
    # Imported here: `bench due` and its kin do without a database.
    from motcua.platform.config import config
    from motcua.platform.postgres import OWNER, PROGRAM, Cluster

    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        Path(folder).chmod(0o711)
        with Cluster.at(Path(folder)).running() as cluster:
            sides = _Sides(folder, cluster.url_of(OWNER), cluster.url_of(PROGRAM), ours, bare)
            with psycopg.connect(cluster.admin_url, autocommit=True) as administrator:
                administrator.execute("CREATE DATABASE bare TEMPLATE motcua OWNER motcua_owner")
                sides.bare_url = cluster.url_of(PROGRAM, "bare")
            measured = {f"processes_{count}": sides.measure(count) for count in LIVES}
            rows = _rows(cluster.owner_url)
            assert rows == _rows(cluster.url_of(OWNER, "bare")), "the sides left different rows"
    return {
        "ratio": measured["processes_1"]["ratio"],
        "goals": {"processes_1": 0.35, "processes_4": 0.45},
        **measured,
        "rounds": ROUNDS,
        "pool": config().database_pool,
        "lives": rows["dossiers_dossier"],
        "rows_equal": sum(rows.values()),
    }


class _Sides:
    def __init__(self, home: str, owner_url: str, url: str, ours: str, bare: str) -> None:
        self.ours, self.bare = ours, bare
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")} | {
            "MOTCUA_HOME": home,
            "MOTCUA_DATABASE_URL": url,
            "MOTCUA_MIGRATE_DATABASE_URL": owner_url,
            "MOTCUA_LOG_LEVEL": "WARNING",
        }
        self.bare_url = ""
        self.next = 1
        prepared = subprocess.run(
            [sys.executable, "-m", ours, "prepare"], cwd=ROOT, env=self.environment, check=True,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.facts = prepared.stdout.strip()

    def measure(self, processes: int) -> dict[str, Any]:
        rates: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(ROUNDS):
            for side in rates:
                rates[side].append(self._round(side, processes))
            self.next += processes * (WARM + LIVES[processes])
        ours, bare = median(rates["ours"]), median(rates["bare"])
        return {
            "ours_lives_per_second": round(ours, 1),
            "bare_lives_per_second": round(bare, 1),
            "ratio": round(ours / bare, 3),
            "ratios_of_rounds": sorted(round(o / b, 3) for o, b in zip(rates["ours"], rates["bare"], strict=True)),
        }

    def _round(self, side: str, processes: int) -> float:
        """Lives a second over all processes, from the common start to the last one's end."""
        each = WARM + LIVES[processes]
        running = [
            subprocess.Popen(
                self._command(side, self.next + number * each, LIVES[processes]), cwd=ROOT, env=self.environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(processes)
        ]  # fmt: skip
        for process in running:
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise RuntimeError(f"{side} ended with {process.wait()}")
        began = time.perf_counter()
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in running:
            assert process.stdout
            process.stdout.readline()
        took = time.perf_counter() - began
        for process in running:
            process.communicate()
        return processes * LIVES[processes] / took

    def _command(self, side: str, first: int, count: int) -> list[str]:
        numbers = [str(first), str(count), str(WARM)]
        if side == "ours":
            return [sys.executable, "-m", self.ours, "lives", *numbers]
        # As a module: a script's own folder is searched first, where our `warnings` would stand before Python's.
        return [sys.executable, "-m", self.bare, self.bare_url, self.facts, *numbers]


def _rows(url: str) -> dict[str, int]:
    """Rows of every table."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        counts = {}
        for (name,) in names:
            (counts[name],) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # type: ignore[misc]
    return counts
