"""What is mined: the traces of dossiers, read from the ledger or from a file of another system. Frozen values, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from motcua.law.calendars import Calendar
from motcua.law.worktime import national_calendar


class Stage(StrEnum):
    """How far the process of a trace is: not begun, running, at its end, or broken off by withdrawal or stop."""

    BEFORE = "before"
    RUNNING = "running"
    ENDED = "ended"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done; `at` is when it was done, `begun` when it came to stand there, `taken` when somebody took it up.

    `node` is the place of the process that it finished ("" = outside the process), `outcome` the way by which it left.
    `agency` and `office` say where, `who` by whom: the key of an officer, never a name. `undone`: taken back or set aside
    by a rectification later. `seq` is the order of recording, which may differ from the order in time.
    """

    activity: str
    at: datetime
    begun: datetime | None = None
    taken: datetime | None = None
    node: str = ""
    outcome: str = ""
    agency: str = ""
    office: str = ""
    who: str = ""
    role: str = ""
    minutes: int = 0
    seq: int = 0
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """One dossier's events in order of time. `process` is the digest of the version it followed, "" = none.

    `left` are the places that were open when the process was broken off; `pauses` when the legal clock stood.
    """

    case: str
    events: tuple[Event, ...]
    dossier_id: int = 0
    agency: str = ""
    process: str = ""
    open: bool = False
    stage: Stage = Stage.ENDED
    left: tuple[str, ...] = ()
    pauses: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(event.activity for event in self.events)


@dataclass(frozen=True)
class Log:
    """Traces with what their codes are called. `calendars` by agency; any other works by `calendar`."""

    title: str
    traces: tuple[Trace, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=national_calendar)
    notes: tuple[str, ...] = ()

    def label(self, activity: str) -> str:
        return self.labels.get(activity, activity)

    def office(self, code: str) -> str:
        return self.offices.get(code, code)

    def calendar_of(self, agency: str) -> Calendar:
        return self.calendars.get(agency, self.calendar)


def told_apart(names: Mapping[str, str], used: Iterable[str]) -> dict[str, str]:
    """Names by code; what bears one name is told apart by its code."""
    found = {code: names.get(code, code) for code in used}
    often = Counter(found.values())
    return {code: f"{name} ({code})" if often[name] > 1 else name for code, name in found.items()}
