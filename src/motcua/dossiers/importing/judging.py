"""What is told of a dossier, put into its place and judged: what becomes of it when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers import ledger
from motcua.dossiers.importing.checking import Note, NoteKind, last_moment, notes_of, shown
from motcua.dossiers.importing.columns import Told
from motcua.dossiers.importing.places import Places
from motcua.dossiers.importing.record import Record, record
from motcua.law.clock import Due
from motcua.law.moments import to_minutes


@dataclass(frozen=True, slots=True)
class Judged:
    """`occurred_at`: when the last thing that is told happened."""

    record: Record
    occurred_at: datetime
    notes: list[Note]


def judge(told: Told, places: Places, recorded: str) -> Judged:
    """`places` know what is named; `recorded` is the moment of loading in the ledger's text."""
    setting = places.setting_of(told)
    due = places.due_of(told, setting)
    notes = list(notes_of(told))
    if due is not None and (note := _difference(told, due)):
        notes.append(note)
    made = record(told, setting, ledger.moment_text(due.at) if due else None)
    return Judged(made, datetime.fromisoformat(last_moment(told, recorded)), notes)


def _difference(told: Told, due: Due) -> Note | None:
    """Between the given due and ours, in whole minutes; while a pause runs ours is not the last word."""
    if "due_at" not in told or due.paused:
        return None
    minutes = to_minutes(datetime.fromisoformat(told["due_at"])) - to_minutes(due.at)
    if not minutes:
        return None
    text = f"hạn trong tệp {shown(told['due_at'])}, tính ở đây {due.at:%d/%m/%Y %H:%M}, chênh {minutes:+d} phút"
    return Note(NoteKind.DUE_DIFFERS, text)
