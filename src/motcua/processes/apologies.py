"""The letter of apology (Mẫu 04): drafted, explained, signed, delivered; each change one transaction.

Law: NĐ 61/2018/NĐ-CP Điều 19 (at the latest one day before the due; a new date at most once). Whether NĐ 118/2025/NĐ-CP
keeps both was not seen; they are kept here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from motcua.dossiers import writer
from motcua.dossiers.commands import Promise, check_text
from motcua.dossiers.decide import Decision, GuardFailed, decide
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import Decision as Verdict
from motcua.dossiers.permissions import NotAllowed, sees
from motcua.dossiers.ports import EntryEvent, PastEvent
from motcua.dossiers.services import Moved, moved, subject_of
from motcua.identity.actors import Actor
from motcua.law.clock import apology_due
from motcua.law.errors import BadInput
from motcua.law.lifecycle import APOLOGY_HANDED_OVER, PERSONAL_DATA_ERASED, RUNNING
from motcua.law.moments import parse_moment
from motcua.organizations.models import Role
from motcua.platform.database import prepared_cursor
from motcua.platform.jobs import Job
from motcua.processes.charging import calendars, causes, step_uses
from motcua.processes.items import CalendarOf, Item
from motcua.processes.lateness import LateFacts, Why, open_step, propose, why_apologise
from motcua.processes.models import Apology, LatenessCause
from motcua.processes.projection import calendar_of_agency, read_items
from motcua.processes.versions import definition_of

EXPLAINERS = frozenset({Role.CASE_OFFICER.value, Role.UNIT_HEAD.value, Role.SIGNER.value, Role.LEADER.value})
SIGNERS = frozenset({Role.SIGNER.value, Role.LEADER.value})
DESK_ROLES = frozenset({Role.COUNTER_OFFICER.value, Role.DESK_HEAD.value})
_RUNNING = sorted(state.value for state in RUNNING)
UNSIGNED = (Apology.State.DRAFTED, Apology.State.REASONED)
STANDING = (Apology.State.SIGNED, Apology.State.DELIVERED)


def draft(dossier_ids: Collection[int], *, at: datetime) -> set[int]:
    """Draft the letters that are needed among these dossiers; in the caller's transaction. Twice it does nothing more.

    Returns the dossiers whose letter now waits for a reason or a signature.
    """
    if not dossier_ids:
        return set()
    running = Dossier.objects.filter(
        pk__in=dossier_ids, state__in=_RUNNING, due_at__isnull=False, promised_at__isnull=True, imported=False
    ).values_list("id", "due_at", "agency_id", "process")
    found = list(running.order_by("id"))
    items = read_items([row[0] for row in found])
    calendar_of = calendars()
    rows: list[tuple[Any, ...]] = []
    for id_, due_at, agency_id, process in found:
        calendar = calendar_of(agency_id)
        standing = items.get(id_, {})
        steps = [
            open_step(item, definition_of(process), calendar, at)
            for item in standing.values()
            if process and item.open and item.role
        ]
        latest = apology_due(due_at, calendar)
        why = why_apologise(due_at=due_at, latest_at=latest, at=at, steps=steps, calendar=calendar)
        if why is not None:
            rows.append((id_, why.value, due_at, latest, at, _at_fault(standing, agency_id, at, calendar_of)))
    if rows:
        with prepared_cursor() as cursor:
            cursor.execute(_DRAFT, [list(column) for column in zip(*rows, strict=True)])
    return set(
        Apology.objects.filter(dossier_id__in=[row[0] for row in rows], state__in=UNSIGNED).values_list(
            "dossier_id", flat=True
        )
    )


# A letter that lapsed is drafted again under the new due; one that waits keeps what was said and learns only that the due
# has passed meanwhile. What is signed stays.
_DRAFT = """
INSERT INTO processes_apology (dossier_id, state, why, due_at, latest_at, drafted_at, agency_id, cause, reason, delivered_by, receiver)
SELECT id, 'drafted', why, due_at, latest_at, at, agency_id, '', '', '', ''
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
  AS t (id, why, due_at, latest_at, at, agency_id)
ON CONFLICT (dossier_id) DO UPDATE
SET why = EXCLUDED.why,
    state = CASE processes_apology.state WHEN 'lapsed' THEN 'drafted' ELSE processes_apology.state END,
    due_at = EXCLUDED.due_at, latest_at = EXCLUDED.latest_at,
    drafted_at = CASE processes_apology.state WHEN 'lapsed' THEN EXCLUDED.drafted_at ELSE processes_apology.drafted_at END,
    agency_id = CASE processes_apology.state WHEN 'lapsed' THEN EXCLUDED.agency_id ELSE processes_apology.agency_id END
WHERE processes_apology.state IN ('lapsed', 'drafted', 'reasoned')
"""


def _at_fault(items: dict[int, Item], competent_id: int, at: datetime, calendar_of: CalendarOf) -> int:
    """The agency that is asked to explain: the one the records charge; a body without an account leaves it to the competent."""
    used = step_uses(items.values(), at, calendar_of)
    return propose(LateFacts(competent_id, 0, used)).agency_id or competent_id


def lapse(dossier_ids: Collection[int]) -> int:
    """Letters not yet signed whose dossier has a result, stands still or has another due now; returns how many lapsed."""
    waiting = Apology.objects.filter(dossier_id__in=dossier_ids, state__in=UNSIGNED)
    return waiting.exclude(dossier__state__in=_RUNNING, dossier__due_at=F("due_at")).update(state=Apology.State.LAPSED)


def waits_for_signature(dossier_id: int) -> bool:
    """Whether a letter is drafted: then its new date is given by signing it, not past it."""
    return Apology.objects.filter(dossier_id=dossier_id, state__in=UNSIGNED).exists()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the agency at fault says: a coded cause, its own words, and the new date."""

    cause: str
    reason: str
    until: datetime


def may_explain(actor: Actor, apology: Apology) -> Verdict:
    if actor.has_role(EXPLAINERS, apology.agency_id):
        return Verdict(True)
    return Verdict(False, f"Lý do chậm do {apology.agency.name} nêu.")


def may_sign(actor: Actor, apology: Apology) -> Verdict:
    if actor.has_role(SIGNERS, apology.agency_id):
        return Verdict(True)
    return Verdict(False, f"Văn bản xin lỗi do thủ trưởng {apology.agency.name} ký.")


def give_reason(dossier_id: int, said: Explanation, *, actor: Actor, at: datetime) -> Apology:
    """The agency at fault explains; until it is signed it may be said anew.

    Raises NotFound, NotAllowed, BadInput for a missing reason or an unknown cause, and what promising the date would raise:
    a date not after the due, a second promise.
    """
    with transaction.atomic():
        apology, loaded = _load(dossier_id, actor)
        _require(may_explain(actor, apology))
        if apology.state not in UNSIGNED:
            raise GuardFailed(f"Văn bản xin lỗi {_STATE_SAID[Apology.State(apology.state)]}; không sửa lý do được nữa.")
        causes().get(said.cause)
        # The rule of a promise stands in one place: asked here, before somebody is asked to sign.
        decide(loaded.snapshot, _promise(said.reason, said.until, said.cause, apology), at)
        apology.state = Apology.State.REASONED
        apology.cause, apology.reason, apology.until = said.cause, said.reason.strip(), said.until
        apology.reasoned_at, apology.reasoned_by_id = at, actor.id
        apology.save(update_fields=["state", "cause", "reason", "until", "reasoned_at", "reasoned_by"])
    return apology


_STATE_SAID = {
    Apology.State.SIGNED: "đã được ký",
    Apology.State.DELIVERED: "đã được gửi",
    Apology.State.LAPSED: "không còn cần: hồ sơ đã có kết quả hoặc hạn đã thay đổi",
    Apology.State.DRAFTED: "chưa có lý do",
    Apology.State.REASONED: "đang chờ ký",
}


def _promise(reason: str, until: datetime, cause: str, apology: Apology) -> Promise:
    return Promise(until, reason, cause=cause, agency_id=apology.agency_id)


def sign(dossier_id: int, *, actor: Actor, at: datetime) -> Moved:
    """The head of the agency at fault signs: the promise goes into the ledger, the letter is issued and sent.

    Raises NotFound, NotAllowed, GuardFailed without a reason, for a letter already signed, and what the promise raises.
    """
    with transaction.atomic():
        apology, loaded = _load(dossier_id, actor)
        _require(may_sign(actor, apology))
        if apology.state != Apology.State.REASONED or apology.until is None:
            raise GuardFailed(f"Chưa ký được: văn bản xin lỗi {_STATE_SAID[Apology.State(apology.state)]}.")
        move = writer.Move(loaded, actor=actor, recorded_at=at)
        move.give(_promise(apology.reason, apology.until, apology.cause, apology), at)
        move.finish()
    return moved(move)


def hand_on_paper(dossier_id: int, receiver: str, *, actor: Actor, at: datetime) -> Moved:
    """The signed letter was handed over on paper; recorded with who took it. Raises as `sign`."""
    name = " ".join(receiver.split())
    if not name:
        raise BadInput("Người nhận văn bản xin lỗi: chưa nhập họ và tên.", field="receiver")
    check_text(name, "Người nhận văn bản xin lỗi", 200)
    with transaction.atomic():
        apology, loaded = _load(dossier_id, actor)
        at_desk = bool(actor.desks & {loaded.snapshot.receiving_desk_id, loaded.snapshot.return_desk_id})
        if not (may_explain(actor, apology).allowed or (at_desk and _has(actor, DESK_ROLES))):
            raise NotAllowed("Chỉ cơ quan gây chậm hoặc bộ phận một cửa của hồ sơ ghi nhận được việc giao văn bản.")
        if apology.state not in STANDING or apology.receiver:
            raise GuardFailed("Chưa ghi nhận được: văn bản chưa ký, hoặc bản giấy đã được giao.")
        if loaded.snapshot.last_at is not None and at < loaded.snapshot.last_at:
            raise GuardFailed("Thời điểm giao không được trước việc đã ghi gần nhất của hồ sơ.")
        move = writer.Move(loaded, actor=actor, recorded_at=at)
        move.record(Decision(APOLOGY_HANDED_OVER, loaded.snapshot.state, private={"receiver": name}), at)
        move.finish()
        apology.receiver = name
        if apology.delivered_at is None:
            apology.state, apology.delivered_at, apology.delivered_by = Apology.State.DELIVERED, at, Apology.By.PAPER
        apology.save(update_fields=["receiver", "state", "delivered_at", "delivered_by"])
    return moved(move)


def note_delivered(dossier_ids: Collection[int], channel: str, *, at: datetime) -> int:
    """A channel has taken the message of the promise: the first one makes the letter delivered. Returns how many are new."""
    return Apology.objects.filter(dossier_id__in=dossier_ids, state=Apology.State.SIGNED).update(
        state=Apology.State.DELIVERED, delivered_at=at, delivered_by=channel
    )


def _has(actor: Actor, roles: frozenset[str]) -> bool:
    return any(grant.role in roles for grant in actor.grants)


def _load(dossier_id: int, actor: Actor) -> tuple[Apology, writer.Loaded]:
    loaded = writer.load(dossier_id)
    if not sees(actor, subject_of(loaded)):
        raise writer.NotFound("Không tìm thấy hồ sơ.")
    found = Apology.objects.select_for_update(of=("self",)).select_related("agency").filter(dossier_id=dossier_id)
    apology = found.first()
    if apology is None:
        raise GuardFailed("Hồ sơ này không có văn bản xin lỗi nào được soạn.")
    return apology, loaded


def _require(verdict: Verdict) -> None:
    if not verdict.allowed:
        raise NotAllowed(verdict.reason)


# The promise is the letter, whoever gave it: one given without a draft has its letter as well.
_KEEP = """
INSERT INTO processes_apology (dossier_id, state, why, due_at, latest_at, drafted_at, agency_id, cause, reason, until, signed_at,
                               signed_by_id, entry_seq, delivered_at, delivered_by, receiver)
VALUES (%(dossier)s, %(state)s, %(why)s, %(due)s, %(latest)s, %(at)s, %(agency)s, %(cause)s, '', %(until)s, %(at)s, %(officer)s,
        %(seq)s, %(delivered)s, %(by)s, '')
ON CONFLICT (dossier_id) DO UPDATE
SET state = EXCLUDED.state, until = EXCLUDED.until, signed_at = EXCLUDED.signed_at, signed_by_id = EXCLUDED.signed_by_id,
    entry_seq = EXCLUDED.entry_seq, delivered_at = EXCLUDED.delivered_at, delivered_by = EXCLUDED.delivered_by
"""


def keep_letters(events: list[EntryEvent]) -> list[Job]:
    """A subscriber: a promise makes the letter a signed one; what is taken back or erased is taken back or erased here."""
    for event in events:
        if event.kind == "dossier.promised":
            _keep(event, Apology.State.SIGNED, None, "")
        elif event.kind == "dossier.rectified" and "back_to" in event.data:
            Apology.objects.filter(dossier_id=event.dossier_id, entry_seq__gt=int(event.data["back_to"])).update(
                state=Apology.State.LAPSED, entry_seq=None
            )
        elif event.kind == PERSONAL_DATA_ERASED:
            Apology.objects.filter(dossier_id=event.dossier_id).update(reason="", receiver="")
            LatenessCause.objects.filter(dossier_id=event.dossier_id).update(note="")
    return []


def keep_past_letters(events: Sequence[PastEvent]) -> None:
    """The twin for lives that are written whole: they were told at their time."""
    for past in events:
        if past.event.kind == "dossier.promised":
            _keep(past.event, Apology.State.DELIVERED, past.event.recorded_at, Apology.By.PAGE)


def _keep(event: EntryEvent, state: str, delivered_at: datetime | None, by: str) -> None:
    with prepared_cursor() as cursor:
        cursor.execute("SELECT due_at, promised_at, agency_id FROM dossiers_dossier WHERE id = %s", [event.dossier_id])
        due_at, until, competent_id = cursor.fetchone()
        # Where a life is written whole the dossier already has its last due; the entry names the one that held.
        due_at = parse_moment(event.data["due"]) if "due" in event.data else due_at
        given = {
            "dossier": event.dossier_id,
            "state": state,
            "why": Why.OVERDUE.value if event.occurred_at >= due_at else Why.LAST_DAY.value,
            "due": due_at,
            "latest": apology_due(due_at, calendar_of_agency(competent_id)),
            "at": event.occurred_at,
            "agency": event.data.get("agency", competent_id),
            "cause": event.data.get("cause", ""),
            "until": until,
            "officer": event.officer_id or None,
            "seq": event.seq,
            "delivered": delivered_at,
            "by": by,
        }
        cursor.execute(_KEEP, given)
