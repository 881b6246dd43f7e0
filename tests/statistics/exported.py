"""An export beside the database it was made from, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from django.db import connection

from motcua.dossiers.feed import Position
from motcua.statistics.history.layout import COLUMNS, LEDGER
from motcua.statistics.history.reading import open_history
from motcua.statistics.models import Reader

_LEDGER = (
    "SELECT xid::text::bigint, id, dossier_id, seq, kind, format, occurred_at, recorded_at, encode(prev, 'hex'),"
    " encode(hash, 'hex'), text FROM dossiers_ledgerentry WHERE (xid, id) <= (%s::text::xid8, %s)"
)


def rows_exported(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted."""
    files = open_history([folder]).files
    found = {}
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        for table, columns in COLUMNS.items():
            found[table] = []
            if files[table]:
                rows = duck.read_parquet(files[table], hive_partitioning=False)
                told = rows.select(", ".join(columns)).to_arrow_table()
                found[table] = list(zip(*(column.to_pylist() for column in told.columns), strict=True))
    return _sorted(found)


def rows_stored() -> dict[str, list[tuple[Any, ...]]]:
    """What an export must hold now: the facts, and the ledger as far as they have been folded from it."""
    reader = Reader.objects.get()
    until = Position(reader.xid, reader.entry_id)
    found = {}
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            if table == LEDGER:
                cursor.execute(_LEDGER, list(until))
            else:
                cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
            found[table] = cursor.fetchall()
    return _sorted(found)


def _sorted(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def files_there(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}


def files_counting(folder: Path) -> set[str]:
    (manifest,) = open_history([folder]).manifests
    return {file.path for file in manifest.files}
