"""The work items of a dossier as its ledger tells them: a pure fold over entries, the one rule for both writers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from motcua.dossiers.ledger import moment_text
from motcua.dossiers.ports import EntryEvent
from motcua.law.clock import Pause, PauseKind, due_after_pause, working_minutes_between
from motcua.law.lifecycle import FINISHED, PAUSED, State
from motcua.law.limits import Unit
from motcua.law.moments import parse_moment
from motcua.law.worktime import Calendar
from motcua.processes.definition import StepKind
from motcua.processes.engine import Token

CalendarOf = Callable[[int | None], Calendar]

# How an item ended that nobody finished.
UNDONE = "undone"
TAKEN_BACK = "taken_back"
_OVER = FINISHED | {State.RESOLVED}


class Unfinished(Protocol):
    """What `unfinished` reads of an item, or of its row."""

    name: str
    kind: str
    closed_seq: int | None


@dataclass(slots=True)
class Item:
    """One row of `WorkItem`, by its columns."""

    dossier_id: int
    token: int
    node: str
    flow: str
    kind: str
    name: str
    role: str
    agency_id: int | None
    unit_id: int | None
    officer_id: int | None
    minutes: int
    opened_at: datetime
    opened_seq: int
    due_at: datetime | None
    leaves_by_itself: bool = False
    closed_at: datetime | None = None
    closed_seq: int | None = None
    closed_by_id: int | None = None
    outcome: str = ""
    cut_minutes: int = 0
    cooperating: list[int] = field(default_factory=list)
    following: list[int] = field(default_factory=list)
    asked_by_id: int | None = None

    @property
    def open(self) -> bool:
        return self.closed_seq is None


def item_detail(token: int, item: Item) -> dict[str, Any]:
    """An opened item as it stands in an entry's data."""
    detail = {
        "token": token,
        "node": item.node,
        "flow": item.flow,
        "kind": item.kind,
        "name": item.name,
        "role": item.role,
        "agency": item.agency_id,
        "unit": item.unit_id,
        "officer": item.officer_id,
        "minutes": item.minutes,
        "due": moment_text(item.due_at) if item.due_at else None,
        "by_itself": item.leaves_by_itself,
    }
    return detail | {"cut": item.cut_minutes} if item.cut_minutes else detail


def tokens_of(items: Iterable[Item]) -> tuple[Token, ...]:
    """The marking: what the engine moves."""
    return tuple(Token(item.token, item.node, item.flow) for item in items if item.open)


def unfinished(items: Iterable[Unfinished]) -> list[str]:
    """The names of what is open before the result: while there is any, no result and no negative one is recorded."""
    return [item.name for item in items if item.closed_seq is None and item.kind != StepKind.RESULT]


def apply(items: dict[int, Item], event: EntryEvent, calendar_of: CalendarOf) -> None:
    """Change the items of one dossier, by token, as the entry says."""
    data = event.data
    if event.kind.startswith("process."):
        for closed in data.get("closed", ()):
            _close(items[closed["token"]], event, closed.get("outcome", ""))
        for opened in data.get("opened", ()):
            items[opened["token"]] = _opened(opened, event)
        for placed in data.get("placed", ()):
            item = items[placed["token"]]
            item.officer_id, item.unit_id = placed["officer"], placed["unit"]
            item.cooperating = placed.get("cooperating", item.cooperating)
            item.following = placed.get("following", item.following)
    elif event.kind == "dossier.rectified":
        if "back_to" in data:
            _go_back(items, event, int(data["back_to"]))
    elif State(event.to_state) in _OVER:
        for item in items.values():
            if item.open:
                _close(item, event, event.kind.removeprefix("dossier."))
    elif "paused" in data:
        begin, end = (parse_moment(text) for text in data["paused"])
        _shift(items.values(), Pause(PauseKind.LEGAL, begin, end), calendar_of)
    # What opens is placed within the whole; while the clock stands nobody knows yet when the whole ends.
    if event.due_at is not None and event.kind.startswith("dossier.") and State(event.to_state) not in PAUSED:
        _keep_within(items.values(), event.due_at, calendar_of)


def _opened(data: Mapping[str, Any], event: EntryEvent) -> Item:
    return Item(
        event.dossier_id, data["token"], data["node"], data["flow"], data["kind"], data["name"], data["role"], data["agency"],
        data["unit"], data["officer"], data["minutes"], event.occurred_at, event.seq,
        parse_moment(data["due"]) if data["due"] else None, data["by_itself"], cut_minutes=data.get("cut", 0),
        asked_by_id=event.agency_id if data["role"] and data["agency"] is None else None,
    )  # fmt: skip


def _close(item: Item, event: EntryEvent, outcome: str) -> None:
    item.closed_at, item.closed_seq, item.outcome = event.occurred_at, event.seq, outcome
    item.closed_by_id = event.officer_id or None


def _go_back(items: dict[int, Item], event: EntryEvent, back_to: int) -> None:
    for item in items.values():
        if item.opened_seq > back_to:
            if item.open:
                _close(item, event, UNDONE)
        elif item.closed_seq is not None and item.closed_seq > back_to:
            item.closed_at = item.closed_seq = item.closed_by_id = None
            item.outcome = ""


def _shift(items: Iterable[Item], pause: Pause, calendar_of: CalendarOf) -> None:
    """What was left of a step's hours when the clock stopped counts on from the end of the pause."""
    for item in items:
        if item.open and item.due_at is not None:
            item.due_at = due_after_pause(
                item.due_at, pause, calendar_of(item.agency_id), unit=Unit.WORKING_HOUR, not_before=item.opened_at
            )


def _keep_within(items: Iterable[Item], whole_due: datetime, calendar_of: CalendarOf) -> None:
    """No step outlasts the dossier, whose due may count in another unit; what that takes of its minutes is `cut_minutes`.

    As where it opened (`placing`): work that was given when the dossier was already late has its own time.
    """
    for item in items:
        if item.open and item.role and item.due_at is not None and item.opened_at < whole_due < item.due_at:
            lost = min(working_minutes_between(whole_due, item.due_at, calendar_of(item.agency_id)), item.minutes - 1)
            item.minutes, item.cut_minutes, item.due_at = item.minutes - lost, item.cut_minutes + lost, whole_due
