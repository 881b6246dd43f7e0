"""Dossiers that stand still, and the backlog with who clears it."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.desk.access import READERS, DeskRequest, officers_only, said
from motcua.desk.forms.inspection import NoteForm, ReportForm
from motcua.desk.sheets import MOST, sheet
from motcua.desk.shell import show
from motcua.desk.views.inspection import agencies, agency_of, options
from motcua.law.errors import DomainError
from motcua.law.lifecycle import STATE_TEXT, State
from motcua.platform import keyset
from motcua.platform.presentation.words import local, vn_date, vn_datetime
from motcua.processes.backlog import queries as backlogs
from motcua.processes.backlog.services import note_backlog, report_back
from motcua.processes.inspection.permissions import INSPECTION_ROLES
from motcua.processes.inspection.settings import in_force
from motcua.processes.stuck import queries as stucks
from motcua.processes.stuck.registry import kinds
from motcua.processes.stuck.services import find_stuck


@officers_only(INSPECTION_ROLES)
@require_safe
def stuck(request: DeskRequest) -> HttpResponse:
    asked = {name: said(request.GET, name) for name in ("loai", "co-quan")}
    if asked["loai"] and asked["loai"] not in kinds():
        raise Http404(asked["loai"])
    agency_id, fault = _agency(request, asked["co-quan"])
    rows = stucks.stuck(request.actor, kind=asked["loai"], agency_id=agency_id)
    if request.GET.get("tep") == "csv" and not fault:
        return _stuck_sheet(rows[:MOST])
    page = list(stucks.after(rows, said(request.GET, "sau"))[: stucks.PAGE_SIZE + 1])
    more, page = len(page) > stucks.PAGE_SIZE, page[: stucks.PAGE_SIZE]
    kept = {name: value for name, value in asked.items() if value}
    counts = stucks.kind_counts(request.actor, local(request.at).date(), agency_id)
    only = {"co-quan": asked["co-quan"]} if asked["co-quan"] else {}
    searched = [one.done_at for one in counts if one.done_at]
    context = {
        "rows": [
            (row, kinds()[row.kind].rule.title, (request.at - row.since).days) for row in page if row.kind in kinds()
        ],
        "kinds": [(one, urlencode(only | {"loai": one.key})) for one in counts],
        "all": urlencode(only),
        "total": sum(one.count for one in counts),
        "chosen": next((one for one in counts if one.key == asked["loai"]), None),
        "places": stucks.agency_counts(request.actor, asked["loai"])[:12],
        "asked": asked,
        "fault": fault,
        "searched": min(searched) if searched else None,
        "older": urlencode(kept | {"sau": keyset.write(page[-1].since, page[-1].pk)}) if more else "",
        "newer": (urlencode(kept) or "loai=") if request.GET.get("sau") else "",
        "csv": urlencode(kept | {"tep": "csv"}),
        "agencies": agencies(request),
    }
    return show(
        request, "desk/inspection/stuck.html", context, current="inspection_stuck", status=422 if fault else 200
    )


def _agency(request: DeskRequest, text: str) -> tuple[int | None, str]:
    try:
        return agency_of(request, text), ""
    except DomainError as error:
        return None, error.message


def _stuck_sheet(rows: Any) -> HttpResponse:
    header = ["Hồ sơ", "Thủ tục", "Cơ quan", "Loại", "Chỗ đứng", "Từ lúc", "Phòng", "Cán bộ", "Cần làm"]
    known = kinds()
    return sheet(
        "ho-so-dung-yen",
        header,
        (
            [
                str(row.dossier), row.dossier.procedure.name, row.agency.name, known[row.kind].rule.title, row.detail,
                vn_datetime(row.since), row.dossier.unit or "", row.dossier.officer or "", known[row.kind].rule.ask,
            ]
            for row in rows
            if row.kind in known
        ),
    )  # fmt: skip


@officers_only(INSPECTION_ROLES)
@require_POST
def find_now(request: DeskRequest) -> HttpResponse:
    find_stuck(request.at)
    messages.success(request, "Đã tìm lại hồ sơ đứng yên.")
    return redirect("desk:inspection_stuck")


@officers_only(INSPECTION_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def backlog(request: DeskRequest) -> HttpResponse:
    asked = {name: said(request.GET, name) for name in ("co-quan", "ghi-chu")}
    if asked["ghi-chu"] and asked["ghi-chu"] not in backlogs.NOTED:
        raise Http404(asked["ghi-chu"])
    agency_id, fault = _agency(request, asked["co-quan"])
    kept = {name: value for name, value in asked.items() if value}
    form = NoteForm(request.POST or None)
    ticked = [int(text) for text in request.POST.getlist("dossier") if text.isdecimal() and len(text) < 19]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        officer = data["officer"]
        try:
            done = note_backlog(
                ticked, note=data["note"], officer_id=officer.pk if officer else None, until=data["until"],
                actor=request.actor, at=request.at,
            )  # fmt: skip
        except DomainError as error:
            form.blame(error)
        else:
            left = f" {done.left_out} hồ sơ không còn mở nên bỏ qua." if done.left_out else ""
            messages.success(request, f"Đã ghi cho {done.notes} hồ sơ.{left}")
            return redirect(f"{request.path}?{urlencode(kept)}" if kept else request.path)
    found = backlogs.backlog(request.actor, request.at, agency_id=agency_id, noted=asked["ghi-chu"])
    if request.GET.get("tep") == "csv" and not fault:
        return _backlog_sheet(backlogs.explained(found[:MOST], request.at))
    rows = backlogs.explained(backlogs.after(found, said(request.GET, "sau"))[: backlogs.PAGE_SIZE + 1], request.at)
    more, rows = len(rows) > backlogs.PAGE_SIZE, rows[: backlogs.PAGE_SIZE]
    last = rows[-1].dossier if rows else None
    cursor = keyset.write(last.due_at, last.pk) if last else ""
    values = in_force("backlog", local(request.at).date())["backlog"].values
    context = {
        "rows": rows,
        "form": form,
        "ticked": ticked,
        "asked": asked,
        "noted": backlogs.NOTED,
        "fault": fault,
        "progress": backlogs.progress(request.actor, request.at),
        "clearing": backlogs.cleared_by(request.actor, request.at)[:12],
        "days_after_due": values["days_after_due"],
        "days_without_due": values["days_without_due"],
        "older": urlencode(kept | {"sau": cursor}) if more else "",
        "newer": (urlencode(kept) or "ghi-chu=") if request.GET.get("sau") else "",
        "csv": urlencode(kept | {"tep": "csv"}),
        "filtered": bool(kept),
        "today": local(request.at).date(),
    } | options(request)
    status = 422 if fault or form.errors else 200
    return show(request, "desk/inspection/backlog.html", context, current="inspection_backlog", status=status)


def _backlog_sheet(rows: list[backlogs.Row]) -> HttpResponse:
    header = [
        "Hồ sơ", "Thủ tục", "Cơ quan", "Trạng thái", "Hạn trả", "Số ngày tồn", "Nguyên nhân có thể", "Đề xuất", "Phòng", "Cán bộ giữ",
        "Giao xử lý", "Xong trước", "Ghi chú",
    ]  # fmt: skip
    return sheet(
        "ho-so-ton",
        header,
        (
            [
                str(row.dossier), row.dossier.procedure.name, row.dossier.agency.name, STATE_TEXT[State(row.dossier.state)],
                vn_datetime(row.dossier.due_at) if row.dossier.due_at else "", row.days, row.reason.text, row.reason.action,
                row.dossier.unit or "", row.dossier.officer or "", (row.note.officer if row.note else "") or "",
                _day(row.note.until) if row.note else "", row.note.note if row.note else "",
            ]
            for row in rows
        ),
    )  # fmt: skip


def _day(day: date | None) -> str:
    return vn_date(day) if day else ""


@officers_only(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def my_backlog(request: DeskRequest) -> HttpResponse:
    """What was given to the officer to clear, and where he says how it stands."""
    form = ReportForm(request.POST or None)
    one = request.POST.get("dossier", "")
    if request.method == "POST" and form.is_valid():
        try:
            report_back(
                int(one) if one.isdecimal() and len(one) < 19 else 0,
                note=form.cleaned_data["note"],
                actor=request.actor,
                at=request.at,
            )
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, "Đã ghi.")
            return redirect("desk:my_backlog")
    rows = backlogs.explained(backlogs.given_to(request.actor.id)[:200], request.at)
    context = {"rows": rows, "form": form, "one": one, "today": local(request.at).date()}
    return show(
        request, "desk/inspection/my_backlog.html", context, current="my_backlog", status=422 if form.errors else 200
    )
