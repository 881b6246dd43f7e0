"""Receipt not bound to territory: what a desk took for agencies elsewhere, and whether it went on within its limit.

Paper must be with the competent agency by the forwarding limit (practice: the same working day, or the next opening after
15:00); an electronic dossier is there the moment it is accepted. The dossier is counted at the competent agency only; this
is a measure of the receiving desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection

from motcua.dossiers.permissions import READING_ROLES
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM


@dataclass(frozen=True, slots=True)
class ForOthers:
    """`forward_due` is None for an electronic dossier; `arrived_at` is when the competent agency had it."""

    dossier_id: int
    code: str | None
    procedure: str
    desk: str
    agency: str
    electronic: bool
    accepted_at: datetime
    forward_due: datetime | None
    arrived_at: datetime | None

    def breached(self, at: datetime) -> bool:
        return self.forward_due is not None and (self.arrived_at or at) > self.forward_due


@dataclass(frozen=True, slots=True)
class ForOthersCount:
    """received = electronic + in_time + late + waiting + waiting_late, of one receiving desk."""

    desk: str
    received: int
    electronic: int
    in_time: int
    late: int
    waiting: int
    waiting_late: int


_ROWS = """
WITH taken AS (
  SELECT d.id, d.code, p.name AS procedure, k.name AS desk, a.name AS agency, d.channel IN ('online', 'vneid', 'kiosk') AS electronic,
         d.accepted_at, d.papers_due_at,
         (SELECT e.occurred_at FROM dossiers_ledgerentry e WHERE e.dossier_id = d.id AND e.kind = 'dossier.papers_received'
          ORDER BY e.seq DESC LIMIT 1) AS signed_at,
         (SELECT (e.data->'data'->>'forward_due')::timestamptz FROM dossiers_ledgerentry e WHERE e.dossier_id = d.id
          AND e.kind = 'dossier.accepted' ORDER BY e.seq DESC LIMIT 1) AS forward_due
  FROM dossiers_dossier d
  JOIN organizations_desk k ON k.id = d.receiving_desk_id
  JOIN organizations_agency ka ON ka.id = k.agency_id
  JOIN organizations_agency a ON a.id = d.agency_id
  JOIN catalog_procedure p ON p.id = d.procedure_id
  WHERE NOT starts_with(a.path, ka.path) AND d.accepted_at >= %(from)s AND d.accepted_at < %(to)s
    AND (%(all)s OR d.receiving_desk_id = ANY(%(desks)s) OR ka.id = ANY(%(agencies)s) OR d.agency_id = ANY(%(agencies)s))
)
SELECT id, code, procedure, desk, agency, electronic, accepted_at,
       CASE WHEN electronic THEN NULL ELSE coalesce(papers_due_at, forward_due) END,
       CASE WHEN electronic THEN accepted_at ELSE signed_at END
FROM taken ORDER BY accepted_at DESC, id DESC
"""


def received_for_others(actor: Actor, first: date, last: date) -> list[ForOthers]:
    """Dossiers accepted on the local days `first` to `last` for an agency that the desk neither is nor stands above.

    Seen from both sides: by the receiving desk and by the competent agency. Newest first. Raises BadInput for days turned
    round.
    """
    if last < first:
        raise BadInput(f"Khoảng thời gian: ngày cuối {last:%d/%m/%Y} trước ngày đầu {first:%d/%m/%Y}.", field="to")
    if last.year == date.max.year:
        raise BadInput(f"Khoảng thời gian: sau {last:%d/%m/%Y} không còn ngày nào; xin xem lại năm.", field="to")
    agencies = frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in READING_ROLES))
    given: dict[str, object] = {
        "from": datetime.combine(first, time(), VIETNAM),
        "to": datetime.combine(last + timedelta(days=1), time(), VIETNAM),
        "all": actor.kind is ActorKind.SYSTEM,
        "desks": sorted(actor.desks),
        "agencies": sorted(agencies),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, given)  # type: ignore[arg-type]
        return [ForOthers(*row) for row in cursor.fetchall()]


def count_for_others(rows: Sequence[ForOthers], at: datetime) -> list[ForOthersCount]:
    """The measure, one row for each receiving desk, by name."""
    made = []
    for desk in sorted({row.desk for row in rows}):
        own = [row for row in rows if row.desk == desk]
        paper = [row for row in own if not row.electronic]
        made.append(
            ForOthersCount(
                desk,
                len(own),
                len(own) - len(paper),
                sum(row.arrived_at is not None and not row.breached(at) for row in paper),
                sum(row.arrived_at is not None and row.breached(at) for row in paper),
                sum(row.arrived_at is None and not row.breached(at) for row in paper),
                sum(row.arrived_at is None and row.breached(at) for row in paper),
            )
        )
    return made
