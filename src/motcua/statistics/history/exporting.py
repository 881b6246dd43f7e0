"""Ledger and facts as Parquet files, by province and month, each ledger position exactly once.

What counts is what the manifest names, and it is replaced whole and last: a run that dies leaves the export that was there
and some files that nobody counts, which the next run removes. Entries are only ever added. The rows of a dossier may change
with its next entry (what was known until now gets its end, a pause its length), so the month in which the dossier began is
written anew: from its old file without the dossiers that have new entries, and their rows as they now stand.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
from django.db import connection

from motcua.dossiers.checkpoints import one_snapshot
from motcua.dossiers.feed import START, Position
from motcua.law.errors import BadInput, system_reason
from motcua.statistics.history import manifest as manifests
from motcua.statistics.history.layout import APPENDED, COLUMNS, MESSAGES, REPLACED, WHOLE, folder_of
from motcua.statistics.history.manifest import File, Manifest
from motcua.statistics.history.staging import MONTH, TOUCHED, Staged, stage
from motcua.statistics.models import Reader
from motcua.statistics.names import province_code
from motcua.statistics.services import READER

_LOCK, _ASIDE = ".lock", ".aside"
# From so many files of a month on they are made one: many small files are slow to read.
_MANY = 16


@dataclass(frozen=True, slots=True)
class Exported:
    """What a run has added: ledger entries, files, and rows in them. All nought: there was nothing new."""

    entries: int
    files: int
    rows: int
    bytes: int
    manifest: Manifest


def export(folder: Path, *, at: datetime, on_rows: Callable[[int], None] = lambda rows: None) -> Exported:
    """Brings an export up to what has been folded by now; `on_rows` is told the rows read at each step.

    Raises BadInput, with nothing changed, for a folder that is no export, or one of another province, another ledger or
    another format.
    """
    province = province_code()
    if not province:
        raise BadInput("Chưa khai báo tỉnh (cơ quan cấp tỉnh ở gốc), nên chưa xuất được số liệu.")
    try:
        with _alone(folder):
            before = _opened(folder, province)
            _remove_leftovers(folder, before)
            aside = folder / _ASIDE
            aside.mkdir()
            with one_snapshot():
                reader = Reader.objects.filter(pk=READER).first() or Reader(name=READER)
                until = Position(reader.xid, reader.entry_id)
                start = _start(before, reader.made)
                head = _head(until)
                _same_ledger(folder, start, until)
                staged = stage(aside, start, until, on_rows)
            after = _Assembling(folder, start, staged).all()
            after = replace(after, position=until, head=head, known_at=at)
            exported = _published(folder, before, after, staged)
            shutil.rmtree(aside)
    except OSError as error:
        raise BadInput(f"{folder}: không ghi được ({system_reason(error)}).") from None
    return exported


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else exports into this folder meanwhile. A folder that is not empty must be an export."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / manifests.NAME).exists() and {path.name for path in folder.iterdir()} - {_LOCK}:
        raise BadInput(f"{folder}: thư mục đã có thứ khác; cần thư mục trống hoặc do `motcua facts export` ghi.")
    with (folder / _LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(f"{folder}: một lần xuất khác đang ghi vào đây.") from None
        yield


def _opened(folder: Path, province: str) -> Manifest:
    found = manifests.read(folder)
    if found is None:
        # Before anything else is there, so that what a kill leaves in the folder is known to be ours.
        found = Manifest(province)
        manifests.write(folder, found)
    if found.province != province:
        raise BadInput(f"{folder}: là bản xuất của tỉnh {found.province}, ở đây là tỉnh {province}; cần thư mục khác.")
    return found


def _remove_leftovers(folder: Path, known: Manifest) -> None:
    shutil.rmtree(folder / _ASIDE, ignore_errors=True)
    counting = {folder / file.path for file in known.files}
    for table in COLUMNS:
        for path in (folder / table).rglob("*.parquet"):
            if path not in counting:
                path.unlink()


def _start(before: Manifest, made: int) -> Manifest:
    """From where to go on: from nothing where the facts have been made anew since, or have other columns."""
    if before.made == made and before.columns == COLUMNS:
        return before
    return Manifest(before.province, made=made, run=before.run)


def _head(position: Position) -> str:
    """The hash of the entry at a position; "" where the ledger has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(hash, 'hex') FROM dossiers_ledgerentry WHERE id = %s AND xid = %s::text::xid8",
            [position.id, position.xid],
        )
        found = cursor.fetchone()
    return found[0] if found else ""


def _same_ledger(folder: Path, start: Manifest, until: Position) -> None:
    if start.position != START and _head(start.position) != start.head:
        raise BadInput(
            f"{folder}: đã xuất đến mục {start.position.id} mà sổ cái này không có (đã phục hồi về trước, hay là cơ sở dữ"
            " liệu khác); hãy xuất vào thư mục mới."
        )
    if until < start.position:
        raise BadInput(
            f"{folder}: số liệu gốc mới tính đến mục {until.id}, bản xuất đã đến mục {start.position.id}; hãy chạy"
            " `motcua facts catch-up`."
        )


class _Assembling:
    """Writes the files of a run from what was laid aside and the files that they take the place of."""

    def __init__(self, folder: Path, before: Manifest, staged: Staged) -> None:
        self._folder = folder
        self._before = before
        self._staged = staged
        self._run = before.run + 1
        self._gone: set[str] = set()
        self._new: list[File] = []
        self._duck = duckdb.connect()
        self._duck.execute("SET TimeZone = 'UTC'")
        self._duck.execute("SET preserve_insertion_order = false")
        self._duck.execute(f"SET temp_directory = {_quoted(folder / _ASIDE)}")

    def all(self) -> Manifest:
        """The manifest as it is to be; the run number is one more only where something was written."""
        with self._duck:
            for table in APPENDED:
                self._append(table)
            for table in REPLACED:
                self._replace(table)
            self._messages()
            for table in WHOLE:
                if table in self._staged.files:
                    self._put(table, None, self._laid(table), self._before.files_of(table))
        kept = [file for file in self._before.files if file.path not in self._gone]
        return replace(self._before, files=(*kept, *self._new), digests=self._staged.digests)

    def _append(self, table: str) -> None:
        for month in self._months(table):
            there = self._before.files_of(table, month)
            merged = there if len(there) >= _MANY else []
            rows = self._laid(table, month)
            self._put(table, month, f"{self._stored(table, merged)} UNION ALL {rows}" if merged else rows, merged)

    def _replace(self, table: str) -> None:
        for month in self._months(TOUCHED):
            touched = f"(SELECT dossier_id FROM {self._file(TOUCHED)} WHERE {MONTH} = {month})"
            there = self._before.files_of(table, month)
            rows = [self._laid(table, month)] if table in self._staged.files else []
            if there:
                stored = self._stored(table, there)
                if not self._any(*rows) and not self._any(f"{stored} WHERE dossier_id IN {touched}"):
                    continue
                rows.append(f"{stored} WHERE dossier_id NOT IN {touched}")
            if rows:
                self._put(table, month, " UNION ALL ".join(rows), there)

    def _messages(self) -> None:
        for month in sorted(self._staged.months):
            there = self._before.files_of(MESSAGES, month)
            if MESSAGES in self._staged.files:
                self._put(MESSAGES, month, self._laid(MESSAGES, month), there)
            else:
                self._gone |= {file.path for file in there}

    def _put(self, table: str, month: int | None, select: str, instead_of: list[File]) -> None:
        self._gone |= {file.path for file in instead_of}
        if not self._any(select):
            return
        name = f"{folder_of(table, self._before.province, month)}/{self._run:08d}.parquet"
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        written = self._duck.execute(
            f"COPY ({select}) TO {_quoted(path)} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
        assert written is not None
        manifests.keep(path)
        manifests.keep(path.parent)
        self._new.append(File(table, month, name, written[0], path.stat().st_size))

    def _months(self, table: str) -> list[int]:
        if table not in self._staged.files:
            return []
        found = self._duck.execute(f"SELECT DISTINCT {MONTH} FROM {self._file(table)} ORDER BY 1").fetchall()
        return [month for (month,) in found]

    def _any(self, *selects: str) -> bool:
        return any(self._duck.execute(f"SELECT EXISTS ({select})").fetchone() == (True,) for select in selects)

    def _file(self, table: str) -> str:
        return f"read_parquet({_quoted(self._staged.files[table])})"

    def _laid(self, table: str, month: int | None = None) -> str:
        select = f"SELECT {', '.join(COLUMNS[table])} FROM {self._file(table)}"
        return select if month is None else f"{select} WHERE {MONTH} = {month}"

    def _stored(self, table: str, files: list[File]) -> str:
        paths = ", ".join(_quoted(self._folder / file.path) for file in files)
        return f"SELECT {', '.join(COLUMNS[table])} FROM read_parquet([{paths}], hive_partitioning = false)"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _published(folder: Path, before: Manifest, after: Manifest, staged: Staged) -> Exported:
    if replace(after, known_at=before.known_at) == before:
        return Exported(0, 0, 0, 0, before)
    after = replace(after, run=before.run + 1)
    manifests.write(folder, after)
    known = {file.path for file in before.files}
    counting = {file.path for file in after.files}
    for path in known - counting:
        (folder / path).unlink(missing_ok=True)
    new = [file for file in after.files if file.path not in known]
    return Exported(staged.entries, len(new), sum(file.rows for file in new), sum(file.bytes for file in new), after)
