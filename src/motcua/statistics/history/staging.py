"""What has changed since an export, taken out of the database as it stood at one moment.

Rows are laid aside as Parquet files, with the month they belong to, so that the database is held up for no longer than
reading takes and no table need fit into memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from motcua.dossiers.feed import Position
from motcua.statistics.history.layout import (
    APPENDED,
    COLUMNS,
    LEDGER,
    MESSAGES,
    MOVES,
    REPLACED,
    WHOLE,
)
from motcua.statistics.history.manifest import Manifest
from motcua.statistics.history.rows import arrow_schema, tables_of

# The column beside those of a table that says to which month's file a row belongs.
MONTH = "belongs_to"
TOUCHED = "touched"

_MONTH_OF = "to_char({} AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYYMM')::int"
_NEW = "(e.xid, e.id) > (%s::text::xid8, %s) AND (e.xid, e.id) <= (%s::text::xid8, %s)"
_TOUCHED = (
    f"SELECT t.dossier_id, {_MONTH_OF.format('f.occurred_at')} AS {MONTH}"
    f" FROM (SELECT DISTINCT e.dossier_id FROM dossiers_ledgerentry e WHERE {_NEW}) t"
    " JOIN dossiers_ledgerentry f ON f.dossier_id = t.dossier_id AND f.seq = 1"
)
_ENTRIES = {
    LEDGER: (
        "SELECT e.xid::text::bigint, e.id, e.dossier_id, e.seq, e.kind, e.format, e.occurred_at, e.recorded_at,"
        f" encode(e.prev, 'hex'), encode(e.hash, 'hex'), e.text, {_MONTH_OF.format('e.occurred_at')}"
        f" FROM dossiers_ledgerentry e WHERE {_NEW}"
    ),
    MOVES: (
        f"SELECT {', '.join(f'm.{name}' for name in COLUMNS[MOVES])}, m.occurred_month"
        f" FROM dossiers_ledgerentry e JOIN {MOVES} m ON m.entry_id = e.id WHERE {_NEW}"
    ),
}


@dataclass(slots=True)
class Staged:
    """Files by table, where there are rows; `months` of what is written anew month by month, with their digests."""

    files: dict[str, Path] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    months: set[int] = field(default_factory=set)
    entries: int = 0


def stage(folder: Path, before: Manifest, until: Position, on_rows: Callable[[int], None]) -> Staged:
    """In the caller's snapshot: what is not in the export of `before`, up to `until`."""
    staged = Staged()
    if until > before.position:
        between = [*before.position, *until]
        _lay(staged, folder, TOUCHED, _TOUCHED, between, {"dossier_id": "int64"}, on_rows)
        for table in APPENDED:
            staged.entries = _lay(staged, folder, table, _ENTRIES[table], between, COLUMNS[table], on_rows)
        for table in REPLACED:
            columns = ", ".join(f"r.{name}" for name in COLUMNS[table])
            select = f"SELECT {columns}, t.{MONTH} FROM ({_TOUCHED}) t JOIN {table} r ON r.dossier_id = t.dossier_id"
            _lay(staged, folder, table, select, between, COLUMNS[table], on_rows)
    _lay_messages(staged, folder, before, on_rows)
    _lay_whole(staged, folder, before, on_rows)
    return staged


def _lay_messages(staged: Staged, folder: Path, before: Manifest, on_rows: Callable[[int], None]) -> None:
    """The months whose messages are no longer those that were exported: a message moves on with its dossier's agency."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sent_month, count(*), sum(hashtextextended(m::text, 0)::numeric)::text"
            f" FROM {MESSAGES} m GROUP BY sent_month"
        )
        now = {f"{MESSAGES}/{month}": f"{count} {digest}" for month, count, digest in cursor.fetchall()}
    known = {name: digest for name, digest in before.digests.items() if name.startswith(f"{MESSAGES}/")}
    staged.digests |= now
    changed = {name for name in now.keys() | known.keys() if now.get(name) != known.get(name)}
    staged.months = {int(name.rpartition("/")[2]) for name in changed}
    if staged.months:
        columns = ", ".join(COLUMNS[MESSAGES])
        select = f"SELECT {columns}, sent_month FROM {MESSAGES} WHERE sent_month = ANY(%s)"
        _lay(staged, folder, MESSAGES, select, [sorted(staged.months)], COLUMNS[MESSAGES], on_rows)


def _lay_whole(staged: Staged, folder: Path, before: Manifest, on_rows: Callable[[int], None]) -> None:
    for table in WHOLE:
        select = f"SELECT {', '.join(COLUMNS[table])} FROM {table} ORDER BY code"
        found = list(tables_of(select, [], COLUMNS[table]))
        digest = hashlib.sha256()
        for one in found:
            digest.update(repr(one.to_pylist()).encode())
        staged.digests[table] = digest.hexdigest()
        if found and staged.digests[table] != before.digests.get(table):
            path = folder / f"{table}.parquet"
            pq.write_table(pa.concat_tables(found), path)
            staged.files[table] = path
            on_rows(sum(one.num_rows for one in found))


def _lay(
    staged: Staged,
    folder: Path,
    table: str,
    select: str,
    values: Sequence[object],
    columns: Mapping[str, str],
    on_rows: Callable[[int], None],
) -> int:
    """Returns how many rows there are."""
    told = dict(columns) | {MONTH: "int32"}
    path = folder / f"{table}.parquet"
    rows = 0
    with pq.ParquetWriter(path, arrow_schema(told), compression="lz4") as writer:
        for one in tables_of(select, values, told):
            writer.write_table(one)
            rows += one.num_rows
            on_rows(one.num_rows)
    if rows:
        staged.files[table] = path
    return rows
