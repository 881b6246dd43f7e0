"""Hand-over lists: made by the desk, signed by both sides, printed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from motcua.desk import files
from motcua.desk.access import RECEIVERS, DeskRequest, officers_only, said
from motcua.desk.shell import show
from motcua.documents.hand_over import print_hand_over
from motcua.law.errors import DomainError
from motcua.organizations.models import Desk, Role
from motcua.processes.hand_over import is_whole, make_lists, sign_given, sign_taken
from motcua.processes.hand_over_permissions import may_give, may_make, may_see, may_take
from motcua.processes.hand_over_queries import lists_for
from motcua.processes.models import HandOverLine, HandOverList

_SIDES = RECEIVERS | {Role.CASE_OFFICER, Role.UNIT_HEAD}


@officers_only(_SIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_overs(request: DeskRequest) -> HttpResponse:
    every = Desk.objects.select_related("agency").order_by("id")
    desks = [desk for desk in every if may_make(request.actor, desk)]
    if request.method == "POST":
        asked = said(request.POST, "desk")
        try:
            made = make_lists(
                int(asked) if asked.isdecimal() else 0, cut_at=request.at, actor=request.actor, at=request.at
            )
        except DomainError as error:
            messages.error(request, error.message)
        else:
            told = f"Đã lập {len(made)} danh sách." if made else "Không có giấy tờ hay kết quả nào đang chờ bàn giao."
            messages.success(request, told)
        return redirect("desk:hand_overs")
    rows = lists_for(request.actor)
    context = {
        "waiting": [row for row in rows if row.paper.taken_at is None],
        "done": [row for row in rows if row.paper.taken_at is not None],
        "desks": desks,
    }
    return show(request, "desk/hand_over/list.html", context, current="hand_overs")


def _found(request: DeskRequest, list_id: int) -> HandOverList:
    paper = (
        HandOverList.objects.select_related(
            "desk__agency", "agency", "unit", "giver", "given_for", "taker", "taken_for"
        )
        .filter(pk=list_id)
        .first()
    )
    if paper is None or not may_see(request.actor, paper):
        raise Http404(str(list_id))
    return paper


@officers_only(_SIDES)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: DeskRequest, list_id: int) -> HttpResponse:
    """The list, and the signature that is next; a ticked line is kept back (giver) or refused (taker) with its reason."""
    paper = _found(request, list_id)
    lines = list(paper.lines.select_related("dossier__procedure", "dossier__submitter").order_by("position"))
    giving = paper.given_at is None
    fault, fault_at = "", ""
    if request.method == "POST":
        marked = {line.pk: said(request.POST, f"why-{line.pk}") for line in lines if f"line-{line.pk}" in request.POST}
        try:
            if giving:
                sign_given(paper.pk, held=marked, actor=request.actor, at=request.at)
            else:
                sign_taken(paper.pk, refused=marked, actor=request.actor, at=request.at)
        except DomainError as error:
            fault, fault_at = error.message, str(error.data.get("field", ""))
        else:
            messages.success(request, "Đã ký giao danh sách." if giving else "Đã ký nhận danh sách.")
            return redirect("desk:hand_over", paper.pk)
    may = may_give(request.actor, paper) if giving else may_take(request.actor, paper)
    own = not giving and paper.giver_id == request.actor.id
    typed = {line.pk: (f"line-{line.pk}" in request.POST, request.POST.get(f"why-{line.pk}", "")) for line in lines}
    context = {
        "paper": paper,
        "rows": [(line, *typed[line.pk], fault_at == f"line-{line.pk}") for line in lines],
        "giving": giving,
        "may_sign": paper.taken_at is None and may.allowed and not own and _waits(lines),
        "whole": is_whole(paper, lines),
        "fault": fault,
    }
    return show(request, "desk/hand_over/paper.html", context, current="hand_overs", status=422 if fault else 200)


def _waits(lines: list[HandOverLine]) -> bool:
    return any(line.outcome == HandOverLine.Outcome.WAITING for line in lines)


@officers_only(_SIDES)
@require_safe
def hand_over_paper(request: DeskRequest, list_id: int) -> HttpResponse:
    """The list as a PDF."""
    paper = _found(request, list_id)
    return files.made_now(print_hand_over(paper).pdf, f"ban-giao-{paper.pk}")
