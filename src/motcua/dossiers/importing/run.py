"""One loading, chunk by chunk: which lines are new, which go on, which are left out; each chunk one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction

from motcua.dossiers import ledger
from motcua.dossiers.importing.aside import Aside
from motcua.dossiers.importing.checking import Note, NoteKind, go_on, refusal
from motcua.dossiers.importing.judging import judge
from motcua.dossiers.importing.places import Places
from motcua.dossiers.importing.reading import Line
from motcua.dossiers.importing.record import OF_OTHERS, Stored, advance, stored_of
from motcua.dossiers.importing.report import DossierImport
from motcua.dossiers.importing.writing import Coming, Going, first_text, write_advances, write_new
from motcua.law.moments import local_day

# One import at a time: two would find the same code missing and both write it.
_LOCK: Final = 0x696D7064  # "impd"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with why it is refused, or with what it becomes where all that it names is known already."""

    line: Line
    reason: str
    coming: Coming | None


@dataclass(frozen=True, slots=True)
class _Known:
    """A stored dossier under the code of a line; `stored` None = one of our own, which no file may touch."""

    stored: Stored | None


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


class Run:
    """`load` takes chunk after chunk and returns the number of the last line, 0 at the end.

    The next lines are read and judged beside, from the moment on when the program would only wait for the server. Until
    the next `load` nothing else touches `places`.
    """

    def __init__(
        self, lines: Iterator[Line], chunk: int, at: datetime, report: DossierImport, refusals: Aside, notes: Aside,
        pool: ThreadPoolExecutor,
    ) -> None:  # fmt: skip
        self.lines = lines
        self.chunk = chunk
        self.at = at
        self.recorded = ledger.moment_text(at)
        self.report = report
        self.refusals = refusals
        self.notes = notes
        self.pool = pool
        self.places = Places(local_day(at))
        # What was loaded under each code, to tell a line repeated from one that contradicts it.
        self.seen: dict[str, int] = {}
        self.ahead: Future[list[_Row]] | None = None

    def load(self) -> int:
        """One chunk in one transaction; counts and side files are told after it stands."""
        ahead, self.ahead = self.ahead, None
        rows = ahead.result() if ahead else self._read()
        if not rows:
            return 0
        outcome = _Outcome()
        taken = self._take(rows, outcome)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                known = _known(cursor, [row.line.told["code"] for row in taken])
            self.places.prepare(row.line.told for row in taken)
            self.places.know_ids([one.stored.columns for one in known.values() if one.stored])
            self._write(taken, known, outcome)
        self._tell(len(rows), outcome)
        return rows[-1].line.number

    def _read(self) -> list[_Row]:
        return [self._row(line) for line in islice(self.lines, self.chunk)]

    def _row(self, line: Line) -> _Row:
        reason = line.reason or refusal(line.told)
        return _Row(line, reason, None if reason or not self.places.know(line.told) else self._coming(line))

    def _coming(self, line: Line) -> Coming:
        judged = judge(line.told, self.places, self.recorded)
        return Coming(judged, first_text(judged, self.at))

    def _read_ahead(self) -> None:
        self.ahead = self.pool.submit(self._read)

    def _take(self, rows: Sequence[_Row], outcome: _Outcome) -> list[_Row]:
        """Those that are to be written; the rest is refused or says again what was said."""
        taken = []
        for row in rows:
            line = row.line
            if row.reason:
                outcome.refused.append((line, row.reason))
                continue
            code, content = line.told["code"], hash(tuple(line.fields))
            before = self.seen.get(code)
            if before is None:
                self.seen[code] = content
                taken.append(row)
            elif before == content:
                outcome.unchanged += 1
            else:
                outcome.refused.append((line, f"mã {code} đã có ở một dòng trước trong tệp với nội dung khác"))
        return taken

    def _write(self, taken: Sequence[_Row], known: dict[str, _Known], outcome: _Outcome) -> None:
        coming: list[Coming] = []
        going: list[Going] = []
        for row in taken:
            line = row.line
            one = known.get(line.told["code"])
            if one is None:
                new = row.coming or self._coming(line)
                coming.append(new)
                outcome.new += 1
                outcome.note(line, new.judged.notes)
            elif one.stored is None:
                outcome.refused.append((line, f"mã {line.told['code']} là của một hồ sơ làm trên hệ thống này"))
            else:
                self._go_on(line, one.stored, going, outcome)
        write_new(coming, recorded_at=self.at, meanwhile=self._read_ahead)
        write_advances(going, recorded_at=self.at)

    def _go_on(self, line: Line, stored: Stored, going: list[Going], outcome: _Outcome) -> None:
        told = {name: value for name, value in line.told.items() if name not in OF_OTHERS}
        merged, kept = go_on(stored.told(self.places.codes), told)
        if reason := refusal(merged):
            outcome.refused.append((line, f"cùng với những gì đã nạp trước đây: {reason}"))
            return
        if not self.places.know(merged):
            self.places.prepare([merged])
        judged = judge(merged, self.places, self.recorded)
        if kept:
            text = f"khác với lần nạp trước và không được ghi đè: {', '.join(kept)}"
            judged.notes.append(Note(NoteKind.KEPT, text))
        after = judged.record
        change = advance(stored, after)
        if change or after.state.value != stored.state:
            going.append(Going(stored, change, after.state, judged.occurred_at))
            outcome.advanced += 1
        else:
            outcome.unchanged += 1
        outcome.note(line, judged.notes)

    def _tell(self, read: int, outcome: _Outcome) -> None:
        report = self.report
        report.read += read
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
