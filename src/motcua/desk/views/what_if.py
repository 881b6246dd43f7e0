"""“What changes if”: the open dossiers that a change would touch, before it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from motcua.desk.access import LOOKERS_AHEAD, DeskRequest, officers_only
from motcua.desk.forms.ahead import WhatIfForm
from motcua.desk.shell import show
from motcua.desk.views.ahead import beyond_reach, options
from motcua.law.errors import DomainError
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Officer
from motcua.organizations.queries import agency_code
from motcua.platform.csv_lines import csv_lines
from motcua.platform.presentation.words import local
from motcua.processes.what_if.answers import Answer, Changed, what_if

# A page of them is read, the whole is for the table file.
_SHOWN = 200
_OFFICERS = 500


def _form(request: DeskRequest, *, asked: bool) -> WhatIfForm:
    today = local(request.at).date()
    officers = (
        Officer.objects.filter(agency__in=request.actor.scope, valid_from__lte=today)
        .exclude(valid_to__lte=today)
        .order_by("full_name", "id")
        .values_list("id", "full_name", "agency__name")[:_OFFICERS]
    )
    choices = [(id_, f"{name} ({agency})") for id_, name, agency in officers]
    return WhatIfForm(request.GET, officers=choices) if asked else WhatIfForm(officers=choices)


def _answer(request: DeskRequest, form: WhatIfForm) -> tuple[Answer | None, str]:
    if not form.is_valid():
        return None, ""
    code = agency_code(form.cleaned_data["agency"])
    fault = beyond_reach(request, code)
    if fault:
        return None, fault
    try:
        return what_if(form.change(), at=request.at, agency_ids=request.actor.scope), ""
    except DomainError as error:
        return None, error.message


@officers_only(LOOKERS_AHEAD)
@require_safe
def what_if_page(request: DeskRequest) -> HttpResponse:
    asked = "kind" in request.GET
    form = _form(request, asked=asked)
    told, fault = _answer(request, form) if asked else (None, "")
    context: dict[str, Any] = {
        "form": form,
        "fault": fault,
        "told": told,
        "rows": told.changed[:_SHOWN] if told else [],
        "shown": _SHOWN,
        "query": urlencode({name: value for name, value in request.GET.items() if value}),
        **options(request),
    }
    status = 422 if asked and told is None else 200
    return show(request, "desk/ahead/what_if.html", context, current="what_if", status=status)


@officers_only(LOOKERS_AHEAD)
@require_safe
def what_if_table(request: DeskRequest) -> HttpResponseBase:
    told, fault = _answer(request, _form(request, asked=True))
    if told is None:
        return HttpResponse(
            fault or "Câu hỏi chưa đủ; hãy hỏi lại trên trang.", status=422, content_type="text/plain; charset=utf-8"
        )
    answer = StreamingHttpResponse(csv_lines(_table(told.changed)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="neu-thay-doi.csv"'
    return answer


def _table(changed: list[Changed]) -> Iterator[Sequence[object]]:
    yield (
        "Mã hồ sơ", "Thủ tục", "Cơ quan", "Hạn hiện nay", "Hạn sau thay đổi", "Phút làm việc còn lại hiện nay",
        "Phút làm việc còn lại sau thay đổi", "Nguy cơ trễ hiện nay", "Nguy cơ trễ sau thay đổi",
    )  # fmt: skip
    for one in changed:
        yield (
            one.code,
            one.procedure,
            one.agency,
            *(moment.astimezone(VIETNAM).isoformat(timespec="minutes") for moment in (one.due_before, one.due_after)),
            one.left_before,
            one.left_after,
            *("" if risk is None else f"{risk.likely:.3f}" for risk in (one.risk_before, one.risk_after)),
        )
