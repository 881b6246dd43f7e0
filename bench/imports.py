"""`bench imports`: loading another system's dossiers beside the bare COPY of the same lasting rows.

Ours reads, checks and judges every line, makes the ledger's texts and hashes, finds what is stored and writes chunk by
chunk; bare is handed the finished rows of every table that grew, as the text that COPY takes, and writes them in chunks of
the same size. Both into databases of their own made from one template, on one durable server, one after the other;
afterwards every table must hold as many rows on one side as on the other, and the ledger must hold.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from bench._other_system import write_dossiers
from bench._own import own_database
from psycopg import sql

ROWS = int(os.environ.get("MOTCUA_BENCH_ROWS", "1000000"))


def run() -> dict[str, Any]:
    """Lines a second of both sides; `ratio` is ours / bare. Processor seconds are of the program and of its server session."""
    with own_database(administrator=False), tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        # Imported here: Django must be loaded first.
        from django.db import connection

        from motcua.dossiers.importing.mapping import FileMapping
        from motcua.dossiers.importing.services import CHUNK, import_dossiers
        from motcua.platform.clock import now
        from motcua.platform.config import config
        from motcua.platform.postgres import OWNER, Cluster

        cluster = Cluster.at(config().home)
        url, bare_url = cluster.url_of(OWNER), cluster.url_of(OWNER, "bare")
        connection.close()
        with psycopg.connect(cluster.admin_url, autocommit=True) as administrator:
            administrator.execute("CREATE DATABASE bare TEMPLATE motcua OWNER motcua_owner")
        path = Path(folder) / "dossiers.csv"
        write_dossiers(path, ROWS)
        before = _counts(url)
        connection.ensure_connection()
        session = connection.connection.info.backend_pid
        ours = _measured(lambda: import_dossiers(path, mapping=FileMapping(), at=now()), session)
        after = _counts(url)
        assert after["dossiers_dossier"] == ROWS, after
        tables = {name: rows - before[name] for name, rows in after.items() if rows > before[name]}
        parts = _take_out(url, tables, Path(folder), CHUNK)
        with psycopg.connect(bare_url) as bare_connection:
            bare = _measured(lambda: _put_in(bare_connection, parts), bare_connection.info.backend_pid)
        assert after == _counts(bare_url), "the sides left different rows"
    return {
        "ratio": round(bare["seconds"] / ours["seconds"], 3),
        "goals": {"rows_per_second": 5_000},
        "rows": ROWS,
        "rows_per_second": round(ROWS / ours["seconds"]),
        "bare_rows_per_second": round(ROWS / bare["seconds"]),
        "ours": ours,
        "bare": bare,
        "tables": tables,
    }


def _measured(work: Callable[[], object], session: int) -> dict[str, float]:
    began, own, served = time.perf_counter(), time.process_time(), _processor_seconds(session)
    work()
    return {
        "seconds": round(time.perf_counter() - began, 2),
        "program_processor_seconds": round(time.process_time() - own, 2),
        "server_processor_seconds": round(_processor_seconds(session) - served, 2),
    }


def _processor_seconds(pid: int) -> float:
    """Of a process of this machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _counts(url: str) -> dict[str, int]:
    """Rows of every table."""
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {
            name: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()[0]  # type: ignore[index]
            for (name,) in names
        }


# Rows that others point to come first; each part is one transaction, as ours are.
_FIRST = ("catalog_sector", "catalog_procedure", "organizations_agency")
_LARGE = ("dossiers_dossier", "dossiers_ledgerentry")


def _take_out(url: str, tables: dict[str, int], folder: Path, chunk: int) -> list[list[tuple[str, list[str], Path]]]:
    """The new rows as files of COPY's text: parts of (table, columns, file)."""
    unexpected = tables.keys() - {*_FIRST, *_LARGE}
    assert not unexpected, unexpected
    parts: list[list[tuple[str, list[str], Path]]] = [[]]
    with psycopg.connect(url) as connection:
        for name in _FIRST:
            parts[0].append(_file(connection, name, "imported", folder / name))
        (first, last) = connection.execute("SELECT min(id), max(id) FROM dossiers_dossier").fetchone()  # type: ignore[misc]
        for begin in range(first, last + 1, chunk):
            parts.append(
                [
                    _file(
                        connection,
                        name,
                        f"{column} >= {begin} AND {column} < {begin + chunk}",
                        folder / f"{name}-{begin}",
                    )
                    for name, column in zip(_LARGE, ("id", "dossier_id"), strict=True)
                ]
            )
    return parts


def _file(connection: psycopg.Connection, table: str, where: str, path: Path) -> tuple[str, list[str], Path]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
        " AND column_name <> 'xid' ORDER BY ordinal_position",
        [table],
    )
    columns = [name for (name,) in rows]
    statement = f"COPY (SELECT {', '.join(columns)} FROM {table} WHERE {where} ORDER BY id) TO STDOUT"
    with connection.cursor() as cursor, cursor.copy(statement) as copy, path.open("wb") as file:  # type: ignore[arg-type]
        for data in copy:
            file.write(data)
    return table, columns, path


def _put_in(connection: psycopg.Connection, parts: list[list[tuple[str, list[str], Path]]]) -> None:
    for table, columns, path in itertools.chain.from_iterable([*part, ("", [], Path())] for part in parts):
        if not table:
            connection.commit()
            continue
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,  # type: ignore[arg-type]
            path.open("rb") as file,
        ):
            while data := file.read(1 << 16):
                copy.write(data)
