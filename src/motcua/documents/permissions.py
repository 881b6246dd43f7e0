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
        dossier.pk, State(dossier.state), dossier.agency_id, dossier.receiving_desk_id, dossier.return_desk_id,
        sector_id=dossier.procedure.sector_id, imported=dossier.imported,
    )  # fmt: skip


def can_correct(actor: Actor, dossier: Dossier) -> Decision:
    """Officers who issue papers of this dossier: of its agency, or of the desks that took it in or return it."""
    for hat in actor.hats if actor.kind is ActorKind.OFFICER else ():
        at_desk = bool(hat.desks & {dossier.receiving_desk_id, dossier.return_desk_id})
        by_role = hat.has_role(CORRECTING, dossier.agency_id)
        if hat.reaches(dossier.procedure.sector_id) and (
            by_role or (at_desk and any(grant.role in CORRECTING for grant in hat.grants))
        ):
            return Decision(True, on_behalf_of=hat.acting_for)
    return Decision(False, "Vai trò của ông/bà không được hủy hoặc cấp lại giấy của hồ sơ này.")


def can_print_lists(actor: Actor, desk: Desk) -> bool:
    if actor.kind is ActorKind.SYSTEM:
        return True
    return any(
        any(grant.role in LISTING for grant in hat.grants)
        and (desk.pk in hat.desks or hat.has_role(LISTING, desk.agency_id))
        for hat in actor.hats
        if hat.sectors is None
    )
