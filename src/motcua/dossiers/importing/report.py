"""What became of the lines of a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from motcua.dossiers.importing.checking import NoteKind


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
