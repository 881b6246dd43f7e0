"""Figures from exports: one province's, or those of many together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.statistics.history import manifest as manifests
from motcua.statistics.history.layout import COLUMNS, LEDGER, WHOLE
from motcua.statistics.history.manifest import Manifest

if TYPE_CHECKING:
    from motcua.statistics.duck import Duck

TABLES = tuple(table for table in COLUMNS if table != LEDGER)


@dataclass(frozen=True, slots=True)
class History:
    """`files` by table. `known_at`: up to when every one of the provinces has been exported."""

    manifests: tuple[Manifest, ...]
    files: dict[str, list[str]]
    known_at: datetime

    def duck(self) -> Duck:
        """An engine over them on this machine."""
        # Imported here: it is an optional part.
        import duckdb

        from motcua.statistics.duck import Duck

        connection = duckdb.connect()
        # A file once named is never written again.
        connection.execute("SET parquet_metadata_cache = true")
        for table in TABLES:
            columns = ", ".join(COLUMNS[table])
            paths = ", ".join("'" + path.replace("'", "''") + "'" for path in self.files[table])
            if not paths:
                connection.execute(f"CREATE TABLE {table} ({_typed(table)})")
                continue
            rows = f"SELECT {columns} FROM read_parquet([{paths}], hive_partitioning = false)"
            connection.execute(f"CREATE VIEW {table} AS {each_once(table, rows) if len(self.manifests) > 1 else rows}")
        return Duck(connection)


def open_history(folders: Sequence[Path]) -> History:
    """Raises BadInput for a folder that is no export, has lost a file, or is of another version of the program."""
    found: list[Manifest] = []
    files: dict[str, list[str]] = {table: [] for table in COLUMNS}
    moments = []
    for folder in folders:
        told = manifests.read(folder)
        if told is None or told.known_at is None:
            raise BadInput(f"{folder}: không phải bản xuất xong của `motcua facts export` (không có {manifests.NAME}).")
        if told.columns != COLUMNS:
            raise BadInput(
                f"{folder}: bản xuất của phiên bản khác, cột không như nhau; hãy xuất lại bằng phiên bản này."
            )
        if any(one.province == told.province for one in found):
            raise BadInput(f"{folder}: tỉnh {told.province} đã có trong một thư mục khác.")
        for file in told.files:
            path = folder / file.path
            if not path.is_file() or path.stat().st_size != file.bytes:
                raise BadInput(f"{path}: thiếu hoặc chép chưa hết; cần tệp {file.bytes} byte.")
            files[file.table].append(str(path))
        found.append(told)
        moments.append(told.known_at)
    if not moments:
        raise BadInput("Cần ít nhất một thư mục xuất.")
    return History(tuple(found), files, min(moments).astimezone(VIETNAM))


def each_once(table: str, rows: str) -> str:
    """National codes stand in every province's list of procedures, and of agencies above it: each once, in a fixed choice."""
    if table not in WHOLE:
        return rows
    columns = ", ".join(COLUMNS[table])
    place = f"row_number() OVER (PARTITION BY code ORDER BY {columns}) AS place"
    return f"SELECT {columns} FROM (SELECT *, {place} FROM ({rows}) AS told) AS placed WHERE place = 1"


_SQL = {
    "int64": "BIGINT", "int32": "INTEGER", "int16": "SMALLINT", "boolean": "BOOLEAN", "date": "DATE", "string": "VARCHAR",
    "timestamp('UTC')": "TIMESTAMPTZ",
}  # fmt: skip


def _typed(table: str) -> str:
    return ", ".join(f"{name} {_SQL[kind]}" for name, kind in COLUMNS[table].items())
