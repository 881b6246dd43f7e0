"""Writing a draft: the plain table, a drawing from a file, publishing, throwing it away."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from motcua.desk.access import PUBLISHERS, DeskRequest, officers_only, said
from motcua.desk.forms.base import DayField
from motcua.desk.forms.process_table import KINDS, MOST_ROWS, Row, change, definition_of, read_rows, rows_of
from motcua.desk.shell import show
from motcua.law.errors import BadInput, DomainError
from motcua.organizations.models import Agency, Unit
from motcua.platform.presentation.words import local
from motcua.processes.bpmn import element_ids
from motcua.processes.bpmn_reader import LARGEST_BYTES, BadBpmn, read
from motcua.processes.checks import Fault, faults, hours_text, longest_path
from motcua.processes.conditions import FACT_TEXT, FACTS
from motcua.processes.definition import ASSIGN_TEXT, STEP_ROLES, Definition, from_json
from motcua.processes.models import ProcessVersion
from motcua.processes.process_list import words_of_lanes
from motcua.processes.publishing import (
    AlreadyChanged,
    Faulty,
    faults_of,
    limit_of,
    may_change,
    publish,
    save_draft,
    withdraw_draft,
)

_OFFERED = 400


@officers_only(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, version_id: int) -> HttpResponse:
    version = _version(version_id)
    if version is None:
        messages.warning(request, "Bản nháp này đã bị bỏ hoặc chưa từng có.")
        return redirect("desk:processes")
    if version.published_at is not None or not may_change(request.actor, version.process):
        return redirect(f"{reverse('desk:process', args=[version.process_id])}?lan={version.number}")
    definition = from_json(version.definition)
    if request.method != "POST":
        return _page(request, version, definition, rows_of(definition))
    rows = read_rows(request.POST)
    if any(row.errors for row in rows):
        return _page(request, version, definition, rows, fault="Có ô chưa đọc được, chưa lưu gì.", status=422)
    what = request.POST.get("do", "")
    look_at = change(rows, what)
    try:
        after = definition_of(rows, definition)
        note = said(request.POST, "note", limit=500)
        save_draft(version.pk, after, expected=request.POST.get("expected", ""), actor=request.actor, note=note)
    except DomainError as error:
        return _page(
            request,
            version,
            definition,
            rows,
            fault=error.message,
            status=409 if isinstance(error, AlreadyChanged) else 422,
        )
    if not what:
        messages.success(request, "Đã lưu bản nháp.")
    numbers = {row.id: at for at, row in enumerate(rows)}
    here = reverse("desk:process_edit", args=[version.pk])
    return redirect(f"{here}#dong-{numbers[look_at]}" if look_at in numbers else here)


def _version(version_id: int) -> ProcessVersion | None:
    found = ProcessVersion.objects.select_related("process__procedure__sector", "process__agency")
    return found.filter(pk=version_id).first()


def _page(
    request: DeskRequest,
    version: ProcessVersion,
    definition: Definition,
    rows: list[Row],
    *,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    today = local(request.at).date()
    found = faults_of(definition, version.process, today)
    whole = _beside(rows, found)
    elements, _ = element_ids(definition)
    limit = limit_of(version.process, today)
    context: dict[str, Any] = {
        "version": version,
        "process": version.process,
        "rows": [(at, row, elements.get(row.id, "")) for at, row in enumerate(rows)],
        "too_many": len(definition.nodes) > MOST_ROWS,
        "targets": [
            (row.id, f"{at}. {row.name or KINDS.get(row.kind, 'Bắt đầu')}") for at, row in enumerate(rows) if at
        ],
        "found": found,
        "whole": whole,
        "fault": fault,
        "expected": version.digest if status != 409 else request.POST.get("expected", ""),
        "kinds": KINDS.items(),
        "roles": STEP_ROLES.items(),
        "assigns": [(rule.value, text) for rule, text in ASSIGN_TEXT.items()],
        "facts": [(name, text, _values(name)) for name, text in FACT_TEXT.items()],
        "agencies": list(Agency.objects.filter(valid_to=None).order_by("path").values_list("code", "name")[:_OFFERED]),
        "units": list(Unit.objects.order_by("code").values_list("code", "name", "agency__name")[:_OFFERED]),
        "limit": limit,
        "longest": None if faults(definition) else hours_text(longest_path(definition).minutes),
        "today": today,
        "note": request.POST.get("note", version.note),
        "bpmn": reverse("desk:process_file", args=[version.pk]),
    }
    return show(request, "desk/processes/edit.html", context, current="processes", status=status)


def _beside(rows: list[Row], found: list[Fault]) -> list[str]:
    """Puts each fault beside its row; what belongs to none is returned."""
    by_id = {row.id: row for row in rows}
    whole = []
    for fault in found:
        if fault.node in by_id:
            by_id[fault.node].faults.append(fault.message)
        else:
            whole.append(fault.message)
    return whole


def _values(fact: str) -> str:
    kind = FACTS[fact]
    if isinstance(kind, frozenset):
        return ", ".join(sorted(kind))
    return {bool: "true, false", int: "số nguyên"}.get(kind, "chữ trong ngoặc kép")


@officers_only(PUBLISHERS)
@require_POST
def upload(request: DeskRequest, version_id: int) -> HttpResponse:
    """Put a drawing in the place of the draft's text; what cannot be held is named, and nothing changes then."""
    version = get_object_or_404(ProcessVersion, pk=version_id)
    here = redirect("desk:process_edit", version.pk)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise BadInput("Chưa chọn tệp BPMN.")
        if (file.size or 0) > LARGEST_BYTES:
            raise BadInput(f"Tệp BPMN nặng quá {LARGEST_BYTES // 1_000_000} MB.")
        imported = read(file.read(), words_of_lanes())
        save_draft(
            version.pk, imported.definition, expected=request.POST.get("expected", ""), actor=request.actor,
            drawing=imported.drawing,
        )  # fmt: skip
    except BadBpmn as error:
        for line in error.faults:
            messages.error(request, line)
        return here
    except DomainError as error:
        messages.error(request, error.message)
        return here
    messages.success(request, f"Đã nạp {len(imported.definition.steps)} bước từ tệp vào bản nháp.")
    for line in imported.left_out:
        messages.info(request, line)
    return here


@officers_only(PUBLISHERS)
@require_POST
def bring_into_force(request: DeskRequest, version_id: int) -> HttpResponse:
    version = get_object_or_404(ProcessVersion, pk=version_id)
    try:
        published = publish(
            version.pk, valid_from=_day(said(request.POST, "valid_from")), expected=request.POST.get("expected", ""),
            actor=request.actor, at=request.at,
        )  # fmt: skip
    except Faulty as error:
        messages.error(request, f"Chưa ban hành được: còn {len(error.faults)} chỗ cần sửa, nêu cạnh từng dòng.")
        return redirect("desk:process_edit", version.pk)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk:process_edit", version.pk)
    messages.success(
        request,
        f"Đã ban hành lần {published.number}, hiệu lực từ {published.valid_from:%d/%m/%Y}. Hồ sơ đang giải quyết vẫn theo lần cũ.",
    )
    return redirect("desk:process", published.process_id)


def _day(text: str) -> date:
    try:
        return DayField().clean(text)  # type: ignore[no-any-return]
    except ValidationError as error:
        raise BadInput(f"Ngày hiệu lực: {error.messages[0]}") from None


@officers_only(PUBLISHERS)
@require_POST
def throw_away(request: DeskRequest, version_id: int) -> HttpResponse:
    version = get_object_or_404(ProcessVersion.objects.select_related("process"), pk=version_id)
    process_id = version.process_id
    try:
        withdraw_draft(version.pk, expected=request.POST.get("expected", ""), actor=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk:process_edit", version.pk)
    messages.success(request, f"Đã bỏ bản nháp lần {version.number}.")
    return (
        redirect("desk:process", process_id)
        if ProcessVersion.objects.filter(process=process_id).exists()
        else redirect("desk:processes")
    )
