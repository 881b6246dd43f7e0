"""Loading a file of another system's dossiers: a chunk a transaction, so that one cut off goes on by being started again."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final

from motcua.dossiers.importing.aside import aside, beside
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.reading import OWN_COLUMNS, DossierFile
from motcua.dossiers.importing.report import DossierImport
from motcua.dossiers.importing.run import Run

CHUNK: Final = 5_000
"""Lines of one transaction."""

Progress = Callable[[int, int], None]

# The reading of the next lines must let go of the interpreter as soon as the server takes more, or it stands idle.
_SWITCH_SECONDS: Final = 0.0002


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
        aside(beside(path, "refused"), [*file.header, *OWN_COLUMNS]) as refusals,
        aside(beside(path, "notes"), ["line", "code", "note", "text"]) as notes,
        ThreadPoolExecutor(max_workers=1) as pool,
        _undisturbed(),
    ):
        run = Run(iter(file), chunk, at, report, refusals, notes, pool)
        while line := run.load():
            if progress is not None:
                # A quoted line end makes a row of several lines, of which the first is told.
                progress(min(line, file.lines), file.lines)
        report.refused_file, report.notes_file = refusals.path, notes.path
    return report


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """What a line becomes holds no circles, so that looking for them among all objects again and again finds nothing."""
    before, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        if collecting:
            gc.enable()
