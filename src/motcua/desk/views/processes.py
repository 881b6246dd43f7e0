"""Processes: the list, one process with its versions and what differs, a new one, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.catalog.models import Channel, ChannelRule, Procedure, ProcedureVersion, Sector
from motcua.catalog.queries import procedure_code
from motcua.desk.access import PUBLISHERS, DeskRequest, officers_only, said
from motcua.desk.shell import show
from motcua.law.errors import BadInput, DomainError
from motcua.organizations.models import Agency
from motcua.organizations.queries import agency_code, agency_of
from motcua.platform.presentation.words import local
from motcua.processes import drawing
from motcua.processes.bpmn import element_ids, export
from motcua.processes.checks import faults, hours_text, longest_path
from motcua.processes.definition import (
    ASSIGN_TEXT,
    NODE_TEXT,
    STEP_ROLES,
    STEP_TEXT,
    TIMEOUT,
    Definition,
    Flow,
    Node,
    NodeKind,
    from_json,
)
from motcua.processes.diff import diff
from motcua.processes.models import Process, ProcessVersion
from motcua.processes.patterns import patterns
from motcua.processes.process_list import (
    STATES,
    ListFilter,
    patterns_in_use,
    procedure_of,
    processes,
    shown_version,
    versions_of,
)
from motcua.processes.publishing import HasDraft, faults_of, inherited_of, limit_of, may_change, open_process

_OFFERED = 300
_ASKED = ("q", "linh-vuc", "cap", "mau", "co-quan", "trang-thai")


@officers_only(PUBLISHERS)
@require_safe
def process_list(request: DeskRequest) -> HttpResponse:
    asked = {name: said(request.GET, name) for name in _ASKED}
    only = ListFilter(
        asked["q"], asked["linh-vuc"], asked["cap"], asked["mau"], agency_code(asked["co-quan"]), asked["trang-thai"]
    )
    if only.state and only.state not in STATES:
        raise Http404(only.state)
    today = local(request.at).date()
    found = processes(only, on=today, after=said(request.GET, "sau"))
    kept = {name: value for name, value in asked.items() if value}
    others = {name: value for name, value in kept.items() if name != "trang-thai"}
    context = {
        "found": found,
        "rows": found.rows,
        "asked": asked,
        "filtered": any(value for name, value in asked.items() if name != "trang-thai"),
        "states": [
            (key, word, found.counts[key], urlencode(others | {"trang-thai": key})) for key, word in STATES.items()
        ],
        "everything": urlencode(others),
        "sectors": list(_sectors()),
        "levels": ProcedureVersion.Level.choices,
        "patterns": [(code, _pattern(code)) for code in patterns_in_use()],
        "older": urlencode(kept | {"sau": found.after}) if found.after else "",
        "newer": (urlencode(kept) or "q=") if said(request.GET, "sau") else "",
        "today": today,
    }
    return show(request, "desk/processes/list.html", context, current="processes")


def _sectors() -> Any:
    used = Sector.objects.filter(procedures__processes__isnull=False).distinct().order_by("name_key")
    return used.values_list("code", "name")[:_OFFERED]


def _pattern(code: str) -> str:
    pattern = patterns().get(code)
    return pattern.name if pattern else code


@dataclass(frozen=True, slots=True)
class Line:
    """An element as a line of the plain table, in words. `element` is its id in the drawing."""

    node: Node
    element: str
    number: int
    kind: str
    who: str
    where: str
    time: str
    assign: str
    ways: list[str]


def lines_of(definition: Definition) -> list[Line]:
    numbers = {node.id: at for at, node in enumerate(definition.steps, 1)}
    elements, _ = element_ids(definition)
    return [
        Line(
            node,
            elements[node.id],
            numbers.get(node.id, 0),
            STEP_TEXT[node.step] if node.kind is NodeKind.STEP else NODE_TEXT[node.kind],
            STEP_ROLES.get(node.role, node.role) if node.kind is NodeKind.STEP else "",
            ", ".join(filter(None, ({"desk": "nơi tiếp nhận"}.get(node.agency, node.agency), node.unit, node.body))),
            hours_text(node.minutes) if node.minutes else "",
            ASSIGN_TEXT[node.assign] if node.kind is NodeKind.STEP else "",
            [_way(definition, node, flow) for flow in definition.out[node.id]],
        )
        for node in definition.nodes
        if node.kind not in (NodeKind.START, NodeKind.END) and not _only_joins(definition, node)
    ]


def _only_joins(definition: Definition, node: Node) -> bool:
    """A choice without a name that only brings ways together again says nothing to a reader."""
    return node.kind is NodeKind.CHOICE and not node.name and len(definition.out[node.id]) == 1


def _target(definition: Definition, flow: Flow) -> str:
    """Where an arrow leads, by name, behind what only brings ways together."""
    passed = {flow.target}
    node = definition.by_id.get(flow.target)
    while node is not None and _only_joins(definition, node):
        onward = definition.out[node.id][0].target
        if onward in passed:
            break
        passed.add(onward)
        node = definition.by_id.get(onward)
    if node is None:
        return flow.target
    return node.name or (NODE_TEXT[node.kind] if node.kind is NodeKind.END else node.label)


def _way(definition: Definition, node: Node, flow: Flow) -> str:
    to = _target(definition, flow)
    if flow.outcome == TIMEOUT:
        return f"hết thời gian → {to}"
    if flow.outcome:
        return f"{node.way_text(flow.outcome)} → {to}"
    if flow.condition:
        return f"{flow.condition} → {to}"
    return f"còn lại → {to}" if flow.default else f"→ {to}"


@officers_only(PUBLISHERS)
@require_safe
def process(request: DeskRequest, process_id: int) -> HttpResponse:
    found = _found(process_id)
    today = local(request.at).date()
    versions = versions_of(found)
    if not versions:
        raise Http404(str(process_id))
    asked = said(request.GET, "lan")
    version = next((one for one in versions if str(one.number) == asked), None) or shown_version(versions, today)
    definition = from_json(version.definition)
    limit = limit_of(found, today)
    other = said(request.GET, "so")
    inherited = inherited_of(found, today) if found.agency_id or found.channel or found.case else None
    compared, changes = _compared(versions, version, inherited, other)
    shape = faults(definition)
    own = Process.objects.filter(procedure=found.procedure).exclude(pk=found.pk).select_related("agency")
    context = {
        "process": found,
        "version": version,
        "versions": [(one, _state(one, today)) for one in versions],
        "draft": next((one for one in versions if one.published_at is None), None),
        "lines": lines_of(definition),
        "steps": len(definition.steps),
        "faults": faults_of(definition, found, today),
        "limit": limit,
        "longest": None if shape else hours_text(longest_path(definition).minutes),
        "pattern": _pattern(version.pattern) if version.pattern else "",
        "inherited": inherited,
        "compared": compared,
        "changes": changes,
        "others": [one for one in versions if one.pk != version.pk],
        "siblings": list(own.order_by("agency__path", "pk")[:50]),
        "may": may_change(request.actor, found),
        "bpmn": reverse("desk:process_file", args=[version.pk]),
    }
    return show(request, "desk/processes/process.html", context, current="processes")


def _found(process_id: int) -> Process:
    return get_object_or_404(Process.objects.select_related("procedure__sector", "agency"), pk=process_id)


def _state(version: ProcessVersion, today: Any) -> str:
    if version.published_at is None or version.valid_from is None:
        return "bản nháp"
    if version.valid_to is not None and version.valid_to <= version.valid_from:
        return "đã thay trước khi có hiệu lực"
    if version.valid_to is not None and version.valid_to <= today:
        return "hết hiệu lực"
    return "đang hiệu lực" if version.valid_from <= today else "sắp có hiệu lực"


def _compared(
    versions: list[ProcessVersion], version: ProcessVersion, inherited: ProcessVersion | None, other: str
) -> tuple[str, list[str] | None]:
    """(with what the version is compared, the sentences), None where there is nothing to compare with."""
    if inherited is not None and other in ("", "goc"):
        place = inherited.process.agency or "toàn tỉnh"
        return f"quy trình được thừa hưởng ({place})", diff(
            from_json(inherited.definition), from_json(version.definition)
        )
    chosen = next((one for one in versions if str(one.number) == other), None)
    before = chosen or next((one for one in versions if one.number < version.number), None)
    if before is None or before.pk == version.pk:
        return "", None
    return f"lần {before.number}", diff(from_json(before.definition), from_json(version.definition))


@officers_only(PUBLISHERS)
@require_safe
def process_file(request: DeskRequest, version_id: int) -> HttpResponse:
    """The version as BPMN: what the page draws, and what `?tai` downloads."""
    version = get_object_or_404(ProcessVersion.objects.select_related("process__procedure"), pk=version_id)
    procedure = version.process.procedure
    return bpmn_answer(
        version, procedure.name, f"{procedure.code}-lan-{version.number}" if "tai" in request.GET else ""
    )


def bpmn_answer(version: ProcessVersion, name: str, download: str = "") -> HttpResponse:
    data = export(from_json(version.definition), drawing.from_json(version.layout), name=name)
    answer = HttpResponse(data, content_type="application/xml; charset=utf-8")
    answer["Cache-Control"] = "private, no-cache"
    if download:
        answer["Content-Disposition"] = f'attachment; filename="{download}.bpmn"'
    return answer


@officers_only(PUBLISHERS)
@require_POST
def start_draft(request: DeskRequest, process_id: int) -> HttpResponse:
    found = _found(process_id)
    try:
        draft = open_process(
            found.procedure,
            actor=request.actor,
            at=request.at,
            agency=found.agency,
            case=found.case,
            channel=found.channel,
        )
    except HasDraft as error:
        messages.info(request, error.message)
        return redirect("desk:process_edit", error.data["draft"])
    return redirect("desk:process_edit", draft.pk)


@officers_only(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_process(request: DeskRequest) -> HttpResponse:
    """A process for a procedure that has none, or an agency's, a case's, a channel's own copy of what it inherits."""
    given = request.POST if request.method == "POST" else request.GET
    asked = {name: said(given, name) for name in ("thu-tuc", "co-quan", "truong-hop", "kenh")}
    fault, status = "", 200
    if request.method == "POST":
        try:
            draft = _opened(request, asked)
        except HasDraft as error:
            messages.info(request, error.message)
            return redirect("desk:process_edit", error.data["draft"])
        except DomainError as error:
            fault, status = error.message, 422
        else:
            return redirect("desk:process_edit", draft.pk)
    code = procedure_code(asked["thu-tuc"])
    cases = ChannelRule.objects.filter(version__in=Procedure.objects.filter(code=code).values("current"))
    context = {
        "asked": asked,
        "fault": fault,
        "channels": Channel.choices,
        "agencies": list(
            Agency.objects.filter(pk__in=request.actor.scope, valid_to=None)
            .order_by("path")
            .values_list("code", "name")[:_OFFERED]
        ),
        "cases": list(cases.exclude(condition="").order_by("condition").values_list("condition", flat=True).distinct()),
    }
    return show(request, "desk/processes/new.html", context, current="processes", status=status)


def _opened(request: DeskRequest, asked: dict[str, str]) -> ProcessVersion:
    code = procedure_code(asked["thu-tuc"])
    if not code:
        raise BadInput("Chưa ghi mã thủ tục, ví dụ 1.001193.")
    agency = agency_of(agency_code(asked["co-quan"])) if asked["co-quan"] else None
    return open_process(
        procedure_of(code),
        actor=request.actor,
        at=request.at,
        agency=agency,
        case=asked["truong-hop"],
        channel=asked["kenh"],
    )
