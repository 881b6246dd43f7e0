"""The same rows for dossiers that are open now; constant queries whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection

from motcua.dossiers.models import OPEN_STATES
from motcua.law.moments import DAY_MINUTES, local_day, to_minutes
from motcua.law.worktime import Calendar
from motcua.processes.risk.learn import Numbers
from motcua.processes.risk.past import FAR, calendars, placed
from motcua.processes.risk.rows import Ids, Rows

_LOCAL = "(extract(epoch FROM {0}) / 60)::bigint + 420"
# The oldest open step of each dossier whose clock runs and whose due has not passed.
_OPEN = f"""
SELECT d.id, d.agency_id, d.procedure_id, coalesce(('x' || left(md5(d.process || ' ' || w.node), 13))::bit(52)::bigint, 0),
       coalesce(w.officer_id, 0), {_LOCAL.format("d.due_at")}, {_LOCAL.format("w.opened_at")}, w.minutes,
       coalesce({_LOCAL.format("w.due_at")}, 0), coalesce(w.agency_id, 0), d.supplement_rounds, w.visits,
       (d.channel IN ('online', 'vneid', 'kiosk'))::int, coalesce(a.effective_calendar_id, 0)
FROM dossiers_dossier d
JOIN organizations_agency a ON a.id = d.agency_id
CROSS JOIN LATERAL (
  SELECT i.*, (SELECT count(*) FROM processes_workitem e WHERE e.dossier_id = i.dossier_id AND e.node = i.node AND e.token < i.token)
         AS visits
  FROM processes_workitem i WHERE i.dossier_id = d.id AND i.closed_at IS NULL AND i.role <> '' ORDER BY i.token LIMIT 1
) w
WHERE d.id = ANY(%(ids)s) AND d.process <> '' AND d.state = ANY(%(open)s) AND d.paused_at IS NULL AND d.due_at IS NOT NULL
ORDER BY d.id
"""
_LOADS = """
SELECT w.officer_id, count(*) FROM processes_workitem w
WHERE w.officer_id = ANY(%(officers)s) AND w.closed_at IS NULL AND w.role <> '' GROUP BY 1
UNION ALL
SELECT -w.agency_id, count(*) FROM processes_workitem w
WHERE w.agency_id = ANY(%(steps)s) AND w.officer_id IS NULL AND w.closed_at IS NULL AND w.role <> '' GROUP BY 1
UNION ALL
SELECT -1000000000 - d.agency_id, count(*) FROM dossiers_dossier d
WHERE d.agency_id = ANY(%(agencies)s) AND d.state IN (%(states)s) GROUP BY 1
""".replace("%(states)s", ", ".join(f"'{state}'" for state in OPEN_STATES))  # the words of the partial index
_AGENCY_MARK = -1_000_000_000


@dataclass(frozen=True, slots=True)
class Supposed:
    """A dossier as it would be: another due (local minute), or other working time until it; None = as it is."""

    due: int | None = None
    calendar: Calendar | None = None


def read_present(ids: Iterable[int], at: datetime, supposed: Mapping[int, Supposed] | None = None) -> Rows:
    """Rows of those among the dossiers whose clock runs towards a due that has not passed; three queries.

    `supposed` changes, for single dossiers, the due or the working time that is counted.
    """
    supposed = supposed or {}
    now = to_minutes(at)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"ids": list(ids), "open": OPEN_STATES})
        found = cursor.fetchall()
        table = np.array(found, dtype=np.int64).reshape(len(found), 14)
        known = calendars(table[:, 13])
        officer, agency, step_agency = table[:, 4], table[:, 1], table[:, 9]
        cursor.execute(
            _LOADS,
            {
                "officers": np.unique(officer).tolist(),
                "steps": np.unique(step_agency).tolist(),
                "agencies": np.unique(agency).tolist(),
            },
        )
        loads = dict(cursor.fetchall())
    due = table[:, 5].copy()
    for place, id_ in enumerate(table[:, 0].tolist()):
        other_due = supposed[id_].due if id_ in supposed else None
        if other_due is not None:
            due[place] = other_due
    calendar = table[:, 13]
    moment = np.full(len(table), now, dtype=np.int64)
    begun = placed(moment, calendar, known)
    left = placed(due, calendar, known) - begun
    for place, id_ in enumerate(table[:, 0].tolist()):
        other = supposed[id_].calendar if id_ in supposed else None
        if other is not None:
            left[place] = other.tables.position(int(due[place])) - other.tables.position(now)
    step_due = table[:, 8]
    step_left = placed(np.where(step_due > 0, step_due, moment), calendar, known) - begun
    rows = Rows(
        dossier=table[:, 0], agency=agency, procedure=table[:, 2], place=table[:, 3], officer=officer,
        month=np.full(len(table), local_day(at).month, dtype=np.int64),
        left=left.astype(float), elapsed=(begun - placed(table[:, 6], calendar, known)).astype(float),
        allotted=table[:, 7].astype(float), step_left=np.where(step_due > 0, step_left, FAR).astype(float),
        load=_counts(np.where(officer > 0, officer, -step_agency), loads),
        agency_open=_counts(_AGENCY_MARK - agency, loads), rounds=table[:, 10].astype(float),
        visits=table[:, 11].astype(float), online=table[:, 12].astype(float),
        elsewhere=(step_agency != agency).astype(float),
    )  # fmt: skip
    return rows.take(due // DAY_MINUTES >= now // DAY_MINUTES)


def _counts(keys: Ids, counted: Mapping[int, int]) -> Numbers:
    return np.array([counted.get(key, 0) for key in keys.tolist()], dtype=float)
