"""Why dossiers ended late: those without a confirmed cause, the cause of one, and what adds up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from motcua.desk.access import READERS, DeskRequest, officers_only, said
from motcua.desk.forms.lateness import CauseForm, WindowForm
from motcua.desk.sheets import sheet
from motcua.desk.shell import show
from motcua.desk.views.dossier import find
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import duration_text
from motcua.organizations.models import Agency
from motcua.platform.numbers import whole_number
from motcua.platform.presentation.words import local
from motcua.processes.charging import (
    CauseLine,
    cause_summary,
    causes,
    confirm_cause,
    late_without_cause,
    may_confirm,
    reading_scope,
)
from motcua.processes.lateness import BECAUSE_TEXT
from motcua.processes.models import LatenessCause

_SIZE = 50


@officers_only(READERS)
@require_safe
def late_causes(request: DeskRequest) -> HttpResponse:
    after = whole_number(said(request.GET, "sau")) or 0
    found = list(late_without_cause(request.actor, after=after, size=_SIZE))
    context = {
        "rows": found[:_SIZE],
        "titles": {cause.code: cause.title for cause in causes().rows},
        "causes": causes(),
        "older": f"sau={found[_SIZE - 1].pk}" if len(found) > _SIZE else "",
        "newer": "sau=" if after else "",
    }
    return show(request, "desk/late_causes.html", context, current="late_causes")


@officers_only(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def late_cause(request: DeskRequest, dossier_id: int) -> HttpResponse:
    dossier = find(request, dossier_id)
    row = (
        LatenessCause.objects.select_related("charged", "proposed_agency", "confirmed_by")
        .filter(dossier=dossier)
        .first()
    )
    if row is None:
        raise Http404(str(dossier_id))
    may = may_confirm(request.actor, dossier.agency_id).allowed
    steps = row.evidence.get("steps", [])
    ids = {step["agency_id"] for step in steps} | {dossier.agency_id, row.charged_id, *dossier.shared_with}
    agencies = list(Agency.objects.filter(Q(pk__in=ids - {None})).order_by("path").values_list("id", "name"))
    standing = {"code": row.code, "agency": row.charged_id, "step": row.step}
    form = CauseForm(request.POST or None, causes=causes(), agencies=agencies, initial=standing)
    if request.method == "POST" and form.is_valid():
        try:
            confirm_cause(dossier_id, form.said(), actor=request.actor, at=request.at)
        except DomainError as error:
            if error.code == "not_allowed":
                raise
            form.blame(error)
        else:
            messages.success(request, "Đã xác nhận nguyên nhân trễ hạn.")
            return redirect("desk:late_causes")
    names = dict(agencies)
    context = {
        "dossier": dossier,
        "row": row,
        "may": may,
        "form": form,
        "causes": causes(),
        "titles": {cause.code: cause.title for cause in causes().rows},
        "because": BECAUSE_TEXT.get(row.evidence.get("because", ""), ""),
        "steps": [
            {
                "name": step["name"],
                "agency": names.get(step["agency_id"], "Cơ quan ngoài hệ thống"),
                "allotted": duration_text(step["allotted"]),
                "used": duration_text(step["used"]),
                "over": duration_text(step["over"]) if step["over"] else "",
                "silent": step["silent"],
            }
            for step in steps
        ],
    }
    return show(request, "desk/late_cause.html", context, current="late_causes", status=422 if form.errors else 200)


@officers_only(READERS)
@require_safe
def late_summary(request: DeskRequest) -> HttpResponse:
    today = local(request.at).date()
    asked: dict[str, Any] = {"first_on": today.replace(day=1), "last_on": today}
    form = WindowForm(request.GET if "first_on" in request.GET else asked)
    lines: list[CauseLine] = []
    if form.is_valid():
        try:
            lines = cause_summary(
                reading_scope(request.actor), form.cleaned_data["first_on"], form.cleaned_data["last_on"]
            )
        except BadInput as error:
            form.blame(error)
    titles = {cause.code: cause.title for cause in causes().rows}
    if not form.errors and request.GET.get("tai") == "csv":
        return _csv(lines, titles, f"nguyen-nhan-tre-han-{form.cleaned_data['first_on']:%Y%m%d}")
    context = {
        "form": form,
        "lines": lines,
        "titles": titles,
        "causes": causes(),
        "total": sum(line.dossiers for line in lines),
        "waiting": sum(line.waiting for line in lines),
        "query": request.GET.urlencode(),
    }
    return show(request, "desk/late_summary.html", context, current="late_causes", status=422 if form.errors else 200)


_HEAD = (
    "Mã lĩnh vực", "Lĩnh vực", "Mã nguyên nhân", "Nguyên nhân", "Mã nơi gây chậm", "Nơi gây chậm", "Số hồ sơ", "Chưa xác nhận",
)  # fmt: skip


def _csv(lines: list[CauseLine], titles: dict[str, str], name: str) -> HttpResponse:
    return sheet(
        name,
        _HEAD,
        (
            (
                line.sector_code, line.sector, line.code, titles.get(line.code, ""), line.agency_code, line.agency,
                line.dossiers, line.waiting,
            )
            for line in lines
        ),
    )  # fmt: skip
