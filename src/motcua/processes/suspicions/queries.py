"""Findings as pages read them, limited to what the actor inspects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet

from motcua.dossiers.writer import NotFound
from motcua.identity.actors import Actor
from motcua.law.moments import VIETNAM
from motcua.platform import keyset
from motcua.processes.inspection.permissions import inspected
from motcua.processes.models import SuspicionExemption, SuspicionFinding

PAGE_SIZE = 50
COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which findings; `verdict` "" = not yet judged, "all" = any."""

    pattern: str = ""
    verdict: str = ""
    agency_id: int | None = None
    first_on: date | None = None
    last_on: date | None = None


def findings(actor: Actor, asked: Asked | None = None) -> QuerySet[SuspicionFinding]:
    """Latest first."""
    asked = asked or Asked(verdict="all")
    rows = SuspicionFinding.objects.filter(agency__in=inspected(actor))
    if asked.pattern:
        rows = rows.filter(pattern=asked.pattern)
    if asked.verdict != "all":
        rows = rows.filter(verdict=asked.verdict)
    if asked.agency_id:
        rows = rows.filter(agency=asked.agency_id)
    if asked.first_on:
        rows = rows.filter(occurred_at__gte=datetime.combine(asked.first_on, time(), VIETNAM))
    if asked.last_on:
        rows = rows.filter(occurred_at__lt=datetime.combine(asked.last_on + timedelta(days=1), time(), VIETNAM))
    return rows.order_by("-occurred_at", "-id")


def after(rows: QuerySet[SuspicionFinding], cursor: str) -> QuerySet[SuspicionFinding]:
    """The rows of `findings` behind a cursor. Raises BadInput for one that cannot be read."""
    return rows.filter(keyset.beyond("occurred_at", cursor, descending=True))


def counts(actor: Actor) -> dict[str, dict[str, int]]:
    """Findings by sign and verdict, in one statement."""
    found: dict[str, dict[str, int]] = {}
    rows = SuspicionFinding.objects.filter(agency__in=inspected(actor)).values_list("pattern", "verdict")
    for pattern, verdict, number in rows.order_by().annotate(n=Count("id")):
        found.setdefault(pattern, {})[verdict] = number
    return found


def one_finding(actor: Actor, finding_id: int) -> SuspicionFinding:
    """Raises NotFound, also for one of another agency."""
    finding = (
        findings(actor)
        .select_related("agency", "officer__unit", "dossier__procedure", "judged_by")
        .filter(pk=finding_id)
        .first()
    )
    if finding is None:
        raise NotFound("Không tìm thấy dấu hiệu này.")
    return finding


def exemptions_of(actor: Actor) -> QuerySet[SuspicionExemption]:
    """Those of the actor's agencies, the running ones first."""
    scope = inspected(actor)
    rows = SuspicionExemption.objects.filter(Q(agency__in=scope) | Q(agency=None, officer__agency__in=scope))
    return rows.select_related("agency", "procedure", "officer", "given_by").order_by("ended_at", "-last_on", "-id")
