"""Leave with its substitute: recorded, given another substitute, ended early. Each decision stays on record."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from motcua.identity.actors import Actor
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import VIETNAM, local_day
from motcua.organizations.models import Absence, Officer, StandInEvent
from motcua.organizations.standing_in import choices_for, may_decide

_LONGEST = timedelta(days=366)


class NotTheirs(DomainError):
    """Leave and delegations are decided by the officer or by who heads the agency."""

    code = "not_allowed"


class AlreadyEnded(DomainError):
    code = "already_ended"


@transaction.atomic
def record_absence(
    officer_id: int,
    *,
    kind: str,
    from_at: datetime,
    to_at: datetime,
    substitute_id: int | None = None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Absence:
    """An officer will be away from `from_at` up to `to_at`; meanwhile the substitute has his powers.

    Raises NotTheirs, BadInput (field names the part that is wrong); then nothing was written.
    """
    officer = _locked(officer_id, substitute_id)
    _check_may(actor, officer)
    if kind not in Absence.Kind.values:
        raise BadInput(f"Loại nghỉ “{kind}” không có trong danh mục.", field="kind")
    if to_at <= from_at:
        raise BadInput("Đến lúc: phải sau lúc bắt đầu nghỉ.", field="to_at")
    if to_at <= at:
        raise BadInput("Đến lúc: thời gian nghỉ đã qua; chỉ ghi được nghỉ đang diễn ra hoặc sắp tới.", field="to_at")
    if to_at - from_at > _LONGEST:
        raise BadInput("Đến lúc: một lần nghỉ dài nhất 366 ngày; hãy kiểm tra lại năm.", field="to_at")
    _check_free(officer, from_at, to_at)
    substitute = _checked_substitute(officer, substitute_id, from_at, to_at)
    absence = Absence.objects.create(
        officer=officer, kind=kind, from_at=from_at, to_at=to_at, until=to_at, substitute=substitute, note=note[:300]
    )
    _note(absence, StandInEvent.Kind.RECORDED, actor, at, substitute=substitute)
    return absence


@transaction.atomic
def change_substitute(
    absence_id: int, *, substitute_id: int | None, reason: str, actor: Actor, at: datetime
) -> Absence:
    """Another officer stands in from now on, or nobody. Raises NotTheirs, BadInput, AlreadyEnded."""
    absence = _running(absence_id, actor, at)
    tidy = _reason(reason)
    _locked(absence.officer_id, substitute_id)
    if substitute_id == absence.substitute_id:
        raise BadInput("Người làm thay: vẫn là người đang được ghi.", field="substitute")
    substitute = _checked_substitute(absence.officer, substitute_id, max(at, absence.from_at), absence.until)
    absence.substitute = substitute
    absence.save(update_fields=["substitute"])
    _note(absence, StandInEvent.Kind.SUBSTITUTE, actor, at, substitute=substitute, reason=tidy)
    return absence


@transaction.atomic
def end_absence(absence_id: int, *, reason: str, actor: Actor, at: datetime) -> Absence:
    """The officer is back, or does not go at all: the substitute's powers end at once."""
    absence = _running(absence_id, actor, at)
    tidy = _reason(reason)
    absence.until = max(at, absence.from_at)
    absence.save(update_fields=["until"])
    _note(absence, StandInEvent.Kind.ENDED, actor, at, reason=tidy)
    return absence


def _locked(officer_id: int, other_id: int | None) -> Officer:
    """The officer; both rows locked in order, so that two who record at once see one another."""
    ids = sorted({officer_id, other_id or officer_id})
    rows = {
        row.pk: row
        for row in Officer.objects.select_for_update(of=("self",))
        .select_related("agency")
        .filter(pk__in=ids)
        .order_by("pk")
    }
    if officer_id not in rows:
        raise BadInput("Cán bộ được chọn không có.", field="officer")
    return rows[officer_id]


def _check_may(actor: Actor, officer: Officer) -> None:
    if not may_decide(actor, officer):
        raise NotTheirs("Chỉ chính cán bộ hoặc lãnh đạo của cơ quan ấy mới được ghi nhận việc nghỉ.")


def _check_free(officer: Officer, from_at: datetime, to_at: datetime) -> None:
    other = (
        Absence.objects.filter(officer=officer, from_at__lt=to_at, until__gt=from_at)
        .exclude(until=F("from_at"))
        .order_by("from_at")
        .first()
    )
    if other is not None:
        raise BadInput(
            f"Từ lúc: trùng với lần nghỉ đã ghi từ {_words(other.from_at)} đến {_words(other.until)}.", field="from_at"
        )


def _checked_substitute(
    officer: Officer, substitute_id: int | None, from_at: datetime, to_at: datetime
) -> Officer | None:
    if substitute_id is None:
        return None
    if substitute_id == officer.pk:
        raise BadInput("Người làm thay: phải là người khác với người nghỉ.", field="substitute")
    substitute = choices_for(officer).filter(pk=substitute_id).first()
    if substitute is None:
        raise BadInput(
            "Người làm thay: không thuộc cơ quan của người nghỉ, cơ quan cấp trên hay cấp dưới.", field="substitute"
        )
    ends = substitute.valid_to
    if substitute.valid_from > local_day(from_at) or (ends is not None and ends <= local_day(to_at)):
        raise BadInput("Người làm thay: không giữ vị trí công tác suốt thời gian này.", field="substitute")
    away = (
        Absence.objects.filter(officer=substitute, from_at__lt=to_at, until__gt=from_at)
        .exclude(until=F("from_at"))
        .first()
    )
    if away is not None:
        raise BadInput(
            f"Người làm thay: {substitute.full_name} cũng vắng từ {_words(away.from_at)} đến {_words(away.until)}.",
            field="substitute",
        )
    return substitute


def _running(absence_id: int, actor: Actor, at: datetime) -> Absence:
    absence = (
        Absence.objects.select_for_update(of=("self",)).select_related("officer__agency").filter(pk=absence_id).first()
    )
    if absence is None:
        raise BadInput("Không có lần nghỉ này.", field="absence")
    _check_may(actor, absence.officer)
    if absence.until <= at or absence.until == absence.from_at:
        raise AlreadyEnded(f"Lần nghỉ này đã kết thúc lúc {_words(absence.until)}.")
    return absence


def _reason(text: str) -> str:
    tidy = " ".join(text.split())
    if not tidy:
        raise BadInput("Lý do: chưa nhập. Cần ghi rõ để người sau biết vì sao thay đổi.", field="reason")
    if len(tidy) > 300:
        raise BadInput(f"Lý do: dài {len(tidy)} ký tự, tối đa 300.", field="reason")
    return tidy


def _note(
    absence: Absence,
    kind: StandInEvent.Kind,
    actor: Actor,
    at: datetime,
    *,
    substitute: Officer | None = None,
    reason: str = "",
) -> None:
    StandInEvent.objects.create(
        absence=absence, kind=kind, at=at, by_id=actor.id or None, substitute=substitute, reason=reason
    )


def _words(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
