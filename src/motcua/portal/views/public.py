"""Pages that anybody may read: the home, the search of procedures, a procedure, its checklist on paper."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from motcua.catalog.models import Procedure
from motcua.law.errors import BadInput
from motcua.law.moments import local_day
from motcua.organizations.models import Desk
from motcua.platform.clock import now
from motcua.platform.config import config
from motcua.portal import catalogue
from motcua.portal.forms import LookupForm
from motcua.processes.joined_data import UNCONFIRMED
from motcua.processes.simplification.papers import spared_papers

_EXAMPLES = ("khai sinh", "cấp phép xây dựng", "đăng ký doanh nghiệp", "giấy phép lái xe")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "lookup": LookupForm(),
        "examples": _EXAMPLES,
        "most_used": [(procedure, catalogue.headline(procedure)) for procedure in catalogue.most_used()],
        "desks": Desk.objects.exclude(phone="", address="").order_by("agency__path", "id")[:3],
    }
    return render(request, "portal/home.html", context)


@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    """The search; asked by HTMX it answers only the list, so that results follow the typing."""
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "linh-vuc", "doi-tuong")}
    fault = ""
    try:
        found = catalogue.search(
            text=asked["q"][:200],
            sector=asked["linh-vuc"],
            audience=asked["doi-tuong"],
            page=_page_number(request.GET.get("trang", "1")),
        )
    except BadInput as error:
        fault, found = error.message, catalogue.SearchPage([], 0, 1)
    context = {
        "nav": "procedures",
        "asked": asked,
        "text": asked["q"],
        "sector": asked["linh-vuc"],
        "audience": asked["doi-tuong"],
        "fault": fault,
        "found": found,
        "rows": [(procedure, catalogue.headline(procedure)) for procedure in found.procedures],
        "newer": _query(request, found.page - 1) if found.page > 1 else "",
        "older": _query(request, found.page + 1) if found.has_next else "",
    }
    if request.htmx:  # type: ignore[attr-defined]
        template = "portal/_results.html"
    else:
        template = "portal/procedures.html"
        context |= {"sectors": catalogue.sectors(), "audiences": catalogue.AUDIENCES}
    response = render(request, template, context, status=422 if fault else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4 or not 1 <= int(text) <= 1000:
        raise BadInput(f"Số trang phải là số từ 1 đến 1000; địa chỉ đang ghi “{text[:20]}”.", field="trang")
    return int(text)


def _query(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["trang"] = str(page)
    return query.urlencode()


@require_safe
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    found = _procedure(code)
    version = found.current
    places = catalogue.places(found)
    today = local_day(now())
    terms = catalogue.terms(found, on=today)
    spared = spared_papers(found.pk, on=today)
    context = {
        "nav": "procedures",
        "procedure": found,
        "version": version,
        "headline": catalogue.headline(found),
        "terms": terms,
        "promises": sorted({promise for term in terms for promise in term.promises}),
        "cases": catalogue.paper_cases(version, spared),
        "remarks": catalogue.paper_remarks(version, spared),
        "steps": catalogue.steps(version.steps_text),
        "conditions": catalogue.steps(version.conditions_text),
        "desks": catalogue.desk_lines(places),
        "agencies": list(dict.fromkeys(place.agency for place in places)),
        "takes_online": config().portal_mode == "own",
        "unconfirmed": version.source == UNCONFIRMED,
    }
    return render(request, "portal/procedure.html", context)


@require_safe
def checklist(request: HttpRequest, code: str) -> HttpResponse:
    """The papers of a procedure as one sheet to print and tick off."""
    found = _procedure(code)
    spared = spared_papers(found.pk, on=local_day(now()))
    context = {
        "procedure": found,
        "version": found.current,
        "headline": catalogue.headline(found),
        "cases": catalogue.paper_cases(found.current, spared),
        "remarks": catalogue.paper_remarks(found.current, spared),
        "desks": catalogue.desk_lines(catalogue.places(found)),
    }
    return render(request, "portal/checklist.html", context)


def _procedure(code: str) -> Procedure:
    found = catalogue.find(code)
    if found is None:
        raise Http404(code)
    return found
