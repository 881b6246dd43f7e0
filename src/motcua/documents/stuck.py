"""Dossiers with a paper that was never printed, or a file that nobody may open."""

from __future__ import annotations

from datetime import timedelta

from motcua.documents.subscriber import RENDER
from motcua.dossiers.models import OPEN_STATES
from motcua.processes.inspection.rules import rules_of
from motcua.processes.stuck.registry import StuckKind, register_kind

# Papers of lives that were written whole are printed when opened; they have no job, and nobody waits for them.
_FORM = """
SELECT d.id, d.agency_id, f.issued_at, 'Biểu mẫu số ' || f.number
FROM procrastinate_jobs j JOIN documents_issuedform f ON f.entry_id = (j.args->>'entry_id')::bigint
JOIN dossiers_dossier d ON d.id = f.dossier_id
WHERE j.task_name = %(render)s AND j.status IN ('failed', 'todo', 'doing')
  AND f.file_id IS NULL AND f.voided_at IS NULL AND f.issued_at <= %(before)s
"""

_LIVING = ", ".join(f"'{state}'" for state in [*OPEN_STATES, "resolved"])
_FILE = f"""
SELECT d.id, d.agency_id, coalesce(f.stored_at, d.accepted_at, d.submitted_at),
       CASE WHEN f.sha256 IS NULL THEN 'Mất tệp' WHEN f.scan = 'infected' THEN 'Có mã độc' ELSE 'Chờ quét' END || ': ' || h.name
FROM dossiers_dossier d
CROSS JOIN LATERAL (
  SELECT p.file, p.name FROM dossiers_paper p WHERE p.dossier_id = d.id AND p.file <> ''
  UNION ALL
  SELECT r.file, r.kind FROM dossiers_result r WHERE r.dossier_id = d.id AND r.voided_at IS NULL AND r.file <> ''
) h
LEFT JOIN documents_storedfile f ON f.sha256 = h.file
WHERE d.state IN ({_LIVING})
  AND (f.sha256 IS NULL OR f.scan = 'infected' OR f.scan = 'waiting' AND f.stored_at <= %(before)s)
"""


def register() -> None:
    rules = rules_of("stuck")
    register_kind(
        StuckKind(
            rules["form_missing"],
            _FORM,
            lambda values, at: {"render": RENDER, "before": at - timedelta(hours=values["hours"])},
        )
    )
    register_kind(
        StuckKind(rules["file_not_usable"], _FILE, lambda values, at: {"before": at - timedelta(hours=values["hours"])})
    )
