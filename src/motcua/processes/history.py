"""The steps of one dossier as its ledger tells them up to an entry: what the control slip prints and a page may show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from motcua.dossiers.ports import EntryEvent
from motcua.dossiers.queries import TimelineItem
from motcua.identity.actors import ActorKind
from motcua.law.clock import working_minutes_between
from motcua.law.moments import parse_moment
from motcua.law.worktime import Calendar
from motcua.processes.definition import NodeKind
from motcua.processes.items import Item, apply
from motcua.processes.projection import calendar_of_agency


@dataclass(frozen=True, slots=True)
class Done:
    """One step from its opening to its end, or to now. Officers are ids, 0 = nobody of the organisation.

    `given_by` closed the step before it; `for_whom` are those on whose behalf it was given and finished. `used` are the
    working minutes between, without the time in which the dossier's clock stood; None while it is open.
    """

    item: Item
    given_by: int
    given_for: int
    finished_by: int
    finished_for: int
    used: int | None
    papers: tuple[str, ...]
    note: str


def steps_of(timeline: Sequence[TimelineItem]) -> list[Done]:
    """The steps, in the order in which they opened. `timeline` are the dossier's entries from the first on."""
    items: dict[int, Item] = {}
    by_seq = {entry.seq: entry for entry in timeline}
    pauses: list[tuple[datetime, datetime]] = []
    due_at: datetime | None = None

    @lru_cache
    def calendar_of(agency_id: int | None) -> Calendar:
        return calendar_of_agency(agency_id)

    for entry in timeline:
        if "due_at" in entry.data["set"]:
            text = entry.data["set"]["due_at"]
            due_at = parse_moment(text) if text else None
        apply(items, _event(entry, due_at), calendar_of)
        if "paused" in entry.data:
            begin, end = entry.data["paused"]
            pauses.append((parse_moment(begin), parse_moment(end)))
    return [
        _done(item, by_seq, _used(item, pauses, calendar_of(item.agency_id)))
        for item in sorted(items.values(), key=lambda item: (item.opened_seq, item.token))
        if item.kind not in (NodeKind.TIMER, NodeKind.JOIN)
    ]


def _event(entry: TimelineItem, due_at: datetime | None) -> EntryEvent:
    officer = entry.actor["id"] if entry.actor["kind"] == ActorKind.OFFICER else 0
    return EntryEvent(
        0, 0, 0, entry.seq, entry.kind, entry.to_state.value, entry.occurred_at, entry.recorded_at, False, False, False,
        entry.data, officer, "", due_at,
    )  # fmt: skip


def _used(item: Item, pauses: Sequence[tuple[datetime, datetime]], calendar: Calendar) -> int | None:
    if item.closed_at is None:
        return None
    stood = sum(
        working_minutes_between(max(begin, item.opened_at), min(end, item.closed_at), calendar)
        for begin, end in pauses
        if begin < item.closed_at and end > item.opened_at
    )
    return working_minutes_between(item.opened_at, item.closed_at, calendar) - stood


def _done(item: Item, by_seq: dict[int, TimelineItem], used: int | None) -> Done:
    opened, closed = by_seq[item.opened_seq], by_seq.get(item.closed_seq or 0)
    # An entry may close several branches: what was written belongs to the step that was finished.
    own = closed is not None and closed.data.get("token", item.token) == item.token
    data = closed.data if closed is not None and own else {}
    given_by, given_for = _who(opened)
    finished_by, finished_for = _who(closed) if closed is not None else (0, 0)
    return Done(
        item,
        given_by,
        given_for,
        finished_by,
        finished_for,
        used,
        tuple(data.get("papers", ())),
        str(data.get("note", "")),
    )


def _who(entry: TimelineItem) -> tuple[int, int]:
    if entry.actor["kind"] != ActorKind.OFFICER:
        return 0, 0
    return int(entry.actor["id"]), int(entry.actor.get("for", 0))
