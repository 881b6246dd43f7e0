"""The search for dossiers that stand still: one statement a kind puts its rows in order."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from motcua.dossiers.writer import calendar_of
from motcua.law.moments import from_minutes, local_day, to_minutes
from motcua.law.worktime import Calendar
from motcua.organizations.models import WorkCalendar
from motcua.processes.inspection.settings import in_force
from motcua.processes.models import InspectionSetting, StuckDossier, StuckSearch
from motcua.processes.stuck.registry import StuckKind, kinds

SUBJECT = InspectionSetting.Subject.STUCK
NATIONAL = 0

_RENEW = """
WITH found AS MATERIALIZED (
  SELECT DISTINCT ON (s.dossier_id) s.* FROM ({sql}) AS s (dossier_id, agency_id, since, detail) ORDER BY s.dossier_id, s.since
), gone AS (
  DELETE FROM processes_stuckdossier o WHERE o.kind = %(key)s AND NOT EXISTS (SELECT FROM found f WHERE f.dossier_id = o.dossier_id)
), renewed AS (
  INSERT INTO processes_stuckdossier (kind, dossier_id, agency_id, since, detail, found_at)
  SELECT %(key)s, dossier_id, agency_id, since, left(detail, 300), %(found_at)s FROM found
  ON CONFLICT (kind, dossier_id) DO UPDATE SET agency_id = EXCLUDED.agency_id, since = EXCLUDED.since, detail = EXCLUDED.detail
    WHERE (processes_stuckdossier.agency_id, processes_stuckdossier.since, processes_stuckdossier.detail)
       IS DISTINCT FROM (EXCLUDED.agency_id, EXCLUDED.since, EXCLUDED.detail)
)
SELECT count(*) FROM found
"""


def find_stuck(at: datetime) -> int:
    """Every kind once, each in its own transaction; rows that no longer hold go. Returns how many stand still, by kinds."""
    settings = in_force(SUBJECT, local_day(at), {kind.key: kind.rule for kind in kinds().values()})
    StuckDossier.objects.exclude(kind__in=[key for key in kinds() if settings[key].enabled]).delete()
    total = 0
    for key, kind in kinds().items():
        if settings[key].enabled:
            total += _renew(kind, settings[key].values, at)
    return total


def _renew(kind: StuckKind, values: Mapping[str, int], at: datetime) -> int:
    given: dict[str, Any] = {"key": kind.key, "found_at": at} | kind.given(values, at)
    if kind.working:
        given |= cutoffs(values["hours"], at)
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RENEW.format(sql=kind.sql), given)
        found = int(cursor.fetchone()[0])
        StuckSearch.objects.update_or_create(
            kind=kind.key,
            defaults={"done_at": at, "found": found, "milliseconds": round((time.perf_counter() - began) * 1000)},
        )
    return found


def cutoffs(hours: int, at: datetime) -> dict[str, list[Any]]:
    """By counting calendar the latest moment since which `hours` working hours have passed."""
    stored: dict[int, Calendar] = {NATIONAL: calendar_of(None)}
    for pk, data in WorkCalendar.objects.values_list("id", "data"):
        stored[pk] = calendar_of(json.dumps(data, sort_keys=True))
    return {
        "calendars": list(stored),
        "cutoffs": [_cutoff(calendar, hours * 60, at) for calendar in stored.values()],
    }


_FIRST = to_minutes(datetime(2010, 1, 1, tzinfo=UTC)) - 7 * 60


def _cutoff(calendar: Calendar, minutes: int, at: datetime) -> datetime:
    tables = calendar.tables
    if minutes == 0:
        return at
    # The night after closing belongs to it: nothing that came in then has waited longer.
    return from_minutes(tables.clamp(tables.add(_FIRST, tables.position(to_minutes(at)) - minutes)))
