"""Dossiers whose applicant was not told: no message at all, one that waits too long, one that reached nobody."""

from __future__ import annotations

from datetime import timedelta

from motcua.notifications.subscriber import TEMPLATES
from motcua.processes.inspection.rules import rules_of
from motcua.processes.stuck.registry import StuckKind, register_kind

_NO_NOTICE = """
SELECT d.id, d.agency_id, e.recorded_at, 'Không có thông báo nào'
FROM dossiers_ledgerentry e JOIN dossiers_dossier d ON d.id = e.dossier_id
WHERE e.recorded_at >= %(since)s AND e.recorded_at <= %(before)s AND e.kind = ANY(%(told)s)
  AND (e.kind <> 'dossier.rectified' OR (e.data->'data'->>'told')::boolean)
  AND NOT EXISTS (SELECT FROM notifications_notice n WHERE n.entry_id = e.id)
UNION ALL
SELECT d.id, d.agency_id, n.created_at, 'Thông báo còn nằm chờ gửi'
FROM notifications_notice n JOIN dossiers_dossier d ON d.id = n.dossier_id
WHERE n.state = 'waiting' AND n.created_at <= %(before)s
"""

# The look-up page always has it, but nobody looks there who was not told to.
_FAILED = """
SELECT d.id, d.agency_id, n.created_at, CASE n.channel WHEN 'sms' THEN 'Tin nhắn' ELSE 'Thư điện tử' END ||
       coalesce(nullif(': ' || n.failure, ': '), '')
FROM notifications_notice n JOIN dossiers_dossier d ON d.id = n.dossier_id
WHERE n.state = 'failed' AND n.created_at >= %(since)s AND n.channel <> 'page'
  AND NOT EXISTS (SELECT FROM notifications_notice o WHERE o.entry_id = n.entry_id AND o.recipient = n.recipient
                  AND o.channel <> 'page' AND o.state = 'sent')
"""


def register() -> None:
    rules = rules_of("stuck")
    register_kind(
        StuckKind(
            rules["no_notice"],
            _NO_NOTICE,
            lambda values, at: {
                "since": at - timedelta(days=values["days"]),
                "before": at - timedelta(hours=values["hours"]),
                "told": sorted(TEMPLATES),
            },
        )
    )
    register_kind(
        StuckKind(rules["notice_failed"], _FAILED, lambda values, at: {"since": at - timedelta(days=values["days"])})
    )
