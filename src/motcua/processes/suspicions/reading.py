"""Stories and numbered results of what was recorded in a window, a few statements for thousands of dossiers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from motcua.dossiers.writer import calendar_of
from motcua.law.lifecycle import State
from motcua.law.worktime import Calendar
from motcua.processes.suspicions.number_signs import Numbered
from motcua.processes.suspicions.story import Entry, Story

CHUNK = 1_000

# By day of recording the ledger is read through its block-range index.
_TOUCHED = """
SELECT DISTINCT e.dossier_id FROM dossiers_ledgerentry e JOIN dossiers_dossier d ON d.id = e.dossier_id
WHERE e.recorded_at >= %s AND e.recorded_at < %s AND d.accepted_at IS NOT NULL
  AND (%s::bigint[] IS NULL OR d.agency_id = ANY(%s))
ORDER BY e.dossier_id
"""

_DOSSIERS = """
SELECT d.id, coalesce(d.code, '#' || d.id), d.agency_id, d.procedure_id, p.same_day, c.data::text
FROM dossiers_dossier d
JOIN catalog_procedure p ON p.id = d.procedure_id
JOIN organizations_agency a ON a.id = d.agency_id
LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
WHERE d.id = ANY(%s)
"""

_ENTRIES = """
SELECT dossier_id, seq, kind, data->>'to', occurred_at, recorded_at, data->'actor'->>'kind', (data->'actor'->>'id')::bigint, data->'data'
FROM dossiers_ledgerentry WHERE dossier_id = ANY(%s) AND recorded_at < %s ORDER BY dossier_id, seq
"""


def touched(since: datetime, until: datetime, agencies: Collection[int] | None = None) -> list[int]:
    """Accepted dossiers with an entry recorded in [since, until), of the agencies or of all (None)."""
    given = None if agencies is None else sorted(agencies)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [since, until, given, given])
        return [row[0] for row in cursor.fetchall()]


def stories(dossier_ids: Sequence[int], until: datetime) -> Iterator[Story]:
    """Whole lives as they were known before `until`; two statements a thousand."""
    for start in range(0, len(dossier_ids), CHUNK):
        ids = list(dossier_ids[start : start + CHUNK])
        told: dict[int, list[Entry]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(_ENTRIES, [ids, until])
            for dossier_id, seq, kind, to, occurred, recorded, giver, actor, data in cursor.fetchall():
                officer = actor if giver == "officer" else 0
                told[dossier_id].append(Entry(seq, kind, State(to), occurred, recorded, giver, officer, _json(data)))
            cursor.execute(_DOSSIERS, [ids])
            rows = cursor.fetchall()
        for dossier_id, code, agency_id, procedure_id, same_day, calendar in rows:
            yield Story(
                dossier_id,
                code,
                agency_id,
                procedure_id,
                same_day,
                calendar_of(_tidy(calendar)),
                tuple(told[dossier_id]),
            )


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_known: dict[str, str] = {}


def _tidy(text: str | None) -> str | None:
    """The calendar's text in the order of keys by which the house caches calendars."""
    if text is None:
        return None
    if text not in _known:
        _known[text] = json.dumps(json.loads(text), sort_keys=True)
    return _known[text]


def calendar_from_text(text: str | None) -> Calendar:
    return calendar_of(_tidy(text))


# Those recorded in the window, and every other one with the same number.
_NUMBERED = """
WITH new AS (
  SELECT DISTINCT d.agency_id, r.number FROM dossiers_result r JOIN dossiers_dossier d ON d.id = r.dossier_id
  WHERE r.dossier_id = ANY(%s) AND r.voided_at IS NULL
)
SELECT d.agency_id, d.procedure_id, r.number, r.signed_on, d.id, coalesce(d.code, '#' || d.id), r.entry_seq, e.recorded_at
FROM new n
JOIN dossiers_result r ON r.number = n.number
JOIN dossiers_dossier d ON d.id = r.dossier_id AND d.agency_id = n.agency_id
JOIN dossiers_ledgerentry e ON e.dossier_id = d.id AND e.seq = r.entry_seq
WHERE r.voided_at IS NULL AND e.recorded_at < %s
ORDER BY e.recorded_at, e.id
"""


def numbered(dossier_ids: Sequence[int], until: datetime) -> list[Numbered]:
    """Valid results of the dossiers, with all others of the same agency that bear the same number."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED, [list(dossier_ids), until])
        return [Numbered(*row) for row in cursor.fetchall()]
