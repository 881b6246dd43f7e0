"""One open step of a dossier: finish it, take it, give it out, give it back, take it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from motcua.desk import presence
from motcua.desk.access import READERS, WORKERS, DeskRequest, View, officers_only
from motcua.desk.forms.late import LATE, typed_moment
from motcua.desk.forms.steps import AssignForm, FinishForm, HandBackForm, OpinionForm, StepForm
from motcua.desk.moves import late_approvers
from motcua.desk.shell import show
from motcua.desk.steps import ASSIGN, CLAIM, FINISH, HAND_BACK, OPINION, TAKE_BACK, WORDS
from motcua.desk.story import Names, events
from motcua.desk.views.dossier import find, frame
from motcua.dossiers import queries
from motcua.dossiers.models import Dossier
from motcua.dossiers.permissions import NotAllowed
from motcua.dossiers.services import Moved
from motcua.dossiers.writer import AlreadyChanged
from motcua.law.errors import DomainError
from motcua.law.lifecycle import STATE_TEXT, State
from motcua.platform.numbers import whole_number
from motcua.processes.engine import NotThere
from motcua.processes.models import WorkItem
from motcua.processes.queries import candidates_of, items_of, step_view
from motcua.processes.services import assign, claim, finish_step, give_opinion, hand_back, take_back
from motcua.processes.team import colleagues_of
from motcua.processes.versions import definition_of

_EXPLAINED = {
    FINISH: "Bước tiếp theo mở ngay và giao theo quy trình. Có thể lấy lại đến khi người sau mở xem.",
    ASSIGN: "Người chủ trì thấy bước này trong “Bước của tôi”. Đổi người đang làm thì phải ghi lý do.",
    HAND_BACK: "Bước trở lại danh sách chờ nhận, chờ phân công của phòng.",
    OPINION: "Ý kiến được ghi vào nhật ký hồ sơ. Bước vẫn do người chủ trì hoàn thành.",
}


@officers_only(WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: DeskRequest, dossier_id: int, token: int, slug: str) -> HttpResponse:
    """The form of what is done to a step, and doing it."""
    if slug not in _EXPLAINED:
        raise Http404(slug)
    dossier = find(request, dossier_id)
    item = next((one for one in items_of(dossier.pk) if one.token == token and one.role), None)
    if item is None:
        raise Http404(str(token))
    if item.closed_seq is not None:
        return _gone(request, dossier, slug, _bare(request))
    form = _form(request, dossier, item, slug)
    if request.method == "POST" and form.is_valid():
        try:
            moved = _do(request, dossier, item, slug, form)
        except (NotThere, AlreadyChanged):
            return _gone(request, dossier, slug, form)
        except NotAllowed as error:
            if not _moved_since(request, dossier):
                raise
            return _gone(request, dossier, slug, form, error.message)
        except DomainError as error:
            form.blame(error)
        else:
            return _done(request, moved, item, slug)
    context = frame(request, dossier, queries.timeline(dossier.pk), tab="") | {
        "form": form,
        "item": item,
        "step_slug": slug,
        "word": WORDS[slug],
        "explained_move": _EXPLAINED[slug],
        "late_query": LATE,
    }
    return show(request, "desk/dossier/step.html", context, status=422 if form.errors else 200)


def _form(request: DeskRequest, dossier: Dossier, item: WorkItem, slug: str) -> StepForm:
    data = request.POST if request.method == "POST" else None
    happened, earlier = typed_moment(request), LATE in request.GET
    at = happened or request.at
    first: dict[str, Any] = {"initial": {"expected_seq": dossier.seq}}
    if earlier:
        first["approvers"] = late_approvers(item.agency or dossier.agency, request.actor, at)
    match slug:
        case "hoan-thanh":
            # Whether it was slow is known only when it is said when it was done.
            told = happened is not None or not earlier
            late = told and item.kind == WorkItem.Kind.WORK and item.due_at is not None and at > item.due_at
            return FinishForm(data, view=step_view(dossier.pk, item.token, at), late=late, **first)
        case "giao":
            officers = [
                pair for pair in candidates_of(item, definition_of(dossier.process), at) if pair[0] != item.officer_id
            ]
            first["initial"] |= {"cooperating": item.cooperating, "following": item.following}
            now = (item.officer.pk, item.officer.full_name) if item.officer else None
            first["initial"] |= {"officer_id": now[0]} if now else {}
            colleagues = colleagues_of(item.agency_id, at).items()
            return AssignForm(data, officers=officers, colleagues=colleagues, now=now, **first)
        case "cho-y-kien":
            return OpinionForm(data, **first)
    return HandBackForm(data, **first)


def _bare(request: DeskRequest) -> StepForm:
    """What was typed, of a step that is not open any more."""
    return HandBackForm(request.POST if request.method == "POST" else None)


def _do(request: DeskRequest, dossier: Dossier, item: WorkItem, slug: str, form: StepForm) -> Moved:
    by: dict[str, Any] = {
        "actor": request.actor, "at": form.occurred_at or request.at, "recorded_at": request.at, "late": form.late_entry(),
    }  # fmt: skip
    match slug:
        case "hoan-thanh":
            assert isinstance(form, FinishForm)
            return finish_step(dossier.pk, item.token, **form.given, **by)
        case "giao":
            data = form.cleaned_data
            return assign(
                dossier.pk, item.token, officer_id=data["officer_id"], reason=data["reason"],
                cooperating=data["cooperating"], following=data["following"], **by,
            )  # fmt: skip
        case "cho-y-kien":
            return give_opinion(dossier.pk, item.token, text=form.cleaned_data["text"], **by)
    return hand_back(dossier.pk, item.token, reason=form.cleaned_data["reason"], **by)


def _moved_since(request: DeskRequest, dossier: Dossier) -> bool:
    """Whether somebody did something after the officer's page was opened: then the refusal comes of that."""
    seen = _typed_seq(request)
    return seen is not None and Dossier.objects.filter(pk=dossier.pk, seq__gt=seen).exists()


def _typed_seq(request: DeskRequest) -> int | None:
    return whole_number(request.POST.get("expected_seq", ""))


def _done(request: DeskRequest, moved: Moved, item: WorkItem, slug: str) -> HttpResponse:
    said = {
        FINISH: "đã hoàn thành",
        ASSIGN: "đã giao",
        HAND_BACK: "đã trả lại",
        OPINION: "đã ghi ý kiến",
        CLAIM: "đã nhận; ông/bà là người thực hiện",
        TAKE_BACK: "đã lấy lại bước trước đó",
    }
    code = moved.code or "chưa có mã"
    messages.success(request, f"Hồ sơ {code}, bước “{item.name}”: {said[slug]}.")
    return redirect("desk:dossier", moved.id)


def _gone(request: DeskRequest, dossier: Dossier, slug: str, form: StepForm, reason: str = "") -> HttpResponse:
    """Who did what since the officer's page was opened; what was typed is kept in sight, nothing was written."""
    again = find(request, dossier.pk)
    items = queries.timeline(again.pk)
    seen = _typed_seq(request)
    news = [item for item in items if seen is not None and item.seq > seen]
    told = (
        [event for event in events(again, items, Names.of(items)) if event.phase == "done"][-len(news) :]
        if news
        else []
    )
    typed = [
        (field.label, form.data.get(field.html_name, ""))
        for field in form
        if not field.is_hidden and form.data.get(field.html_name, "").strip()
    ]
    mine = (request.actor.kind, request.actor.id)
    context = frame(request, again, items, tab="") | {
        "news": told,
        "own": bool(news) and all((item.actor["kind"], item.actor["id"]) == mine for item in news),
        "word": WORDS[slug],
        "typed": typed,
        "state_word": STATE_TEXT[State(again.state)],
        "still": False,
        "slug": "",
        "reason": reason,
    }
    return show(request, "desk/dossier/changed.html", context, status=409)


def _at_once(slug: str, give: Callable[..., Moved]) -> View:
    """A move that asks nothing: a button on the page."""

    @officers_only(WORKERS)
    @require_POST
    def view(request: DeskRequest, dossier_id: int, token: int) -> HttpResponse:
        dossier = find(request, dossier_id)
        item = WorkItem.objects.filter(dossier=dossier, token=token).exclude(role="").first()
        if item is None:
            raise Http404(str(token))
        try:
            moved = give(dossier.pk, token, actor=request.actor, at=request.at)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("desk:dossier", dossier.pk)
        return _done(request, moved, item, slug)

    return view


claim_step = _at_once(CLAIM, claim)
take_step_back = _at_once(TAKE_BACK, take_back)


@officers_only(READERS)
@require_POST
def still_open(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """The sign of life of an open page; answers who else is there."""
    dossier = find(request, dossier_id)
    presence.arrive(dossier.pk, officer_id=request.officer.pk, at=request.at)
    others = presence.others_at([dossier.pk], officer_id=request.officer.pk, at=request.at)
    context = {"dossier": dossier, "present": others.get(dossier.pk, [])}
    return render(request, "desk/dossier/_presence.html", context)
