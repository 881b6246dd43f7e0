"""Handing in: five pages, one subject each; every page is kept before the next one opens."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.law.errors import BadInput, DomainError
from motcua.platform.clock import now
from motcua.platform.config import config
from motcua.platform.presentation.words import vn_date
from motcua.portal import access, catalogue, drafts, uploads
from motcua.portal.drafts import HandIn
from motcua.portal.forms import SubmitForm
from motcua.portal.tracking import open_twins
from motcua.processes.linked import take_in


class NotTaken(DomainError):
    """This portal does not take dossiers itself (mode `national`)."""

    code = "not_allowed"


def _must_take() -> None:
    if config().portal_mode != "own":
        raise NotTaken(
            "Hồ sơ được nộp tại Cổng Dịch vụ công quốc gia hoặc tại bộ phận một cửa; cổng này chỉ tra cứu và hướng dẫn."
        )


@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    _must_take()
    procedure = catalogue.find(code)
    if procedure is None or not catalogue.places(procedure):
        raise Http404(code)
    draft = drafts.start(procedure, at=now())
    access.grant_draft(request.session, draft.key)
    return redirect("portal:step", draft.key, drafts.PLACE)


def _open(request: HttpRequest, key: uuid.UUID) -> HandIn:
    """The hand-in of this browser. Raises NotYours when the browser has not begun it, or it is gone."""
    _must_take()
    hand_in = HandIn.open(key) if key in access.draft_keys(request.session) else None
    if hand_in is None:
        raise access.NotYours(
            "Không có bản nháp này trên máy của ông/bà: có thể hồ sơ đã gửi, đã xóa, hoặc được soạn trên máy khác."
        )
    return hand_in


@require_safe
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a draft, opened on another device."""
    key = access.read_resume_token(token)
    access.grant_draft(request.session, key)
    return redirect("portal:draft", key)


@require_safe
def draft(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Where a draft stands: its steps, and the link that opens it elsewhere."""
    hand_in = _open(request, key)
    link = config().public_url + reverse("portal:resume", args=[access.resume_token(key)])
    steps = [
        (drafts.NUMBERS[step], drafts.TITLES[step], reverse("portal:step", args=[key, step])) for step in hand_in.steps
    ]
    context = {"hand_in": hand_in, "next": hand_in.first_open(), "link": link, "steps": steps, "nav": "mine"}
    return render(request, "portal/draft.html", context)


@require_POST
def discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    _open(request, key)
    drafts.discard(key)
    access.drop_draft(request.session, key)
    messages.success(request, "Đã xóa bản nháp và các thông tin đã điền.")
    return redirect("portal:mine")


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, key: uuid.UUID, name: str) -> HttpResponse:
    hand_in = _open(request, key)
    if name not in drafts.STEPS:
        raise Http404(name)
    if name == drafts.PAPERS:
        return _papers(request, hand_in)
    if name == drafts.REVIEW:
        return _review(request, hand_in)
    if name == drafts.OWNER and name not in hand_in.steps:
        return redirect("portal:step", key, drafts.SUBMITTER)
    if request.method != "POST":
        return render(request, "portal/step.html", _context(hand_in, name) | {"form": hand_in.form(name)})
    form = hand_in.form(name, request.POST)
    # A NUL byte is refused by the form, and the database would not even keep it as typed.
    typed = {field: request.POST.get(field, "").replace("\0", "") for field in form.fields}
    drafts.save_step(key, name, typed, at=now())
    if "later" in request.POST:
        return redirect("portal:draft", key)
    if form.is_valid():
        return redirect("portal:step", key, HandIn.open(key).after(name))  # type: ignore[union-attr]
    return render(request, "portal/step.html", _context(hand_in, name) | {"form": form}, status=422)


def _context(hand_in: HandIn, name: str) -> dict[str, Any]:
    before = hand_in.before(name)
    return {
        "nav": "procedures",
        "hand_in": hand_in,
        "key": hand_in.draft.key,
        "name": name,
        "number": drafts.NUMBERS[name],
        "total": drafts.NUMBERS[drafts.REVIEW],
        "title": drafts.TITLES[name],
        "back": reverse("portal:step", args=[hand_in.draft.key, before])
        if before
        else reverse("portal:procedure", args=[hand_in.procedure.code]),
    }


def _papers(request: HttpRequest, hand_in: HandIn) -> HttpResponse:
    key = hand_in.draft.key
    if request.method != "POST":
        return render(request, "portal/papers.html", _papers_context(hand_in, {}))
    if removed := request.POST.get("remove"):
        slot, _, sha256 = removed.partition(":")
        drafts.remove_file(key, slot=slot, sha256=sha256, at=now())
        return redirect(f"{reverse('portal:step', args=[key, drafts.PAPERS])}#giay-{slot}")
    faults = _take_files(request, hand_in)
    if faults:
        again = HandIn.open(key) or hand_in
        return render(request, "portal/papers.html", _papers_context(again, faults), status=422)
    if "later" in request.POST:
        return redirect("portal:draft", key)
    if "next" in request.POST:
        return redirect("portal:step", key, hand_in.after(drafts.PAPERS))
    return redirect("portal:step", key, drafts.PAPERS)


def _papers_context(hand_in: HandIn, faults: dict[str, list[str]]) -> dict[str, Any]:
    slots = [(slot, faults.get(slot.key, [])) for slot in hand_in.slots()]
    groups = [(case, list(group)) for case, group in groupby(slots, key=lambda pair: pair[0].case)]
    return _context(hand_in, drafts.PAPERS) | {"groups": groups, "rules": uploads.RULES_TEXT, "accept": uploads.ACCEPT}


def _take_files(request: HttpRequest, hand_in: HandIn) -> dict[str, list[str]]:
    """Store every chosen file; those that cannot be taken come back as sentences by slot, the others are kept."""
    taken: list[dict[str, Any]] = []
    faults: dict[str, list[str]] = {}
    for slot in hand_in.slots():
        for upload in request.FILES.getlist(f"file-{slot.key}"):
            try:
                taken.append({"slot": slot.key} | uploads.receive(upload, at=now()))
            except BadInput as error:
                faults.setdefault(slot.key, []).append(error.message)
    if taken:
        try:
            drafts.add_files(hand_in.draft.key, taken, at=now())
        except BadInput as error:
            faults.setdefault(taken[-1]["slot"], []).append(error.message)
    return faults


def _review(request: HttpRequest, hand_in: HandIn) -> HttpResponse:
    key = hand_in.draft.key
    unfinished = hand_in.first_open()
    if unfinished != drafts.REVIEW:
        messages.warning(request, f"Ông/bà điền nốt bước “{drafts.TITLES[unfinished]}” trước khi gửi.")
        return redirect("portal:step", key, unfinished)
    intake = hand_in.intake()
    form = SubmitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        moved = take_in(intake, actor=access.actor(request), at=now())
        access.drop_draft(request.session, key)
        access.grant_dossier(request.session, moved.id)
        return redirect("portal:receipt", moved.code)
    twins = open_twins(intake)
    context = _context(hand_in, drafts.REVIEW) | {
        "form": form,
        "intake": intake,
        "place": hand_in.place,
        "slots": hand_in.slots(),
        "missing": hand_in.missing(),
        "twins": [vn_date(moment) for moment in twins],
        "headline": catalogue.headline(hand_in.procedure),
        "limit": catalogue.limit_of(intake, at=now()),
    }
    return render(request, "portal/review.html", context, status=422 if form.errors else 200)
