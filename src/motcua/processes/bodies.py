"""A consulted body without an account: asked by document, it answers by a one-time link, or on paper.

The link carries 256 random bits; only their hash is kept. It opens what was asked and the papers named with it, nothing
else of the dossier; it takes one answer and ends with the step's own time. Silence goes the way that the process names.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from motcua.dossiers import writer
from motcua.dossiers.commands import check_text
from motcua.dossiers.decide import GuardFailed
from motcua.dossiers.models import Paper
from motcua.dossiers.permissions import NotAllowed, sees
from motcua.dossiers.ports import EntryEvent
from motcua.dossiers.services import Moved, subject_of
from motcua.identity.actors import SYSTEM, Actor
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import OPEN, PERSONAL_DATA_ERASED, ProcessEvent
from motcua.organizations.models import Role
from motcua.platform.jobs import Job
from motcua.processes.definition import DONE, Node, StepKind
from motcua.processes.engine import NotThere
from motcua.processes.items import Item
from motcua.processes.models import BodyQuestion
from motcua.processes.projection import read_items
from motcua.processes.services import finish_step
from motcua.processes.transfers import note_only
from motcua.processes.versions import definition_of

# Who of the competent agency writes to a body, and records what it answers on paper.
ASKERS: Final = frozenset({Role.CASE_OFFICER, Role.UNIT_HEAD, Role.SIGNER})
# Where a step has no time of its own.
_LIFE: Final = timedelta(days=30)


class LinkNotValid(DomainError):
    """No such link, or it was used, taken back, or has ended: a stranger is told no difference."""

    code = "link_not_valid"


_NOT_VALID = (
    "Đường dẫn này không dùng được: đã trả lời, đã hết hạn, hoặc đã được thay bằng đường dẫn khác. Xin liên hệ cơ quan đã gửi"
    " công văn."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`secret` goes into the link and is kept nowhere."""

    question: BodyQuestion
    secret: str


def body_step(dossier_id: int, token: int) -> tuple[Item, Node]:
    """The open step by which a body outside is consulted. Raises NotThere."""
    item = read_items([dossier_id]).get(dossier_id, {}).get(token)
    digest = writer.load(dossier_id).snapshot.process
    node = definition_of(digest).by_id.get(item.node) if item and digest else None
    if item is None or node is None or not item.open or item.kind != StepKind.CONSULTATION or not node.body:
        raise NotThere("Bước này không phải lấy ý kiến cơ quan ngoài hệ thống, hoặc đã kết thúc.")
    return item, node


def ask(
    dossier_id: int,
    token: int,
    *,
    number: str,
    question: str,
    paper_ids: Sequence[int] = (),
    actor: Actor,
    at: datetime,
) -> Asked:
    """Write to the body of an open step: a new link, which replaces one given before.

    Raises NotFound, NotAllowed, NotThere, BadInput for an empty question or a paper that is not the dossier's.
    """
    for text, label, longest in ((number, "Số công văn", 100), (question, "Nội dung xin ý kiến", 10_000)):
        if not text.strip():
            raise BadInput(f"{label}: chưa nhập. Cần ghi rõ nội dung này.", field=label)
        check_text(text, label, longest)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        loaded = _writable(dossier_id, actor)
        item, node = body_step(dossier_id, token)
        if item.due_at is not None and item.due_at <= at:
            raise GuardFailed("Thời hạn của bước lấy ý kiến đã hết; không gửi thêm câu hỏi được.")
        papers = sorted(set(paper_ids))
        if Paper.objects.filter(dossier_id=dossier_id, pk__in=papers).count() != len(papers):
            raise BadInput("Giấy tờ gửi kèm: có giấy tờ không thuộc hồ sơ này.", field="papers")
        move = writer.Move(loaded, actor=actor, recorded_at=at)
        detail: dict[str, object] = {"token": token, "body": node.body, "document": number.strip(), "papers": papers}
        move.give(note_only(loaded, ProcessEvent.ASKED, detail), at)
        BodyQuestion.objects.filter(dossier_id=dossier_id, token=token, revoked_at=None).update(revoked_at=at)
        asked = BodyQuestion.objects.create(
            dossier_id=dossier_id, token=token, body=node.body, number=number.strip(), question=question.strip(), papers=papers,
            digest=_digest(secret), created_at=at, created_by_id=actor.id, answer_by=item.due_at or at + _LIFE,
            expires_at=item.due_at or at + _LIFE,
        )  # fmt: skip
        move.finish()
    return Asked(asked, secret)


def _writable(dossier_id: int, actor: Actor) -> writer.Loaded:
    loaded = writer.load(dossier_id)
    if not sees(actor, subject_of(loaded)):
        raise writer.NotFound("Không tìm thấy hồ sơ.")
    if not actor.has_role(ASKERS, loaded.agency_id):
        raise NotAllowed("Chỉ cán bộ của cơ quan có thẩm quyền mới gửi văn bản lấy ý kiến của hồ sơ này.")
    return loaded


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def find(secret: str, at: datetime) -> BodyQuestion:
    """The question behind a link. Raises LinkNotValid, also where its step has ended meanwhile."""
    found: BodyQuestion | None = (
        BodyQuestion.objects.select_related("dossier__procedure", "dossier__agency", "created_by")
        .filter(digest=_digest(secret), answered_at=None, revoked_at=None, expires_at__gt=at)
        .first()
    )
    if found is None:
        raise LinkNotValid(_NOT_VALID)
    try:
        body_step(found.dossier_id, found.token)
    except NotThere as error:
        raise LinkNotValid(_NOT_VALID) from error
    return found


def open_link(secret: str, at: datetime) -> BodyQuestion:
    """The question, and the first opening on record. Raises LinkNotValid."""
    found = find(secret, at)
    if found.opened_at is None:
        with transaction.atomic():
            loaded = writer.load(found.dossier_id)
            if loaded.snapshot.state in OPEN and BodyQuestion.objects.filter(pk=found.pk, opened_at=None).update(
                opened_at=at
            ):
                move = writer.Move(loaded, actor=SYSTEM, recorded_at=at)
                move.give(note_only(loaded, ProcessEvent.READ, {"token": found.token, "body": found.body}), at)
                move.finish()
                found.opened_at = at
    return found


def ways(question: BodyQuestion) -> tuple[tuple[str, str], ...]:
    """The outcomes that the body may choose, (code, words); one alone needs no choice."""
    _, node = body_step(question.dossier_id, question.token)
    return tuple((way, node.way_text(way)) for way in node.ways)


def answer(
    secret: str, *, name: str, text: str, outcome: str = "", file: str = "", file_name: str = "", at: datetime
) -> Moved:
    """The one answer. `file` is the SHA-256 of the stored answer. Raises LinkNotValid, BadInput; then nothing has changed."""
    found = find(secret, at)
    for value, label, longest in ((name, "Người trả lời", 200), (text, "Nội dung trả lời", 10_000)):
        if not value.strip():
            raise BadInput(f"{label}: chưa nhập. Cần ghi rõ nội dung này.", field=label)
        check_text(value, label, longest)
    with transaction.atomic():
        # Whoever takes the row first gives the answer; a second one finds nothing to take.
        taken = BodyQuestion.objects.filter(pk=found.pk, answered_at=None, revoked_at=None).update(
            answered_at=at,
            answered_by=name.strip(),
            answer=text.strip(),
            answer_file=file,
            answer_file_name=file_name[:200],
        )
        if not taken:
            raise LinkNotValid(_NOT_VALID)
        return _finish(found.dossier_id, found.token, outcome, text.strip(), at)


def _finish(dossier_id: int, token: int, outcome: str, note: str, at: datetime) -> Moved:
    _, node = body_step(dossier_id, token)
    return finish_step(
        dossier_id, token, outcome=outcome or (node.ways[0] if node.outcomes else DONE), note=note, papers=node.papers,
        actor=SYSTEM, at=at,
    )  # fmt: skip


def record_answer(
    dossier_id: int, token: int, *, document: str, text: str, outcome: str = "", actor: Actor, at: datetime
) -> Moved:
    """The body answered on paper: an officer of the competent agency records it; its link ends."""
    for value, label, longest in ((document, "Số văn bản trả lời", 100), (text, "Nội dung trả lời", 10_000)):
        if not value.strip():
            raise BadInput(f"{label}: chưa nhập. Cần ghi rõ nội dung này.", field=label)
        check_text(value, label, longest)
    with transaction.atomic():
        loaded = _writable(dossier_id, actor)
        _, node = body_step(dossier_id, token)
        move = writer.Move(loaded, actor=actor, recorded_at=at)
        move.give(
            note_only(
                loaded,
                ProcessEvent.READ,
                {"token": token, "body": node.body, "document": document.strip(), "on_paper": True},
            ),
            at,
        )
        move.finish()
        BodyQuestion.objects.filter(dossier_id=dossier_id, token=token, revoked_at=None, answered_at=None).update(
            answered_at=at, answered_by=f"văn bản số {document.strip()}", answer=text.strip()
        )
        return _finish(dossier_id, token, outcome, text.strip(), at)


def forget_answers(events: list[EntryEvent]) -> list[Job]:
    """A subscriber: with a person goes what was asked and answered about them; that it was asked, and when, stays."""
    erased = [event.dossier_id for event in events if event.kind == PERSONAL_DATA_ERASED]
    if erased:
        BodyQuestion.objects.filter(dossier_id__in=erased).update(
            question="", answer="", answered_by="", answer_file_name=""
        )
    return []
