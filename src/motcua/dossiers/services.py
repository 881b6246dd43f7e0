"""The only way a dossier changes: each function is one transaction with its ledger entries and its effects."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from motcua.catalog.models import Procedure
from motcua.dossiers import writer
from motcua.dossiers.commands import (
    Accept,
    AnyCommand,
    AskCompletion,
    HandOver,
    LateEntry,
    Refuse,
    Resolve,
    ResultData,
    Submit,
)
from motcua.dossiers.decide import GuardFailed, needs_history
from motcua.dossiers.evidence import check_evidence, check_late
from motcua.dossiers.intake import Intake, receive
from motcua.dossiers.models import Dossier
from motcua.dossiers.named_officers import check_late_approver, check_named
from motcua.dossiers.one_time_codes import check_used
from motcua.dossiers.permissions import NotAllowed, Subject, can, is_possible, sees
from motcua.dossiers.ports import ports
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import State
from motcua.law.moments import local_day


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the dossier stands after a service call."""

    id: int
    code: str | None
    state: State
    seq: int
    due_at: datetime | None


def submit_dossier(
    intake: Intake, *, actor: Actor, at: datetime, recorded_at: datetime | None = None, late: LateEntry | None = None
) -> Moved:
    """Hand in a dossier; the answer clock starts. A second call with the same `intake.key` returns the first dossier."""
    return _receive(intake, (Submit(),), actor, at, recorded_at, late)


def receive_at_counter(
    intake: Intake,
    command: Accept | AskCompletion | Refuse,
    *,
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """A visit at the counter, by post or at home ends with Mẫu 01, 02 or 03 in one go."""
    return _receive(intake, (command,), actor, at, recorded_at, late)


def complete_same_day(
    intake: Intake,
    *,
    result: ResultData,
    hand_over: HandOver,
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """The same-day lane: accepted, resolved and handed over on one screen, three ledger entries in one transaction."""
    return _receive(intake, (Accept(), Resolve(result), hand_over), actor, at, recorded_at, late)


def _receive(
    intake: Intake,
    commands: tuple[AnyCommand, ...],
    actor: Actor,
    at: datetime,
    recorded_at: datetime | None,
    late: LateEntry | None,
) -> Moved:
    check_late(at, recorded_at, late)
    for command in commands:
        check_evidence(command)
    subject = Subject(
        0, State.DRAFT, intake.agency_id, intake.receiving_desk_id, intake.return_desk_id,
        sector_id=_sector_of(intake.procedure_id, actor),
    )  # fmt: skip
    verdict = can(actor, commands[0].command, subject)
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)
    check_late_approver(late, actor, subject, local_day(at))
    actor = actor.for_whom(verdict.on_behalf_of)
    try:
        with transaction.atomic():
            move, _ = receive(intake, commands[0], actor=actor, at=at, recorded_at=recorded_at or at, late=late)
            if len(commands) > 1 and not move.loaded.snapshot.same_day:
                raise GuardFailed("Thủ tục này không thuộc loại giải quyết trong ngày.", field="procedure")
            ports.step_gate.after(move, commands[0], at)
            for command in commands[1:]:
                _give(move, command, at)
            move.finish()
    except IntegrityError as error:
        if "intake_key" not in str(error):
            raise BadInput("Thông tin hồ sơ tham chiếu đến dữ liệu không có (cơ quan hoặc nơi trả kết quả).") from error
        # This hand-in came before: a double click, or a retry after an answer that was lost.
        return _earlier(intake.key)
    return moved(move)


def _sector_of(procedure_id: int, actor: Actor) -> int:
    """Asked only where a delegation limited to sectors could decide."""
    if all(hat.sectors is None for hat in actor.behalves):
        return 0
    return Procedure.objects.filter(pk=procedure_id).values_list("sector_id", flat=True).first() or 0


def _earlier(key: uuid.UUID) -> Moved:
    id_, code, state, seq, due_at = Dossier.objects.values_list("id", "code", "state", "seq", "due_at").get(
        intake_key=key
    )
    return Moved(id_, code, State(state), seq, due_at)


def give_command(
    dossier_id: int,
    command: AnyCommand,
    *,
    actor: Actor,
    at: datetime,
    expected_seq: int | None = None,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """Give one command to one dossier. `expected_seq` is what the actor's screen showed.

    Raises NotFound, NotAllowed, MoveNotPossible, GuardFailed, AlreadyChanged; then nothing has changed. A hand-over
    before there is a result raises HandOverTooEarly after the attempt has been recorded.
    """
    return give_commands(
        dossier_id, (command,), actor=actor, at=at, expected_seq=expected_seq, recorded_at=recorded_at, late=late
    )


def give_commands(
    dossier_id: int,
    commands: Sequence[AnyCommand],
    *,
    actor: Actor,
    at: datetime,
    expected_seq: int | None = None,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """Several commands on one screen: all happen, or none."""
    check_late(at, recorded_at, late)
    for command in commands:
        check_evidence(command)
    refusal = None
    with transaction.atomic():
        loaded = writer.load(dossier_id, with_history=any(map(needs_history, commands)))
        move = writer.Move(loaded, actor=actor, recorded_at=recorded_at or at, late=late)
        subject = subject_of(loaded)
        if not sees(actor, subject):
            raise writer.NotFound("Không tìm thấy hồ sơ.")
        if expected_seq is not None and expected_seq != loaded.snapshot.seq:
            raise writer.AlreadyChanged(
                "Hồ sơ vừa được người khác xử lý. Ông/bà hãy tải lại trang để xem tình trạng mới."
            )
        check_late_approver(late, actor, subject, local_day(at))
        for command in commands:
            move.actor = actor.for_whom(_check_allowed(actor, command, subject_of(move.loaded)))
            if isinstance(command, HandOver) and command.proof == "one_time_code":
                check_used(dossier_id, command.reference)
            check_named(command, actor, subject, local_day(at))
            refusal = _give(move, command, at)
            if refusal is not None:
                break
        move.finish()
    if refusal is not None:
        raise refusal
    return moved(move)


def _give(move: writer.Move, command: AnyCommand, at: datetime) -> DomainError | None:
    """One command with what its internal process says before and adds after; a refusal on record comes back."""
    gate = ports.step_gate
    gate.before(move.loaded, command, at)
    refusal = move.give(command, at).refusal
    if refusal is None:
        gate.after(move, command, at)
    return refusal


def subject_of(loaded: writer.Loaded) -> Subject:
    """What permissions ask of a dossier as it was read for a move."""
    snapshot = loaded.snapshot
    return Subject(
        loaded.id, snapshot.state, loaded.agency_id, snapshot.receiving_desk_id, snapshot.return_desk_id,
        frozenset(snapshot.shared_with), loaded.sector_id, loaded.imported,
    )  # fmt: skip


def _check_allowed(actor: Actor, command: AnyCommand, subject: Subject) -> int:
    """On whose behalf the actor gives it, 0 = his own. Raises NotAllowed."""
    # What nobody could do in this state is left to `decide`, which says so.
    if not is_possible(subject.state, command.command):
        return 0
    verdict = can(actor, command.command, subject)
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)
    return verdict.on_behalf_of


def moved(move: writer.Move) -> Moved:
    """Where the dossier stands after its moves."""
    snapshot = move.loaded.snapshot
    return Moved(move.loaded.id, snapshot.code, snapshot.state, snapshot.seq, snapshot.due_at)
