"""Joined procedures at work: one hand-in makes the root and a dossier for each part; parts start when their turn comes.

The root is no dossier (`JoinedRequest`). What follows when a part has moved is worked out by `advance_joined`, run as a
sweep: under a lock of the request it looks how the parts stand and starts or ends those whose turn it is. A part can
leave its draft once only, so a killed or repeated run changes nothing (`docs/decisions/parts-by-sweep.md`).
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypedDict

from django.db import connection, transaction

from motcua.dossiers import writer
from motcua.dossiers.commands import (
    Accept,
    AskCompletion,
    LateEntry,
    PaperData,
    Refuse,
    RequestWithdrawal,
    Submit,
    Withdraw,
)
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.intake import Intake, add_papers, prepare
from motcua.dossiers.models import Result
from motcua.dossiers.permissions import NotAllowed, Subject, can, sees
from motcua.dossiers.ports import ports
from motcua.dossiers.services import Moved, give_command, receive_at_counter, subject_of, submit_dossier
from motcua.identity.actors import SYSTEM, Actor
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import OPEN, PAUSED, State
from motcua.law.moments import local_day
from motcua.law.policies import Policy
from motcua.law.verdict import Verdict, verdict_by_date
from motcua.processes.joined import (
    STANDING_TEXT,
    Child,
    Joined,
    Plan,
    Standing,
    Terms,
    following,
    is_over,
    joined_from_json,
    papers_of,
    plan,
    standing_of,
)
from motcua.processes.joined_data import UNCONFIRMED
from motcua.processes.models import JoinedPart, JoinedProcedure, JoinedRequest
from motcua.processes.transfers import send_whole

_log = logging.getLogger("motcua.processes")
_TRIES = 3
# Locks of joined requests among the advisory locks.
_LOCK = 0x6A6F696E  # "join"


class _When(TypedDict):
    """When a thing happened and when it is recorded; later only with its reason and approver."""

    at: datetime
    recorded_at: datetime
    late: LateEntry | None


@dataclass(frozen=True, slots=True)
class JoinedIntake:
    """One hand-in for several procedures. `first` is the intake as for the leading part: people, desks, channel, papers.

    Its `procedure_id` and `agency_id` are not looked at: each part has its own. `agencies` names, by the part's key, the
    competent agency where the desk takes the part's procedure for more than one.
    """

    joined_id: int
    first: Intake
    agencies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """`dossiers` by the part's key; the leading one's code is what the applicant keeps."""

    request_id: int
    dossiers: Mapping[str, int]
    leading_id: int


def joined_in_force(procedure_id: int, on: date) -> JoinedProcedure | None:
    """How a joined procedure is done on a day; None = it is not joined, or no longer."""
    rows = JoinedProcedure.objects.filter(procedure_id=procedure_id, valid_from__lte=on).order_by("-valid_from")
    found = rows.first()
    return found if found and (found.valid_to is None or on < found.valid_to) else None


def hand_in(
    given: JoinedIntake,
    *,
    actor: Actor,
    at: datetime,
    command: Accept | AskCompletion | Refuse | None = None,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> HandedIn:
    """Create the root and every part in one transaction. A second call with the same key returns the first.

    Online the leading part is submitted; at a counter `command` answers it at once. The other parts wait. What happened
    before it is recorded began then, in every part. Raises what handing in a dossier raises, and GuardFailed where the desk
    does not take a part's procedure.
    """
    recorded_at = recorded_at or at
    when: _When = {"at": at, "recorded_at": recorded_at, "late": late}
    joined_row = JoinedProcedure.objects.get(pk=given.joined_id)
    joined = joined_from_json(joined_row.definition)
    intakes = _intakes(joined, given, local_day(at))
    leading = joined.leading.key
    _may(actor, intakes[leading], command)
    with transaction.atomic():
        made, fresh = JoinedRequest.objects.get_or_create(
            key=given.first.key, defaults={"joined": joined_row, "created_at": recorded_at}
        )
        if not fresh:
            return _handed_in(made, leading)
        ids: dict[str, int] = {}
        if command is None:
            ids[leading] = submit_dossier(intakes[leading], actor=actor, **when).id
        else:
            ids[leading] = receive_at_counter(intakes[leading], command, actor=actor, **when).id
        for child in joined.children[1:]:
            move = prepare(intakes[child.key], actor=actor, **when)
            move.finish()
            ids[child.key] = move.loaded.id
        JoinedPart.objects.bulk_create(
            JoinedPart(request=made, key=child.key, position=place, dossier_id=ids[child.key])
            for place, child in enumerate(joined.children, 1)
        )
        if command is not None:
            # At the counter the receipt is printed while the applicant waits, with every share on it.
            _advance(made.pk, **when)
    return HandedIn(made.pk, ids, ids[leading])


def take_in(
    intake: Intake,
    *,
    actor: Actor,
    at: datetime,
    command: Accept | AskCompletion | Refuse | None = None,
    recorded_at: datetime | None = None,
    late: LateEntry | None = None,
) -> Moved:
    """Hand in what the faces hand in: a joined procedure as its parts, any other as one dossier. Returns the leading one."""
    joined = joined_in_force(intake.procedure_id, local_day(at))
    if joined is not None:
        handed = hand_in(
            JoinedIntake(joined.pk, intake), actor=actor, at=at, command=command, recorded_at=recorded_at, late=late
        )
        return moved_of(handed.leading_id)
    if command is None:
        return submit_dossier(intake, actor=actor, at=at, recorded_at=recorded_at, late=late)
    return receive_at_counter(intake, command, actor=actor, at=at, recorded_at=recorded_at, late=late)


def moved_of(dossier_id: int) -> Moved:
    """Where a dossier stands now."""
    snapshot = writer.load(dossier_id).snapshot
    return Moved(dossier_id, snapshot.code, snapshot.state, snapshot.seq, snapshot.due_at)


def _handed_in(made: JoinedRequest, leading: str) -> HandedIn:
    ids = dict(made.parts.values_list("key", "dossier_id"))
    return HandedIn(made.pk, ids, ids[leading])


def _may(actor: Actor, intake: Intake, command: Accept | AskCompletion | Refuse | None) -> None:
    subject = Subject(0, State.DRAFT, intake.agency_id, intake.receiving_desk_id, intake.return_desk_id)
    verdict = can(actor, (command or Submit()).command, subject)
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)


_TAKEN = """
SELECT p.code, p.id, t.agency_id, a.code FROM catalog_deskprocedure t
JOIN catalog_procedure p ON p.id = t.procedure_id JOIN organizations_agency a ON a.id = t.agency_id
WHERE t.desk_id = %(desk)s AND p.code = ANY(%(codes)s)
  AND (t.valid_from IS NULL OR t.valid_from <= %(on)s) AND (t.valid_to IS NULL OR t.valid_to > %(on)s) ORDER BY t.agency_id
"""


def _intakes(joined: Joined, given: JoinedIntake, on: date) -> dict[str, Intake]:
    """What each part is handed in with on a day: its own procedure and agency, and the papers that are its own."""
    first = given.first
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKEN,
            {"desk": first.receiving_desk_id, "codes": [child.procedure for child in joined.children], "on": on},
        )
        offers = cursor.fetchall()
    made: dict[str, Intake] = {}
    for place, child in enumerate(joined.children):
        procedure_id, agency_id = _agency_of(child, offers, given.agencies.get(child.key))
        made[child.key] = replace(
            first,
            key=first.key if place == 0 else uuid.uuid5(first.key, child.key),
            procedure_id=procedure_id,
            agency_id=agency_id,
            papers=papers_of(child, joined, first.papers, lambda paper: paper.name),
            condition=first.condition if place == 0 else "",
            draft_key=first.draft_key if place == 0 else None,
        )
    return made


def _agency_of(child: Child, offers: Sequence[tuple[Any, ...]], wanted: int | None) -> tuple[int, int]:
    found = [
        (procedure_id, agency_id)
        for code, procedure_id, agency_id, agency_code in offers
        if code == child.procedure and child.agency in ("", agency_code) and wanted in (None, agency_id)
    ]
    if not found:
        raise GuardFailed(f"Nơi tiếp nhận đã chọn không nhận thủ tục “{child.name}” ({child.procedure}).")
    if len(found) > 1:
        raise BadInput(
            f"Thủ tục “{child.name}”: nơi tiếp nhận nhận cho {len(found)} cơ quan; cần chọn một.", field=child.key
        )
    return found[0]


@dataclass(frozen=True, slots=True)
class PartState:
    """A part as it stands, with what its time is counted by."""

    child: Child
    dossier_id: int
    code: str | None
    state: State
    standing: Standing
    agency_id: int
    agency_name: str
    procedure_name: str
    accepted_at: datetime | None
    clock_started_at: datetime | None
    due_at: datetime | None
    resolved_at: datetime | None
    ended_at: datetime | None
    terms: Terms
    confirmed: bool


_PARTS = """
SELECT p.key, d.id, d.code, d.state, d.agency_id, a.name, pr.name, d.accepted_at, d.clock_started_at, d.due_at, d.resolved_at,
       d.ended_at, d.limit_amount, d.limit_unit, d.second_amount, d.second_unit, pr.same_day, c.data::text, d.due_policy, v.source, d.seq
FROM processes_joinedpart p
JOIN dossiers_dossier d ON d.id = p.dossier_id
JOIN catalog_procedure pr ON pr.id = d.procedure_id
JOIN catalog_procedureversion v ON v.id = d.version_id
JOIN organizations_agency a ON a.id = d.agency_id
LEFT JOIN organizations_workcalendar c ON c.id = d.calendar_id
WHERE p.request_id = %s ORDER BY p.position
"""


def read_parts(request_id: int, joined: Joined) -> tuple[list[PartState], int]:
    """The parts in order, and the sum of their ledger positions."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [request_id])
        rows = cursor.fetchall()
    parts = []
    for row in rows:
        key, id_, code, state_text, agency_id, agency, procedure, accepted, clock, due, resolved, ended = row[:12]
        amount, unit, amount2, unit2, same_day, calendar, policy, source, _ = row[12:]
        state = State(state_text)
        stored = json.dumps(json.loads(calendar), sort_keys=True) if calendar else None
        terms = Terms(
            writer.limits_of(amount, unit, amount2, unit2), same_day, writer.calendar_of(stored), Policy(policy)
        )
        parts.append(
            PartState(
                joined.child(key), id_, code, state, standing_of(state, accepted=accepted is not None), agency_id, agency,
                procedure, accepted, clock, due, resolved, ended, terms, source != UNCONFIRMED,
            )
        )  # fmt: skip
    return parts, sum(row[-1] for row in rows)


def plan_now(joined: Joined, parts: Sequence[PartState], start: datetime) -> Plan:
    """The shares as they stand: parts that have begun by their own clock, the others as they would follow."""
    known = {
        part.child.key: (part.clock_started_at or part.accepted_at, part.resolved_at or part.ended_at or part.due_at)
        for part in parts
        if part.accepted_at is not None
    }
    return plan(joined, {part.child.key: part.terms for part in parts}, start, known)


_MOVED = """
SELECT r.id FROM processes_joinedrequest r
JOIN processes_joinedpart p ON p.request_id = r.id JOIN dossiers_dossier d ON d.id = p.dossier_id
WHERE r.closed_at IS NULL GROUP BY r.id HAVING sum(d.seq) <> r.looked_seq ORDER BY r.id
"""


def advance_joined(at: datetime) -> int:
    """The sweep: looks at every request of which a part has moved. Returns how many were looked at."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED)
        moved = [row[0] for row in cursor.fetchall()]
    for request_id in moved:
        try:
            advance_request(request_id, at)
        except writer.AlreadyChanged:
            # A part that somebody is moving at this very moment is looked at again in the next run.
            continue
        except DomainError as error:
            # Tried again as well; the others must not wait for it, and the stuck finder shows its parts.
            _log.warning("joined request %d stays where it is: %s", request_id, error.message)
    return len(moved)


def advance_request(request_id: int, at: datetime) -> None:
    """Start and end what follows from how the parts of one request stand."""
    for tried in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                _advance(request_id, at=at, recorded_at=at)
            return
        except writer.AlreadyChanged:
            if tried == _TRIES:
                raise


def _advance(request_id: int, *, at: datetime, recorded_at: datetime, late: LateEntry | None = None) -> None:
    with connection.cursor() as cursor:
        # Not a row lock: that would give this transaction its place in the readers' order before the parts are read.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, request_id % 2**31])
    request = JoinedRequest.objects.select_related("joined").get(pk=request_id)
    if request.closed_at is not None:
        return
    joined = joined_from_json(request.joined.definition)
    parts, _ = read_parts(request_id, joined)
    by_key = {part.child.key: part for part in parts}
    follows = following(joined, {key: part.standing for key, part in by_key.items()})
    when: _When = {"at": at, "recorded_at": recorded_at, "late": late}
    for key, because in follows.cancel:
        _do_not_begin(by_key[key], by_key[because], **when)
    for key in follows.start:
        _begin(by_key[key], [by_key[taken] for taken in joined.child(key).takes], by_key[joined.leading.key], **when)
    parts, looked = read_parts(request_id, joined)
    leading = parts[0]
    changed: dict[str, Any] = {"looked_seq": looked}
    if request.accepted_at is None and leading.accepted_at is not None:
        changed |= _promised(joined, parts, leading.clock_started_at or leading.accepted_at, leading.accepted_at)
    if is_over({part.child.key: part.standing for part in parts}):
        changed["closed_at"] = recorded_at
    JoinedRequest.objects.filter(pk=request_id).update(**changed)


def _promised(joined: Joined, parts: Sequence[PartState], start: datetime, accepted_at: datetime) -> dict[str, Any]:
    """What the receipt says: each share by the limits in force at acceptance. Kept as it was promised."""
    made = plan_now(joined, parts, start)
    return {
        "accepted_at": accepted_at,
        "due_at": made.due,
        "shares": [
            {
                "key": share.key,
                "begins": share.begins.isoformat(),
                "due": share.due.isoformat() if share.due else None,
                "limit": " và ".join(limit.text() for limit in share.limits),
            }
            for share in made.shares
        ],
    }


def _do_not_begin(
    part: PartState, because: PartState, *, at: datetime, recorded_at: datetime, late: LateEntry | None
) -> None:
    reason = (
        f"Không thực hiện được vì phụ thuộc vào kết quả của thủ tục “{because.child.name}” trong cùng yêu cầu liên thông,"
        " mà thủ tục đó đã kết thúc và không có kết quả. Ông/bà có thể nộp lại riêng thủ tục này khi đủ điều kiện."
    )
    loaded = writer.load(part.dossier_id)
    move = writer.Move(loaded, actor=SYSTEM, recorded_at=recorded_at, late=late)
    move.give(Withdraw(reason) if because.state is State.WITHDRAWN else Refuse(reason), at)
    move.finish()


def _begin(
    part: PartState,
    takes: Sequence[PartState],
    leading: PartState,
    *,
    at: datetime,
    recorded_at: datetime,
    late: LateEntry | None,
) -> None:
    """The part is accepted at the moment it arrives at its agency, with the results that go on to it among its papers."""
    loaded = writer.load(part.dossier_id)
    move = writer.Move(loaded, actor=SYSTEM, recorded_at=recorded_at, late=late)
    results = list(
        Result.objects.filter(dossier_id__in=[one.dossier_id for one in takes], voided_at=None).order_by("id")
    )
    add_papers(part.dossier_id, [_as_paper(result) for result in results])
    command = Accept()
    ports.step_gate.before(loaded, command, at)
    move.give(command, at)
    ports.step_gate.after(move, command, at)
    giver = takes[-1] if takes else leading
    if giver.agency_id != part.agency_id:
        send_whole(part.dossier_id, from_agency_id=giver.agency_id, to_agency_id=part.agency_id, at=at)
    move.finish()


def _as_paper(result: Result) -> PaperData:
    return PaperData(
        f"{result.kind} số {result.number}", originals=0 if result.file else 1, file=result.file,
        file_name=f"{result.kind}.pdf"[:200] if result.file else "",
    )  # fmt: skip


def request_withdrawal(request_id: int, *, reason: str, actor: Actor, at: datetime) -> dict[str, str]:
    """The applicant withdraws the whole: parts not begun end at once, each open one gets a request to decide on.

    Returns, by the part's key, what became of it: `withdrawn`, `requested`, or `kept` (it has its result, or has ended).
    Raises NotFound for a request that is not the actor's, BadInput without a reason. All of it happens, or nothing.
    """
    request = JoinedRequest.objects.select_related("joined").get(pk=request_id)
    joined = joined_from_json(request.joined.definition)
    done: dict[str, str] = {}
    with transaction.atomic():
        parts, _ = read_parts(request_id, joined)
        for part in parts:
            loaded = writer.load(part.dossier_id)
            if not sees(actor, subject_of(loaded)):
                raise writer.NotFound("Không tìm thấy hồ sơ.")
            if part.standing in (Standing.WAITING, Standing.ASKED):
                give_command(part.dossier_id, Withdraw(reason), actor=actor, at=at)
                done[part.child.key] = "withdrawn"
            elif part.state in OPEN and loaded.snapshot.withdrawal_requested_at is None:
                give_command(part.dossier_id, RequestWithdrawal(reason), actor=actor, at=at)
                done[part.child.key] = "requested"
            else:
                done[part.child.key] = "kept"
        JoinedRequest.objects.filter(pk=request_id).update(withdrawal_requested_at=at)
    return done


def request_of(dossier_id: int) -> JoinedRequest | None:
    """The joined request that a dossier is a part of; None for an ordinary one."""
    part = JoinedPart.objects.filter(dossier_id=dossier_id).select_related("request__joined__procedure").first()
    return part.request if part else None


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as a page or a paper tells it; `promised` is its due as the receipt says, `due` the one that counts now.

    `confirmed` False: its code and limit stand in no published list that the program holds. `late`: its end, or the
    moment of asking, lies on a day after its due.
    """

    key: str
    name: str
    dossier_id: int
    code: str | None
    agency: str
    standing: Standing
    limit: str
    promised: datetime | None
    due: datetime | None
    ended: datetime | None
    confirmed: bool
    late: bool

    @property
    def said(self) -> str:
        return STANDING_TEXT[self.standing]


@dataclass(frozen=True, slots=True)
class Whole:
    """A joined hand-in for who looks at it. `estimated`: not accepted yet, so the dues are what they would be."""

    request_id: int
    name: str
    leading_id: int
    due: datetime | None
    estimated: bool
    withdrawal_requested_at: datetime | None
    confirmed: bool
    source: str
    parts: tuple[PartLine, ...]


def whole_of(dossier_id: int, at: datetime | None = None) -> Whole | None:
    """The joined hand-in of which a dossier is a part, with every share; None for an ordinary dossier.

    `at` is the moment of asking, None for a paper, on which nothing gets late any more.
    """
    request = request_of(dossier_id)
    if request is None:
        return None
    joined = joined_from_json(request.joined.definition)
    parts, _ = read_parts(request.pk, joined)
    leading = parts[0]
    said: dict[str, Any] = {"due_at": request.due_at, "shares": request.shares}
    if request.accepted_at is None:
        start = leading.clock_started_at or leading.accepted_at or request.created_at
        said = _promised(joined, parts, start, start)
    shares = {share["key"]: share for share in said["shares"]}
    return Whole(
        request.pk,
        request.joined.procedure.name,
        leading.dossier_id,
        said["due_at"],
        leading.accepted_at is None,
        request.withdrawal_requested_at,
        request.joined.confirmed,
        request.joined.source,
        tuple(
            PartLine(
                part.child.key, part.child.name, part.dossier_id, part.code, part.agency_name, part.standing,
                shares[part.child.key]["limit"] or ("trong ngày" if part.terms.same_day else ""),
                datetime.fromisoformat(shares[part.child.key]["due"]) if shares[part.child.key]["due"] else None,
                part.due_at, part.resolved_at or part.ended_at, part.confirmed, _is_late(part, at),
            )
            for part in parts
        ),
    )  # fmt: skip


def _is_late(part: PartState, at: datetime | None) -> bool:
    end = part.resolved_at or part.ended_at or (None if part.state in PAUSED else at)
    return end is not None and part.due_at is not None and verdict_by_date(end, part.due_at) is Verdict.OVERDUE


def siblings(dossier_ids: Sequence[int]) -> set[int]:
    """The dossiers of every joined request that one of these belongs to: who may look up one may look up all."""
    parts = JoinedPart.objects.filter(request__parts__dossier_id__in=list(dossier_ids))
    return set(parts.values_list("dossier_id", flat=True))
