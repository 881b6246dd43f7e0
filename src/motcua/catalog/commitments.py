"""Promised limits: which cover a dossier, and which limit it gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from motcua.catalog.models import CommittedLimit
from motcua.law.limits import Limit, Unit, is_shorter


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise in force; `agency_id` None = the whole province."""

    id: int
    agency_id: int | None
    channel: str
    condition: str
    stage: int
    limit: Limit


def limit_given(central: Limit, promised: Iterable[Limit]) -> Limit:
    """What a dossier gets: the catalogue's limit, or the shortest promise where that is shorter."""
    found = central
    for limit in promised:
        if is_shorter(limit, found):
            found = limit
    return found


def commitments_of(
    procedure_ids: Collection[int], *, on: date | None, path: str = ""
) -> dict[int, tuple[Commitment, ...]]:
    """Promises in force on a day (None = the lasting ones), by procedure.

    Those of the province and, with the path of an agency, of it and of those above it.
    """
    rows = CommittedLimit.objects.filter(
        Q(agency__isnull=True) | Q(agency__in=[int(part) for part in path.split("/") if part]),
        Q(valid_to__isnull=True)
        if on is None
        else Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on)),
        procedure_id__in=procedure_ids,
    )
    found: dict[int, list[Commitment]] = defaultdict(list)
    for row in rows.order_by("procedure_id", "id"):
        limit = Limit(row.amount, Unit(row.unit))
        found[row.procedure_id].append(Commitment(row.pk, row.agency_id, row.channel, row.condition, row.stage, limit))
    return {procedure_id: tuple(promises) for procedure_id, promises in found.items()}


def promised_limits(procedure_id: int, *, on: date) -> QuerySet[CommittedLimit]:
    """Every promise in force on a day, for telling: the whole province's first, then by agency."""
    rows = CommittedLimit.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), procedure=procedure_id, valid_from__lte=on
    )
    return rows.select_related("agency").order_by(F("agency__path").asc(nulls_first=True), "id")
