"""The officers whom a command names: who approved must have had the power to, who gets the dossier must work for the agency."""

from __future__ import annotations

from datetime import date

from motcua.dossiers.commands import AnyCommand, AskSupplement, Forward, LateEntry, Rectify
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.permissions import ROLES, Subject
from motcua.identity.actors import Actor, ActorKind
from motcua.law.lifecycle import Who
from motcua.organizations.models import Role
from motcua.organizations.queries import holds_role, is_within

_APPROVING = ROLES[Who.HEAD] | ROLES[Who.SIGNER]
_WORKING = frozenset().union(*ROLES.values())


def check_named(command: AnyCommand, actor: Actor, subject: Subject, on: date) -> None:
    """Raises GuardFailed. A rectification is a head's own act, so there the approver may be the actor."""
    match command:
        case AskSupplement(approver_id=approver) if approver:
            _check_approver(approver, actor, subject, on, "yêu cầu bổ sung lần nữa")
        case Rectify(approver_id=approver) if approver:
            _check_head(approver, subject, on, "đính chính")
        case Forward(unit_id=unit, officer_id=officer):
            _check_holder(unit, officer, actor, subject, on)


def check_late_approver(late: LateEntry | None, actor: Actor, subject: Subject, on: date) -> None:
    """Raises GuardFailed when a late entry was approved by nobody who could, or by the one who makes it."""
    if late is not None:
        _check_approver(late.approver_id, actor, subject, on, "ghi bù", field="late_approver")


def _check_approver(
    approver: int, actor: Actor, subject: Subject, on: date, what: str, *, field: str = "approver"
) -> None:
    if actor.kind is ActorKind.OFFICER and approver == actor.id:
        raise GuardFailed(f"Người duyệt {what} phải là người khác với người thao tác.", field=field)
    _check_head(approver, subject, on, what, field=field)


def _check_head(approver: int, subject: Subject, on: date, what: str, *, field: str = "approver") -> None:
    desks = {subject.receiving_desk_id, subject.return_desk_id}
    if not holds_role(
        approver, _APPROVING, agency_id=subject.agency_id, on=on, desk_roles=[Role.DESK_HEAD], desks=desks
    ):
        raise GuardFailed(
            f"Người duyệt {what} phải là lãnh đạo đang có thẩm quyền tại cơ quan giải quyết hoặc bộ phận một cửa.",
            field=field,
        )


def _check_holder(unit: int | None, officer: int | None, actor: Actor, subject: Subject, on: date) -> None:
    own_unit = unit == actor.unit_id and actor.agency_id == subject.agency_id
    if unit is not None and not own_unit and not is_within(unit, subject.agency_id):
        raise GuardFailed("Phòng được chuyển đến không thuộc cơ quan giải quyết hồ sơ.", field="unit")
    other = officer is not None and officer != actor.id
    if other and not holds_role(officer or 0, _WORKING, agency_id=subject.agency_id, on=on):
        raise GuardFailed("Cán bộ được chuyển đến không làm việc cho cơ quan giải quyết hồ sơ.", field="officer")
