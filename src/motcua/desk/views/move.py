"""One move of one dossier: its form, the service call, and a clear answer when somebody else was quicker."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from motcua.desk.access import READERS, DeskRequest, officers_only
from motcua.desk.forms.late import LATE, typed_moment
from motcua.desk.forms.moves import FORMS, MoveForm
from motcua.desk.forms.result import CODE
from motcua.desk.moves import BY_SLUG, ENDING, EXPLAINED, SLUGS, around, subject_of, word_of
from motcua.desk.shell import show
from motcua.desk.story import Names, events
from motcua.desk.views.dossier import find, frame
from motcua.dossiers import commands as c
from motcua.dossiers import queries
from motcua.dossiers.decide import MoveNotPossible
from motcua.dossiers.models import Dossier
from motcua.dossiers.one_time_codes import check_one_time_code, request_one_time_code
from motcua.dossiers.permissions import NotAllowed, can, is_possible
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import AlreadyChanged
from motcua.law.errors import DomainError
from motcua.law.lifecycle import STATE_TEXT, Command, State
from motcua.notifications.providers import Message, PermanentFailure, TemporaryFailure
from motcua.notifications.tasks import providers

_STEPS = ("Thẩm định hồ sơ", "Kiểm tra thực địa", "Lấy ý kiến", "Trình ký", "Vào sổ, đóng dấu")


@officers_only(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: DeskRequest, dossier_id: int, slug: str) -> HttpResponse:
    command = BY_SLUG.get(slug)
    if command is None:
        raise Http404(slug)
    dossier = find(request, dossier_id)
    if dossier.imported:
        # Its form may lack what it would begin with: the people are not known.
        _must_be_allowed(request, dossier, command)
    items = queries.timeline(dossier.pk)
    late_for = request.actor if LATE in request.GET else None
    choices = around(dossier, command, items, at=typed_moment(request) or request.at, late_for=late_for)
    if request.method == "POST":
        form = FORMS[command](request.POST, request.FILES, around=choices)
        stale = _typed_seq(request) not in (None, dossier.seq)
        if stale:
            return _changed(request, dossier, items, command, form)
        _must_be_allowed(request, dossier, command)
        if form.is_valid() and (answer := _give(request, dossier, command, form)):
            return answer
        return _form_page(request, dossier, items, command, form, status=422)
    _must_be_allowed(request, dossier, command)
    return _form_page(request, dossier, items, command, FORMS[command](around=choices))


def _typed_seq(request: DeskRequest) -> int | None:
    typed = request.POST.get("expected_seq", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def _must_be_allowed(request: DeskRequest, dossier: Dossier, command: Command) -> None:
    verdict = can(request.actor, command, subject_of(dossier))
    if not verdict.allowed:
        raise (NotAllowed if is_possible(State(dossier.state), command) else MoveNotPossible)(verdict.reason)


def _give(request: DeskRequest, dossier: Dossier, command: Command, form: MoveForm) -> HttpResponse | None:
    """The answer after success or after a lost race; None when a fault stands in the form."""
    try:
        given = form.command()
        if given is None:
            return None
        if isinstance(given, c.HandOver) and given.proof == CODE:
            reference = check_one_time_code(dossier, form.cleaned_data["one_time_code"], at=request.at)
            given = c.HandOver(given.receiver, given.proof, reference)
        moved = give_command(
            dossier.pk,
            given,
            actor=request.actor,
            at=form.occurred_at or request.at,
            recorded_at=request.at,
            late=form.late_entry(),
            expected_seq=form.cleaned_data["expected_seq"],
        )
    except AlreadyChanged:
        again = find(request, dossier.pk)
        return _changed(request, again, queries.timeline(again.pk), command, form)
    except (NotAllowed, MoveNotPossible):
        raise
    except DomainError as error:
        form.blame(error)
        return None
    code = moved.code or "chưa có mã"
    messages.success(
        request, f"{word_of(command)}: đã ghi nhận. Hồ sơ {code} hiện “{STATE_TEXT[moved.state].lower()}”."
    )
    return redirect("desk:forms" if command in _PRINTS else "desk:dossier", dossier.pk)


# After these the officer usually prints what was issued.
_PRINTS = frozenset({Command.ACCEPT, Command.ASK_COMPLETION, Command.REFUSE})


def _form_page(
    request: DeskRequest,
    dossier: Dossier,
    items: list[queries.TimelineItem],
    command: Command,
    form: MoveForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = frame(request, dossier, items, tab="") | {
        "form": form,
        "command": command.value,
        "slug": SLUGS[command],
        "word": word_of(command),
        "late_query": LATE,
        "explained_move": EXPLAINED.get(command, ""),
        "ending": command in ENDING,
        "steps": _STEPS,
        "kinds": form.around.result_kinds,
        "asked": _last_request(items) if command in (Command.COMPLETE, Command.SUPPLEMENT) else None,
    }
    return show(request, "desk/dossier/move.html", context, status=status)


def _last_request(items: list[queries.TimelineItem]) -> dict[str, Any] | None:
    asked = [item for item in items if item.kind in ("dossier.completion_asked", "dossier.supplement_asked")]
    if not asked:
        return None
    told = asked[-1].data
    # What was asked in own words is gone where the person was erased.
    return {"reason": told.get("reason", ""), "points": told.get("items", [])}


def _changed(
    request: DeskRequest, dossier: Dossier, items: list[queries.TimelineItem], command: Command, form: MoveForm
) -> HttpResponse:
    """Who did what since the officer's page was opened; what was typed is kept in sight, nothing was written."""
    seen = _typed_seq(request) or 0
    news = [item for item in items if item.seq > seen]
    told = [event for event in events(dossier, news, Names.of(news)) if event.phase == "done"]
    own = bool(news) and all(
        (item.actor["kind"], item.actor["id"]) == (request.actor.kind, request.actor.id) for item in news
    )
    typed = [
        (field.label, form.data.get(field.html_name, ""))
        for field in form
        if not field.is_hidden and form.data.get(field.html_name, "").strip()
    ]
    context = frame(request, dossier, items, tab="") | {
        "news": told,
        "own": own,
        "word": word_of(command),
        "typed": typed,
        "state_word": STATE_TEXT[State(dossier.state)],
        "still": can(request.actor, command, subject_of(dossier)).allowed,
        "slug": SLUGS[command],
    }
    return show(request, "desk/dossier/changed.html", context, status=409)


@officers_only(READERS)
@require_POST
def send_code(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Send a one-time code to the submitter's phone, then back to the form of handing over."""
    dossier = find(request, dossier_id)
    _must_be_allowed(request, dossier, Command.HAND_OVER)
    try:
        asked = request_one_time_code(dossier, at=request.at)
        providers()["sms"].send(Message(asked.key, asked.phone, "Mã nhận kết quả", asked.text))
        messages.success(
            request, f"Đã gửi mã tới số {asked.masked_phone}. Mã dùng được trong 15 phút, thử tối đa 5 lần."
        )
    except (TemporaryFailure, PermanentFailure) as error:
        messages.error(request, f"Chưa gửi được mã: {error.message} Hãy cho người nhận ký nhận.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("desk:move", dossier.pk, SLUGS[Command.HAND_OVER])
