"""Declared figures of an agency for a period: the list by heading of the narrative report, and one with its history."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motcua.desk.access import DeskRequest, officers_only
from motcua.desk.shell import show
from motcua.law.errors import BadInput, DomainError
from motcua.organizations.models import Agency
from motcua.reporting.declarable import Declarable, Kind, declarable
from motcua.reporting.forms import DeclareForm
from motcua.reporting.models import DeclaredFigure
from motcua.reporting.narrative.layout import layout
from motcua.reporting.permissions import DECLARERS, READERS, over
from motcua.reporting.queries import declared, declared_history
from motcua.reporting.services import declare
from motcua.reporting.views.asked import asked_period, asked_place, chooser, query_of

_CURRENT = "reporting/declared"


@officers_only(READERS)
@require_safe
def declared_list(request: DeskRequest) -> HttpResponse:
    agencies, place = asked_place(request)
    frame: dict[str, Any] = {"place": place, "agencies": [(one.code, one.name) for one in agencies]}
    if place is None:
        return show(request, "reporting/declared.html", frame, current=_CURRENT)
    try:
        period = asked_period(request)
    except BadInput as error:
        context = frame | chooser(request, None) | {"fault": error.message}
        return show(request, "reporting/declared.html", context, current=_CURRENT, status=422)
    rows = declared(place.code, period.window, request.at)
    titles = {one.number: one.title for one in layout().headings}
    context = frame | chooser(request, period) | {
        "period": period,
        "groups": [
            (f"{part}. {titles.get(part, '')}", [_row(one, rows.get(one.code)) for one in found])
            for part, found in groupby(declarable(), key=lambda one: one.part)
        ],
        "told": sum(_given(row) for row in rows.values()),
        "total": len(declarable()),
        "confirmed": all(one.confirmed for one in declarable()),
        "source": declarable()[0].source,
        "query": urlencode(query_of(period) | {"co-quan": place.code}),
    }  # fmt: skip
    return show(request, "reporting/declared.html", context, current=_CURRENT)


def _given(row: DeclaredFigure) -> bool:
    return row.value is not None or bool(row.words)


def _row(one: Declarable, row: DeclaredFigure | None) -> dict[str, Any]:
    return {
        "one": one,
        "shown": one.shown(row.value, row.words) if row else one.shown(None),
        "given": row is not None and _given(row),
        "row": row,
    }


@officers_only(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def declared_figure(request: DeskRequest, code: str) -> HttpResponse:
    _, place = asked_place(request)
    one = next((one for one in declarable() if one.code == code), None)
    if place is None or one is None:
        raise Http404(code)
    try:
        period = asked_period(request)
    except BadInput:
        raise Http404("ky") from None
    agency = Agency.objects.get(code=place.code)
    may = agency.pk in over(request.actor, DECLARERS)
    history = declared_history(agency.pk, code, period.window)
    last = history[0] if history else None
    form = DeclareForm(
        request.POST or None, asked=one,
        initial={"value": one.typed(last.value, last.words) if last else "", "evidence": last.evidence if last else ""},
    )  # fmt: skip
    query = urlencode(query_of(period) | {"co-quan": place.code})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            declare(
                place.code,
                code,
                period.window,
                data["value"],
                evidence=data["evidence"],
                actor=request.actor,
                at=request.at,
            )
        except DomainError as error:
            if error.code == "not_allowed":
                raise
            form.blame(error)
        else:
            messages.success(request, f"Đã ghi “{one.title}”." if data["value"] else f"Đã bỏ “{one.title}”.")
            return redirect(f"{reverse('reporting:declared')}?{query}")
    context = {
        "one": one,
        "place": place,
        "period": period,
        "form": form,
        "may": may,
        "words": one.kind is Kind.TEXT,
        "history": [(one.shown(row.value, row.words), row) for row in history],
        "query": query,
    }
    return show(
        request, "reporting/declared_figure.html", context, current=_CURRENT, status=422 if form.errors else 200
    )
