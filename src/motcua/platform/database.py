"""Where the database is: the given server, or the house's own on a socket under its home."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from psycopg.conninfo import conninfo_to_dict

from motcua.platform.config import Config
from motcua.platform.postgres import Cluster

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database_url(config: Config) -> str:
    """The connection URL; for the embedded server it is known before the server runs."""
    return config.database_url.get_secret_value() if config.database_url else Cluster.at(config.home).url


def owner_url(config: Config) -> str:
    """The URL by which tables are made and changed; with one role for all it is the same as the program's."""
    if config.migrate_database_url:
        return config.migrate_database_url.get_secret_value()
    return config.database_url.get_secret_value() if config.database_url else Cluster.at(config.home).owner_url


def django_database(config: Config, url: str | None = None) -> dict[str, Any]:
    """Django's entry for `url` (default: the configured one). Sessions run in UTC whatever the server's default."""
    parts = conninfo_to_dict(url or database_url(config))
    given = {_DJANGO_NAMES[key]: value for key, value in parts.items() if key in _DJANGO_NAMES}
    options: dict[str, Any] = {key: value for key, value in parts.items() if key not in _DJANGO_NAMES}
    # One plan for all values: statements of `prepared_cursor` are written so that no value asks for another plan.
    # Joins run nearly as they are written, the narrowing table first: with ten tables on a page the planner took ten times
    # longer to try every order than the statement took to run.
    settings = "-c timezone=UTC -c plan_cache_mode=force_generic_plan -c join_collapse_limit=3"
    options["options"] = f"{options.get('options', '')} {settings}".strip()
    # For the statements of `prepared_cursor`; Django's own cursors bind on the client and are never prepared.
    options.setdefault("prepare_threshold", 3)
    if config.database_pool:
        options["pool"] = {"min_size": 1, "max_size": config.database_pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **given,
        "OPTIONS": options,
        "TIME_ZONE": "UTC",
        "CONN_HEALTH_CHECKS": True,
    }


def prepared_cursor() -> CursorWrapper:
    """A cursor of Django's connection whose statements the server parses and plans once per session.

    For hand-written statements that run all day: Django's cursor writes the values into the text, so each is parsed and
    planned anew, which costs the server more than the work itself. Same transaction, same errors.
    """
    # Django is not loaded where only a URL is asked for.
    from django.db import connections
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection = connections["default"]
    if connection.queries_logged:
        # Django's log reads the text that its own cursor keeps; a prepared statement has none.
        return connection.cursor()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw: Any = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
        return connection.make_cursor(raw)


@contextlib.contextmanager
def connected_to(url: str, config: Config, **options: str) -> Iterator[None]:
    """Django's default connection goes to `url` inside this block, in every thread; the old one stands again after it.

    `options` are server settings of the sessions (`lock_timeout="5s"`). Changed in place, since each thread's wrapper
    holds the same dictionary.
    """
    # Django is not loaded where only a URL is asked for.
    from django.db import connections

    current = connections.settings["default"]
    before = dict(current)
    entry = django_database(config, url)
    entry["OPTIONS"]["options"] += "".join(f" -c {name}={value}" for name, value in options.items())
    entry["OPTIONS"].pop("pool", None)
    hang_up()
    current.update({"USER": "", "PASSWORD": "", "HOST": "", "PORT": ""}, **entry)
    try:
        yield
    finally:
        hang_up()
        current.clear()
        current.update(before)


def hang_up() -> None:
    from django.db import connection

    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
