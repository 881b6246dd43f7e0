"""What every page of the board reads from its address, and the answers that all of them give."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse, QueryDict
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

from motcua.board.asking import Period, read_moment, read_period
from motcua.board.exports import FORMATS
from motcua.board.knowledge import BEHIND, known_until
from motcua.board.places import Place, overseen_agencies, place_of
from motcua.board.tables import Table
from motcua.desk.access import DeskRequest, said
from motcua.platform.clock import now
from motcua.platform.presentation.words import local
from motcua.statistics.models import DimAgency

_MOMENT = re.compile(rb"luc=[^&\"]*")
PERIOD = ("ky", "che-do", "tu", "den")


@dataclass(frozen=True, slots=True)
class Asked:
    """`place` None: there is no agency with figures yet that the officer oversees. `live`: as known now, and so asked again.

    `behind`: entries of the ledger have long waited to be counted.
    """

    agencies: list[DimAgency]
    place: Place | None
    period: Period
    as_of: datetime
    live: bool
    behind: bool


def asked_place(request: DeskRequest) -> tuple[list[DimAgency], Place | None]:
    """Another agency than those overseen is not there."""
    agencies = overseen_agencies(request.actor)
    code = said(request.GET, "co-quan").split(" ")[0]
    place = place_of(agencies, code)
    if code and place is None:
        raise Http404(code)
    return agencies, place


def asked_of(request: DeskRequest) -> Asked:
    """Asked in one snapshot with the counting itself. Raises Http404 and BadInput."""
    agencies, place = asked_place(request)
    given = {name: said(request.GET, name, limit=30) for name in (*PERIOD, "luc")}
    # Read within the snapshot: what is counted there has been recorded by then.
    moment = now()
    as_of = read_moment(given["luc"], known_until(moment))
    behind = not given["luc"] and moment - as_of > BEHIND
    return Asked(agencies, place, read_period(given, local(as_of).date()), as_of, not given["luc"], behind)


def file_of(table: Table | None, form: str) -> HttpResponse:
    """A table as the file that is asked for."""
    if table is None or form not in FORMATS:
        raise Http404(form)
    kind, write = FORMATS[form]
    answer = HttpResponse(write(table), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{table.name}.{form}"'
    return answer


def answered_once(request: DeskRequest, answer: HttpResponse) -> HttpResponse:
    """The part of an open page, or nothing while it is the same as the browser has it."""
    # As known when differs each time; numbers that are the same still open into the same rows at the moment shown before.
    same = _MOMENT.sub(b"", answer.content)
    etag = quote_etag(hashlib.sha256(str(request.officer.pk).encode() + same).hexdigest()[:32])
    answer["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=answer) or answer
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def without(query: QueryDict, *names: str) -> str:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()
