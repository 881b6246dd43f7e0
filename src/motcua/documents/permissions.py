"""Who may correct a printed form and who may print a desk's lists. Seeing a form follows from seeing its dossier."""

from __future__ import annotations

from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import Decision, Subject
from motcua.identity.actors import Actor, ActorKind
from motcua.law.lifecycle import State
from motcua.organizations.models import Desk, Role

CORRECTING = frozenset({Role.COUNTER_OFFICER, Role.DESK_HEAD, Role.UNIT_HEAD, Role.SIGNER})
LISTING = frozenset({Role.COUNTER_OFFICER, Role.DESK_HEAD, Role.ADMINISTRATOR})


def subject_of(dossier: Dossier) -> Subject:
    return Subject(
        dossier.pk, State(dossier.state), dossier.agency_id, dossier.receiving_desk_id, dossier.return_desk_id
    )


def can_correct(actor: Actor, dossier: Dossier) -> Decision:
    """Officers who issue papers of this dossier: of its agency, or of the desks that took it in or return it."""
    at_desk = bool(actor.desks & {dossier.receiving_desk_id, dossier.return_desk_id})
    by_role = actor.has_role(CORRECTING, dossier.agency_id)
    if actor.kind is ActorKind.OFFICER and (
        by_role or (at_desk and any(grant.role in CORRECTING for grant in actor.grants))
    ):
        return Decision(True)
    return Decision(False, "Vai trò của ông/bà không được hủy hoặc cấp lại giấy của hồ sơ này.")


def can_print_lists(actor: Actor, desk: Desk) -> bool:
    if actor.kind is ActorKind.SYSTEM:
        return True
    listing = any(grant.role in LISTING for grant in actor.grants)
    return listing and (desk.pk in actor.desks or actor.has_role(LISTING, desk.agency_id))
