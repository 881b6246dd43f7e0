"""kill -9 for web, worker and database in the middle of many lives: nothing lost, nothing twice."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from tests.dossiers.kill_driver import start_of
from tests.folders import server_folder
from tests.province import MONDAY

from motcua.law.moments import VIETNAM
from motcua.notifications.subscriber import DELIVER, TEMPLATES
from motcua.platform.postgres import Cluster

ROOT = Path(__file__).parents[2]
CHANNELS = 3


@pytest.fixture
def home() -> Iterator[Path]:
    folder = server_folder("motcua-kill-")
    yield folder
    shutil.rmtree(folder)


def until(true: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Waits for other processes, however long they take; the test run's own limit ends what never comes."""
    while not true():
        meanwhile()
        threading.Event().wait(0.02)


class Town:
    """A durable server of its own, two drivers that play the web processes, and two workers."""

    def __init__(self, home: Path, cluster: Cluster, lives: int, driver: str, now: datetime) -> None:
        self.home, self.cluster, self.lives, self.driver = home, cluster, lives, driver
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")} | {
            "MOTCUA_HOME": str(home),
            "MOTCUA_DATABASE_URL": cluster.url,
            "MOTCUA_MIGRATE_DATABASE_URL": cluster.owner_url,
            "MOTCUA_JOBS_STALLED_SECONDS": "5",
            "MOTCUA_LOG_LEVEL": "WARNING",
            "MOTCUA_NOW": now.isoformat(),
        }
        drive = ["-m", driver, "drive"]
        work = ["-m", "motcua.cli.main", "worker"]
        self.commands = {
            "web one": [*drive, "one", "1", str(lives)],
            "worker one": work,
            "worker two": work,
            # The other way round: they meet in the middle, race there, and each finds the other's lives done.
            "web two": [*drive, "two", str(lives), "1"],
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.log = open(home / "town.log", "ab")  # noqa: SIM115

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            [sys.executable, *self.commands[name]], cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )

    def kill(self, name: str) -> None:
        """kill -9, and start again."""
        if name == "database":
            postmaster = int((self.cluster.data / "postmaster.pid").read_text().split()[0])
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(postmaster).kill()
            until(
                lambda: not psutil.pid_exists(postmaster) or psutil.Process(postmaster).status() == psutil.STATUS_ZOMBIE
            )
            self.cluster.ensure()
        elif self.running[name].poll() is None:
            self.running[name].send_signal(signal.SIGKILL)
            self.running[name].wait()
            self.start(name)

    def supervise(self) -> None:
        """A worker that found no database at its start ends and says so; whoever runs it starts it again."""
        for name in ("worker one", "worker two"):
            if self.running[name].poll() is not None:
                self.start(name)

    def done(self) -> int:
        """Lives driven to their end, by either driver."""
        files = [self.home / f"{name}.done" for name in ("one", "two")]
        return sum(file.read_text().count("\n") for file in files if file.exists())

    def drivers_ended(self) -> bool:
        return all(self.running[name].poll() is not None for name in ("web one", "web two"))

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
        self.log.close()

    def query(self, text: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.cluster.owner_url) as connection:
            return connection.execute(text).fetchall()


@contextlib.contextmanager
def town(home: Path, lives: int, driver: str = "tests.dossiers.kill_driver", now: datetime = MONDAY) -> Iterator[Town]:
    with Cluster.at(home).running() as cluster:
        place = Town(home, cluster, lives, driver, now)
        try:
            place.run("-m", driver, "prepare")
            yield place
        except BaseException:
            sys.stderr.write((home / "town.log").read_text(errors="replace")[-4000:])
            raise
        finally:
            place.stop()


def live_through(place: Town, kills: int) -> Counter[str]:
    """All lives to their end, with `kills` kills at random moments on the way; returns who was killed how often."""
    chance = random.Random(place.lives)
    victims = itertools.cycle(["web one", "worker one", "database", "web two", "worker two", "database"])
    moments = sorted(chance.sample(range(1, place.lives), kills))
    killed: Counter[str] = Counter()
    for name in place.commands:
        place.start(name)
    for moment in moments:
        until(lambda moment=moment: place.done() >= moment or place.drivers_ended(), place.supervise)
        if place.drivers_ended():
            break
        victim = next(victims)
        place.kill(victim)
        killed[victim] += 1
    until(place.drivers_ended, place.supervise)
    assert [place.running[name].returncode for name in ("web one", "web two")] == [0, 0]
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    until(lambda: place.query(waiting) == [(0,)], place.supervise)
    return killed


def check_everything(place: Town) -> None:
    lives = place.lives
    supplemented = lives // 10
    entries = lives * 6 + supplemented * 2
    told = lives * 4 + supplemented * 2

    assert place.query("SELECT state, count(*) FROM dossiers_dossier GROUP BY 1") == [("handed_over", lives)]
    assert place.query("SELECT count(*), count(DISTINCT (dossier_id, seq)) FROM dossiers_ledgerentry") == [
        (entries, entries)
    ]
    assert place.query("SELECT count(*) FROM identity_person") == [(lives,)]
    assert place.query("SELECT count(*) FROM dossiers_paper") == [(lives * 2 + supplemented,)]
    assert place.query("SELECT count(*) FROM dossiers_result") == [(lives,)]
    assert place.query("SELECT count(*) FROM dossiers_timer") == [(0,)]
    check_notices(place, told)
    check_forms(place, lives * 2 + supplemented)
    check_numbers(place)
    verified = json.loads(place.run("-m", "motcua.cli.main", "ledger", "verify", "--json"))
    assert (verified["dossiers"], verified["entries"], verified["first_bad"]) == (lives, entries, None)
    place.run("-m", "motcua.cli.main", "ledger", "checkpoint")
    signed = json.loads(place.run("-m", "motcua.cli.main", "ledger", "verify", "--json"))["checkpoint"]
    assert (signed["dossiers"], signed["entries"]) == (lives, entries)


def check_notices(place: Town, told: int) -> None:
    """Each notice once in the outbox table, each delivered; at the provider's door at least once, by one key each."""
    kinds = ", ".join(f"'{kind}'" for kind in TEMPLATES)
    assert place.query(f"SELECT count(*) FROM dossiers_ledgerentry WHERE kind IN ({kinds})") == [(told,)]
    assert place.query(
        "SELECT state, count(*), count(DISTINCT (entry_id, channel)) FROM notifications_notice GROUP BY 1"
    ) == [("sent", told * CHANNELS, told * CHANNELS)]
    jobs = "SELECT status::text, count(*), count(DISTINCT args->>'entry_id') FROM procrastinate_jobs WHERE task_name = '{}' GROUP BY 1"
    assert place.query(jobs.format(DELIVER)) == [("succeeded", told, told)]
    lines = (place.home / "outbox" / "messages.jsonl").read_text().splitlines()
    keys = {json.loads(line)["key"] for line in lines}
    assert keys == {
        f"notice-{id_}" for (id_,) in place.query("SELECT id FROM notifications_notice WHERE channel <> 'page'")
    }


def check_forms(place: Town, forms: int) -> None:
    """Each printed form once, and rendered."""
    found = place.query("SELECT count(*), count(DISTINCT entry_id), count(file_id) FROM documents_issuedform")
    assert found == [(forms, forms, forms)]


def check_numbers(place: Town) -> None:
    """Every series without a gap, every number on one dossier or one form."""
    expected = {
        f"H32.16-{day:%y%m%d}-{serial:04d}"
        for day, count in Counter(
            start_of(number).astimezone(VIETNAM).date() for number in range(1, place.lives + 1)
        ).items()
        for serial in range(1, count + 1)
    }
    assert {code for (code,) in place.query("SELECT code FROM dossiers_dossier")} == expected
    assert place.query("SELECT sum(last) FROM dossiers_numberseries WHERE prefix = 'H32.16'") == [(place.lives,)]
    numbers: dict[str, list[int]] = {}
    for kind, number in place.query("SELECT kind, number FROM documents_issuedform"):
        numbers.setdefault(kind, []).append(int(number.split("/")[0]))
    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in numbers.values())


@pytest.mark.long
def test_500_lives_outlive_kill_9_of_each_part(home: Path) -> None:
    with town(home, 500) as place:
        killed = live_through(place, 9)
        check_everything(place)

    assert killed == {"web one": 2, "worker one": 2, "database": 3, "web two": 1, "worker two": 1}


@pytest.mark.soak
def test_20_000_lives_outlive_kill_9_of_each_part(home: Path) -> None:
    with town(home, 20_000) as place:
        killed = live_through(place, 90)
        check_everything(place)

    assert sum(killed.values()) == 90
