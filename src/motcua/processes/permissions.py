"""Who may do what with a work item."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from motcua.dossiers.permissions import Decision
from motcua.identity.actors import Actor, ActorKind
from motcua.organizations.models import Role
from motcua.processes.definition import STEP_ROLES
from motcua.processes.items import Item
from motcua.processes.models import WorkItem

# A step as the ledger tells it, or its row: both know the same of it.
Step = Item | WorkItem
# The steps of the desk itself; whoever sits at a desk of the dossier with the role may do them.
DESK_ROLES = frozenset({Role.COUNTER_OFFICER, Role.DESK_HEAD, Role.CASHIER})
PUBLISHERS = frozenset({Role.ADMINISTRATOR, Role.REFORM_OFFICER})


def holds(actor: Actor, item: Step, desk_ids: frozenset[int]) -> bool:
    """Whether the actor's roles cover the step: over its agency, or at a desk of the dossier for the desk's own steps."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is not ActorKind.OFFICER or item.agency_id is None:
        return False
    if item.unit_id and actor.unit_id and item.unit_id != actor.unit_id and not leads(actor, item):
        return False
    if actor.has_role(frozenset({item.role}), item.agency_id):
        return True
    at_desk = item.role in DESK_ROLES and bool(actor.desks & desk_ids)
    return at_desk and any(grant.role == item.role for grant in actor.grants)


def led_roles(role: str) -> frozenset[str]:
    """Whose steps one who holds the role gives out: the head of a unit everybody's, the head of a desk the desk's."""
    match role:
        case Role.UNIT_HEAD:
            return frozenset(STEP_ROLES)
        case Role.DESK_HEAD:
            return DESK_ROLES
    return frozenset()


def leads(actor: Actor, item: Step) -> bool:
    """Whether the actor heads those who do the step."""
    return item.agency_id is not None and any(
        item.role in led_roles(grant.role) and item.agency_id in grant.agencies for grant in actor.grants
    )


def may_finish(actor: Actor, item: Step, desk_ids: frozenset[int], sector_id: int = 0) -> Decision:
    """The officer who has the step, or his substitute while he is away; an unassigned one whoever holds its role.

    One to whom the officer delegated the role does his steps too. `sector_id` is that of the dossier's procedure.
    """
    if actor.kind is ActorKind.SYSTEM:
        return Decision(True)
    for hat in actor.hats:
        if hat.reaches(sector_id) and _does(hat, item, desk_ids):
            return Decision(True, on_behalf_of=hat.acting_for)
    if item.officer_id == actor.id:
        return Decision(True)
    if item.officer_id is not None:
        return Decision(False, f"Bước “{item.name}” đang giao cho người khác. Lãnh đạo phòng có thể giao lại.")
    return Decision(False, f"Bước “{item.name}” do {STEP_ROLES.get(item.role, item.role).lower()} thực hiện.")


def _does(hat: Actor, item: Step, desk_ids: frozenset[int]) -> bool:
    """Whether the step is this hat's: nobody has it, he himself has it, or the one for whom he acts."""
    if item.officer_id in (None, hat.id):
        return holds(hat, item, desk_ids)
    return _acts_for(hat, item.officer_id, item, desk_ids)


def _acts_for(hat: Actor, officer_id: int, item: Step, desk_ids: frozenset[int]) -> bool:
    """Whether this hat has what the officer has in the step: his own, an absent one's, or what of a delegator's the role covers."""
    if not hat.acting_for:
        return officer_id == hat.id
    return officer_id == hat.acting_for and (officer_id in hat.stands_in_for or holds(hat, item, desk_ids))


def whose_part(
    actor: Actor, officer_ids: Collection[int], item: Step, desk_ids: frozenset[int], sector_id: int
) -> int | None:
    """The one of these officers, who have a part in the step, whose part is the actor's: himself before others; None = of none."""
    for hat in actor.hats if actor.kind is ActorKind.OFFICER else ():
        if hat.acting_for and not hat.reaches(sector_id):
            continue
        for officer_id in officer_ids:
            if _acts_for(hat, officer_id, item, desk_ids):
                return officer_id
    return None


def may_claim(actor: Actor, item: Step, desk_ids: frozenset[int], sector_id: int = 0) -> Decision:
    if item.officer_id is not None:
        return Decision(False, f"Bước “{item.name}” đã có người nhận.")
    return may_finish(actor, item, desk_ids, sector_id)


def may_hand_back(actor: Actor, item: Step) -> Decision:
    if item.officer_id == actor.id and actor.kind is ActorKind.OFFICER:
        return Decision(True)
    return Decision(False, "Chỉ người đang giữ bước mới trả lại được.")


def may_take_back(actor: Actor, item: Step, items: Iterable[Step], seen: Collection[int]) -> Decision:
    """Whether the actor may undo the finished step that opened `item`: his own, and nobody has begun or looked at what follows.

    `items` are all of the dossier; `seen` the tokens that their officers have looked at.
    """
    items = list(items)
    before = [one for one in items if one.closed_seq == item.opened_seq]
    if not any(one.role and one.closed_by_id == actor.id for one in before):
        return Decision(False, "Chỉ người vừa chuyển bước này mới lấy lại được.")
    if len(before) != 1:
        # The branches that waited for this one have gone on with it.
        return Decision(False, "Các nhánh song song đã gộp lại ở bước này; không lấy lại được nữa.")
    after = [one for one in items if one.opened_seq == item.opened_seq]
    if any(one.closed_seq is not None or one.token in seen for one in after):
        return Decision(False, "Bước sau đã được mở xem hoặc đã làm; không lấy lại được nữa.")
    return Decision(True)


def may_give_opinion(actor: Actor, item: Step, desk_ids: frozenset[int], sector_id: int = 0) -> Decision:
    """One who cooperates in the step, or who acts for him."""
    whose = whose_part(actor, item.cooperating, item, desk_ids, sector_id)
    if whose is not None:
        return Decision(True, on_behalf_of=0 if whose == actor.id else whose)
    return Decision(False, f"Chỉ người phối hợp ở bước “{item.name}” mới cho ý kiến được.")


def may_assign(actor: Actor, item: Step, sector_id: int = 0) -> Decision:
    for hat in actor.hats:
        if hat.reaches(sector_id) and leads(hat, item):
            return Decision(True, on_behalf_of=hat.acting_for)
    return Decision(False, f"Chỉ lãnh đạo của nơi thực hiện mới được giao bước “{item.name}”.")


def may_publish(actor: Actor, agency_ids: Collection[int]) -> Decision:
    """Whether the actor keeps the processes of an agency: its id, or the ids of the province's roots for the whole province."""
    if actor.kind is ActorKind.SYSTEM or any(actor.has_role(PUBLISHERS, agency) for agency in agency_ids):
        return Decision(True)
    return Decision(False, "Chỉ quản trị hoặc cán bộ cải cách hành chính của cơ quan mới được sửa quy trình ở đây.")
