"""What happened, in an order that loses nothing: a consumer keeps the last cursor and asks again."""

from __future__ import annotations

import re
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from motcua.api.auth import Bearer, actor_for
from motcua.api.models import Scope
from motcua.api.problems import PROBLEMS
from motcua.api.schemas import EventOut, EventPage
from motcua.dossiers.feed import START, Position, entries_after
from motcua.dossiers.queries import visible_to
from motcua.law.errors import BadInput

router = Router(tags=["events"])
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


def _position(cursor: str) -> Position:
    if not cursor:
        return START
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise BadInput("Con trỏ “after” không đọc được; cần giá trị “next” của lần gọi trước.", field="after")
    return Position(int(match[1]), int(match[2]))


@router.get("", response={200: EventPage, **PROBLEMS}, auth=Bearer(Scope.EVENTS), operation_id="list_events")
def list_events(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EventPage:
    """Ledger entries after a cursor, oldest first, of dossiers that the caller may see.

    A page may be empty of visible entries while `next` moves on; it is the end when `next` equals `after`.
    """
    start = _position(after)
    entries = entries_after(start, limit)
    codes = dict(
        visible_to(actor_for(request.auth))  # type: ignore[attr-defined]
        .filter(pk__in={entry.dossier_id for entry in entries})
        .values_list("id", "code")
    )
    last = entries[-1].position if entries else start
    return EventPage(
        items=[
            EventOut(
                cursor=f"{entry.position.xid}.{entry.position.id}",
                dossier=codes[entry.dossier_id],
                seq=entry.seq,
                kind=entry.kind,
                from_state=entry.data["from"],
                to_state=entry.data["to"],
                occurred_at=entry.occurred_at,
                recorded_at=entry.recorded_at,
            )
            for entry in entries
            if entry.dossier_id in codes
        ],
        next=f"{last.xid}.{last.id}",
    )
