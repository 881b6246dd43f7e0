"""Signs worth a look: the list, one finding with its evidence and verdict, the search on demand, what is not looked at."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.catalog.models import Procedure
from motcua.desk.access import DeskRequest, holds, officers_only, said
from motcua.desk.forms.inspection import DaysForm, ExemptForm, JudgeForm
from motcua.desk.sheets import MOST, sheet
from motcua.desk.shell import show
from motcua.law.errors import BadInput, DomainError
from motcua.organizations.models import Agency, Officer
from motcua.organizations.queries import agency_code
from motcua.platform import keyset
from motcua.platform.presentation.words import local, vn_datetime
from motcua.processes.inspection.permissions import INSPECTION_ROLES, JUDGING_ROLES, inspected
from motcua.processes.inspection.rules import rules_of
from motcua.processes.inspection.settings import in_force
from motcua.processes.models import SuspicionFinding, SuspicionSweep
from motcua.processes.suspicions import queries, services

OFFERED = 300  # options in a list of suggestions; beyond it the code is typed
VERDICTS = {"": "Chưa kết luận", "all": "Tất cả"} | {
    value: word for value, word in SuspicionFinding.Verdict.choices if value
}


@officers_only(INSPECTION_ROLES)
@require_safe
def findings(request: DeskRequest) -> HttpResponse:
    values = {name: said(request.GET, name) for name in ("dau-hieu", "ket-luan", "co-quan", "tu", "den")}
    asked, fault = _asked(request, values)
    found = queries.findings(request.actor, asked).select_related("agency", "officer__unit", "dossier")
    if request.GET.get("tep") == "csv" and not fault:
        return _sheet(found[:MOST])
    rows = list(queries.after(found, said(request.GET, "sau"))[: queries.PAGE_SIZE + 1])
    more = len(rows) > queries.PAGE_SIZE
    rows = rows[: queries.PAGE_SIZE]
    kept = {name: value for name, value in values.items() if value}
    counts = queries.counts(request.actor)
    rules = in_force("suspicion", local(request.at).date())
    today = local(request.at).date()
    context = {
        "rows": [(row, rules[row.pattern].rule.title) for row in rows],
        "rules": [
            (
                key, one.rule.title, counts.get(key, {}).get("", 0), one.enabled,
                urlencode(kept | {"dau-hieu": key}),
            )
            for key, one in rules.items()
        ],
        "chosen": rules.get(values["dau-hieu"]),
        "asked": values,
        "verdicts": VERDICTS,
        "verdict": asked.verdict,
        "open": sum(one.get("", 0) for one in counts.values()),
        "judged": sum(number for one in counts.values() for verdict, number in one.items() if verdict),
        "fault": fault,
        "older": urlencode(kept | {"sau": keyset.write(rows[-1].occurred_at, rows[-1].pk)}) if more else "",
        "newer": (urlencode(kept) or "ket-luan=") if request.GET.get("sau") else "",
        "csv": urlencode(kept | {"tep": "csv"}),
        "filtered": bool(kept),
        "last": SuspicionSweep.objects.order_by("-id").select_related("asked_by").first(),
        "days": DaysForm(initial={"first_on": today - timedelta(days=7), "last_on": today}),
        "agencies": agencies(request),
    }  # fmt: skip
    return show(
        request, "desk/inspection/findings.html", context, current="inspection_findings", status=422 if fault else 200
    )


def _asked(request: DeskRequest, values: dict[str, str]) -> tuple[queries.Asked, str]:
    try:
        agency_id = agency_of(request, values["co-quan"])
        days = [date.fromisoformat(values[name]) if values[name] else None for name in ("tu", "den")]
    except DomainError as error:
        return queries.Asked(), error.message
    except ValueError:
        return queries.Asked(), "Ngày cần dạng ngày/tháng/năm, ví dụ 26/11/2026."
    first, last = days
    if first and last and first > last:
        return queries.Asked(), f"Từ ngày {first:%d/%m/%Y} ở sau đến ngày {last:%d/%m/%Y}."
    if values["dau-hieu"] and values["dau-hieu"] not in rules_of("suspicion"):
        raise Http404(values["dau-hieu"])
    if values["ket-luan"] not in VERDICTS:
        raise Http404(values["ket-luan"])
    return queries.Asked(values["dau-hieu"], values["ket-luan"], agency_id, first, last), ""


def agency_of(request: DeskRequest, text: str) -> int | None:
    """The agency typed into a filter, within what the actor inspects. Raises BadInput for one that is not there."""
    if not text:
        return None
    code = agency_code(text)
    found = Agency.objects.filter(code=code, pk__in=inspected(request.actor)).values_list("id", flat=True).first()
    if found is None:
        raise BadInput(f"Không có cơ quan nào mang mã “{code}” trong phạm vi của ông/bà.")
    return int(found)


def agencies(request: DeskRequest) -> list[tuple[str, str]]:
    rows = Agency.objects.filter(pk__in=inspected(request.actor)).order_by("path")
    return list(rows.values_list("code", "name")[:OFFERED])


def _sheet(rows: Any) -> HttpResponse:
    rules = rules_of("suspicion")
    header = ["Lúc xảy ra", "Dấu hiệu", "Cơ quan", "Hồ sơ", "Cán bộ", "Tóm tắt", "Kết luận", "Ghi chú", "Lúc tìm thấy"]
    return sheet(
        "dau-hieu-can-xem",
        header,
        (
            [
                vn_datetime(row.occurred_at), rules[row.pattern].title, row.agency.name, row.dossier or "", row.officer or "",
                row.summary, row.get_verdict_display(), row.note, vn_datetime(row.found_at),
            ]
            for row in rows
        ),
    )  # fmt: skip


@officers_only(INSPECTION_ROLES)
@require_POST
def search_now(request: DeskRequest) -> HttpResponse:
    form = DaysForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Cần từ ngày và đến ngày để rà soát.")
        return redirect("desk:inspection_findings")
    try:
        done = services.sweep_now(
            form.cleaned_data["first_on"], form.cleaned_data["last_on"], actor=request.actor, at=request.at
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Đã xét {done.dossiers} hồ sơ, tìm thấy {done.found} dấu hiệu mới.")
    return redirect("desk:inspection_findings")


@officers_only(INSPECTION_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: DeskRequest, finding_id: int) -> HttpResponse:
    one = queries.one_finding(request.actor, finding_id)
    may_judge = holds(request.actor, *JUDGING_ROLES)
    form = JudgeForm(request.POST or None, initial={"verdict": one.verdict, "note": one.note})
    if request.method == "POST" and form.is_valid():
        try:
            services.judge(
                one.pk,
                verdict=form.cleaned_data["verdict"],
                note=form.cleaned_data["note"],
                actor=request.actor,
                at=request.at,
            )
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, "Đã ghi kết luận. Hồ sơ không thay đổi.")
            return redirect("desk:inspection_finding", one.pk)
    context = {
        "one": one,
        "rule": rules_of("suspicion")[one.pattern],
        "form": form,
        "may_judge": may_judge,
        "verdicts": list(one.verdicts.select_related("judged_by")),
        "similar": queries.findings(request.actor, queries.Asked(one.pattern, "all"))
        .filter(officer=one.officer_id)
        .exclude(pk=one.pk)
        .count()
        if one.officer_id
        else 0,
    }
    return show(
        request,
        "desk/inspection/finding.html",
        context,
        current="inspection_findings",
        status=422 if form.errors else 200,
    )


@officers_only(INSPECTION_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def exemptions(request: DeskRequest) -> HttpResponse:
    form = ExemptForm(request.POST or None, initial={"first_on": local(request.at).date()})
    if request.method == "POST" and form.is_valid():
        data = {name: value or None for name, value in form.cleaned_data.items()}
        try:
            services.exempt(**data | {"pattern": data["pattern"] or ""}, actor=request.actor, at=request.at)  # type: ignore[arg-type]
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, "Đã ghi trường hợp không xét; áp dụng từ lần rà soát sau.")
            return redirect("desk:inspection_exemptions")
    rules = rules_of("suspicion")
    today = local(request.at).date()
    context = {
        "rows": [
            (
                row,
                rules[row.pattern].title if row.pattern else "Mọi dấu hiệu",
                row.ended_at is None and row.last_on >= today,
            )
            for row in queries.exemptions_of(request.actor)[:200]
        ],
        "form": form,
        "may_judge": holds(request.actor, *JUDGING_ROLES),
    } | options(request)
    return show(
        request,
        "desk/inspection/exemptions.html",
        context,
        current="inspection_rules",
        status=422 if form.errors else 200,
    )


def options(request: DeskRequest) -> dict[str, Any]:
    """Suggestions for agencies, officers and procedures."""
    scope = inspected(request.actor)
    officers = (
        Officer.objects.filter(agency__in=scope, valid_to=None).select_related("agency").order_by("agency__path", "id")
    )
    return {
        "agencies": agencies(request),
        "officers": [(one.pk, one.full_name, one.agency.name) for one in officers[:OFFERED]],
        "procedures": list(Procedure.objects.order_by("code").values_list("code", "name")[:OFFERED]),
    }


@officers_only(JUDGING_ROLES)
@require_POST
def end_exemption(request: DeskRequest, exemption_id: int) -> HttpResponse:
    services.end_exemption(exemption_id, actor=request.actor, at=request.at)
    messages.success(request, "Đã bỏ; lần rà soát sau sẽ xét lại.")
    return redirect("desk:inspection_exemptions")
