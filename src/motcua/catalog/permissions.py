"""Who may change the catalogue."""

from __future__ import annotations

from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import DomainError
from motcua.organizations.models import Desk, Role


class NotAllowed(DomainError):
    code = "not_allowed"


def can_administer(actor: Actor) -> bool:
    """The catalogue is the province's: an administrator of any scope keeps it, the program itself loads it."""
    return actor.kind is ActorKind.SYSTEM or any(grant.role == Role.ADMINISTRATOR for grant in actor.grants)


def require_administrator(actor: Actor) -> None:
    if not can_administer(actor):
        raise NotAllowed("Chỉ người có vai trò Quản trị mới được sửa danh mục thủ tục.")


def can_post(actor: Actor, desk: Desk) -> bool:
    """What a desk takes is kept by an administrator of the agency that keeps the desk, or of one above it."""
    return actor.kind is ActorKind.SYSTEM or any(
        hat.has_role(frozenset({Role.ADMINISTRATOR}), desk.agency_id) for hat in actor.hats if hat.sectors is None
    )


def require_posting(actor: Actor, desk: Desk) -> None:
    if not can_post(actor, desk):
        raise NotAllowed(
            f"Chỉ quản trị của {desk.agency.name} hoặc cấp trên mới được sửa danh mục niêm yết tại {desk}."
        )
