"""Loading a file of another system's dossiers: a chunk a transaction, so that one cut off goes on by being started again."""

from __future__ import annotations

import contextlib
import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from django.db import connection, transaction

from motcua.dossiers import ledger
from motcua.dossiers.importing.checking import Note, NoteKind, go_on, last_moment, notes_of, refusal, shown
from motcua.dossiers.importing.columns import Told
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.places import Places
from motcua.dossiers.importing.reading import DossierFile, Line
from motcua.dossiers.importing.record import OF_OTHERS, Record, Setting, Stored, advance, record, stored_of
from motcua.dossiers.importing.writing import Coming, Going, write_advances, write_new
from motcua.law.clock import Due
from motcua.law.moments import local_day, to_minutes

CHUNK: Final = 5_000
"""Lines of one transaction."""

# One import at a time: two would find the same code missing and both write it.
_LOCK: Final = 0x696D7064  # "impd"

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class DossierImport:
    """What became of the lines: `read` is the sum of the next four; `noted` counts those among the loaded ones with a note."""

    read: int = 0
    new: int = 0
    advanced: int = 0
    unchanged: int = 0
    refused: int = 0
    noted: int = 0
    notes: Counter[NoteKind] = field(default_factory=Counter)
    ignored_columns: list[str] = field(default_factory=list)
    refused_file: Path | None = None
    notes_file: Path | None = None

    def as_json(self) -> dict[str, object]:
        counts = {name: getattr(self, name) for name in ("read", "new", "advanced", "unchanged", "refused", "noted")}
        return counts | {
            "notes": {kind.value: self.notes[kind] for kind in NoteKind},
            "ignored_columns": self.ignored_columns,
            "refused_file": str(self.refused_file) if self.refused_file else None,
            "notes_file": str(self.notes_file) if self.notes_file else None,
        }


def import_dossiers(
    path: Path, *, mapping: FileMapping, at: datetime, progress: Progress | None = None, chunk: int = CHUNK
) -> DossierImport:
    """Load a file of dossiers; `at` is when this is recorded. Loading it again changes nothing.

    Lines that contradict themselves are left out and written to `FILE.refused.csv`, notes to `FILE.notes.csv`. Raises
    BadInput, and has changed nothing then, where the header or the encoding cannot be read.
    """
    file = DossierFile(path, mapping.readers, mapping.names)
    report = DossierImport(ignored_columns=file.ignored)
    with (
        _aside(_beside(path, "refused"), [*file.header, "line", "reason"]) as refusals,
        _aside(_beside(path, "notes"), ["line", "code", "note", "text"]) as notes,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        ahead = _Ahead(iter(file), chunk, pool)
        run = _Run(at, report, refusals, notes, meanwhile=ahead.begin)
        while part := ahead.take():
            run.load(part)
            if progress is not None:
                # The header is a line too; a quoted line end makes a row of several.
                progress(min(part[-1].number, file.lines), file.lines)
        report.refused_file, report.notes_file = refusals.path, notes.path
    return report


class _Ahead:
    """Lines in chunks. Once begun the next chunk is read beside, in time that the program would spend waiting."""

    def __init__(self, lines: Iterator[Line], chunk: int, pool: ThreadPoolExecutor) -> None:
        self._lines = lines
        self._chunk = chunk
        self._pool = pool
        self._begun: Future[list[Line]] | None = None

    def begin(self) -> None:
        self._begun = self._pool.submit(self._read)

    def take(self) -> list[Line]:
        begun, self._begun = self._begun, None
        return begun.result() if begun else self._read()

    def _read(self) -> list[Line]:
        return list(islice(self._lines, self._chunk))


def _beside(path: Path, what: str) -> Path:
    name = path.name.removesuffix(".gz").removesuffix(".csv")
    return path.with_name(f"{name}.{what}.csv")


class _Aside:
    """A CSV file that is there only when something is written to it, and whole."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._target = path
        self._header = header
        self._part = path.with_name(f"{path.name}.part")
        self._file: IO[str] | None = None
        self._rows: Any = None

    @property
    def path(self) -> Path | None:
        return self._target if self._file else None

    def add(self, row: Sequence[object]) -> None:
        if self._file is None:
            self._file = open(self._part, "w", encoding="utf-8", newline="")  # noqa: SIM115
            self._rows = csv.writer(self._file, lineterminator="\n")
            self._rows.writerow(self._header)
        self._rows.writerow(row)

    def finish(self) -> None:
        """What an earlier loading of the same file left is no longer true."""
        if self._file is None:
            self._target.unlink(missing_ok=True)
            return
        self._file.close()
        os.replace(self._part, self._target)

    def abandon(self) -> None:
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)


@contextlib.contextmanager
def _aside(path: Path, header: Sequence[str]) -> Iterator[_Aside]:
    aside = _Aside(path, header)
    try:
        yield aside
    except BaseException:
        aside.abandon()
        raise
    aside.finish()


@dataclass(frozen=True, slots=True)
class _Known:
    """A stored dossier under the code of a line; `stored` None = one of our own, which no file may touch."""

    stored: Stored | None


class _Run:
    def __init__(
        self, at: datetime, report: DossierImport, refusals: _Aside, notes: _Aside, *, meanwhile: Callable[[], None]
    ) -> None:
        self.at = at
        self.recorded = ledger.moment_text(at)
        self.report = report
        self.refusals = refusals
        self.notes = notes
        self.meanwhile = meanwhile
        self.places = Places(local_day(at))
        # What was loaded under each code, to tell a line repeated from one that contradicts it.
        self.seen: dict[str, int] = {}

    def load(self, lines: Sequence[Line]) -> None:
        """One chunk, in one transaction; counts and side files are told after it stands."""
        outcome = _Outcome()
        taken = self._take(lines, outcome)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                known = _known(cursor, [line.told["code"] for line in taken])
            self.places.prepare(line.told for line in taken)
            self.places.know_ids([one.stored.columns for one in known.values() if one.stored])
            self._write(taken, known, outcome)
        self._tell(lines, outcome)

    def _take(self, lines: Sequence[Line], outcome: _Outcome) -> list[Line]:
        """Those lines that are to be written; the rest is refused or says again what was said."""
        taken = []
        for line in lines:
            if line.reason:
                outcome.refused.append((line, line.reason))
                continue
            code, content = line.told["code"], hash(tuple(line.fields))
            before = self.seen.get(code)
            if before == content:
                outcome.unchanged += 1
            elif before is not None:
                outcome.refused.append((line, f"mã {code} đã có ở một dòng trước trong tệp với nội dung khác"))
            elif reason := refusal(line.told):
                outcome.refused.append((line, reason))
            else:
                self.seen[code] = content
                taken.append(line)
        return taken

    def _write(self, taken: Sequence[Line], known: dict[str, _Known], outcome: _Outcome) -> None:
        coming: list[Coming] = []
        going: list[Going] = []
        for line in taken:
            told = line.told
            one = known.get(told["code"])
            if one is None:
                setting, due, notes = self._judged(told)
                coming.append(Coming(_record(told, setting, due), self._occurred(told)))
                outcome.new += 1
                outcome.note(line, notes)
            elif one.stored is None:
                outcome.refused.append((line, f"mã {told['code']} là của một hồ sơ làm trên hệ thống này"))
            else:
                self._go_on(line, one.stored, going, outcome)
        write_new(coming, recorded_at=self.at, meanwhile=self.meanwhile)
        write_advances(going, recorded_at=self.at)

    def _go_on(self, line: Line, stored: Stored, going: list[Going], outcome: _Outcome) -> None:
        told = {name: value for name, value in line.told.items() if name not in OF_OTHERS}
        merged, kept = go_on(stored.told(self.places.codes), told)
        if reason := refusal(merged):
            outcome.refused.append((line, f"cùng với những gì đã nạp trước đây: {reason}"))
            return
        if merged.get("procedure", "") != told.get("procedure", "") or merged.get("agency", "") != told.get(
            "agency", ""
        ):
            self.places.prepare([merged])
        setting, due, notes = self._judged(merged)
        if kept:
            notes.append(Note(NoteKind.KEPT, f"khác với lần nạp trước và không được ghi đè: {', '.join(kept)}"))
        after = _record(merged, setting, due)
        change = advance(stored, after)
        if change or after.state.value != stored.state:
            going.append(Going(stored, change, after.state, self._occurred(merged)))
            outcome.advanced += 1
        else:
            outcome.unchanged += 1
        outcome.note(line, notes)

    def _judged(self, told: Told) -> tuple[Setting, Due | None, list[Note]]:
        setting = self.places.setting_of(told)
        due = self.places.due_of(told, setting)
        notes = list(notes_of(told))
        if due is not None and "due_at" in told and not due.paused:
            given = datetime.fromisoformat(told["due_at"])
            minutes = to_minutes(given) - to_minutes(due.at)
            if minutes:
                text = f"hạn trong tệp {shown(told['due_at'])}, tính ở đây {due.at:%d/%m/%Y %H:%M}, chênh {minutes:+d} phút"
                notes.append(Note(NoteKind.DUE_DIFFERS, text))
        return setting, due, notes

    def _occurred(self, told: Told) -> datetime:
        return datetime.fromisoformat(last_moment(told, self.recorded))

    def _tell(self, lines: Sequence[Line], outcome: _Outcome) -> None:
        report = self.report
        report.read += len(lines)
        report.new += outcome.new
        report.advanced += outcome.advanced
        report.unchanged += outcome.unchanged
        report.refused += len(outcome.refused)
        for line, reason in sorted(outcome.refused, key=lambda one: one[0].number):
            self.refusals.add([*line.fields, line.number, reason])
        for line, notes in outcome.noted:
            report.noted += 1
            for note in notes:
                report.notes[note.kind] += 1
                self.notes.add([line.number, line.told["code"], note.kind.value, note.text])


@dataclass(slots=True)
class _Outcome:
    """Of one chunk, until its transaction stands."""

    new: int = 0
    advanced: int = 0
    unchanged: int = 0
    refused: list[tuple[Line, str]] = field(default_factory=list)
    noted: list[tuple[Line, list[Note]]] = field(default_factory=list)

    def note(self, line: Line, notes: list[Note]) -> None:
        if notes:
            self.noted.append((line, notes))


def _record(told: Told, setting: Setting, due: Due | None) -> Record:
    return record(told, setting, ledger.moment_text(due.at) if due else None)


_KNOWN: Final = """
SELECT d.code, d.id, d.seq, d.head, d.imported,
       ARRAY(SELECT e.text FROM dossiers_ledgerentry e WHERE e.dossier_id = d.id AND d.imported ORDER BY e.seq)
FROM dossiers_dossier d WHERE d.code = ANY(%s) FOR UPDATE OF d
"""


def _known(cursor: Any, codes: list[str]) -> dict[str, _Known]:
    """The stored dossiers under these codes, locked until the transaction ends."""
    cursor.execute(_KNOWN, [codes])
    return {
        code: _Known(stored_of(id_, seq, bytes(head), texts) if imported else None)
        for code, id_, seq, head, imported, texts in cursor.fetchall()
    }
