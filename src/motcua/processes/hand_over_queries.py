"""Reads of hand-over lists, each limited to what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from motcua.identity.actors import Actor
from motcua.organizations.models import Role
from motcua.processes.hand_over_permissions import may_give, may_see, may_take
from motcua.processes.models import HandOverLine, HandOverList

_LATEST = 60
_BACK = (HandOverLine.Outcome.HELD, HandOverLine.Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list with its counts; `mine` = the next signature is the actor's to give."""

    paper: HandOverList
    lines: int
    refused: int
    mine: bool


def lists_for(actor: Actor) -> list[Listed]:
    """Unsigned lists of both sides that the actor sees, and the latest signed ones, newest first. Three queries."""
    desks = frozenset().union(*(hat.desks for hat in actor.hats))
    heads = frozenset({Role.DESK_HEAD, Role.UNIT_HEAD, Role.CASE_OFFICER})
    agencies = frozenset().union(*(grant.agencies for hat in actor.hats for grant in hat.grants if grant.role in heads))
    seen = Q(desk_id__in=desks) | Q(agency_id__in=agencies) | Q(desk__agency_id__in=agencies)
    lists = (
        HandOverList.objects.filter(seen)
        .select_related("desk__agency", "agency", "unit", "giver", "taker")
        .order_by("-id")
    )
    rows = [*lists.filter(taken_at__isnull=True)[: 5 * _LATEST], *lists.filter(taken_at__isnull=False)[:_LATEST]]
    counts = {
        list_id: (lines, back)
        for list_id, lines, back in HandOverLine.objects.filter(list__in=[row.pk for row in rows])
        .values_list("list_id")
        .annotate(lines=Count("id"), back=Count("id", filter=Q(outcome__in=_BACK)))
    }
    return [Listed(row, *counts.get(row.pk, (0, 0)), _mine(actor, row)) for row in rows if may_see(actor, row)]


def _mine(actor: Actor, paper: HandOverList) -> bool:
    if paper.taken_at is not None:
        return False
    if paper.given_at is None:
        return may_give(actor, paper).allowed
    return may_take(actor, paper).allowed and paper.giver_id != actor.id


def lines_of(dossier_id: int) -> list[HandOverLine]:
    """How the papers of a dossier, which the caller may see, went from hand to hand, oldest first. One query."""
    return list(
        HandOverLine.objects.filter(dossier_id=dossier_id)
        .select_related("list__desk", "list__agency", "list__unit", "list__giver", "list__taker")
        .order_by("id")
    )
