"""Who may do what with a work item."""

from __future__ import annotations

from motcua.dossiers.permissions import Decision
from motcua.identity.actors import Actor, ActorKind
from motcua.organizations.models import Role
from motcua.processes.definition import STEP_ROLES
from motcua.processes.items import Item

HEADS = frozenset({Role.UNIT_HEAD, Role.DESK_HEAD})
PUBLISHERS = frozenset({Role.ADMINISTRATOR, Role.REFORM_OFFICER})


def holds(actor: Actor, item: Item, desk_ids: frozenset[int]) -> bool:
    """Whether the actor's roles cover the step: over its agency, or at a desk of the dossier for the desk's own steps."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is not ActorKind.OFFICER or item.agency_id is None:
        return False
    if item.unit_id and actor.unit_id and item.unit_id != actor.unit_id and not leads(actor, item):
        return False
    if actor.has_role(frozenset({item.role}), item.agency_id):
        return True
    at_desk = item.role in (Role.COUNTER_OFFICER, Role.DESK_HEAD, Role.CASHIER) and bool(actor.desks & desk_ids)
    return at_desk and any(grant.role == item.role for grant in actor.grants)


def leads(actor: Actor, item: Item) -> bool:
    """Whether the actor heads those who do the step."""
    return item.agency_id is not None and actor.has_role(HEADS, item.agency_id)


def may_finish(actor: Actor, item: Item, desk_ids: frozenset[int]) -> Decision:
    """The officer who has the step; an unassigned one whoever holds its role."""
    if actor.kind is ActorKind.SYSTEM:
        return Decision(True)
    if item.officer_id is not None and item.officer_id != actor.id:
        return Decision(False, f"Bước “{item.name}” đang giao cho người khác. Lãnh đạo phòng có thể giao lại.")
    if item.officer_id == actor.id or holds(actor, item, desk_ids):
        return Decision(True)
    return Decision(False, f"Bước “{item.name}” do {STEP_ROLES.get(item.role, item.role).lower()} thực hiện.")


def may_claim(actor: Actor, item: Item, desk_ids: frozenset[int]) -> Decision:
    if item.officer_id is not None:
        return Decision(False, f"Bước “{item.name}” đã có người nhận.")
    return may_finish(actor, item, desk_ids)


def may_assign(actor: Actor, item: Item) -> Decision:
    if leads(actor, item):
        return Decision(True)
    return Decision(False, f"Chỉ lãnh đạo của nơi thực hiện mới được giao bước “{item.name}”.")
