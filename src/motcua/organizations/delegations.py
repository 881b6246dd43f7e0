"""Delegation: a dated part of one's own power given to another officer. It ends by itself; it cannot be passed on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from motcua.identity.actors import Actor
from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.organizations.absences import AlreadyEnded, NotTheirs
from motcua.organizations.models import PASSED_ON, Absence, Agency, Officer, Role, RoleAssignment, StandInEvent
from motcua.organizations.queries import day_bounds
from motcua.organizations.standing_in import choices_for

_LONGEST = timedelta(days=366)
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@transaction.atomic
def delegate(
    giver_id: int,
    *,
    to_id: int,
    role: str,
    first_on: date,
    last_on: date,
    scope_id: int | None = None,
    sectors: Collection[int] = (),
    document: str = "",
    actor: Actor,
    at: datetime,
) -> RoleAssignment:
    """Give a role that one holds oneself to another, from the first to the last day, both included.

    `scope_id`: the agency with all below it, None = as far as the giver's own role reaches; `sectors`: ids of the sectors,
    none = every one. An administrator may record it for the giver, with the number of the signed document.
    Raises NotTheirs, BadInput; then nothing was written.
    """
    giver, taker = _both(giver_id, to_id)
    _check_may(actor, giver, document)
    _check_days(first_on, last_on, local_day(at))
    scope = _held_scope(giver, role, scope_id, first_on, last_on)
    _check_taker(taker, giver, role, scope, first_on, last_on)
    _check_duplicate(giver, taker, role, scope, set(sectors), first_on, last_on)
    made = RoleAssignment.objects.create(
        officer=taker, role=role, scope=scope, delegated_by=giver, sectors=sorted(set(sectors)), document=document[:200],
        valid_from=first_on, valid_to=last_on + timedelta(days=1),
    )  # fmt: skip
    StandInEvent.objects.create(
        delegation=made, kind=StandInEvent.Kind.RECORDED, at=at, by_id=actor.id or None, substitute=taker
    )
    return made


@transaction.atomic
def end_delegation(delegation_id: int, *, reason: str, actor: Actor, at: datetime) -> RoleAssignment:
    """End a delegation early: from this moment the other has the power no more. Raises NotTheirs, BadInput, AlreadyEnded."""
    row = (
        RoleAssignment.objects.select_for_update(of=("self",))
        .select_related("delegated_by__agency")
        .filter(pk=delegation_id, delegated_by__isnull=False)
        .first()
    )
    if row is None or row.delegated_by is None:
        raise BadInput("Không có ủy quyền này.", field="delegation")
    may = actor.id in (row.delegated_by_id, row.officer_id) or actor.has_role(
        _ADMINISTRATORS, row.delegated_by.agency_id
    )
    if not may:
        raise NotTheirs("Chỉ người ủy quyền, người được ủy quyền hoặc quản trị mới được kết thúc ủy quyền này.")
    tidy = " ".join(reason.split())
    if not tidy:
        raise BadInput("Lý do: chưa nhập. Cần ghi rõ vì sao kết thúc sớm.", field="reason")
    if len(tidy) > 300:
        raise BadInput(f"Lý do: dài {len(tidy)} ký tự, tối đa 300.", field="reason")
    today = local_day(at)
    if row.valid_to is not None and row.valid_to <= max(today, row.valid_from):
        raise AlreadyEnded("Ủy quyền này đã kết thúc.")
    row.valid_to = max(today, row.valid_from)
    row.save(update_fields=["valid_to"])
    StandInEvent.objects.create(
        delegation=row, kind=StandInEvent.Kind.ENDED, at=at, by_id=actor.id or None, reason=tidy
    )
    return row


def _both(giver_id: int, to_id: int) -> tuple[Officer, Officer]:
    if giver_id == to_id:
        raise BadInput("Người được ủy quyền: không thể ủy quyền cho chính mình.", field="to")
    rows = {
        row.pk: row
        for row in Officer.objects.select_for_update(of=("self",))
        .select_related("agency")
        .filter(pk__in=[giver_id, to_id])
        .order_by("pk")
    }
    if giver_id not in rows:
        raise BadInput("Người ủy quyền: không có cán bộ này.", field="giver")
    if to_id not in rows:
        raise BadInput("Người được ủy quyền: không có cán bộ này.", field="to")
    return rows[giver_id], rows[to_id]


def _check_may(actor: Actor, giver: Officer, document: str) -> None:
    if actor.id == giver.pk:
        return
    if not actor.has_role(_ADMINISTRATORS, giver.agency_id):
        raise NotTheirs("Chỉ người giữ quyền mới ủy quyền được; quản trị ghi thay khi đã có văn bản.")
    if not document.strip():
        raise BadInput("Văn bản ủy quyền: cần số văn bản khi ghi thay người ủy quyền.", field="document")


def _check_days(first_on: date, last_on: date, today: date) -> None:
    if first_on < today:
        raise BadInput("Từ ngày: ủy quyền không bắt đầu được trong quá khứ.", field="first_on")
    if last_on < first_on:
        raise BadInput("Đến ngày: phải từ ngày bắt đầu trở đi.", field="last_on")
    if last_on - first_on > _LONGEST:
        raise BadInput("Đến ngày: một lần ủy quyền dài nhất 366 ngày.", field="last_on")


def _in_force(first_on: date, last_on: date) -> Q:
    """Assignments that hold on every day of the stretch."""
    return Q(valid_from__lte=first_on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=last_on))


def _held_scope(giver: Officer, role: str, scope_id: int | None, first_on: date, last_on: date) -> Agency:
    """How far the delegation reaches: the agency asked for, if the giver's own role covers it all the time."""
    name = dict(Role.choices).get(role, role)
    if role not in PASSED_ON:
        raise BadInput(f"Vai trò: “{name}” không ủy quyền được; chỉ bổ nhiệm.", field="role")
    held = giver.assignments.filter(_in_force(first_on, last_on), role=role).select_related("scope")
    own = [row.scope for row in held if row.delegated_by_id is None]
    if not own:
        if held:
            raise BadInput(
                f"Vai trò: “{name}” của {giver.full_name} do người khác ủy quyền, không ủy quyền lại được.",
                field="role",
            )
        raise BadInput(
            f"Vai trò: {giver.full_name} không giữ vai trò “{name}” suốt thời gian từ {first_on:%d/%m/%Y} đến"
            f" {last_on:%d/%m/%Y}.",
            field="role",
        )
    if scope_id is None:
        return min(own, key=lambda agency: len(agency.path))
    scope = Agency.objects.filter(pk=scope_id).first()
    if scope is None or not any(scope.path.startswith(agency.path) for agency in own):
        raise BadInput("Phạm vi: vượt quá phạm vi vai trò của người ủy quyền.", field="scope")
    return scope


def _check_taker(taker: Officer, giver: Officer, role: str, scope: Agency, first_on: date, last_on: date) -> None:
    if not choices_for(giver).filter(pk=taker.pk).exists():
        raise BadInput(
            "Người được ủy quyền: không thuộc cơ quan của người ủy quyền, cơ quan cấp trên hay cấp dưới.", field="to"
        )
    if taker.valid_from > first_on or (taker.valid_to is not None and taker.valid_to <= last_on):
        raise BadInput("Người được ủy quyền: không giữ vị trí công tác suốt thời gian này.", field="to")
    holding = taker.assignments.filter(_in_force(first_on, last_on), role=role, delegated_by__isnull=True)
    if any(scope.path.startswith(row.scope.path) for row in holding.select_related("scope")):
        raise BadInput(
            f"Người được ủy quyền: {taker.full_name} đã giữ vai trò này trong phạm vi ấy, không cần ủy quyền.",
            field="to",
        )
    away = Absence.objects.filter(
        officer=taker, from_at__lte=day_bounds(first_on)[0], until__gte=day_bounds(last_on)[1]
    ).exclude(until=F("from_at"))
    if away.exists():
        raise BadInput(f"Người được ủy quyền: {taker.full_name} vắng suốt thời gian này.", field="to")


def _check_duplicate(
    giver: Officer, taker: Officer, role: str, scope: Agency, sectors: set[int], first_on: date, last_on: date
) -> None:
    for row in _running(giver, taker, role, first_on, last_on):
        nested = scope.path.startswith(row.scope.path) or row.scope.path.startswith(scope.path)
        shared = not sectors or not row.sectors or sectors & set(row.sectors)
        if nested and shared and row.valid_to is not None:
            last = row.valid_to - timedelta(days=1)
            raise BadInput(
                f"Từ ngày: trùng với ủy quyền đã có từ {row.valid_from:%d/%m/%Y} đến {last:%d/%m/%Y}.",
                field="first_on",
            )


def _running(giver: Officer, taker: Officer, role: str, first_on: date, last_on: date) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(
        delegated_by=giver, officer=taker, role=role, valid_from__lte=last_on, valid_to__gt=first_on
    ).select_related("scope")
