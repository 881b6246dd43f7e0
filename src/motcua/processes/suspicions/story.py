"""A dossier's ledger as the signs read it: pure values, made from rows or from a life in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from motcua.law.clock import working_minutes_between
from motcua.law.lifecycle import State
from motcua.law.moments import DAY_MINUTES, to_minutes
from motcua.law.tables import FIRST_DAY
from motcua.law.worktime import Calendar


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry; `giver` is the kind of the actor, `officer_id` 0 where it was no officer. `data` holds `set`."""

    seq: int
    kind: str
    to_state: State
    occurred_at: datetime
    recorded_at: datetime
    giver: str
    officer_id: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Story:
    """One dossier that was accepted; `entries` in order, `calendar` is the agency's counting one."""

    dossier_id: int
    code: str
    agency_id: int
    procedure_id: int
    same_day: bool
    calendar: Calendar
    entries: tuple[Entry, ...]

    @cached_property
    def standing(self) -> tuple[Entry, ...]:
        """Entries that no rectification has taken back; rectifications themselves are left out."""
        kept: list[Entry] = []
        for entry in self.entries:
            if "back_to" in entry.data:
                kept = [earlier for earlier in kept if earlier.seq <= int(entry.data["back_to"])]
            elif entry.kind != "dossier.rectified":
                kept.append(entry)
        return tuple(kept)

    @cached_property
    def _dues(self) -> tuple[tuple[int, datetime | None], ...]:
        return tuple(
            (entry.seq, moment(entry.data["set"]["due_at"])) for entry in self.entries if "due_at" in entry.data["set"]
        )

    def due_before(self, seq: int) -> datetime | None:
        """The due that counted when the entry `seq` was made."""
        found = None
        for at, due in self._dues:
            if at >= seq:
                break
            found = due
        return found

    def worked(self, first: datetime, last: datetime) -> int:
        """Working minutes between, signed."""
        return working_minutes_between(first, last, self.calendar)


@dataclass(frozen=True, slots=True)
class Ref:
    """An entry that a finding rests on; `what` says in words what it shows."""

    dossier_id: int
    code: str
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a sign saw. `mark` tells one occasion from another on the same subject; `facts` are (label, words)."""

    subject: str
    mark: str
    agency_id: int
    occurred_at: datetime
    summary: str
    facts: tuple[tuple[str, str], ...]
    refs: tuple[Ref, ...]
    dossier_id: int | None = None
    officer_id: int | None = None
    procedure_id: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Something that an officer ended with a click: by its moment of recording, which is when he clicked."""

    officer_id: int
    agency_id: int
    procedure_id: int
    dossier_id: int
    code: str
    seq: int
    kind: str
    role: str
    recorded_at: datetime
    waited: int
    same_day: bool
    calendar: Calendar


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def is_odd(at: datetime, calendar: Calendar, margin: int) -> bool:
    """Whether a moment lies more than `margin` minutes away from every working session of its day."""
    day, time = divmod(to_minutes(at), DAY_MINUTES)
    sessions = calendar.tables.day_pattern[day - FIRST_DAY].sessions
    return not any(opening - margin <= time <= close + margin for opening, close in sessions)
