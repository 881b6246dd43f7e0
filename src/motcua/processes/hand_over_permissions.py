"""Who makes, gives, takes and sees a hand-over list: the desk's officers on one side, the agency's on the other."""

from __future__ import annotations

from motcua.dossiers.permissions import Decision
from motcua.identity.actors import Actor
from motcua.organizations.models import Desk, Role
from motcua.processes.models import HandOverList

_AT_DESK = frozenset({Role.COUNTER_OFFICER, Role.DESK_HEAD})
_AT_AGENCY = frozenset({Role.CASE_OFFICER, Role.UNIT_HEAD})
_HEADS = frozenset({Role.UNIT_HEAD})


def may_make(actor: Actor, desk: Desk) -> bool:
    return any(_at_desk(hat, desk) for hat in actor.hats)


def _at_desk(hat: Actor, desk: Desk) -> bool:
    if hat.sectors is not None:
        return False
    sits = desk.pk in hat.desks and any(grant.role in _AT_DESK for grant in hat.grants)
    return sits or hat.has_role(frozenset({Role.DESK_HEAD}), desk.agency_id)


def _at_agency(hat: Actor, paper: HandOverList) -> bool:
    if hat.sectors is not None:
        return False
    own_unit = paper.unit_id is None or not hat.unit_id or hat.unit_id == paper.unit_id
    return (own_unit and hat.has_role(_AT_AGENCY, paper.agency_id)) or hat.has_role(_HEADS, paper.agency_id)


def may_give(actor: Actor, paper: HandOverList) -> Decision:
    return _side(actor, paper, desk=paper.direction == HandOverList.Direction.OUT, word="giao")


def may_take(actor: Actor, paper: HandOverList) -> Decision:
    return _side(actor, paper, desk=paper.direction == HandOverList.Direction.BACK, word="nhận")


def _side(actor: Actor, paper: HandOverList, *, desk: bool, word: str) -> Decision:
    for hat in actor.hats:
        if _at_desk(hat, paper.desk) if desk else _at_agency(hat, paper):
            return Decision(True, on_behalf_of=hat.acting_for)
    side = "bộ phận một cửa" if desk else "cơ quan, phòng giải quyết"
    return Decision(False, f"Bên {word} của danh sách này là {side}; chỉ cán bộ ở đó ký được.")


def may_see(actor: Actor, paper: HandOverList) -> bool:
    return any(_at_desk(hat, paper.desk) or _at_agency(hat, paper) for hat in actor.hats)
