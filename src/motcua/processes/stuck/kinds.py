"""The kinds that this room knows: nobody has it, nothing moves, another agency is silent, a job failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from motcua.law.lifecycle import OPEN, RUNNING
from motcua.processes.inspection.rules import rules_of
from motcua.processes.stuck.registry import StuckKind, register_kind

# A sweep comes every second; after this long something keeps it from its work.
_SWEPT_WITHIN: Final = timedelta(minutes=10)
_RUNNING: Final = ", ".join(f"'{state.value}'" for state in sorted(RUNNING))
_OPEN: Final = ", ".join(f"'{state.value}'" for state in sorted(OPEN))
_CUTOFF: Final = """
JOIN organizations_agency a ON a.id = d.agency_id
JOIN unnest(%(calendars)s::bigint[], %(cutoffs)s::timestamptz[]) AS k (calendar_id, cutoff)
  ON k.calendar_id = coalesce(a.effective_calendar_id, 0)
"""

_NO_OWNER = f"""
SELECT d.id, d.agency_id, w.opened_at, 'Bước “' || w.name || '”'
FROM processes_workitem w JOIN dossiers_dossier d ON d.id = w.dossier_id AND d.state IN ({_RUNNING}) {_CUTOFF}
WHERE w.closed_at IS NULL AND w.role <> '' AND w.agency_id IS NOT NULL AND w.officer_id IS NULL AND w.opened_at <= k.cutoff
UNION ALL
SELECT d.id, d.agency_id, d.accepted_at, 'Chưa chuyển cho ai'
FROM dossiers_dossier d {_CUTOFF}
WHERE d.state IN ({_RUNNING}) AND d.process = '' AND d.officer_id IS NULL AND d.unit_id IS NULL AND d.accepted_at <= k.cutoff
  AND NOT a.own_system AND NOT d.imported
"""

_NO_STEP = f"""
SELECT d.id, d.agency_id, e.recorded_at, ''
FROM dossiers_dossier d JOIN dossiers_ledgerentry e ON e.dossier_id = d.id AND e.seq = d.seq
WHERE d.state IN ({_RUNNING}) AND d.process <> ''
  AND NOT EXISTS (SELECT FROM processes_workitem w WHERE w.dossier_id = d.id AND w.closed_at IS NULL)
"""

_NO_MOVE = f"""
SELECT d.id, d.agency_id, e.recorded_at, coalesce(nullif('Bước “' || d.step || '”', 'Bước “”'), '')
FROM dossiers_dossier d JOIN dossiers_ledgerentry e ON e.dossier_id = d.id AND e.seq = d.seq {_CUTOFF}
WHERE d.state IN ({_RUNNING}) AND e.recorded_at <= k.cutoff AND NOT d.imported
"""

_UNANSWERED = f"""
SELECT d.id, d.agency_id, w.due_at, 'Bước “' || w.name || '”' || coalesce(' ở ' || b.name, '')
FROM processes_workitem w JOIN dossiers_dossier d ON d.id = w.dossier_id AND d.state IN ({_OPEN})
LEFT JOIN organizations_agency b ON b.id = w.agency_id
WHERE w.closed_at IS NULL AND w.due_at < %(at)s
  AND (w.kind = 'consultation' OR w.role <> '' AND w.agency_id IS DISTINCT FROM d.agency_id AND w.role NOT IN ('counter_officer', 'desk_head'))
"""

# Printing and messages have kinds of their own, which look at the paper and the notice themselves. The sweep that starts
# what follows in a joined hand-in is such work too: it fails where a part has moved and long afterwards nobody has looked.
_FAILED = """
SELECT d.id, d.agency_id, coalesce((SELECT max(v.at) FROM procrastinate_events v WHERE v.job_id = j.id), %(at)s),
       'Việc “' || regexp_replace(j.task_name, '^motcua\\.', '') || '”'
FROM procrastinate_jobs j
LEFT JOIN dossiers_ledgerentry e ON e.id = (j.args->>'entry_id')::bigint
JOIN dossiers_dossier d ON d.id = coalesce((j.args->>'dossier_id')::bigint, e.dossier_id)
WHERE j.status = 'failed' AND j.task_name NOT IN ('motcua.documents.tasks.render', 'motcua.notifications.tasks.deliver')
UNION ALL
SELECT last.id, last.agency_id, last.recorded_at, 'Bắt đầu các phần liên thông tiếp theo'
FROM processes_joinedrequest r CROSS JOIN LATERAL (
  SELECT d.id, d.agency_id, e.recorded_at, sum(d.seq) OVER () AS now
  FROM processes_joinedpart p JOIN dossiers_dossier d ON d.id = p.dossier_id
  JOIN dossiers_ledgerentry e ON e.dossier_id = d.id AND e.seq = d.seq
  WHERE p.request_id = r.id ORDER BY e.recorded_at DESC, d.id LIMIT 1) AS last
WHERE r.closed_at IS NULL AND last.now <> r.looked_seq AND last.recorded_at < %(looked_by)s
"""


def register_own() -> None:
    rules = rules_of("stuck")
    register_kind(StuckKind(rules["no_owner"], _NO_OWNER, working=True))
    register_kind(StuckKind(rules["no_step"], _NO_STEP))
    register_kind(StuckKind(rules["no_move"], _NO_MOVE, working=True))
    register_kind(StuckKind(rules["linked_unanswered"], _UNANSWERED, lambda values, at: {"at": at}))
    register_kind(
        StuckKind(rules["job_failed"], _FAILED, lambda values, at: {"at": at, "looked_by": at - _SWEPT_WITHIN})
    )
