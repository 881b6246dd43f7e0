"""Who closes reports, who signs, who takes them or gives them back, who declares figures. Default: nobody.

Everybody over the agencies of his role alone; a report outside them does not exist for him.
"""

from __future__ import annotations

from dataclasses import dataclass

from motcua.desk.access import REPORT_READERS
from motcua.dossiers.permissions import Decision
from motcua.identity.actors import Actor, ActorKind
from motcua.organizations.models import Role
from motcua.reporting.course import Step

PREPARERS = frozenset({Role.REFORM_OFFICER.value, Role.DESK_HEAD.value, Role.UNIT_HEAD.value})
SIGNERS = frozenset({Role.SIGNER.value, Role.LEADER.value})
SUPERIORS = frozenset({Role.REFORM_OFFICER.value})
READERS = REPORT_READERS
DECLARERS = PREPARERS


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a report the permission depends on. `above_id` 0: nobody stands above its agency.

    `done_by`: who prepared, sent or signed the copy that stands; `with_superior`: signed, so that it is his to judge.
    """

    agency_id: int
    agency_name: str
    above_id: int
    done_by: frozenset[int] = frozenset()
    with_superior: bool = False


def over(actor: Actor, roles: frozenset[str]) -> frozenset[int]:
    """The agencies over which the actor holds one of the roles: his own, or one that passed to him whole."""
    if actor.kind is not ActorKind.OFFICER:
        return frozenset()
    return frozenset().union(
        *(grant.agencies for hat in actor.hats if hat.sectors is None for grant in hat.grants if grant.role in roles)
    )


def may(actor: Actor, step: Step, subject: Subject) -> Decision:
    """Whether, on whose behalf, and why not."""
    match step:
        case Step.PREPARE | Step.SUBMIT:
            refusal = f"Báo cáo của {subject.agency_name} do cán bộ được giao của cơ quan lập."
            return _holds(actor, PREPARERS, subject.agency_id, refusal)
        case Step.SIGN:
            return _holds(actor, SIGNERS, subject.agency_id, f"Báo cáo do thủ trưởng {subject.agency_name} ký.")
        case Step.GIVE_BACK if not subject.with_superior:
            refusal = f"Trước khi ký, chỉ thủ trưởng {subject.agency_name} trả lại được báo cáo."
            return _holds(actor, SIGNERS, subject.agency_id, refusal)
    if not subject.above_id:
        return Decision(False, "Báo cáo của cơ quan cao nhất được gửi ra ngoài tỉnh; ở đây không có cấp trên.")
    found = _holds(actor, SUPERIORS, subject.above_id, "Chỉ cán bộ cải cách hành chính của cấp trên nhận, trả báo cáo.")
    if found.allowed and actor.id in subject.done_by:
        return Decision(False, "Người đã lập, gửi hoặc ký báo cáo không tự tiếp nhận, trả lại báo cáo đó.")
    return found


def _holds(actor: Actor, roles: frozenset[str], agency_id: int, refusal: str) -> Decision:
    if actor.kind is ActorKind.OFFICER:
        for hat in actor.hats:
            # What is delegated for some sectors alone is not a whole report.
            if hat.sectors is None and hat.has_role(roles, agency_id):
                return Decision(True, on_behalf_of=hat.acting_for)
    return Decision(False, refusal)
