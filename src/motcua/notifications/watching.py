"""Keeps the watched due moments equal to what the ledger says: a reader of the ledger, a moment behind, set-based.

A move of a dossier pays nothing for it. What a late reader might have missed is asked again when a warning is due
(`officer_notices.warn`), so a warning never tells what is no longer true.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from motcua.dossiers.feed import Position, entries_after
from motcua.dossiers.writer import calendar_of
from motcua.law.clock import working_minutes_between
from motcua.law.lifecycle import FINISHED, RUNNING, State
from motcua.law.moments import local_day
from motcua.notifications.models import LedgerPosition, WarningSetting, Watch
from motcua.notifications.warning_settings import SettingsInForce
from motcua.notifications.warnings import due_warnings, start_of
from motcua.platform.database import prepared_cursor
from motcua.processes.apologies import lapse
from motcua.processes.charging import propose_causes

READER = "watching"
RUNNING_STATES = sorted(state.value for state in RUNNING)
_OVER = frozenset(state.value for state in FINISHED | {State.RESOLVED})

_WANTED = """
SELECT d.id, 0, coalesce(d.clock_started_at, d.accepted_at, d.due_at), d.due_at, d.agency_id, d.unit_id, d.officer_id, a.path,
       c.data::text, d.original_due_at, 0
FROM dossiers_dossier d JOIN organizations_agency a ON a.id = d.agency_id
LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
WHERE d.id = ANY(%(ids)s) AND d.state = ANY(%(running)s) AND d.due_at IS NOT NULL AND NOT d.imported
UNION ALL
SELECT d.id, i.token, i.opened_at, i.due_at, a.id, i.unit_id, i.officer_id, a.path, c.data::text,
       NULL, i.minutes
FROM processes_workitem i JOIN dossiers_dossier d ON d.id = i.dossier_id
JOIN organizations_agency a ON a.id = coalesce(i.agency_id, d.agency_id)
LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
WHERE i.dossier_id = ANY(%(ids)s) AND i.closed_at IS NULL AND i.role <> '' AND i.due_at IS NOT NULL
  AND d.state = ANY(%(running)s)
"""

_COLUMNS = ("dossier_id", "token", "started_at", "due_at", "agency_id", "unit_id", "officer_id")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A due moment that runs; the first seven fields are the columns of `Watch`."""

    dossier_id: int
    token: int
    started_at: datetime
    due_at: datetime
    agency_id: int
    unit_id: int | None
    officer_id: int | None
    path: str
    calendar: str | None

    @classmethod
    def of(cls, *row: Any) -> Wanted:
        """From what was read. Pauses lengthen the way to the due, not the allotted time, so the start moves with the due."""
        *columns, first_due, minutes = row
        wanted = cls(*columns)
        calendar = calendar_of(wanted.calendar)
        if first_due is not None:
            minutes = working_minutes_between(wanted.started_at, first_due, calendar)
        return replace(wanted, started_at=start_of(wanted.due_at, minutes, calendar)) if minutes > 0 else wanted

    @property
    def key(self) -> tuple[int, int]:
        return self.dossier_id, self.token

    @property
    def columns(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in _COLUMNS)


def follow_ledger(at: datetime, limit: int = 2000) -> int:
    """The sweep: read on in the ledger and plan anew the dossiers it speaks of; returns how many entries were read.

    Of those that ended late the cause is proposed; drafts of apologies that are no longer needed lapse. One transaction
    for what was read and how far, so a kill in between repeats or loses nothing.
    """
    with transaction.atomic():
        LedgerPosition.objects.bulk_create([LedgerPosition(reader=READER)], ignore_conflicts=True)
        mine = LedgerPosition.objects.select_for_update(skip_locked=True).filter(pk=READER).first()
        if mine is None:
            return 0
        entries = entries_after(Position(mine.xid, mine.entry), limit)
        if not entries:
            return 0
        told = sorted({entry.dossier_id for entry in entries})
        plan(told, at)
        propose_causes(sorted({entry.dossier_id for entry in entries if entry.data["to"] in _OVER}), at=at)
        lapse(told)
        mine.xid, mine.entry = entries[-1].position
        mine.save(update_fields=["xid", "entry"])
    return len(entries)


def plan(dossier_ids: Collection[int], at: datetime, *, again: bool = False) -> None:
    """Make the watched moments of these dossiers what they now are; in the caller's transaction.

    A due that changed, or an owner that changed, is armed anew: the stage that has come is told at once. `again`: the
    settings have changed, so the next moment is found anew, and nothing is told for that alone.
    """
    ids = sorted(dossier_ids)
    wanted = {row.key: row for row in _wanted(ids)}
    held = {
        (row.dossier_id, row.token): row
        for row in Watch.objects.select_for_update().filter(dossier_id__in=ids).order_by("dossier_id", "token")
    }
    Watch.objects.filter(pk__in=[row.pk for key, row in held.items() if key not in wanted]).delete()
    settings = SettingsInForce(local_day(at))
    rows: list[tuple[Any, ...]] = []
    for key, row in wanted.items():
        before = held.get(key)
        armed = before is None or (before.due_at, before.officer_id) != (row.due_at, row.officer_id)
        same = before is not None and all(getattr(before, name) == getattr(row, name) for name in _COLUMNS)
        if same and not again:
            continue
        ladder = due_warnings(
            row.started_at, row.due_at, settings.of(row.path), calendar_of(row.calendar), at, whole=not row.token
        )
        if armed and ladder.now is not None:
            next_at = at
        elif before is not None and not armed and not again:
            next_at = before.next_at
        else:
            next_at = ladder.following.at if ladder.following else None
        rows.append((*row.columns, next_at))
    if rows:
        _write(rows)


def _wanted(ids: list[int]) -> Iterator[Wanted]:
    with prepared_cursor() as cursor:
        cursor.execute(_WANTED, {"ids": ids, "running": RUNNING_STATES})
        for row in cursor.fetchall():
            yield Wanted.of(*row)


_WRITE = f"""
INSERT INTO notifications_watch ({", ".join(_COLUMNS)}, next_at)
SELECT * FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
                     %s::timestamptz[])
ON CONFLICT (dossier_id, token) DO UPDATE
SET {", ".join(f"{name} = EXCLUDED.{name}" for name in (*_COLUMNS[2:], "next_at"))}
"""


def _write(rows: list[tuple[Any, ...]]) -> None:
    with prepared_cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])


def apply_settings(at: datetime, size: int = 5000) -> int:
    """The sweep: settings whose day has come find the next moments of their agencies anew; returns how many were applied."""
    due = WarningSetting.objects.filter(applied_at__isnull=True, valid_from__lte=local_day(at)).select_related("agency")
    applied = 0
    for setting in due.order_by("id"):
        with transaction.atomic():
            if not WarningSetting.objects.select_for_update(skip_locked=True).filter(
                pk=setting.pk, applied_at__isnull=True
            ):
                continue
            last = 0
            while ids := _dossiers_below(setting.agency.path if setting.agency else "/", last, size):
                plan(ids, at, again=True)
                last = ids[-1]
            setting.applied_at = at
            setting.save(update_fields=["applied_at"])
            applied += 1
    return applied


def _dossiers_below(path: str, after: int, size: int) -> list[int]:
    found = Watch.objects.filter(agency__path__startswith=path, dossier_id__gt=after)
    return list(found.order_by("dossier_id").values_list("dossier_id", flat=True).distinct()[:size])
