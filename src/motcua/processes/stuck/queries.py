"""What stands still, as pages read it: counts and rows of the actor's agencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet

from motcua.identity.actors import Actor
from motcua.platform import keyset
from motcua.processes.inspection.permissions import inspected
from motcua.processes.inspection.settings import InForce, in_force
from motcua.processes.models import StuckDossier, StuckSearch
from motcua.processes.stuck.registry import kinds
from motcua.processes.stuck.services import SUBJECT

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class KindCount:
    """`done_at` None = not searched for yet."""

    key: str
    setting: InForce
    count: int
    done_at: datetime | None


def kind_counts(actor: Actor, on: date, agency_id: int | None = None) -> list[KindCount]:
    """Every kind with its number, in the order of registration; three statements."""
    rows = _scope(actor, agency_id).order_by().values_list("kind").annotate(n=Count("id"))
    found = dict(rows)
    done = dict(StuckSearch.objects.values_list("kind", "done_at"))
    settings = in_force(SUBJECT, on, {kind.key: kind.rule for kind in kinds().values()})
    return [KindCount(key, settings[key], found.get(key, 0), done.get(key)) for key in kinds()]


def agency_counts(actor: Actor, kind: str = "") -> list[tuple[str, str, int]]:
    """(code, name, number) by competent agency, most first."""
    rows = _scope(actor, None)
    if kind:
        rows = rows.filter(kind=kind)
    counted = rows.order_by().values_list("agency__code", "agency__name").annotate(n=Count("id"))
    return sorted(((code, name, number) for code, name, number in counted), key=lambda row: (-row[2], row[0]))


def stuck(actor: Actor, *, kind: str = "", agency_id: int | None = None) -> QuerySet[StuckDossier]:
    """Longest first."""
    rows = _scope(actor, agency_id)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.select_related("dossier__procedure", "dossier__officer", "dossier__unit", "agency").order_by(
        "since", "id"
    )


def after(rows: QuerySet[StuckDossier], cursor: str) -> QuerySet[StuckDossier]:
    """The rows of `stuck` behind a cursor. Raises BadInput for one that cannot be read."""
    return rows.filter(keyset.beyond("since", cursor))


def _scope(actor: Actor, agency_id: int | None) -> QuerySet[StuckDossier]:
    rows = StuckDossier.objects.filter(agency__in=inspected(actor))
    return rows.filter(agency=agency_id) if agency_id else rows
