"""Who inspects what: three roles, each over its own agencies; what is outside them does not exist for the actor."""

from __future__ import annotations

from motcua.identity.actors import Actor, ActorKind
from motcua.organizations.models import Role

INSPECTION_ROLES = frozenset({Role.INSPECTOR, Role.LEADER, Role.REFORM_OFFICER})
# Verdicts, thresholds and exemptions: looking is for three, deciding for one.
JUDGING_ROLES = frozenset({Role.INSPECTOR})


def inspected(actor: Actor, roles: frozenset[str] = INSPECTION_ROLES) -> frozenset[int]:
    """The agencies that the actor may inspect: not those where it holds other roles."""
    if actor.kind is not ActorKind.OFFICER:
        return frozenset()
    return frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in roles))


def may_judge(actor: Actor, agency_id: int) -> bool:
    return agency_id in inspected(actor, JUDGING_ROLES)
