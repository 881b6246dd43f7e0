"""Which open dossiers would be due at another moment, or be more likely late, if something changed; in constant queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from motcua.dossiers.models import OPEN_STATES
from motcua.dossiers.stops import PastEntry, stops_of
from motcua.dossiers.writer import calendar_of
from motcua.law.clock import Extension, Pause
from motcua.law.lifecycle import State
from motcua.law.moments import from_minutes, to_minutes
from motcua.law.policies import Policy
from motcua.law.worktime import Calendar
from motcua.processes.risk.past import placed
from motcua.processes.risk.present import Supposed, read_present
from motcua.processes.risk.queries import Risk, newest_models, rated
from motcua.processes.what_if.change import AbsentOfficer, BadChange, Change, MovedLimit
from motcua.processes.what_if.columns import Minutes, Open, due_of, unit_code

_LOCAL = "(extract(epoch FROM {0}) / 60)::bigint + 420"
_OPEN = f"""
SELECT d.id, d.agency_id, coalesce(d.calendar_id, 0), d.due_policy = 'end_of_day', {_LOCAL.format("d.clock_started_at")},
       coalesce(d.limit_amount, 0), d.limit_unit, coalesce(d.second_amount, 0), d.second_unit, {_LOCAL.format("d.due_at")},
       d.due_at IS DISTINCT FROM d.original_due_at OR d.paused_at IS NOT NULL OR d.supplement_rounds > 0, d.code, p.code,
       a.name, a.path, d.paused_at IS NOT NULL, p.name
FROM dossiers_dossier d
JOIN organizations_agency a ON a.id = d.agency_id
JOIN catalog_procedure p ON p.id = d.procedure_id
WHERE d.state IN (%(states)s) AND d.due_at IS NOT NULL AND d.clock_started_at IS NOT NULL
  AND (%(scope)s::bigint[] IS NULL OR d.agency_id = ANY(%(scope)s))
  AND (%(procedure)s = '' OR p.code = %(procedure)s) AND a.path LIKE %(path)s || '%%'
  AND (%(officer)s = 0 OR d.id IN (
    SELECT w.dossier_id FROM processes_workitem w WHERE w.officer_id = %(officer)s AND w.closed_at IS NULL AND w.role <> ''))
ORDER BY d.id
""".replace("%(states)s", ", ".join(f"'{state}'" for state in OPEN_STATES))  # the words of the partial index
# What moved the clock, with what takes it back.
_STOPS = """
SELECT e.dossier_id, e.seq, e.kind, e.data->>'to', e.occurred_at, (e.data->'data'->'set')::text, (e.data->'data'->>'back_to')::int
FROM dossiers_ledgerentry e
WHERE e.dossier_id = ANY(%s) AND e.kind IN (
  'dossier.supplement_asked', 'dossier.payment_asked', 'dossier.suspended', 'dossier.supplemented', 'dossier.payment_confirmed',
  'dossier.resumed', 'dossier.extended', 'dossier.promised', 'dossier.rectified')
ORDER BY e.dossier_id, e.seq
"""
_POLICIES = {0: Policy.KEEP_TIME, 1: Policy.END_OF_DAY}


@dataclass(frozen=True, slots=True)
class Changed:
    """A dossier that something changes for. `left`: working minutes to the due from now, before and after.

    Risks are None where no proved model speaks, or the clock stands.
    """

    id: int
    code: str
    procedure: str
    procedure_name: str
    agency: str
    due_before: datetime
    due_after: datetime
    left_before: int
    left_after: int
    risk_before: Risk | None
    risk_after: Risk | None

    @property
    def hours_before(self) -> float:
        return self.left_before / 60

    @property
    def hours_after(self) -> float:
        return self.left_after / 60

    @property
    def late_now(self) -> bool:
        """Past its due only after the change."""
        return self.left_after <= 0 < self.left_before

    @property
    def worse(self) -> bool:
        before, after = self.risk_before, self.risk_after
        return before is not None and (after is None or after.likely > before.likely)


@dataclass(frozen=True, slots=True)
class Answer:
    """`looked_at` open dossiers, of which `changed`; `unexplained`: their due on record is not the one that limit and ledger
    give (imported, corrected), so that nothing can be said of them.
    """

    looked_at: int
    changed: list[Changed]
    unexplained: int
    risk_shown: bool

    @property
    def earlier(self) -> int:
        return sum(one.due_after < one.due_before for one in self.changed)

    @property
    def later(self) -> int:
        return sum(one.due_after > one.due_before for one in self.changed)

    @property
    def riskier(self) -> int:
        return sum(one.worse for one in self.changed)

    @property
    def late_now(self) -> int:
        return sum(one.late_now for one in self.changed)


def what_if(change: Change, *, at: datetime, agency_ids: Collection[int] | None = None) -> Answer:
    """Compares every open dossier within `agency_ids` (None: all) before and after. Raises BadChange for an unknown code."""
    with connection.cursor() as cursor:
        given = {"scope": None if agency_ids is None else list(agency_ids), "procedure": "", "path": "/", "officer": 0}
        given |= _narrowed(cursor, change)
        cursor.execute(_OPEN, given)
        rows = cursor.fetchall()
        opened = _columns(rows)
        calendars = _calendars(cursor, opened.calendar)
        stopped = [row[0] for row in rows if row[10]]
        stops = _stops(cursor, stopped)
    others = dict(calendars)
    if not isinstance(change, MovedLimit):
        others = {id_: change.on(calendar) for id_, calendar in calendars.items()}
    before = due_of(opened, calendars, _POLICIES, stops)
    explained = before == opened.due
    if isinstance(change, AbsentOfficer):
        after, touched = opened.due, np.ones(len(opened), dtype=bool)
    else:
        limit = (change.limit.amount, unit_code(change.limit.unit)) if isinstance(change, MovedLimit) else None
        after = due_of(opened, others, _POLICIES, stops, limit)
        touched = explained & (after != before) & (after >= 0)
    now = np.full(len(opened), to_minutes(at), dtype=np.int64)
    left = placed(opened.due, opened.calendar, calendars) - placed(now, opened.calendar, calendars)
    later = placed(after, opened.calendar, others) - placed(now, opened.calendar, others)
    if isinstance(change, AbsentOfficer):
        touched &= later != left
    which = np.flatnonzero(touched)
    paused = np.array([row[15] for row in rows], dtype=bool)
    risks, shown = _risks(opened, which[~paused[which]], after, others, change, at)
    changed = [
        Changed(
            int(opened.id[row]), rows[row][11] or f"#{rows[row][0]}", rows[row][12], rows[row][16], rows[row][13],
            from_minutes(int(opened.due[row])), from_minutes(int(after[row])), int(left[row]), int(later[row]),
            *risks.get(int(opened.id[row]), (None, None)),
        )
        for row in which.tolist()
    ]  # fmt: skip
    changed.sort(key=lambda one: (one.left_after, one.id))
    unexplained = 0 if isinstance(change, AbsentOfficer) else int((~explained).sum())
    return Answer(len(opened), changed, unexplained, shown)


def _narrowed(cursor: Any, change: Change) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if isinstance(change, AbsentOfficer):
        cursor.execute("SELECT 1 FROM organizations_officer WHERE id = %s", [change.officer_id])
        if cursor.fetchone() is None:
            raise BadChange("Không có cán bộ này.", officer=change.officer_id)
        return {"officer": change.officer_id}
    if isinstance(change, MovedLimit):
        cursor.execute("SELECT 1 FROM catalog_procedure WHERE code = %s", [change.procedure])
        if cursor.fetchone() is None:
            raise BadChange(f"Không có thủ tục nào mang mã “{change.procedure}”.", procedure=change.procedure)
        given["procedure"] = change.procedure
    if change.agency:
        cursor.execute("SELECT path FROM organizations_agency WHERE code = %s", [change.agency])
        row = cursor.fetchone()
        if row is None:
            raise BadChange(f"Không có cơ quan nào mang mã “{change.agency}”.", agency=change.agency)
        given["path"] = row[0]
    return given


def _columns(rows: list[tuple[Any, ...]]) -> Open:
    def column(place: int) -> Minutes:
        return np.array([row[place] for row in rows], dtype=np.int64)

    def units(place: int) -> Minutes:
        return np.array([unit_code(row[place]) if row[place] else 0 for row in rows], dtype=np.int64)

    return Open(
        column(0), column(1), column(2), column(3), column(4), column(5), units(6), column(7), units(8), column(9)
    )  # fmt: skip


def _calendars(cursor: Any, ids: Minutes) -> dict[int, Calendar]:
    cursor.execute(
        "SELECT id, data::text FROM organizations_workcalendar WHERE id = ANY(%s)", [np.unique(ids).tolist()]
    )
    return {0: calendar_of(None)} | {id_: calendar_of(data) for id_, data in cursor.fetchall()}


def _stops(cursor: Any, ids: list[int]) -> dict[int, tuple[list[Pause], list[Extension]]]:
    """Pauses and extensions of the dossiers whose clock was ever moved."""
    if not ids:
        return {}
    cursor.execute(_STOPS, [ids])
    entries: dict[int, list[PastEntry]] = {}
    for dossier, seq, kind, state, occurred_at, set_, back_to in cursor.fetchall():
        entries.setdefault(dossier, []).append(
            PastEntry(seq, kind, State(state), occurred_at, json.loads(set_ or "{}"), back_to)
        )
    return {dossier: stops_of(told) for dossier, told in entries.items()}


def _risks(
    opened: Open, which: Any, after: Minutes, others: Mapping[int, Calendar], change: Change, at: datetime
) -> tuple[dict[int, tuple[Risk | None, Risk | None]], bool]:
    """(before, after) by dossier, and whether any proved model speaks at all."""
    newest = newest_models()
    if not any(shown for _, shown in newest.values()):
        return {}, False
    ids = opened.id[which].tolist()
    supposed = {
        int(opened.id[row]): Supposed(
            None if isinstance(change, AbsentOfficer) else int(after[row]),
            None if isinstance(change, MovedLimit) else others[int(opened.calendar[row])],
        )
        for row in which.tolist()
    }
    before = rated(read_present(ids, at), newest, with_words=False)
    changed = rated(read_present(ids, at, supposed), newest, with_words=False)
    return {id_: (before.get(id_), changed.get(id_)) for id_ in ids}, True
