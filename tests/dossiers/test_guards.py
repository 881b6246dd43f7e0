"""Two walls around the ledger: the program's role may not, and triggers refuse the owner too."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import sql
from tests.dossiers.lives import live
from tests.province import build_province

from motcua.platform.config import Config
from motcua.platform.postgres import PROGRAM, Cluster
from motcua.platform.schema import append_only_tables, migrate

CHANGES = {
    "update": "UPDATE {} SET id = id",
    "delete": "DELETE FROM {}",
    "truncate": "TRUNCATE {} CASCADE",
}


def settle() -> None:
    """Checks put off to the commit would refuse TRUNCATE before the trigger is asked."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_owner_is_refused_by_the_triggers(change: str) -> None:
    live(build_province(), until=1)
    settle()

    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CHANGES[change].format("dossiers_ledgerentry"))


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE {} SET key = key", "TRUNCATE {}"])
def test_private_values_can_be_erased_but_never_changed(change: str) -> None:
    live(build_province(), until=1)
    settle()

    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format("dossiers_ledgerprivate"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dossiers_ledgerprivate")
        assert cursor.rowcount == 1


@pytest.mark.skipif("MOTCUA_TEST_DATABASE_URL" in os.environ, reason="the second role is the own server's")
def test_program_role_may_only_read_and_add(committed_db) -> None:
    live(build_province(), until=1)
    program = Cluster.at(Path(os.environ["MOTCUA_HOME"])).url_of(PROGRAM, committed_db.name)
    migrate(Config(database_url=program, migrate_database_url=committed_db.url))

    assert "dossiers_ledgerentry" in append_only_tables()
    with psycopg.connect(program, autocommit=True) as role:
        for table in append_only_tables():
            for change in CHANGES.values():
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    role.execute(sql.SQL(change).format(sql.Identifier(table)))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                role.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        role.execute(
            "INSERT INTO dossiers_ledgerentry (dossier_id, seq, kind, occurred_at, recorded_at, format, text, prev, hash)"
            " SELECT dossier_id, 2, kind, occurred_at, recorded_at, format, text, prev, hash FROM dossiers_ledgerentry"
        )
        assert role.execute("SELECT count(*) FROM dossiers_ledgerentry").fetchone() == (2,)
