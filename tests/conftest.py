"""One real PostgreSQL for the whole run, one template database, and clones of it.

The embedded server lives in a temporary home, one for each xdist worker; `MOTCUA_TEST_DATABASE_URL` (a role that may
create databases; several URLs, by blank, for several workers) takes other servers instead. Tests marked `django_db` run
in a transaction that is rolled back. The ledger refuses TRUNCATE, so a test that needs real commits, threads or other
processes takes `committed_db`: a database of its own, cloned from the template.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.folders import server_folder

_stack = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The settings are read here and not by pytest-django, which would read them before the home is set."""
    worker = getattr(config, "workerinput", {}).get("workerid")
    if worker is None:
        for name in [name for name in os.environ if name.startswith("MOTCUA_") and "TEST" not in name]:
            del os.environ[name]
        home = server_folder("motcua-test-")
        _stack.callback(_leave_nothing, home)
        # A run ended by `kill` cleans up like one ended by Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        os.environ["MOTCUA_HOME"] = str(home)
        os.environ["MOTCUA_DATABASE_POOL"] = "0"
        os.environ["MOTCUA_SECRET_KEY"] = "only-for-tests-" + "x" * 32
        os.environ["MOTCUA_LOG_LEVEL"] = "WARNING"
        os.environ["MOTCUA_HOSTS"] = "localhost,127.0.0.1,testserver"
    else:
        # A server for each worker: what may be read in order depends on every open transaction of a server, so that a
        # test beside on the same one would hold back checkpoints and events.
        own = Path(os.environ["MOTCUA_HOME"]) / worker
        own.mkdir()
        own.chmod(0o711)
        os.environ["MOTCUA_HOME"] = str(own)
        servers = os.environ.get("MOTCUA_TEST_DATABASE_URL", "").split()
        if servers:
            os.environ["MOTCUA_TEST_DATABASE_URL"] = servers[int(worker.removeprefix("gw")) % len(servers)]
    os.environ["DJANGO_SETTINGS_MODULE"] = "motcua.platform.settings"
    import django

    django.setup()
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    # A password of a test is kept from nobody. What is stored names its rounds, so a process beside reads it too.
    PBKDF2PasswordHasher.iterations = 1


def pytest_unconfigure(config: pytest.Config) -> None:
    _stack.close()


def _leave_nothing(home: Path) -> None:
    """Stops the run's servers where killed workers have left them, and removes its home."""
    from motcua.platform.postgres import Cluster

    for lock in [home / "postgres.lock", *home.glob("gw*/postgres.lock")]:
        if lock.exists():
            with Cluster.at(lock.parent, durable=False).alone():
                pass
    shutil.rmtree(home, ignore_errors=True)


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--needs-database", action="store_true", help="only the tests that use a database")


_DATABASE_FIXTURES = {"db", "transactional_db", "committed_db", "django_db_setup"}


def _needs_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


def _slow_ones_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Two workers begin with a half each and then help each other out (`--dist worksteal`): one begins with those that kill
    processes, the other with the browser's, and what is left at the end is small. Otherwise one would end alone.
    """
    long = [item for item in items if item.get_closest_marker("long")]
    browser = [item for item in items if item.get_closest_marker("browser") and item not in long]
    begin = {*long, *browser}
    rest = [item for item in items if item not in begin]
    half = max(len(items) // 2 - len(long), 0)
    return [*long, *rest[:half], *browser, *rest[half:]]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--needs-database"):
        config.hook.pytest_deselected(items=[item for item in items if not _needs_database(item)])
        items[:] = [item for item in items if _needs_database(item)]
    items[:] = _slow_ones_first(items)
    browser = [item for item in items if item.get_closest_marker("browser")]
    if not browser or find_chromium():
        return
    if os.environ.get("MOTCUA_TEST_NEEDS_CHROMIUM"):
        raise pytest.UsageError("Chromium is missing, and this run must not go without it.")
    for item in browser:
        item.add_marker(pytest.mark.skip(reason="no Chromium"))
    config.stash[_without_browser] = sorted({item.path.name for item in browser})


_without_browser = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = config.stash.get(_without_browser, None)
    if skipped is None and any(
        "no Chromium" in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])
    ):
        skipped = sorted({Path(str(report.nodeid).split("::")[0]).name for report in terminalreporter.stats["skipped"]})
    if skipped:
        terminalreporter.write_line(f"Không có Chromium, chưa chạy (did not run): {', '.join(skipped)}", yellow=True)


@dataclass(frozen=True)
class Server:
    """The test server: a URL of a role that may create databases, for any database of it."""

    admin: str

    def url(self, database: str) -> str:
        parts = conninfo_to_dict(self.admin) | {"dbname": database}
        query = make_conninfo(**parts)
        assert query
        host, user = str(parts.get("host", "")), str(parts.get("user", ""))
        password = f":{parts['password']}" if parts.get("password") else ""
        if host.startswith("/"):
            return f"postgresql://{user}{password}@/{database}?host={host.replace('/', '%2F')}"
        return f"postgresql://{user}{password}@{host}:{parts.get('port', 5432)}/{database}"

    def create(self, name: str, template: str = "template1") -> str:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            while True:
                try:
                    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
                    return
                except psycopg.errors.InsufficientPrivilege:
                    # The server's own vacuum is at work there; it belongs to the superuser, and ends by itself.
                    time.sleep(0.2)

    def exists(self, name: str) -> bool:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return found is not None


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    """The server of this run, running."""
    given = os.environ.get("MOTCUA_TEST_DATABASE_URL")
    if given:
        yield Server(given.split()[0])
        return
    from motcua.platform.postgres import OWNER, Cluster

    with Cluster.at(Path(os.environ["MOTCUA_HOME"]), durable=False).running() as cluster:
        yield Server(cluster.url_of(OWNER, "postgres"))


@pytest.fixture(scope="session")
def template_database(database_server: Server, django_db_blocker: object) -> Iterator[str]:
    """Name of a migrated database that nobody is connected to."""
    from django.core.management import call_command

    name = f"motcua_template_{uuid.uuid4().hex[:12]}"
    with _default_database(database_server.create(name)), django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("migrate", verbosity=0)
    yield name
    database_server.drop(name)


@contextlib.contextmanager
def _default_database(url: str) -> Iterator[None]:
    from motcua.platform.config import config
    from motcua.platform.database import connected_to

    with connected_to(url, config()):
        yield


@pytest.fixture(scope="session")
def django_db_setup(database_server: Server, template_database: str, django_db_blocker: object) -> Iterator[None]:
    """pytest-django's database: this worker's clone of the template."""
    name = f"motcua_{uuid.uuid4().hex[:12]}"
    url = database_server.create(name, template_database)
    with django_db_blocker.unblock(), contextlib.ExitStack() as stack:  # type: ignore[attr-defined]
        stack.callback(database_server.drop, name)
        stack.enter_context(_default_database(url))
        yield


@dataclass(frozen=True)
class CommittedDatabase:
    """A database of one test; `url` serves subprocesses as MOTCUA_DATABASE_URL."""

    name: str
    url: str


@pytest.fixture
def committed_db(
    database_server: Server, template_database: str, django_db_setup: None, django_db_blocker: object
) -> Iterator[CommittedDatabase]:
    """A fresh migrated database where commits are real, in every thread and for other processes; dropped afterwards."""
    name = f"motcua_{uuid.uuid4().hex[:12]}"
    url = database_server.create(name, template_database)
    try:
        with django_db_blocker.unblock(), _default_database(url):  # type: ignore[attr-defined]
            yield CommittedDatabase(name, url)
    finally:
        database_server.drop(name)


@pytest.fixture
def live_url(committed_db: CommittedDatabase) -> Iterator[str]:
    """Address of the whole program served from this process on a free port, over the test's own database."""
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("localhost", static_handler=_as_it_is, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://localhost:{thread.port}"
    finally:
        thread.terminate()


def _as_it_is(application: object) -> object:
    """WhiteNoise serves the static files, in tests as in production."""
    return application


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A Playwright browser on the system's Chromium. Tests that use it are marked `browser`."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    arguments += ["--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def note_task() -> str:
    """A task that writes its `key` as a session row, so that a test counts how often it was done.

    Registered once: a task cannot be taken out of the app again.
    """
    from motcua.platform import jobs

    name = "tests.platform.note"
    if name not in jobs.app.tasks:

        @jobs.task(name=name)
        def note(key: str) -> None:
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO django_session VALUES (%s, '', now())", [key])

    return name
