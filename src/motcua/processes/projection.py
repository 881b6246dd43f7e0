"""Keeps the rows of `WorkItem` equal to what the ledger says, in the transaction of the entries; set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from motcua.dossiers.ports import EntryEvent, PastEvent
from motcua.dossiers.writer import calendar_of as calendar_of_text
from motcua.law.worktime import Calendar
from motcua.platform.copying import copy_rows
from motcua.platform.database import prepared_cursor
from motcua.platform.jobs import Job
from motcua.processes.items import Item, apply

COLUMNS = tuple(spec.name for spec in fields(Item))
_CHANGING = (
    "unit_id", "officer_id", "minutes", "cut_minutes", "due_at", "closed_at", "closed_seq", "closed_by_id", "outcome",
    "cooperating", "following",
)  # fmt: skip
# Whoever has just been given an item has not looked at it yet.
_UPSERT = f"""
INSERT INTO processes_workitem ({", ".join(COLUMNS)}) VALUES %s
ON CONFLICT (dossier_id, token) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _CHANGING)},
  seen_at = CASE WHEN processes_workitem.officer_id IS DISTINCT FROM EXCLUDED.officer_id THEN NULL
                 ELSE processes_workitem.seen_at END
"""


def project(events: list[EntryEvent]) -> list[Job]:
    """A subscriber: the items of every dossier that the entries concern, one read and one write for all."""
    told = _by_dossier(event for event in events if event.process)
    if not told:
        return []
    stored = read_items(list(told))
    rows = []

    @cache
    def calendars() -> dict[int, Calendar]:
        """Of everybody who has a step in them: hardly an entry asks, then for several."""
        return _calendars_of({item.agency_id for items in stored.values() for item in items.values() if item.agency_id})

    def calendar_of(agency_id: int | None) -> Calendar:
        return calendars().get(agency_id or 0) or calendar_of_text(None)

    for dossier_id, entries in told.items():
        items = stored.get(dossier_id, {})
        before = {token: row_of(item) for token, item in items.items()}
        for event in entries:
            apply(items, event, calendar_of)
        rows += [
            row for token, row in ((token, row_of(item)) for token, item in items.items()) if before.get(token) != row
        ]
    if rows:
        slots = f"({', '.join(['%s'] * len(COLUMNS))})"
        with prepared_cursor() as cursor:
            cursor.execute(
                _UPSERT.replace("%s", ", ".join([slots] * len(rows)), 1), [value for row in rows for value in row]
            )
    return []


def project_past(events: Sequence[PastEvent]) -> None:
    """The twin for lives that are written whole: their items by COPY."""
    known: dict[int | None, Calendar] = {}

    def calendar_of(agency_id: int | None) -> Calendar:
        if agency_id not in known:
            known[agency_id] = calendar_of_agency(agency_id)
        return known[agency_id]

    rows: list[tuple[Any, ...]] = []
    for entries in _by_dossier(past.event for past in events if past.event.process).values():
        items: dict[int, Item] = {}
        for event in sorted(entries, key=lambda event: event.seq):
            apply(items, event, calendar_of)
        rows += [row_of(item) for item in items.values()]
    copy_rows("processes_workitem", COLUMNS, rows)


def _by_dossier(events: Iterable[EntryEvent]) -> dict[int, list[EntryEvent]]:
    told: dict[int, list[EntryEvent]] = defaultdict(list)
    for event in events:
        told[event.dossier_id].append(event)
    return told


def row_of(item: Item) -> tuple[Any, ...]:
    return tuple(getattr(item, name) for name in COLUMNS)


def read_items(dossier_ids: list[int]) -> dict[int, dict[int, Item]]:
    """Every item of the dossiers, open or not, by dossier and token."""
    with prepared_cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(COLUMNS)} FROM processes_workitem WHERE dossier_id = ANY(%s) ORDER BY dossier_id, token",
            [dossier_ids],
        )
        found: dict[int, dict[int, Item]] = defaultdict(dict)
        for row in cursor.fetchall():
            item = Item(*row)
            found[item.dossier_id][item.token] = item
    return found


def calendar_of_agency(agency_id: int | None) -> Calendar:
    """The counting calendar of the agency that does a step; the national one for a body that is not ours."""
    return _calendars_of([agency_id or 0]).get(agency_id or 0) or calendar_of_text(None)


def _calendars_of(agency_ids: Collection[int]) -> dict[int, Calendar]:
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT a.id, c.data::text FROM organizations_agency a"
            " JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id WHERE a.id = ANY(%s)",
            [sorted(agency_ids)],
        )
        return {agency_id: calendar_of_text(data) for agency_id, data in cursor.fetchall()}
