"""From the ledger entries of a dossier to its trace: steps of the internal process, the ledger's own kinds around them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from motcua.law.lifecycle import (
    COMMAND_TEXT,
    FINISHED,
    IMPORT_ADVANCED,
    IMPORTED,
    MOVES,
    PROCESS_EVENT_TEXT,
    Command,
    ProcessEvent,
    State,
)
from motcua.law.moments import parse_moment
from motcua.processes.definition import NodeKind, StepKind
from motcua.processes.items import TAKEN_BACK
from motcua.statistics.mining.log import Event, Stage, Trace

STEP_TAKEN_BACK = f"process.{ProcessEvent.TAKEN_BACK}"
KINDS = {move.kind: COMMAND_TEXT[move.command] for move in MOVES if move.command is not Command.WORK} | {
    STEP_TAKEN_BACK: PROCESS_EVENT_TEXT[ProcessEvent.TAKEN_BACK]
}
"""The ledger's kinds that are activities, with their words. What only notes something is not on a dossier's way."""
_ACCEPTED = "dossier.accepted"
_TAKEN = frozenset({f"process.{ProcessEvent.CLAIMED}", f"process.{ProcessEvent.ACKNOWLEDGED}"})
# A body without an account, asked by document and one-time link.
OUTSIDE = "outside"
_ENDED = frozenset({State.RESOLVED, State.HANDED_OVER, State.RETURNED})


class Told(NamedTuple):
    """A ledger entry as it is mined; `data` only of those kinds that say more than their name."""

    seq: int
    kind: str
    to_state: str
    at: datetime
    officer: int | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Places:
    """Codes behind the ids: an agency's and a unit's, and of an officer the agency and the office where he sits."""

    agencies: Mapping[int, str]
    units: Mapping[int, str]
    officers: Mapping[int, tuple[str, str]]


@dataclass(slots=True)
class _Standing:
    """A token where it stands: `seq` is the entry that opened it."""

    node: str
    name: str
    kind: str
    role: str
    agency: str
    unit: str
    minutes: int
    opened_at: datetime
    seq: int
    taken: datetime | None = None


def tell(
    case: str, entries: Iterable[Told], places: Places, *, dossier_id: int = 0, agency: str = ""
) -> tuple[Trace, dict[str, str]]:
    """The trace of one dossier, entries given in order of `seq`, and what its steps are called."""
    telling = _Telling(places, agency)
    for entry in entries:
        telling.add(entry)
    return telling.trace(case, dossier_id), telling.labels


def is_imported(entries: Iterable[Told]) -> bool:
    """Whether another system had the dossier: only that it was told is known, not the way it went there."""
    return any(entry.kind in (IMPORTED, IMPORT_ADVANCED) for entry in entries)


class _Telling:
    def __init__(self, places: Places, agency: str) -> None:
        self.places, self.agency = places, agency
        self.standing: dict[int, _Standing] = {}
        self.closed: list[tuple[int, int, _Standing]] = []
        self.events: list[Event] = []
        self.labels: dict[str, str] = {}
        self.pauses: list[tuple[datetime, datetime]] = []
        self.process = ""
        self.state = State.DRAFT
        self.left: tuple[str, ...] = ()

    def add(self, entry: Told) -> None:
        self.state = State(entry.to_state)
        self.process = entry.data.get("set", {}).get("process") or self.process
        if "paused" in entry.data:
            begin, end = entry.data["paused"]
            self.pauses.append((parse_moment(begin), parse_moment(end)))
        if entry.kind.startswith("process."):
            self._process(entry)
        else:
            self._dossier(entry)

    def trace(self, case: str, dossier_id: int) -> Trace:
        stage = Stage.RUNNING
        if not self.process and not any(event.activity == _ACCEPTED for event in self.events):
            stage = Stage.BEFORE
        elif self.state in _ENDED:
            stage = Stage.ENDED
        elif self.state in FINISHED:
            stage = Stage.CUT
        events = tuple(sorted(self.events, key=lambda event: (event.at, event.seq)))
        return Trace(
            case, events, dossier_id, self.agency, self.process, self.state not in FINISHED, stage,
            self.left if stage is Stage.CUT else (), tuple(self.pauses),
        )  # fmt: skip

    def _process(self, entry: Told) -> None:
        data = entry.data
        if entry.kind == STEP_TAKEN_BACK:
            self._take_back(entry)
        for closed in data.get("closed", ()):
            token = self.standing.pop(closed["token"], None)
            if token is None:
                continue
            self.closed.append((entry.seq, closed["token"], token))
            if token.kind != NodeKind.JOIN and closed.get("outcome") != TAKEN_BACK:
                self._step(entry, token, closed.get("outcome", ""))
        for opened in data.get("opened", ()):
            self._open(entry, opened)
        if entry.kind in _TAKEN and (token := self.standing.get(data.get("token", 0))) and token.taken is None:
            token.taken = entry.at

    def _open(self, entry: Told, opened: Mapping[str, Any]) -> None:
        self.standing[opened["token"]] = _Standing(
            opened["node"], opened["name"], opened["kind"], opened["role"],
            self.places.agencies.get(opened["agency"] or 0, ""), self.places.units.get(opened["unit"] or 0, ""),
            opened["minutes"], entry.at, entry.seq,
        )  # fmt: skip

    def _take_back(self, entry: Told) -> None:
        """The step whose following ones go away again: that one was not done after all."""
        gone = {
            self.standing[one["token"]].seq for one in entry.data.get("closed", ()) if one["token"] in self.standing
        }
        self.events = [replace(event, undone=True) if event.seq in gone else event for event in self.events]
        self._kind(entry)

    def _dossier(self, entry: Told) -> None:
        if "back_to" in entry.data:
            self._go_back(entry)
        if self.state in _ENDED or self.state in FINISHED:
            self._end(entry)
        elif entry.kind in KINDS:
            self._kind(entry)

    def _end(self, entry: Told) -> None:
        """The result, a negative one or an end closes whatever stands; the step that waits for the result is done by it."""
        last = next((one for one in self.standing.values() if one.kind == StepKind.RESULT), None)
        if self.standing:
            self.left = tuple(one.node for one in self.standing.values() if one.kind != NodeKind.JOIN)
        self.closed += [(entry.seq, token, one) for token, one in self.standing.items()]
        self.standing.clear()
        if last is not None and self.state is State.RESOLVED:
            self._step(entry, last, self.state.value)
        elif last is not None and self.state is State.RETURNED:
            self._kind(entry, begun=last.opened_at, taken=last.taken, node=last.node, outcome=self.state.value)
        elif entry.kind in KINDS:
            self._kind(entry)

    def _go_back(self, entry: Told) -> None:
        """A rectification: what came after an entry is set aside, what was open then is open again."""
        back_to = int(entry.data["back_to"])
        self.events = [replace(event, undone=True) if event.seq > back_to else event for event in self.events]
        self.standing = {token: one for token, one in self.standing.items() if one.seq <= back_to}
        for seq, token, one in self.closed:
            if seq > back_to and one.seq <= back_to:
                self.standing[token] = replace(one, opened_at=entry.at, taken=None)
        self.closed = [row for row in self.closed if row[0] <= back_to]
        self.left = ()

    def _step(self, entry: Told, token: _Standing, outcome: str) -> None:
        self.labels[token.node] = token.name
        agency, office = self._where(entry)
        if token.kind == StepKind.CONSULTATION and not token.agency:
            office = OUTSIDE
        elif token.agency != agency or token.unit:
            office = token.unit or token.agency
        self.events.append(
            Event(
                token.node, entry.at, token.opened_at, token.taken, token.node, outcome, token.agency or agency, office,
                _key(entry.officer), token.role, token.minutes, entry.seq,
            )
        )  # fmt: skip

    def _kind(self, entry: Told, **given: Any) -> None:
        self.labels[entry.kind] = KINDS[entry.kind]
        agency, office = self._where(entry)
        self.events.append(
            Event(entry.kind, entry.at, agency=agency, office=office, who=_key(entry.officer), seq=entry.seq, **given)
        )

    def _where(self, entry: Told) -> tuple[str, str]:
        """Where the officer sits; what the applicant or the system does happens at no office, by the dossier's calendar."""
        if entry.officer is None:
            return self.agency, ""
        return self.places.officers.get(entry.officer, (self.agency, ""))


def _key(officer: int | None) -> str:
    return "" if officer is None else str(officer)
