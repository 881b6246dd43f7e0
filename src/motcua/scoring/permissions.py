"""Who looks at scores: two roles, each over its own agencies; what is outside them does not exist for the actor."""

from __future__ import annotations

from motcua.identity.actors import Actor, ActorKind
from motcua.organizations.models import Role

SCORE_ROLES = frozenset({Role.LEADER, Role.REFORM_OFFICER})


def scored_agencies(actor: Actor) -> frozenset[int]:
    """The agencies whose scores the actor may see: not those where it holds other roles."""
    if actor.kind is not ActorKind.OFFICER:
        return frozenset()
    return frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in SCORE_ROLES))
