"""Who may give which command on which dossier. One table; everything that asks, asks here."""

from __future__ import annotations

from dataclasses import dataclass

from motcua.dossiers.writer import READ_ONLY
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import DomainError
from motcua.law.lifecycle import COMMAND_TEXT, OPEN, STATE_TEXT, Command, State, Who, find_move
from motcua.organizations.models import Role

# Which roles stand behind each group of the lifecycle table.
ROLES: dict[Who, frozenset[str]] = {
    Who.DESK: frozenset({Role.COUNTER_OFFICER, Role.DESK_HEAD}),
    Who.CASE: frozenset({Role.CASE_OFFICER}),
    Who.HEAD: frozenset({Role.UNIT_HEAD, Role.DESK_HEAD}),
    Who.SIGNER: frozenset({Role.SIGNER}),
}

READING_ROLES = frozenset(
    {
        Role.COUNTER_OFFICER, Role.CASHIER, Role.CASE_OFFICER, Role.UNIT_HEAD, Role.DESK_HEAD, Role.SIGNER, Role.LEADER,
        Role.REFORM_OFFICER, Role.INSPECTOR,
    }
)  # fmt: skip


class NotAllowed(DomainError):
    """The actor may see the dossier but not give this command."""

    code = "not_allowed"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, and in Vietnamese why not. `on_behalf_of`: the officer whose power it is, 0 = the actor's own."""

    allowed: bool
    reason: str = ""
    on_behalf_of: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a dossier the permission depends on; without its sector (0) no delegation limited to sectors reaches it.

    An imported one may have no known desks.
    """

    id: int
    state: State
    agency_id: int
    receiving_desk_id: int | None
    return_desk_id: int | None
    shared_with: frozenset[int] = frozenset()
    sector_id: int = 0
    imported: bool = False


# The result lies at the return desk, what is handed in comes to the receiving desk; the other desk only sees.
_AT_RETURN_DESK = frozenset({Command.RECEIVE_RESULT, Command.SEND_RESULT, Command.HAND_OVER})
_AT_RECEIVING_DESK = frozenset(
    {Command.SUBMIT, Command.ACCEPT, Command.ASK_COMPLETION, Command.REFUSE, Command.CLOSE_INCOMPLETE}
)


def reads(actor: Actor) -> bool:
    """Whether any role of the actor's own lets it read dossiers; sitting at a desk alone does not."""
    return any(grant.role in READING_ROLES for grant in actor.grants)


def sees(actor: Actor, subject: Subject) -> bool:
    """Whether the dossier exists for the actor at all; `queries.visible_to` is the same rule for lists."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.APPLICANT:
        return actor.dossiers is not None and subject.id in actor.dossiers
    return any(_sees(hat, subject) for hat in actor.hats)


def _sees(actor: Actor, subject: Subject) -> bool:
    if not actor.reaches(subject.sector_id):
        return False
    reading = frozenset().union(*(grant.agencies for grant in actor.grants if grant.role in READING_ROLES))
    at_their_desk = bool(actor.desks & {subject.receiving_desk_id, subject.return_desk_id})
    return not reading.isdisjoint({subject.agency_id, *subject.shared_with}) or (at_their_desk and reads(actor))


def is_possible(state: State, command: Command) -> bool:
    """Whether anybody could give the command in this state; an early hand-over can be tried, to be refused on record."""
    return find_move(state, command) is not None or (command is Command.HAND_OVER and state in OPEN)


def can(actor: Actor, command: Command, subject: Subject) -> Decision:
    """Whether the actor may give the command to the dossier in the state it is in. Default: no."""
    if subject.imported:
        return Decision(False, READ_ONLY)
    if not is_possible(subject.state, command):
        return Decision(
            False, f"Hồ sơ đang ở trạng thái “{STATE_TEXT[subject.state]}” nên không thể “{COMMAND_TEXT[command]}”."
        )
    move = find_move(subject.state, command)
    # Before there is a result, those who may hand over later get as far as the refusal that is recorded.
    who = move.who if move is not None else (Who.DESK,)
    for hat in actor.hats:
        if any(_belongs(hat, group, command, subject) for group in who):
            return Decision(True, on_behalf_of=hat.acting_for)
    return Decision(False, f"Vai trò của ông/bà không được “{COMMAND_TEXT[command]}” hồ sơ này.")


def _belongs(actor: Actor, who: Who, command: Command, subject: Subject) -> bool:
    if who is Who.SYSTEM:
        return actor.kind is ActorKind.SYSTEM
    if who is Who.APPLICANT:
        return (
            actor.kind is ActorKind.APPLICANT
            and actor.dossiers is not None
            and (not subject.id or subject.id in actor.dossiers)
        )
    if actor.kind is not ActorKind.OFFICER or not actor.reaches(subject.sector_id):
        return False
    roles = ROLES[who]
    if actor.has_role(roles, subject.agency_id):
        return True
    # A desk takes and hands over for agencies that are not below it: its own officers may, at that desk.
    return (
        who is Who.DESK
        and bool(actor.desks & _desks_of(command, subject))
        and any(grant.role in roles for grant in actor.grants)
    )


def _desks_of(command: Command, subject: Subject) -> set[int | None]:
    if command in _AT_RETURN_DESK:
        return {subject.return_desk_id}
    if command in _AT_RECEIVING_DESK:
        return {subject.receiving_desk_id}
    return {subject.receiving_desk_id, subject.return_desk_id}
