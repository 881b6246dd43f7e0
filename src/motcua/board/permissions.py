"""Who looks at figures: three roles, each over its own agencies; what is outside them does not exist for the actor."""

from __future__ import annotations

from motcua.identity.actors import Actor, ActorKind
from motcua.organizations.models import Role
from motcua.processes.inspection.permissions import INSPECTION_ROLES

# Those who inspect: a figure that opens into dossiers is for who may look into each of them.
BOARD_ROLES = INSPECTION_ROLES
TARGET_ROLES = frozenset({Role.REFORM_OFFICER})


def overseen(actor: Actor, roles: frozenset[str] = BOARD_ROLES) -> frozenset[int]:
    """The agencies whose figures the actor may see, or with `TARGET_ROLES` set targets for: not those of other roles."""
    if actor.kind is not ActorKind.OFFICER:
        return frozenset()
    return frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in roles))
