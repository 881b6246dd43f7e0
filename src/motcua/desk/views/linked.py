"""Work with other agencies: what they have of a dossier, what arrives from them, what was taken for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.desk import files
from motcua.desk.access import READERS, DeskRequest, officers_only, said
from motcua.desk.forms.linked import AskForm, PaperAnswerForm, WindowForm
from motcua.desk.shell import show
from motcua.desk.views.dossier import find, frame
from motcua.documents.consultations import consultation_letter, link_of
from motcua.dossiers import queries
from motcua.dossiers.models import Dossier, Paper
from motcua.dossiers.received_for_others import count_for_others, received_for_others
from motcua.exchange.models import OutMessage
from motcua.law.errors import DomainError
from motcua.platform.presentation.words import local
from motcua.processes import bodies
from motcua.processes.bodies import Asked
from motcua.processes.linked import whole_of
from motcua.processes.models import AgencyTransfer, BodyQuestion, WorkItem
from motcua.processes.parts import linked_parts
from motcua.processes.transfers import SIGNERS, acknowledge, waiting_transfers


@officers_only(READERS)
@require_safe
def together(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """The tab: parts of a joined hand-in, hand-overs between agencies, bodies asked, messages to other systems."""
    return _tab(request, find(request, dossier_id))


def _tab(request: DeskRequest, dossier: Dossier, *, status: int = 200, **more: Any) -> HttpResponse:
    items = queries.timeline(dossier.pk)
    whole = whole_of(dossier.pk, request.at)
    seen: set[int] = set()
    if whole is not None:
        ids = [part.dossier_id for part in whole.parts]
        seen = set(queries.visible_to(request.actor, shared=True).filter(pk__in=ids).values_list("pk", flat=True))
    transfers = AgencyTransfer.objects.filter(dossier=dossier).select_related(
        "from_agency", "to_agency", "acknowledged_by"
    )
    asks = request.actor.has_role(bodies.ASKERS, dossier.agency_id)
    context = frame(request, dossier, items, tab="together") | {
        "whole": whole,
        "seen": seen,
        "transfers": [
            (one, one.to_agency_id is not None and request.actor.has_role(SIGNERS, one.to_agency_id))
            for one in transfers.order_by("sent_at", "id")
        ],
        "questions": list(BodyQuestion.objects.filter(dossier=dossier).select_related("created_by").order_by("id")),
        "open_bodies": _open_bodies(dossier) if asks else [],
        "sent": list(
            OutMessage.objects.filter(dossier=dossier)
            .select_related("partner__agency")
            .prefetch_related("replies")
            .order_by("id")
        ),
    }
    return show(request, "desk/dossier/together.html", context | more, status=status)


def _open_bodies(dossier: Dossier) -> list[WorkItem]:
    """Open steps by which a body outside is to be asked."""
    return list(
        WorkItem.objects.filter(
            dossier=dossier, closed_at__isnull=True, kind=WorkItem.Kind.CONSULTATION, agency__isnull=True
        ).order_by("token")
    )


@officers_only(READERS)
@require_POST
def sign(request: DeskRequest, dossier_id: int, token: int) -> HttpResponse:
    """Sign for what another agency handed over, naming the papers that did not come."""
    dossier = find(request, dossier_id)
    try:
        acknowledge(
            dossier.pk, token, missing=request.POST.getlist("missing")[:200], note=said(request.POST, "note", limit=1000),
            actor=request.actor, at=request.at,
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Đã ký nhận hồ sơ chuyển đến.")
    return redirect("desk:together", dossier.pk)


@officers_only(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: DeskRequest, dossier_id: int, token: int) -> HttpResponse:
    """Write to a body outside. The link is shown once, on the answer to this very request, and can be had no other way."""
    dossier = find(request, dossier_id)
    papers = list(Paper.objects.filter(dossier=dossier).order_by("round", "position"))
    form = AskForm(request.POST if request.method == "POST" else None, of=papers)
    try:
        item, node = bodies.body_step(dossier.pk, token)
        if request.method == "POST" and form.is_valid():
            asked = bodies.ask(
                dossier.pk, token, number=form.cleaned_data["number"], question=form.cleaned_data["question"],
                paper_ids=form.paper_ids, actor=request.actor, at=request.at,
            )  # fmt: skip
            response = _tab(
                request,
                find(request, dossier_id),
                link=link_of(asked.secret),
                secret=asked.secret,
                asked=asked.question,
            )
            add_never_cache_headers(response)
            return response
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk:together", dossier.pk)
    items = queries.timeline(dossier.pk)
    context = frame(request, dossier, items, tab="together") | {"form": form, "item": item, "body": node.body}
    return show(request, "desk/dossier/ask_body.html", context, status=422 if form.errors else 200)


@officers_only(READERS)
@require_POST
def letter(request: DeskRequest, dossier_id: int, token: int) -> HttpResponse:
    """The letter as a PDF, for who still holds the link."""
    dossier = find(request, dossier_id)
    secret = request.POST.get("secret", "")[:100]
    try:
        question = bodies.find(secret, request.at)
        if (question.dossier_id, question.token) != (dossier.pk, token):
            raise bodies.LinkNotValid("Đường dẫn này không phải của bước đã chọn.")
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk:together", dossier.pk)
    return files.made_now(consultation_letter(Asked(question, secret)).pdf, f"cong-van-{dossier.code}")


@officers_only(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: DeskRequest, dossier_id: int, token: int) -> HttpResponse:
    """Record what a body answered on paper."""
    dossier = find(request, dossier_id)
    try:
        item, node = bodies.body_step(dossier.pk, token)
        ways = [(way, node.way_text(way)) for way in node.ways]
        form = PaperAnswerForm(request.POST if request.method == "POST" else None, ways=ways)
        if request.method == "POST" and form.is_valid():
            bodies.record_answer(
                dossier.pk, token, document=form.cleaned_data["document"], text=form.cleaned_data["text"],
                outcome=form.cleaned_data.get("outcome", ""), actor=request.actor, at=request.at,
            )  # fmt: skip
            messages.success(request, "Đã ghi nhận văn bản trả lời.")
            return redirect("desk:together", dossier.pk)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk:together", dossier.pk)
    items = queries.timeline(dossier.pk)
    context = frame(request, dossier, items, tab="together") | {
        "form": form,
        "item": item,
        "body": node.body,
        "paper": True,
    }
    return show(request, "desk/dossier/ask_body.html", context, status=422 if form.errors else 200)


@officers_only(READERS)
@require_safe
def arriving(request: DeskRequest) -> HttpResponse:
    """What other agencies have handed over and nobody here has signed for."""
    rows = list(waiting_transfers(request.actor)[:200])
    return show(request, "desk/arriving.html", {"rows": rows}, current="arriving")


@officers_only(READERS)
@require_safe
def for_others(request: DeskRequest) -> HttpResponse:
    """Receipt not bound to territory, from both sides, with the breaches of the forwarding limit."""
    form, rows = _in_window(request, lambda first, last: received_for_others(request.actor, first, last))
    context = {
        "form": form,
        "counts": count_for_others(rows, request.at),
        "rows": [(row, row.breached(request.at)) for row in rows[:200]],
        "more": max(len(rows) - 200, 0),
    }
    return show(request, "desk/for_others.html", context, current="for_others", status=422 if form.errors else 200)


@officers_only(READERS)
@require_safe
def linked_parts_page(request: DeskRequest) -> HttpResponse:
    """What agencies did in dossiers counted elsewhere: a measure of its own."""
    form, rows = _in_window(request, lambda first, last: linked_parts(request.actor, first, last, request.at))
    context = {"form": form, "rows": rows}
    return show(request, "desk/linked_parts.html", context, current="linked_parts", status=422 if form.errors else 200)


def _in_window(request: DeskRequest, read: Callable[[date, date], list[Any]]) -> tuple[WindowForm, list[Any]]:
    """The days asked for and what is read of them; nothing, with the reason beside the field, where they cannot be."""
    today = local(request.at).date()
    form = WindowForm.of(request.GET, today)
    try:
        return form, read(*form.days(today))
    except DomainError as error:
        form.add_error("last", error.message)
        return form, []
