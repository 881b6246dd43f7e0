"""The ways that dossiers really went: the map, its tables, the dossiers behind each number, and the log as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from motcua.catalog.models import Procedure
from motcua.desk.access import MINERS, DeskRequest, officers_only, said
from motcua.desk.forms.mining import MiningForm
from motcua.desk.mining_tables import tables, title_of
from motcua.desk.shell import show
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Agency
from motcua.platform.presentation.words import local
from motcua.statistics.knowledge import known_until
from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.picture import RARE, picture
from motcua.statistics.mining.reading import mine_ledger
from motcua.statistics.mining.xes_writer import xes_lines

_OFFERED = 300
_PAGE = 50
_ASKED_DAYS = 90


@officers_only(MINERS)
@require_safe
def ways(request: DeskRequest) -> HttpResponse:
    asked = "procedure" in request.GET
    today = local(request.at).date()
    form = MiningForm(request.GET) if asked else MiningForm(
        initial={"since": today - timedelta(days=_ASKED_DAYS), "to": today}
    )  # fmt: skip
    mined, fault, as_of = _answer(request, form) if asked else (None, "", request.at)
    context: dict[str, Any] = {"form": form, "fault": fault, "mined": mined, **_offered(request)}
    if mined is not None:
        query = _query(request, as_of)

        def link(part: str, key: str) -> str:
            return f"{reverse('desk:mining_dossiers')}?{urlencode(query | {'phan': part, 'khoa': key})}"

        # What is shown whole instead of in short.
        whole = {name: "du" for name in ("ban-do", "bang") if request.GET.get(name) == "du"}
        other = {name: value for name, value in whole.items() if name != "ban-do"}
        context |= tables(mined, link, whole="bang" in whole) | {
            "picture": picture(mined, link, whole="ban-do" in whole) if mined.log.traces else None,
            "whole": "ban-do" in whole,
            "other_map": urlencode(query | other | ({} if "ban-do" in whole else {"ban-do": "du"})),
            "whole_tables": urlencode(query | whole | {"bang": "du"}),
            "query": urlencode(query),
            "as_of": as_of,
            "rare": RARE,
        }
    status = 422 if asked and mined is None else 200
    return show(request, "desk/mining/ways.html", context, current="mining", status=status)


@officers_only(MINERS)
@require_safe
def dossiers(request: DeskRequest) -> HttpResponse:
    """Exactly the dossiers behind one number, as it was when the number was shown."""
    form = MiningForm(request.GET)
    mined, fault, as_of = _answer(request, form)
    part, key = said(request.GET, "phan"), request.GET.get("khoa", "")[:1000]
    if mined is None:
        return show(request, "desk/mining/dossiers.html", {"fault": fault, "form": form}, current="mining", status=422)
    try:
        traces = mined.behind(part, key)
    except BadInput:
        raise Http404(part) from None
    number = request.GET.get("trang", "1")
    page = int(number) if number.isdecimal() and len(number) < 7 else 1
    pages = max(-(-len(traces) // _PAGE), 1)
    if not 1 <= page <= pages:
        raise Http404(number)
    query = _query(request, as_of)
    names = dict(Agency.objects.filter(code__in={trace.agency for trace in traces}).values_list("code", "name"))
    rows = [
        {
            "trace": trace,
            "agency": names.get(trace.agency, trace.agency),
            "path": [mined.label(activity) for activity in trace.path],
            "first": trace.events[0].at if trace.events else None,
            "last": trace.events[-1].at if trace.events else None,
        }
        for trace in traces[(page - 1) * _PAGE : page * _PAGE]
    ]
    here = query | {"phan": part, "khoa": key}
    context = {
        "title": title_of(mined, part, key), "rows": rows, "number": len(traces), "times": mined.times_of(part, key),
        "page": page, "pages": pages,
        "procedure": mined.log.title, "as_of": as_of, "back": urlencode(query),
        "earlier": urlencode(here | {"trang": page - 1}) if page > 1 else "",
        "later": urlencode(here | {"trang": page + 1}) if page < pages else "",
    }  # fmt: skip
    return show(request, "desk/mining/dossiers.html", context, current="mining")


@officers_only(MINERS)
@require_safe
def xes(request: DeskRequest) -> HttpResponseBase:
    mined, fault, _ = _answer(request, MiningForm(request.GET))
    if mined is None:
        message = fault or "Câu hỏi chưa đủ; hãy hỏi lại trên trang."
        return HttpResponse(message, status=422, content_type="text/plain; charset=utf-8")
    answer = StreamingHttpResponse(xes_lines(mined.log), content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="duong-di.xes"'
    return answer


def _answer(request: DeskRequest, form: MiningForm) -> tuple[Mined | None, str, datetime]:
    """What was mined, or why not; and as known when: never later than what is in the facts, so that it opens as it was shown."""
    known = known_until(request.at)
    if not form.is_valid():
        return None, " ".join(str(error) for error in form.errors.get("luc", ())), known
    question = form.question(known, frozenset(_agencies(request)))
    try:
        return mine_ledger(question), "", question.as_of
    except DomainError as error:
        return None, error.message, question.as_of


def _agencies(request: DeskRequest) -> dict[str, str]:
    """The agencies whose dossiers the officer may look at here, by code."""
    ids = {agency for grant in request.actor.grants if grant.role in MINERS for agency in grant.agencies}
    return dict(Agency.objects.filter(pk__in=ids).order_by("path").values_list("code", "name"))


def _offered(request: DeskRequest) -> dict[str, Any]:
    procedures = Procedure.objects.filter(processes__isnull=False).distinct().order_by("code")
    return {
        "agencies": list(_agencies(request).items())[:_OFFERED],
        "procedures": list(procedures.values_list("code", "name")[:_OFFERED]),
    }


def _query(request: DeskRequest, as_of: datetime) -> dict[str, Any]:
    """The question as an address asks it again, as of the same moment."""
    given = {name: request.GET[name] for name in ("procedure", "agency", "since", "to") if request.GET.get(name)}
    return given | {"luc": as_of.astimezone(VIETNAM).isoformat()}
