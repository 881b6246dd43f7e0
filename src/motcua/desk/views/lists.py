"""The worklists and the search: the list is the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from motcua.catalog.models import Channel, DeskProcedure, Procedure, Sector
from motcua.catalog.queries import procedure_code
from motcua.desk.access import READERS, DeskRequest, officers_only, said
from motcua.desk.clocks import Clock, calendars_of, clock
from motcua.desk.queue_pages import BY_SLUG, pages_of
from motcua.desk.shell import show
from motcua.dossiers import queries
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import Subject, can
from motcua.dossiers.queries import ListFilter
from motcua.dossiers.queues import Queue
from motcua.law.errors import BadInput
from motcua.law.lifecycle import Command, State
from motcua.organizations.models import Agency
from motcua.organizations.queries import agency_code
from motcua.processes.risk.queries import Risk, risk_of

_OFFERED = 300  # options in a filter; beyond it the code is typed


@dataclass(frozen=True, slots=True)
class Row:
    dossier: Dossier
    clock: Clock
    may_accept: bool
    risk: Risk | None = None


def rows_of(request: DeskRequest, found: list[Dossier]) -> list[Row]:
    calendars = calendars_of(found)
    risks = risk_of([dossier.pk for dossier in found], request.at)
    return [
        Row(
            dossier,
            clock(dossier, request.at, calendars[dossier.agency.effective_calendar_id]),
            dossier.state == State.SUBMITTED and can(request.actor, Command.ACCEPT, subject_of(dossier)).allowed,
            risks.get(dossier.pk),
        )
        for dossier in found
    ]


def subject_of(dossier: Dossier) -> Subject:
    return Subject(
        dossier.pk, State(dossier.state), dossier.agency_id, dossier.receiving_desk_id, dossier.return_desk_id,
        sector_id=dossier.procedure.sector_id, imported=dossier.imported,
    )  # fmt: skip


@officers_only(READERS)
@require_safe
def queue(request: DeskRequest, slug: str) -> HttpResponse:
    page = BY_SLUG.get(slug)
    if page is None or page not in pages_of(request.actor):
        raise Http404(slug)
    asked = {name: said(request.GET, name) for name in ("thu-tuc", "linh-vuc", "co-quan", "kenh")}
    only, fault = filter_of(asked)
    found = queries.worklist(request.actor, page.queue, request.at, only=only, after=request.GET.get("sau", ""))
    filtered = any(asked.values())
    context = {
        "page": page,
        "rows": rows_of(request, found.rows),
        "found": found,
        "asked": asked,
        "filtered": filtered,
        "fault": fault,
        "older": _older(asked, found.after),
        "newer": urlencode({name: value for name, value in asked.items() if value}) if request.GET.get("sau") else "",
        "is_uncollected": page.queue in (Queue.UNCOLLECTED, Queue.RESULTS_COMING),
        "channels": Channel.choices,
        "sectors": sectors_of(request),
    }
    return show(request, "desk/list.html", context, current=slug, status=422 if fault else 200)


def _older(asked: dict[str, str], after: str) -> str:
    return urlencode({name: value for name, value in (asked | {"sau": after}).items() if value}) if after else ""


def filter_of(asked: dict[str, str]) -> tuple[ListFilter, str]:
    """The filter and, where a code is unknown, one sentence about it."""
    procedure = sector = agency = None
    if asked["thu-tuc"]:
        code = procedure_code(asked["thu-tuc"])
        procedure = Procedure.objects.filter(code=code).values_list("id", flat=True).first()
        if procedure is None:
            return ListFilter(), f"Không có thủ tục nào mang mã “{code}”."
    if asked["linh-vuc"]:
        sector = Sector.objects.filter(code=asked["linh-vuc"]).values_list("id", flat=True).first()
        if sector is None:
            return ListFilter(), f"Không có lĩnh vực nào mang mã “{asked['linh-vuc']}”."
    if asked["co-quan"]:
        code = agency_code(asked["co-quan"])
        agency = Agency.objects.filter(code=code).values_list("id", flat=True).first()
        if agency is None:
            return ListFilter(), f"Không có cơ quan nào mang mã “{code}”."
    if asked["kenh"] and asked["kenh"] not in Channel.values:
        return ListFilter(), f"Hình thức nộp “{asked['kenh']}” không có trong danh mục."
    return ListFilter(procedure, sector, agency, asked["kenh"]), ""


def sectors_of(request: DeskRequest) -> list[tuple[str, str]]:
    """What the filter offers of sectors: code and name, by name."""
    posted = DeskProcedure.objects.filter(agency__in=request.actor.scope)
    sectors = Sector.objects.filter(pk__in=posted.values("procedure__sector")).order_by("name_key")
    return list(sectors.values_list("code", "name")[:_OFFERED])


@officers_only(READERS)
@require_safe
def suggestions(request: DeskRequest) -> HttpResponse:
    """What is offered while somebody types into the filter of a queue."""
    return render(request, "desk/_filter_suggestions.html", suggestions_of(request))


def suggestions_of(request: DeskRequest) -> dict[str, Any]:
    """Fetched when the filter is opened: hardly anybody opens it, and it would be half of the page."""
    posted = DeskProcedure.objects.filter(agency__in=request.actor.scope)
    procedures = Procedure.objects.filter(pk__in=posted.values("procedure")).order_by("code")
    agencies = Agency.objects.filter(pk__in=request.actor.scope).order_by("path")
    return {
        "procedures": list(procedures.values_list("code", "name")[:_OFFERED]),
        "agencies": list(agencies.values_list("code", "name")[:_OFFERED]),
    }


@officers_only(READERS)
@require_safe
def search(request: DeskRequest) -> HttpResponse:
    text = said(request.GET, "q", limit=200)
    found, fault = None, ""
    if text:
        try:
            found = queries.search(request.actor, text, after=request.GET.get("sau", ""))
        except BadInput as error:
            fault = error.message
    context = {
        "text": text,
        "fault": fault,
        "found": found,
        "rows": rows_of(request, found.rows) if found else [],
        "older": urlencode({"q": text, "sau": found.after}) if found and found.after else "",
        "newer": urlencode({"q": text}) if request.GET.get("sau") else "",
    }
    return show(request, "desk/search.html", context, current="search", status=422 if fault else 200)
