"""How long after it happened a thing is recorded, per officer and per unit; and who inspects the rate of rectification."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from motcua.dossiers.rectifications import RectificationRate, rectification_rates
from motcua.identity.actors import Actor
from motcua.processes.inspection.permissions import INSPECTION_ROLES, inspected

HOUR, DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Lag:
    """Of one officer (`officer_id`), or of a unit as a whole (`officer_id` None; `unit_id` None = without a unit).

    `median` and `tail` (90 of 100 entries are faster) are seconds; `over_hour` and `over_day` count entries.
    """

    officer_id: int | None
    unit_id: int | None
    agency_id: int
    name: str
    place: str
    entries: int
    median: int
    tail: int
    over_hour: int
    over_day: int


# One reading of the window gives officers and units. What was recorded in the very second has no lag.
_LAGS = """
SELECT g.officer_id, g.unit_id, g.agency_id, coalesce(o.full_name, u.name, 'Không thuộc phòng nào'),
       CASE WHEN g.officer_id IS NULL THEN a.name ELSE coalesce(u.name || ', ', '') || a.name END,
       g.entries, g.median, g.tail, g.over_hour, g.over_day
FROM (
  SELECT o.id AS officer_id, o.unit_id, o.agency_id, count(*) AS entries,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY l.lag) AS median, percentile_disc(0.9) WITHIN GROUP (ORDER BY l.lag) AS tail,
         count(*) FILTER (WHERE l.lag > 3600) AS over_hour, count(*) FILTER (WHERE l.lag > 86400) AS over_day
  FROM (
    SELECT (e.data->'actor'->>'id')::bigint AS officer_id,
           floor(extract(epoch FROM e.recorded_at - e.occurred_at))::bigint AS lag
    FROM dossiers_ledgerentry e JOIN dossiers_dossier d ON d.id = e.dossier_id
    WHERE e.recorded_at >= %(since)s AND e.recorded_at < %(until)s AND d.agency_id = ANY(%(agencies)s)
      AND e.data->'actor'->>'kind' = 'officer'
  ) l JOIN organizations_officer o ON o.id = l.officer_id
  GROUP BY GROUPING SETS ((o.id, o.unit_id, o.agency_id), (o.unit_id, o.agency_id))
) g
JOIN organizations_agency a ON a.id = g.agency_id
LEFT JOIN organizations_unit u ON u.id = g.unit_id
LEFT JOIN organizations_officer o ON o.id = g.officer_id
ORDER BY g.over_day DESC, g.over_hour DESC, g.tail DESC, g.entries DESC, g.officer_id, g.unit_id
"""


def lags(
    actor: Actor, *, since: datetime, until: datetime, agency_id: int | None = None
) -> tuple[list[Lag], list[Lag]]:
    """(by officer, by unit) of what was recorded in [since, until) about dossiers that the actor inspects; most late first."""
    given: dict[str, Any] = {"since": since, "until": until, "agencies": _agencies(actor, agency_id)}
    with connection.cursor() as cursor:
        cursor.execute(_LAGS, given)
        rows = [Lag(*row) for row in cursor.fetchall()]
    return [row for row in rows if row.officer_id], [row for row in rows if row.officer_id is None]


def _agencies(actor: Actor, agency_id: int | None) -> list[int]:
    scope = inspected(actor)
    return sorted(scope & {agency_id} if agency_id else scope)


@dataclass(frozen=True, slots=True)
class LateEntry:
    """An entry that was recorded late; `seconds` after it happened."""

    dossier_id: int
    code: str
    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    seconds: int
    officer: str


_ENTRIES = """
SELECT d.id, coalesce(d.code, '#' || d.id), e.seq, e.kind, e.occurred_at, e.recorded_at,
       floor(extract(epoch FROM e.recorded_at - e.occurred_at))::bigint AS lag, o.full_name
FROM dossiers_ledgerentry e JOIN dossiers_dossier d ON d.id = e.dossier_id
JOIN organizations_officer o ON o.id = (e.data->'actor'->>'id')::bigint
WHERE e.recorded_at >= %(since)s AND e.recorded_at < %(until)s AND d.agency_id = ANY(%(agencies)s)
  AND e.data->'actor'->>'kind' = 'officer' AND e.recorded_at - e.occurred_at > %(over)s * interval '1 second'
  AND (%(officer)s::bigint IS NULL OR o.id = %(officer)s) AND (%(unit)s::bigint IS NULL OR o.unit_id = %(unit)s)
ORDER BY lag DESC, e.id LIMIT %(most)s
"""


def late_entries(
    actor: Actor,
    *,
    since: datetime,
    until: datetime,
    officer_id: int | None = None,
    unit_id: int | None = None,
    agency_id: int | None = None,
    over: int = HOUR,
    most: int = 500,
) -> list[LateEntry]:
    """The entries behind a figure, the latest recorded first, at most `most`; `over` seconds."""
    given: dict[str, Any] = {
        "since": since, "until": until, "agencies": _agencies(actor, agency_id), "over": over, "officer": officer_id,
        "unit": unit_id, "most": most,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, given)
        return [LateEntry(*row) for row in cursor.fetchall()]


def inspected_rectifications(actor: Actor, *, since: datetime, until: datetime) -> list[RectificationRate]:
    """The rates of the officers in the dossiers that the actor inspects, not in those it sees by another role."""
    grants = tuple(grant for grant in actor.grants if grant.role in INSPECTION_ROLES)
    return rectification_rates(replace(actor, grants=grants, desks=frozenset()), since=since, until=until)
