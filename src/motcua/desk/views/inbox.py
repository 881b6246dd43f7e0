"""The inbox of steps: its pages with their filters, the officer's saved views, and the live counts of the rail."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_POST, require_safe

from motcua.catalog.models import Channel
from motcua.desk import presence, saved_views
from motcua.desk.access import WORKERS, DeskRequest, officers_only, said
from motcua.desk.clocks import Clock, calendars_by_id, clock, step_clock
from motcua.desk.inbox_pages import BY_SLUG, InboxPage
from motcua.desk.models import BulkRun
from motcua.desk.shell import INBOX_MARK, show, work_rail, workplace_at
from motcua.desk.views.lists import filter_of, sectors_of, suggestions_of
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State
from motcua.organizations.models import Officer
from motcua.processes.definition import NodeKind
from motcua.processes.inboxes import Inbox, Workplace
from motcua.processes.models import WorkItem
from motcua.processes.permissions import whose_part
from motcua.processes.queries import DUE_TEXT, Due, WorkFilter, inbox_page, step_names
from motcua.processes.risk.queries import Risk, risk_of
from motcua.processes.team import names_of
from motcua.processes.versions import definition_of

# What narrows a list, in the order of its form; the page key and the number of rows are not kept in a saved view.
FILTERS = ("han", "buoc", "thu-tuc", "linh-vuc", "co-quan", "kenh")
SIZES = (25, 100, 300)


@dataclass(frozen=True, slots=True)
class Row:
    """`outside`: the body without an account that does the step; `present`: who else has the dossier open.

    `beside`: what the officer is beside the one who has the step, and for whom; `advises`: his opinion is asked for.
    """

    item: WorkItem
    step: Clock
    whole: Clock
    outside: str
    present: list[str]
    risk: Risk | None = None
    beside: str = ""
    advises: bool = False


def rows_of(request: DeskRequest, items: list[WorkItem]) -> list[Row]:
    """Rows with the marks of step and dossier. Three queries: calendars, who has what open, late risk where one is shown."""
    agencies = [item.agency for item in items if item.agency] + [item.dossier.agency for item in items]
    calendars = calendars_by_id(agency.effective_calendar_id for agency in agencies)
    present = presence.others_at({item.dossier_id for item in items}, officer_id=request.officer.pk, at=request.at)
    risks = risk_of([item.dossier_id for item in items], request.at)
    return [
        replace(_row(item, request.at, calendars, present.get(item.dossier_id, [])), risk=risks.get(item.dossier_id))
        for item in items
    ]


def _row(item: WorkItem, at: datetime, calendars: dict[int | None, Any], present: list[str]) -> Row:
    dossier = item.dossier
    return Row(
        item,
        step_clock(
            item, State(dossier.state), at, calendars[item.agency.effective_calendar_id if item.agency else None]
        ),
        clock(dossier, at, calendars[dossier.agency.effective_calendar_id]),
        definition_of(dossier.process).by_id[item.node].body if item.agency_id is None and dossier.process else "",
        present,
    )


def _beside(request: DeskRequest, rows: list[Row]) -> list[Row]:
    """The rows with the officer's part in each step. One query, for the names of those for whom he acts."""
    names = names_of([row.item for row in rows])
    told = []
    for row in rows:
        item, dossier = row.item, row.item.dossier
        desks = frozenset(pk for pk in (dossier.receiving_desk_id, dossier.return_desk_id) if pk)
        for ids, word in ((item.cooperating, "phối hợp"), (item.following, "theo dõi")):
            whose = whose_part(request.actor, ids, item, desks, dossier.procedure.sector_id)
            if whose is not None:
                for_whom = "" if whose == request.actor.id else f" thay {names[whose]}"
                row = replace(row, beside=f"Ông/bà {word}{for_whom}", advises=ids is item.cooperating)
                break
        told.append(row)
    return told


@officers_only(WORKERS)
@require_safe
def inbox(request: DeskRequest, slug: str) -> HttpResponse:
    page, place = _page(request, slug)
    asked = {name: said(request.GET, name) for name in FILTERS}
    only, fault = work_filter(asked)
    size = _size(request)
    found = inbox_page(place, page.inbox, request.at, only=only, after=request.GET.get("sau", ""), size=size)
    filtered = any(asked.values())
    kept = {name: value for name, value in asked.items() if value} | ({"dong": str(size)} if size != SIZES[0] else {})
    rows = rows_of(request, found.rows)
    if page.inbox is Inbox.TOGETHER:
        rows = _beside(request, rows)
    context = {
        "page": page,
        "rows": rows,
        "found": found,
        "asked": asked,
        "filtered": filtered,
        "fault": fault,
        "older": urlencode(kept | {"sau": found.after}) if found.after else "",
        "newer": urlencode(kept) if request.GET.get("sau") else "",
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "channels": Channel.choices,
        "dues": [(due.value, text) for due, text in DUE_TEXT.items()],
        "views": saved_views.views_of(request.officer.pk),
        "sizes": [(one, urlencode(kept | {"dong": one})) for one in SIZES],
        "size": size,
        "all_chosen": request.GET.get("chon") == "het",
        "choose_all": urlencode(kept | {"chon": "het"}),
        "key": uuid.uuid4(),
        "actions": [(action.value, action.label) for action in page.actions],
        "outcomes": _outcomes(found.rows) if BulkRun.Action.FINISH in page.actions else [],
        "officers": _officers(place) if page.inbox in (Inbox.TO_ASSIGN, Inbox.UNIT) else [],
        "here": f"{request.path}?{urlencode(kept)}" if kept else request.path,
        "sectors": sectors_of(request),
    }
    return show(request, "desk/inbox.html", context, current=f"{INBOX_MARK}{page.slug}", status=422 if fault else 200)


@officers_only(WORKERS)
@require_safe
def suggestions(request: DeskRequest, slug: str) -> HttpResponse:
    """What is offered while somebody types into the filter of an inbox."""
    page, place = _page(request, slug)
    context = {"steps": step_names(place, page.inbox, request.at), **suggestions_of(request)}
    return render(request, "desk/_filter_suggestions.html", context)


def _page(request: DeskRequest, slug: str) -> tuple[InboxPage, Workplace]:
    """Raises Http404 for an inbox that this officer has not."""
    page, place = BY_SLUG.get(slug), workplace_at(request)
    if page is None or page.inbox not in place.inboxes:
        raise Http404(slug)
    return page, place


def _size(request: DeskRequest) -> int:
    asked = request.GET.get("dong", "")
    return int(asked) if asked in {str(size) for size in SIZES} else SIZES[0]


def work_filter(asked: dict[str, str]) -> tuple[WorkFilter, str]:
    """The filter and, where something is unknown, one sentence about it."""
    if asked["han"] and asked["han"] not in set(Due):
        return WorkFilter(), f"Hạn “{asked['han']}” không có trong danh mục."
    dossiers, fault = filter_of(asked)
    if fault:
        return WorkFilter(), fault
    return (
        WorkFilter(
            dossiers.procedure_id, dossiers.sector_id, dossiers.agency_id, dossiers.channel, asked["buoc"],
            Due(asked["han"]) if asked["han"] else None,
        ),
        "",
    )  # fmt: skip


def _outcomes(items: list[WorkItem]) -> list[str]:
    """The outcomes that the steps on the page leave to a choice, by their text."""
    texts: dict[str, None] = {}
    for digest, name in dict.fromkeys((item.dossier.process, item.node) for item in items if item.dossier.process):
        node = definition_of(digest).by_id[name]
        if node.kind is NodeKind.STEP and len(node.ways) > 1:
            texts |= dict.fromkeys(node.way_text(way) for way in node.ways)
    return list(texts)


def _officers(place: Workplace) -> list[tuple[int, str]]:
    """Whom the head may give steps to; whether one may do a given step is decided for each by the service."""
    agencies = {one.agency_id for hat in place.hats for one in hat.led}
    units = {hat.actor.unit_id for hat in place.hats if hat.led and hat.actor.unit_id}
    found = Officer.objects.filter(agency__in=agencies, valid_to__isnull=True).order_by("full_name", "id")
    if units:
        found = found.filter(unit__in=units)
    return list(found.values_list("id", "full_name")[:300])


@officers_only(WORKERS)
@require_safe
def counts(request: DeskRequest) -> HttpResponse:
    """The rail's counts for a page that stands open: one statement, and nothing is sent while they are the same."""
    current = said(request.GET, "trang", limit=40)
    group = work_rail(request, current)
    told = repr([(item["word"], item["count"], item["late"], item["current"]) for item in group["items"]])
    etag = quote_etag(hashlib.sha256(f"{request.officer.pk} {told}".encode()).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag) or render(request, "desk/_work_rail.html", {"group": group})
    answer["ETag"] = etag
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


@officers_only(WORKERS)
@require_POST
def save_view(request: DeskRequest) -> HttpResponse:
    """Keep the list as it is filtered now, under a name."""
    page = BY_SLUG.get(request.POST.get("trang", ""))
    if page is None:
        raise Http404("trang")
    query = _kept(request.POST.get("loc", ""))
    try:
        saved = saved_views.save_view(
            request.officer.pk, name=request.POST.get("name", "")[:200], queue=page.slug, query=query, at=request.at
        )
    except BadInput as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Đã lưu danh sách “{saved.name}”.")
    address = reverse("desk:inbox", args=[page.slug])
    return redirect(f"{address}?{query}" if query else address)


def _kept(query: str) -> str:
    """Only the filters of a query string, in their order."""
    given = dict(parse_qsl(query[:2000]))
    values = QueryDict(mutable=True)
    values.update({name: given.get(name, "") for name in FILTERS})
    return urlencode({name: text for name in FILTERS if (text := said(values, name))})


@officers_only(WORKERS)
@require_POST
def change_view(request: DeskRequest, view_id: int) -> HttpResponse:
    """Rename or delete a saved view."""
    view = next((one for one in saved_views.views_of(request.officer.pk) if one.pk == view_id), None)
    if view is None:
        raise Http404(str(view_id))
    address = reverse("desk:inbox", args=[view.queue])
    try:
        if request.POST.get("viec") == "xoa":
            saved_views.delete_view(request.officer.pk, view_id)
            messages.success(request, f"Đã xóa danh sách “{view.name}”.")
            return redirect(address)
        saved_views.rename_view(request.officer.pk, view_id, name=request.POST.get("name", "")[:200])
        messages.success(request, "Đã đổi tên danh sách.")
    except BadInput as error:
        messages.error(request, error.message)
    return redirect(f"{address}?{view.query}" if view.query else address)
