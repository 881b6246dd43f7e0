"""Who is away, who stands in for whom, what was delegated: reads of one moment or of a stretch of days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from motcua.identity.actors import Actor
from motcua.organizations.models import Absence, Officer, Role, RoleAssignment
from motcua.organizations.queries import day_bounds

# Whose decision an absence or a delegation is besides the officer's own.
DECIDING = frozenset({Role.UNIT_HEAD, Role.DESK_HEAD, Role.LEADER, Role.ADMINISTRATOR})


def may_decide(actor: Actor, officer: Officer) -> bool:
    """Whether the actor may record leave of the officer: his own, or as one who heads the officer's agency."""
    return actor.id == officer.pk or officer.agency_id in _led(actor)


def _led(actor: Actor) -> frozenset[int]:
    """Agencies that the actor heads, himself or for another."""
    return frozenset().union(
        *(grant.agencies for hat in actor.hats if hat.sectors is None for grant in hat.grants if grant.role in DECIDING)
    )


def officers_led_by(actor: Actor) -> QuerySet[Officer]:
    """The actor's own post and those of the agencies that he heads."""
    return Officer.objects.filter(Q(pk=actor.id) | Q(agency_id__in=_led(actor)))


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody away and who acts meanwhile; `substitute` None = nobody does."""

    absence: Absence
    officer: Officer
    substitute: Officer | None


def stand_ins_on(day: date, agency_ids: Iterable[int]) -> list[StandIn]:
    """Who of these agencies is away on the local day, even a part of it, and who stands in, by name."""
    first, last = day_bounds(day)
    rows = (
        Absence.objects.filter(from_at__lte=last, until__gt=first, officer__agency_id__in=list(agency_ids))
        .exclude(until=F("from_at"))
        .select_related("officer__agency", "officer__unit", "substitute__agency")
        .order_by("officer__full_name", "from_at", "id")
    )
    return [StandIn(row, row.officer, row.substitute) for row in rows]


def absent_at(at: datetime, officer_ids: Iterable[int]) -> dict[int, Absence]:
    """Those of the officers who are away at the moment, with their absence."""
    rows = Absence.objects.filter(officer_id__in=list(officer_ids), from_at__lte=at, until__gt=at)
    return {row.officer_id: row for row in rows.select_related("substitute", "officer")}


def absences_between(actor: Actor, first: datetime, last: datetime) -> QuerySet[Absence]:
    """Leave of the actor and of those he heads, and of those for whom he stands in, that touches the stretch."""
    return (
        Absence.objects.filter(from_at__lte=last, until__gt=first)
        .filter(Q(officer__in=officers_led_by(actor)) | Q(substitute_id=actor.id))
        .exclude(until=F("from_at"))
        .select_related("officer__agency", "officer__unit", "substitute__agency")
        .order_by("from_at", "id")
    )


def delegations_of(actor: Actor, on: date) -> QuerySet[RoleAssignment]:
    """Delegations that run or are to come, given or received by the actor or by those he heads."""
    led = officers_led_by(actor)
    return (
        RoleAssignment.objects.filter(delegated_by__isnull=False, valid_to__gt=on)
        .exclude(valid_to=F("valid_from"))
        .filter(Q(delegated_by__in=led) | Q(officer__in=led))
        .select_related("officer__agency", "delegated_by__agency", "scope")
        .order_by("valid_from", "id")
    )


def choices_for(officer: Officer) -> QuerySet[Officer]:
    """Officers who may stand in for this one or get his powers: of his agency, of those above it and of those below."""
    above = [int(part) for part in officer.agency.path.strip("/").split("/")]
    return (
        Officer.objects.filter(Q(agency__path__startswith=officer.agency.path) | Q(agency_id__in=above))
        .exclude(pk=officer.pk)
        .select_related("agency", "unit")
        .order_by("agency__path", "full_name", "id")
    )
