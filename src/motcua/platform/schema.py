"""Bringing the database to this code's tables, safely while the code before it still serves."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from psycopg import sql

from motcua.law.errors import DomainError
from motcua.platform.config import Config
from motcua.platform.database import connected_to, database_url, owner_url
from motcua.platform.health import pending_migrations

# A migration that waits for a lock makes every later query wait behind it; better to step back and come again.
LOCK_TIMEOUT = "3s"
ATTEMPTS = 20
_ADVISORY_KEY = 0x6D6F7463  # "motc"


class NotMigrated(DomainError):
    """The database given by MOTCUA_DATABASE_URL is not at this code's tables."""

    code = "not_migrated"


class MigrationBlocked(DomainError):
    """A table stayed locked by others through every attempt; nothing half-done was left."""

    code = "migration_blocked"


class DatabaseUnreachable(DomainError):
    """The database given by MOTCUA_DATABASE_URL does not answer."""

    code = "database_unreachable"


def require_migrated(config: Config) -> None:
    """Raises NotMigrated or DatabaseUnreachable; changes nothing."""
    try:
        # Asked without the pool, which would hide the reason behind its own waiting.
        psycopg.connect(database_url(config), connect_timeout=10).close()
        pending = pending_migrations()
    except (psycopg.OperationalError, OperationalError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DatabaseUnreachable(f"Không kết nối được cơ sở dữ liệu của MOTCUA_DATABASE_URL: {reason}") from error
    if pending:
        raise NotMigrated(
            f"Cơ sở dữ liệu chưa có đủ bảng (còn {len(pending)} bước, đầu tiên là {pending[0]});"
            " hãy chạy `motcua migrate`.",
            pending=pending,
        )


def migrate(config: Config, *, wait: Callable[[float], None] = time.sleep) -> list[str]:
    """Applies what is pending, as the tables' owner, and gives the program's role its rights. Returns what was applied.

    One migrator at a time per database. Each step gives up after three seconds without its lock and is tried again, so
    that the serving code never queues behind it. Raises MigrationBlocked.
    """
    with connected_to(owner_url(config), config, lock_timeout=LOCK_TIMEOUT):
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise DatabaseUnreachable(f"Không kết nối được cơ sở dữ liệu: {reason}") from error
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_KEY])
            cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        pending = pending_migrations()
        _apply(wait)
        _grant(database_url(config))
    return pending


def _apply(wait: Callable[[float], None]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            call_command("migrate", verbosity=0, interactive=False)
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != "55P03":
                raise
            if attempt == ATTEMPTS:
                raise MigrationBlocked(
                    "Một bảng bị phiên làm việc khác giữ khóa quá lâu nên chưa đổi được; hãy chạy lại `motcua migrate`."
                ) from error
            wait(min(attempt, 5))


def append_only_tables() -> list[str]:
    """Tables that the program may read and add to, never change; each room names its models in its app config."""
    return [
        config.get_model(name)._meta.db_table
        for config in apps.get_app_configs()
        for name in getattr(config, "append_only", ())
    ]


def _grant(program_url: str) -> None:
    """Rights of the program's role. Where owner and program are one role only the triggers guard the ledger."""
    # Imported here: only this line needs the parser.
    from psycopg.conninfo import conninfo_to_dict

    program = conninfo_to_dict(program_url).get("user")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
        if not program or program == owner:
            return
        role = sql.Identifier(str(program))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(role)
        )
        cursor.execute(sql.SQL("GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
        for table in append_only_tables():
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), role))


def guarded_by_role() -> bool:
    """Whether the role of this connection cannot change the append-only tables."""
    try:
        with connection.cursor() as cursor:
            for table in append_only_tables():
                cursor.execute(
                    "SELECT has_table_privilege(%s, 'UPDATE') OR has_table_privilege(%s, 'DELETE')", [table] * 2
                )
                if cursor.fetchone()[0]:
                    return False
    except DatabaseError:
        return False
    return True
