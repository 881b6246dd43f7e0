"""Lists and the measure of apologies: what waits for a reason or a signature, late dossiers nobody apologised for, coverage."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet

from motcua.dossiers.models import Dossier
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.lifecycle import RUNNING, State
from motcua.law.windows import window_between
from motcua.processes.apologies import UNSIGNED
from motcua.processes.charging import reading_scope
from motcua.processes.models import Apology, LatenessCause

_RUNNING = sorted(state.value for state in RUNNING)
# Ended late without an apology: listed as long as it may still be asked about.
_LISTED_DAYS = 90


def waiting(actor: Actor) -> QuerySet[Apology]:
    """Letters that wait for a reason or a signature, for the agency at fault and the competent one; the latest moment first."""
    scope = reading_scope(actor)
    return (
        Apology.objects.filter(
            Q(agency_id__in=scope) | Q(dossier__agency_id__in=scope),
            state__in=UNSIGNED,
            dossier__state__in=_RUNNING,
            dossier__due_at=F("due_at"),
        )
        .select_related("dossier__procedure", "dossier__agency", "dossier__submitter", "agency")
        .order_by("latest_at", "id")
    )


def unapologised(actor: Actor, at: datetime) -> QuerySet[Dossier]:
    """Late dossiers that run and whose applicant has received no apology; the longest late first."""
    return (
        Dossier.objects.filter(agency_id__in=reading_scope(actor), state__in=_RUNNING, due_at__lt=at, imported=False)
        .exclude(apology__state=Apology.State.DELIVERED)
        .select_related("procedure", "agency", "submitter", "officer", "unit", "apology__agency")
        .order_by("due_at", "id")
    )


def ended_unapologised(actor: Actor, at: datetime) -> QuerySet[LatenessCause]:
    """Dossiers that ended late in the last ninety days without any apology; the newest first."""
    return (
        LatenessCause.objects.filter(
            dossier__agency_id__in=reading_scope(actor), ended_at__gte=at - timedelta(days=_LISTED_DAYS)
        )
        .exclude(dossier__apology__state=Apology.State.DELIVERED)
        .select_related("dossier__procedure", "dossier__agency", "dossier__submitter", "charged")
        .order_by("-ended_at", "-id")
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Late dossiers, and those of them with a delivered apology by when it was delivered.

    `in_time` = at the latest at the law's last moment, `before_due` = after that and not after the due, `after_due`.
    """

    late: int
    in_time: int
    before_due: int
    after_due: int

    @property
    def numerator(self) -> int:
        return self.in_time + self.before_due + self.after_due

    @property
    def denominator(self) -> int:
        return self.late


# Late as report 06a has it (columns 10 and 13): resolved or stopped on a later day than the due in the window, or running
# at its end with the due past. Withdrawn and returned dossiers are not late there.
_COVERAGE = """
WITH late AS (
  SELECT d.id FROM processes_latenesscause l JOIN dossiers_dossier d ON d.id = l.dossier_id
  WHERE l.ended_at >= %(first)s AND l.ended_at < %(cut)s AND d.agency_id = ANY(%(agencies)s) AND d.state = ANY(%(ended)s)
  UNION
  SELECT d.id FROM dossiers_dossier d
  WHERE d.agency_id = ANY(%(agencies)s) AND d.accepted_at < %(cut)s AND d.due_at < %(cut)s AND NOT d.imported
    AND (d.state = ANY(%(running)s) OR coalesce(d.resolved_at, d.ended_at) >= %(cut)s)
)
SELECT count(*),
       count(*) FILTER (WHERE a.delivered_at <= a.latest_at),
       count(*) FILTER (WHERE a.delivered_at > a.latest_at AND a.delivered_at <= a.due_at),
       count(*) FILTER (WHERE a.delivered_at > a.latest_at AND a.delivered_at > a.due_at)
FROM late LEFT JOIN processes_apology a
  ON a.dossier_id = late.id AND a.state = 'delivered' AND a.delivered_at < %(cut)s
"""


def apology_coverage(agency_ids: Collection[int], first_on: date, last_on: date, *, at: datetime) -> Coverage:
    """Apologies delivered among the late dossiers of these agencies in a window, cut at `at` where it ends later.

    Raises BadInput as `window_between`, and for a window that begins after `at`.
    """
    asked = window_between(first_on, last_on)
    if asked.start > at:
        raise BadInput(f"Khoảng ngày bắt đầu {first_on:%d/%m/%Y}, ở sau hôm nay.", field="first_on")
    given = {
        "first": asked.start,
        "cut": min(asked.end, at),
        "agencies": list(agency_ids),
        "running": _RUNNING,
        "ended": [State.RESOLVED.value, State.HANDED_OVER.value, State.STOPPED.value],
    }
    with connection.cursor() as cursor:
        cursor.execute(_COVERAGE, given)
        return Coverage(*cursor.fetchone())
