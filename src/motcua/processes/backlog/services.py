"""The writer of notes on the backlog. The dossier itself is moved by its own commands, never from here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from motcua.dossiers.commands import check_text
from motcua.dossiers.models import OPEN_STATES, Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.organizations.models import Officer
from motcua.processes.backlog.queries import given_to
from motcua.processes.inspection.permissions import inspected
from motcua.processes.models import BacklogNote

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Noted:
    """How many notes were written; `left_out` = dossiers that are no longer open or not the actor's."""

    notes: int
    left_out: int


def note_backlog(
    dossier_ids: Collection[int], *, note: str, officer_id: int | None, until: date | None, actor: Actor, at: datetime
) -> Noted:
    """One note on each dossier, given to an officer to clear by a day. Raises NotAllowed, BadInput."""
    scope = inspected(actor)
    if not scope:
        raise NotAllowed("Vai trò của ông/bà không được giao xử lý hồ sơ tồn.")
    if not dossier_ids:
        raise BadInput("Chưa chọn hồ sơ nào.", field="dossiers")
    if len(dossier_ids) > MOST:
        raise BadInput(f"Mỗi lần nhiều nhất {MOST} hồ sơ.", field="dossiers")
    _check(note, until, at)
    if officer_id is None and until is not None:
        raise BadInput("Đã đặt ngày xong thì cần chọn người xử lý.", field="officer")
    if officer_id is not None:
        holder = Officer.objects.filter(pk=officer_id, agency__in=scope).first()
        if holder is None or (holder.valid_to is not None and holder.valid_to <= local_day(at)):
            raise BadInput("Người xử lý không còn công tác hoặc ở ngoài phạm vi của ông/bà.", field="officer")
    chosen = Dossier.objects.filter(pk__in=dossier_ids, agency__in=scope, state__in=OPEN_STATES)
    rows = [
        BacklogNote(
            dossier_id=pk, officer_id=officer_id, until=until, note=note.strip(), made_by_id=actor.id, made_at=at
        )
        for pk in chosen.order_by("id").values_list("id", flat=True)
    ]
    BacklogNote.objects.bulk_create(rows)
    return Noted(len(rows), len(set(dossier_ids)) - len(rows))


def report_back(dossier_id: int, *, note: str, actor: Actor, at: datetime) -> BacklogNote:
    """What the officer who has it says about it; it stays with him until the same day. Raises NotAllowed, BadInput."""
    if not given_to(actor.id).filter(pk=dossier_id).exists():
        raise NotAllowed("Hồ sơ này không giao cho ông/bà xử lý tồn.")
    _check(note, None, at)
    last = BacklogNote.objects.filter(dossier=dossier_id).order_by("-id")[0]
    return BacklogNote.objects.create(
        dossier_id=dossier_id, officer_id=actor.id, until=last.until, note=note.strip(), made_by_id=actor.id, made_at=at
    )


def _check(note: str, until: date | None, at: datetime) -> None:
    if not note.strip():
        raise BadInput("Ghi chú: chưa nhập. Cần ghi vì sao còn tồn và phải làm gì.", field="note")
    check_text(note, "Ghi chú", 500)
    if until is not None and until < local_day(at):
        raise BadInput(f"Ngày xong {until:%d/%m/%Y} đã qua.", field="until")
