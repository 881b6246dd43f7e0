"""`bench exports`: ledger and facts to Parquet, the first time and after a day more, beside the bare COPY of the same rows.

Real lives by the bulk writer, folded by the projector. `ratio` is bare / ours for the first export; bare reads every row of the
same tables as text and throws it away. Sizes by dossier stand beside: in PostgreSQL with its indexes, and in Parquet.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench._own import own_database

ROWS = int(os.environ.get("MOTCUA_BENCH_ROWS", "20000"))
_MORE = 100


def run() -> dict[str, Any]:
    with own_database(administrator=False), tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        return _measure(Path(folder))


def _measure(folder: Path) -> dict[str, Any]:
    from bench._town import NOW, build_town, lives
    from django.db import connection

    from motcua.dossiers.bulk import write_lives
    from motcua.statistics.history.exporting import export
    from motcua.statistics.history.layout import COLUMNS
    from motcua.statistics.services import catch_up

    town = build_town()
    told = list(lives(town, ROWS))
    few = ROWS // _MORE
    write_lives(told[few:], told=True)
    folding, entries = _timed(catch_up)
    first, exported = _timed(lambda: export(folder, at=NOW))
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
        sizes = {table: _size(cursor, table) for table in _TABLES}
        cursor.execute("SELECT count(*) FROM dossiers_dossier")
        (dossiers,) = cursor.fetchone()
    bare, _ = _timed(_read_all)
    write_lives(told[:few], told=True)
    catch_up()
    again, more = _timed(lambda: export(folder, at=NOW))
    parquet = {
        table: round(sum(file.bytes for file in exported.manifest.files if file.table == table) / dossiers)
        for table in COLUMNS
    }
    return {
        "ratio": round(bare / first, 3),
        "dossiers": dossiers,
        "entries": entries,
        "folded_entries_per_second": round(entries / folding),
        "exported_entries_per_second": round(exported.entries / first),
        "first": {"seconds": round(first, 2), "rows": exported.rows, "mb": round(exported.bytes / 1e6, 1)},
        "bare_seconds": round(bare, 2),
        "one_in_a_hundred_more": {"seconds": round(again, 2), "entries": more.entries, "rows_written": more.rows},
        "postgresql_bytes_per_dossier": {table: round(size / dossiers) for table, size in sizes.items()},
        "parquet_bytes_per_dossier": parquet,
    }


_TABLES = (
    "dossiers_dossier", "dossiers_ledgerentry", "dossiers_ledgerprivate", "dossiers_paper", "notifications_notice",
    "statistics_factdossier", "statistics_factpause", "statistics_factpart", "statistics_factmove", "statistics_dailycount",
)  # fmt: skip


def _size(cursor: Any, table: str) -> int:
    cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [table])
    size: int = cursor.fetchone()[0]
    return size


def _read_all() -> None:
    from django.db import connection

    from motcua.statistics.history.layout import COLUMNS, LEDGER

    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            select = (
                "SELECT xid, id, dossier_id, seq, kind, format, occurred_at, recorded_at, prev, hash, text FROM dossiers_ledgerentry"
                if table == LEDGER
                else f"SELECT {', '.join(columns)} FROM {table}"
            )
            with cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:
                for _ in copy:
                    pass


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    told = act()
    return time.perf_counter() - began, told
