"""What writes in this room: the outbox to other agencies' systems, and what their answers do to a dossier.

Messages are made by a sweep from how the dossiers stand, so that no move waits for them and a killed worker loses none.
An answer is stored and applied in one transaction, keyed by the partner's own id: a second coming changes nothing.
Silence never stops the clock: it is put on the dossier's record once, and the head of the silent agency is reminded.
"""

from __future__ import annotations

import base64
import binascii
import io
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from motcua.documents.services import open_file, store_upload
from motcua.dossiers import writer
from motcua.dossiers.commands import AnyCommand, Resolve, ResultData, ReturnIneligible, check_text
from motcua.dossiers.decide import GuardFailed, MoveNotPossible
from motcua.dossiers.evidence import check_evidence
from motcua.dossiers.models import Dossier, Paper
from motcua.dossiers.ports import EntryEvent, ports
from motcua.exchange.models import InReply, OutMessage, Partner
from motcua.exchange.providers import OutsideSystem, PermanentFailure, Reply, TemporaryFailure
from motcua.identity.actors import SYSTEM
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import OPEN, PERSONAL_DATA_ERASED, RUNNING, ProcessEvent, State
from motcua.organizations.models import Agency
from motcua.organizations.services import set_own_system
from motcua.platform.jobs import Job, defer_many
from motcua.processes.models import AgencyTransfer
from motcua.processes.transfers import note_only

TALK: Final = "motcua.exchange.tasks.talk"
# How long a job may take before another asks again; how often a partner is asked for its answer.
LEASE: Final = timedelta(minutes=2)
ASK_EVERY: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)
_LOCK: Final = 0x74616C6B  # "talk"
_NAMESPACE: Final = uuid.UUID("5d6f6b1c-54c5-5c5b-9f0e-6d6f74637561")
# A file larger than that goes by its name and hash; the partner fetches it on paper or by its own way.
_MOST_FILE_BYTES: Final = 5_000_000


def connect(agency_id: int, address: str) -> Partner:
    """From now on the agency works in a system of its own at this address."""
    if not address.startswith(("http://", "https://")) or len(address) > 300:
        raise BadInput(f"Địa chỉ hệ thống “{address[:80]}”: cần dạng https://máy/đường-dẫn.", field="address")
    if not Agency.objects.filter(pk=agency_id).exists():
        raise BadInput("Cơ quan có hệ thống riêng: không có cơ quan này.", field="agency_id")
    with transaction.atomic():
        set_own_system(agency_id, own=True)
        partner, _ = Partner.objects.update_or_create(
            agency_id=agency_id, defaults={"address": address, "active": True}
        )
    return partner


_WANTED = """
INSERT INTO exchange_outmessage (key, partner_id, dossier_id, kind, state, created_at, receipt, attempts, failure, next_try_at, due_at)
SELECT gen_random_uuid(), x.id, d.id, k.kind, 'waiting', %(at)s, '', 0, '', %(at)s, d.due_at
FROM exchange_partner x
JOIN dossiers_dossier d ON d.agency_id = x.agency_id
CROSS JOIN (VALUES ('dossier'), ('withdrawal')) AS k (kind)
WHERE x.active AND d.state = ANY(%(open)s)
  AND (k.kind = 'dossier' OR (d.withdrawal_requested_at IS NOT NULL
       AND EXISTS (SELECT FROM exchange_outmessage o WHERE o.dossier_id = d.id AND o.kind = 'dossier')))
  AND NOT EXISTS (SELECT FROM exchange_outmessage o WHERE o.dossier_id = d.id AND o.kind = k.kind)
ORDER BY d.id LIMIT 500
ON CONFLICT (dossier_id, kind) DO NOTHING
"""


def collect(at: datetime) -> int:
    """The sweep: a message for every accepted dossier of an agency with a system of its own. Returns how many were made."""
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, {"at": at, "open": sorted(state.value for state in OPEN)})
        return int(cursor.rowcount)


def ask_to_talk(at: datetime) -> int:
    """The sweep: a job for every message whose next try has come. Returns how many."""
    with transaction.atomic():
        due = list(
            OutMessage.objects.select_for_update(skip_locked=True)
            .filter(state__in=(OutMessage.State.WAITING, OutMessage.State.SENT), next_try_at__lte=at)
            .order_by("next_try_at", "id")
            .values_list("id", flat=True)[:200]
        )
        OutMessage.objects.filter(pk__in=due).update(next_try_at=at + LEASE)
        defer_many([Job(TALK, {"message_id": id_}, lock=f"exchange-{id_}") for id_ in due])
    return len(due)


def talk(message_id: int, system: OutsideSystem, at: datetime) -> None:
    """Send what waits, or ask for the answer to what was sent. A system that is away is tried again, ever more rarely."""
    message = OutMessage.objects.select_related("dossier", "partner__agency").get(pk=message_id)
    try:
        if message.state == OutMessage.State.WAITING:
            receipt = system.send(message.key, message.kind, content_of(message))
            _sent(message, receipt, at)
        elif message.state == OutMessage.State.SENT:
            for reply in system.replies(message.key):
                take(message, reply, at)
            OutMessage.objects.filter(pk=message_id, state=OutMessage.State.SENT).update(
                next_try_at=at + ASK_EVERY, failure="", attempts=0
            )
    except PermanentFailure as failure:
        OutMessage.objects.filter(pk=message_id).update(
            state=OutMessage.State.FAILED, failure=failure.message[:300], next_try_at=None
        )
    except TemporaryFailure as failure:
        wait = min(ASK_EVERY * 2 ** min(message.attempts, 10), _LONGEST_WAIT)
        OutMessage.objects.filter(pk=message_id).update(
            attempts=message.attempts + 1, failure=failure.message[:300], next_try_at=at + wait
        )


def content_of(message: OutMessage) -> dict[str, Any]:
    """What is told to the partner: the dossier, its people and the papers that were handed over with it."""
    dossier = Dossier.objects.select_related("procedure", "agency", "receiving_desk", "submitter", "owner_person").get(
        pk=message.dossier_id
    )
    # Only an imported dossier is without, and nothing of it is sent on.
    assert dossier.submitter is not None
    assert dossier.receiving_desk is not None
    person = dossier.owner_person or dossier.submitter
    content: dict[str, Any] = {
        "code": dossier.code,
        "procedure": {"code": dossier.procedure.code, "name": dossier.procedure.name},
        "to": dossier.agency.code,
        "received_by": dossier.receiving_desk.name,
        "accepted_at": dossier.accepted_at.isoformat() if dossier.accepted_at else None,
        "due_at": dossier.due_at.isoformat() if dossier.due_at else None,
    }
    if message.kind != OutMessage.Kind.DOSSIER:
        return content
    return content | {
        "applicant": {
            "full_name": person.full_name,
            "identity_number": person.identity_number,
            "birth_year": person.birth_year,
            "address": person.address,
            "phone": dossier.submitter.phone,
        },
        "papers": [_paper(paper) for paper in Paper.objects.filter(dossier=dossier).order_by("round", "position")],
    }


def _paper(paper: Paper) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": paper.name, "originals": paper.originals, "copies": paper.copies, "sha256": paper.file,
    }  # fmt: skip
    if paper.file:
        opened = open_file(paper.file)
        with opened.stream as stream:
            if opened.size <= _MOST_FILE_BYTES:
                told["content"] = base64.b64encode(stream.read()).decode("ascii")
    return told


def _sent(message: OutMessage, receipt: str, at: datetime) -> None:
    """The partner has it. For a dossier that is the signature for the hand-over, with the number under which it lies there."""
    with transaction.atomic():
        changed = OutMessage.objects.filter(pk=message.pk, state=OutMessage.State.WAITING).update(
            state=OutMessage.State.SENT if message.kind == OutMessage.Kind.DOSSIER else OutMessage.State.ANSWERED,
            sent_at=at, receipt=receipt, next_try_at=at + ASK_EVERY, failure="", attempts=0,
        )  # fmt: skip
        if not changed:
            return
        event = {
            OutMessage.Kind.DOSSIER.value: ProcessEvent.ACKNOWLEDGED,
            OutMessage.Kind.REMINDER.value: ProcessEvent.REMINDED,
        }.get(message.kind)
        if event is not None:
            _note(message.dossier_id, event, {"agency": message.partner.agency_id, "receipt": receipt}, at)
        if message.kind == OutMessage.Kind.DOSSIER:
            AgencyTransfer.objects.filter(dossier_id=message.dossier_id, token=0, acknowledged_at=None).update(
                acknowledged_at=at, way=AgencyTransfer.Way.EXCHANGE
            )


def _note(dossier_id: int, event: ProcessEvent, detail: dict[str, object], at: datetime) -> None:
    """Put on the dossier's record what the exchange saw; a dossier that has ended meanwhile keeps its last word."""
    loaded = writer.load(dossier_id)
    if loaded.snapshot.state in OPEN:
        move = writer.Move(loaded, actor=SYSTEM, recorded_at=at)
        move.give(note_only(loaded, event, detail), max(at, loaded.snapshot.last_at or at))
        move.finish()


def take(message: OutMessage, reply: Reply, at: datetime) -> InReply:
    """Store an answer and do what it says, once. Returns the row as it then stands."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Not a row lock: that would give this transaction its place in the readers' order before the dossier is read.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, message.pk % 2**31])
        row = InReply.objects.filter(message=message, reply_id=reply.id).first()
        if row is not None and row.taken != InReply.Taken.HELD:
            row.times += 1
            row.save(update_fields=["times"])
            return row
        taken, note = _do(message, reply, at)
        if row is None:
            row = InReply(
                message=message, reply_id=reply.id, kind=reply.kind[:20], content=_kept(reply.content), received_at=at
            )
            due = Dossier.objects.values_list("due_at", flat=True).get(pk=message.dossier_id)
            row.late = due is not None and at > due
        else:
            row.times += 1
        row.taken, row.note = taken, note[:300]
        row.save()
    return row


def _kept(content: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer is kept beside the dossier: all but the file, which is stored by its hash."""
    result = content.get("result")
    if isinstance(result, dict) and "file" in result:
        return dict(content) | {"result": {name: value for name, value in result.items() if name != "file"}}
    return dict(content)


def _do(message: OutMessage, reply: Reply, at: datetime) -> tuple[InReply.Taken, str]:
    if reply.fault:
        return InReply.Taken.UNREADABLE, reply.fault
    final = InReply.objects.filter(message=message, taken=InReply.Taken.DONE, kind__in=("resolved", "refused")).first()
    if reply.kind == "accepted":
        return (InReply.Taken.REPEATED, "Báo đã nhận đến sau kết quả.") if final else (InReply.Taken.DONE, "")
    if final is not None:
        same = final.kind == reply.kind and final.content.get("result") == _kept(reply.content).get("result")
        return InReply.Taken.REPEATED, "" if same else "Khác với trả lời đã thực hiện; cần hỏi lại nơi gửi."
    try:
        command = command_of(reply, at)
        check_evidence(command)
    except DomainError as error:
        return InReply.Taken.UNREADABLE, error.message
    loaded = writer.load(message.dossier_id)
    if loaded.snapshot.state not in OPEN:
        return InReply.Taken.TOO_LATE, "Hồ sơ đã kết thúc khi trả lời đến."
    if loaded.snapshot.state not in RUNNING:
        return InReply.Taken.HELD, "Hồ sơ đang tạm dừng; trả lời được thực hiện khi hồ sơ tiếp tục."
    try:
        with transaction.atomic():
            move = writer.Move(loaded, actor=SYSTEM, recorded_at=at)
            ports.step_gate.before(loaded, command, at)
            move.give(command, at)
            move.finish()
    except (GuardFailed, MoveNotPossible) as error:
        return InReply.Taken.HELD, error.message
    OutMessage.objects.filter(pk=message.pk).update(
        state=OutMessage.State.ANSWERED, answered_at=at, next_try_at=None, failure=""
    )
    return InReply.Taken.DONE, ""


def command_of(reply: Reply, at: datetime) -> AnyCommand:
    """The command that a final answer means. Raises BadInput that names what is missing; stores the signed file."""
    result = reply.content.get("result")
    if not isinstance(result, dict):
        raise BadInput("Trả lời không có “result” (loại, số, ngày ký, người ký của văn bản).", field="result")
    texts = {name: result.get(name) for name in ("kind", "number", "signer")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise BadInput(f"Kết quả: “{name}” cần một chuỗi.", field=name)
    try:
        signed_on = date.fromisoformat(str(result.get("signed_on")))
    except ValueError:
        raise BadInput("Kết quả: “signed_on” cần ngày dạng 2026-11-21.", field="signed_on") from None
    file = _stored(result, at)
    data = ResultData(
        str(texts["kind"]), str(texts["number"]), signed_on, str(texts["signer"]), file=file, paper=not file
    )
    if reply.kind == "resolved":
        return Resolve(data, at_return_desk=bool(file))
    reason = reply.content.get("reason")
    if not isinstance(reason, str):
        raise BadInput("Trả lời không giải quyết: thiếu “reason” (lý do).", field="reason")
    check_text(reason, "Lý do")
    return ReturnIneligible(data, reason)


def _stored(result: Mapping[str, Any], at: datetime) -> str:
    if result.get("file") is None:
        return ""
    try:
        data = base64.b64decode(str(result["file"]), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("Kết quả: “file” không phải là tệp mã base64.", field="file") from None
    return store_upload(io.BytesIO(data), name="ket-qua.pdf", at=at).sha256


def note_silence(at: datetime) -> int:
    """The sweep: a partner that has not answered by the dossier's due is recorded as silent, once, and its head reminded.

    The dossier's clock runs on; it is late at the agency that keeps silent. Returns how many were silent.
    """
    silent = list(
        OutMessage.objects.filter(
            kind=OutMessage.Kind.DOSSIER,
            state__in=(OutMessage.State.WAITING, OutMessage.State.SENT, OutMessage.State.FAILED),
            silent_at=None,
            dossier__due_at__lt=at,
            dossier__state__in=[state.value for state in RUNNING],
        )
        .select_related("partner")
        .order_by("id")[:200]
    )
    for message in silent:
        with transaction.atomic():
            if not OutMessage.objects.filter(pk=message.pk, silent_at=None).update(silent_at=at):
                continue
            _note(message.dossier_id, ProcessEvent.SILENT, {"agency": message.partner.agency_id, "told_head": True}, at)
            OutMessage.objects.get_or_create(
                dossier_id=message.dossier_id,
                kind=OutMessage.Kind.REMINDER,
                defaults={
                    "key": uuid.uuid5(_NAMESPACE, f"reminder-{message.key}"),
                    "partner": message.partner,
                    "created_at": at,
                    "next_try_at": at,
                },
            )
    return len(silent)


def unanswered(at: datetime) -> list[tuple[int, int, bool]]:
    """Parts that lie with a partner beyond their due: (dossier id, agency id, whether the partner has the dossier)."""
    rows = OutMessage.objects.filter(
        kind=OutMessage.Kind.DOSSIER, answered_at=None, dossier__due_at__lt=at,
        dossier__state__in=[State.ACCEPTED.value, State.IN_PROCESS.value],
    ).order_by("dossier__due_at", "id")  # fmt: skip
    return [
        (dossier_id, agency_id, sent_at is not None)
        for dossier_id, agency_id, sent_at in rows.values_list("dossier_id", "partner__agency_id", "sent_at")
    ]


def forget_replies(events: list[EntryEvent]) -> list[Job]:
    """A subscriber: with a person goes what other systems wrote of them; what came when, and what it did, stays."""
    erased = [event.dossier_id for event in events if event.kind == PERSONAL_DATA_ERASED]
    if erased:
        InReply.objects.filter(message__dossier_id__in=erased).update(content={}, note="")
    return []
