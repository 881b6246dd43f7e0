"""What is posted at a desk: the only writers of it. A row is ended, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from motcua.catalog.models import DeskProcedure, Procedure
from motcua.catalog.permissions import require_posting
from motcua.catalog.queries import may_come_back
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import local_day
from motcua.organizations.models import Agency, Desk

_REASON: Final = 300


class AlreadyTakenDown(DomainError):
    code = "already_changed"


class AlreadyPosted(DomainError):
    code = "already_changed"


def post_procedures(rows: Iterable[tuple[Desk, Procedure, Agency]], *, valid_from: date | None = None) -> None:
    """State which desk takes which procedure for which competent agency from a day on (None = ever since).

    Stating again what is posted there then changes nothing.
    """
    wanted = list(rows)
    standing = DeskProcedure.objects.filter(desk__in={desk for desk, _, _ in wanted})
    if valid_from is not None:
        standing = standing.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from))
    there = set(standing.values_list("desk_id", "procedure_id", "agency_id"))
    DeskProcedure.objects.bulk_create(
        (
            DeskProcedure(desk=desk, procedure=procedure, agency=agency, valid_from=valid_from)
            for desk, procedure, agency in wanted
            if (desk.pk, procedure.pk, agency.pk) not in there
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def take_down(
    desk: Desk, posted_ids: Collection[int], *, valid_to: date, reason: str, actor: Actor, at: datetime
) -> int:
    """The desk takes these no more from a day on, today at the earliest: the list of a past day stays as it hung there.

    Dossiers already received are not touched. An end that is still to come may be moved. Returns how many.
    Raises NotAllowed, BadInput with its field, AlreadyTakenDown for what is posted there no more.
    """
    require_posting(actor, desk)
    today = local_day(at)
    if not posted_ids:
        raise BadInput("Gỡ ở: chưa chọn cơ quan giải quyết nào.", field="posted")
    if valid_to < today:
        raise BadInput(
            f"Thôi niêm yết từ: ngày {valid_to:%d/%m/%Y} đã qua; danh mục của ngày đã qua không đổi được. Cần từ hôm nay"
            f" ({today:%d/%m/%Y}) trở đi.",
            field="valid_to",
        )
    tidy = _tidy(reason, "thôi niêm yết")
    rows = list(DeskProcedure.objects.select_for_update().filter(pk__in=posted_ids, desk=desk).order_by("pk"))
    if len(rows) != len(set(posted_ids)) or any(row.valid_to and row.valid_to <= today for row in rows):
        raise AlreadyTakenDown("Thủ tục này không còn niêm yết tại đây: có người vừa gỡ.")
    end_posting([row.pk for row in rows], valid_to=valid_to, reason=tidy, actor=actor, at=at)
    return len(rows)


@transaction.atomic
def post_again(desk: Desk, posted_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> int:
    """The desk takes these again from today on; an end that is still to come is called off. Returns how many.

    `posted_ids` are what was taken down or is to be: the days on which it did not hang there stay so. Raises NotAllowed,
    BadInput with its field, AlreadyPosted for what is posted there.
    """
    require_posting(actor, desk)
    if not posted_ids:
        raise BadInput("Niêm yết lại ở: chưa chọn cơ quan giải quyết nào.", field="posted")
    tidy, today = _tidy(reason, "niêm yết lại"), local_day(at)
    # The row itself is what two who click at once wait for.
    list(DeskProcedure.objects.select_for_update().filter(pk__in=posted_ids, desk=desk).order_by("pk"))
    rows = list(may_come_back(desk.pk).filter(pk__in=posted_ids))
    if len(rows) != len(set(posted_ids)):
        raise AlreadyPosted("Thủ tục này đang niêm yết tại đây: có người vừa niêm yết lại.")
    ended = [row for row in rows if row.valid_to and row.valid_to <= today]
    for agency in (row.agency for row in ended):
        if agency.valid_to and agency.valid_to <= today:
            raise BadInput(
                f"Niêm yết lại ở: {agency.name} thôi hoạt động từ {agency.valid_to:%d/%m/%Y}.", field="posted"
            )
    end_posting([row.pk for row in rows if row not in ended], valid_to=None, reason="", actor=actor, at=at)
    post_procedures(((desk, row.procedure, row.agency) for row in ended), valid_from=today)
    these = Q(*(Q(procedure=row.procedure_id, agency=row.agency_id) for row in rows), _connector=Q.OR)
    desk.procedures.filter(these, valid_to=None).update(
        again_reason=tidy, again_by_id=actor.id if actor.kind is ActorKind.OFFICER else None, again_at=at
    )
    return len(rows)


def _tidy(reason: str, why: str) -> str:
    tidy = " ".join(reason.split())
    if not tidy:
        raise BadInput(f"Lý do: chưa nhập. Cần ghi rõ vì sao {why}.", field="reason")
    if len(tidy) > _REASON:
        raise BadInput(f"Lý do: dài {len(tidy)} ký tự, tối đa {_REASON}.", field="reason")
    return tidy


def end_posting(posted_ids: Collection[int], *, valid_to: date | None, reason: str, actor: Actor, at: datetime) -> None:
    """Set from when on these are posted no more, None = posted for good; for who has checked that it may be so."""
    DeskProcedure.objects.filter(pk__in=posted_ids).update(
        valid_to=valid_to,
        reason=reason if valid_to else "",
        ended_by_id=actor.id if valid_to and actor.kind is ActorKind.OFFICER else None,
        ended_at=at if valid_to else None,
    )
