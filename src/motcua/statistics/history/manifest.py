"""What of an export counts: its manifest, written last, whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from motcua.dossiers.feed import START, Position
from motcua.law.errors import BadInput, system_reason
from motcua.statistics.history.layout import COLUMNS

# Raised whenever an older program would misread what a newer one has written.
FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class File:
    """`path` within the folder; `month` None where the table is not told apart by month."""

    table: str
    month: int | None
    path: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """How far the ledger has been exported, and the files that hold it; no other file counts.

    `made` says which making of the facts it is (`Reader.made`), `head` the hash of the entry at `position`, `known_at` the
    moment of the export. `digests` tell whether what has no position has changed.
    """

    province: str
    made: int = 0
    run: int = 0
    position: Position = START
    head: str = ""
    known_at: datetime | None = None
    columns: dict[str, dict[str, str]] = field(default_factory=lambda: COLUMNS)
    files: tuple[File, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)

    def files_of(self, table: str, month: int | None = None) -> list[File]:
        return [file for file in self.files if file.table == table and file.month == month]


def read(folder: Path) -> Manifest | None:
    """None where there is no manifest. Raises BadInput for one that cannot be understood."""
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else "không phải UTF-8"
        raise BadInput(f"{path}: không đọc được ({reason}).") from None
    try:
        told = json.loads(text)
        number = int(told["format"])
        if number != FORMAT:
            raise BadInput(
                f"{path}: bản xuất có định dạng {number}, chương trình này đọc và ghi định dạng {FORMAT}; hãy dùng chương"
                " trình cùng phiên bản hoặc xuất vào thư mục mới."
            )
        return _of_json(told)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadInput(f"{path}: nội dung hỏng, cần tệp kê do `motcua facts export` ghi.") from None


def write(folder: Path, manifest: Manifest) -> None:
    """On disk when this returns."""
    part = folder / f".{NAME}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(_as_json(manifest), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, folder / NAME)
    keep(folder)


def keep(path: Path) -> None:
    """Makes sure that a file, or what a folder holds, outlives a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "province": manifest.province,
        "made": manifest.made,
        "run": manifest.run,
        "position": {"xid": manifest.position.xid, "entry_id": manifest.position.id, "hash": manifest.head},
        "known_at": manifest.known_at and manifest.known_at.isoformat(),
        "files": [
            {"table": one.table, "month": one.month, "path": one.path, "rows": one.rows, "bytes": one.bytes}
            for one in manifest.files
        ],
        "digests": manifest.digests,
        "columns": manifest.columns,
    }


def _of_json(told: dict[str, Any]) -> Manifest:
    position, known_at = told["position"], told["known_at"]
    return Manifest(
        province=str(told["province"]),
        made=int(told["made"]),
        run=int(told["run"]),
        position=Position(int(position["xid"]), int(position["entry_id"])),
        head=str(position["hash"]),
        known_at=None if known_at is None else datetime.fromisoformat(known_at),
        columns={table: dict(columns) for table, columns in told["columns"].items()},
        files=tuple(
            File(str(one["table"]), one["month"], _inside(one["path"]), int(one["rows"]), int(one["bytes"]))
            for one in told["files"]
        ),
        digests=dict(told["digests"]),
    )


def _inside(path: str) -> str:
    """Raises ValueError for what would lead out of the folder."""
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError(path)
    return path
