"""After handing in: the receipt, the look-up, the dossier's page and what its applicant may still do."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import segno
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.documents.services import ready_form
from motcua.dossiers import services
from motcua.dossiers.commands import AnyCommand, Complete, PaperData, RequestWithdrawal, Supplement, Withdraw
from motcua.dossiers.models import Draft
from motcua.dossiers.queries import by_access_key, visible_to
from motcua.dossiers.writer import NotFound
from motcua.law.codes import BadCode
from motcua.law.errors import BadInput, DomainError
from motcua.law.lifecycle import Command
from motcua.platform.clock import now
from motcua.platform.config import config
from motcua.platform.numbers import whole_number
from motcua.portal import access, lookup, uploads
from motcua.portal.forms import AnswerForm, LookupForm, WithdrawForm
from motcua.portal.throttle import client_address
from motcua.portal.tracking import Track, track
from motcua.processes.linked import request_withdrawal


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        initial = {"code": request.GET.get("ma", "")[:100]}
        return render(request, "portal/lookup.html", {"form": LookupForm(initial=initial), "nav": "track"})
    form = LookupForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            found = lookup.find_by_proof(
                code=form.cleaned_data["code"],
                proof=form.cleaned_data["proof"],
                address=client_address(request),
                at=now(),
            )
        except BadCode as error:
            form.add_error("code", error.message)
        except lookup.NoMatch as error:
            form.add_error(None, error.message)
        except lookup.TooManyTries as error:
            form.add_error(None, error.message)
            status = 429
        else:
            access.grant_dossier(request.session, found.pk)
            return redirect("portal:dossier", found.code)
    return render(request, "portal/lookup.html", {"form": form, "nav": "track"}, status=status)


@require_safe
def by_key(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What the QR code on a receipt opens."""
    found = by_access_key(key)
    access.grant_dossier(request.session, found.pk)
    # A dossier refused at the counter has a form number and no code; there is nothing to follow then.
    if found.code is None:
        raise Http404
    return redirect("portal:dossier", found.code)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Drafts and dossiers that this browser knows."""
    ids, keys = access.dossier_ids(request.session), access.draft_keys(request.session)
    found = {
        row.pk: row for row in visible_to(access.actor(request)).filter(code__isnull=False).select_related("procedure")
    }
    context = {
        "nav": "mine",
        "dossiers": [found[id_] for id_ in ids if id_ in found],
        "drafts": Draft.objects.select_related("procedure").filter(key__in=keys).order_by("-updated_at"),
    }
    return render(request, "portal/mine.html", context)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """End on a shared machine: this browser forgets every draft and dossier."""
    request.session.flush()
    messages.success(request, "Máy này đã quên các hồ sơ của ông/bà. Muốn xem lại, ông/bà tra cứu bằng mã hồ sơ.")
    return redirect("portal:home")


def _opened(request: HttpRequest, code: str) -> Track:
    """Raises NotFound, answered 404, unless this browser has proved to know the dossier."""
    return track(access.actor(request), code, at=now())


@require_safe
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    try:
        found = _opened(request, code)
    except NotFound:
        return redirect(f"{reverse('portal:lookup')}?ma={quote(code)}")
    return render(request, "portal/dossier.html", {"nav": "mine", "track": found, "dossier": found.dossier})


@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    found = _opened(request, code)
    link = config().public_url + reverse("portal:by_key", args=[found.dossier.access_key])
    context = {"nav": "mine", "track": found, "dossier": found.dossier, "qr": _qr(link)}
    return render(request, "portal/receipt.html", context)


def _qr(text: str) -> SafeString:
    """An SVG without inline style, as the content policy wants it."""
    drawn = segno.make(text, error="m", micro=False)
    return SafeString(drawn.svg_inline(border=2, omitsize=True, title="Mã QR mở trang hồ sơ này"))


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Papers for a dossier that waits for its applicant: completion before acceptance, supplement after it."""
    found = _opened(request, code)
    command = next((c for c in (Command.COMPLETE, Command.SUPPLEMENT) if c.value in found.may), None)
    if command is None:
        messages.info(request, "Hồ sơ này hiện không chờ ông/bà gửi thêm giấy tờ.")
        return redirect("portal:dossier", code)
    context: dict[str, Any] = {
        "nav": "mine",
        "track": found,
        "dossier": found.dossier,
        "accept": uploads.ACCEPT,
        "rules": uploads.RULES_TEXT,
        "seq": found.dossier.seq,
        "title": "Hoàn thiện hồ sơ" if command is Command.COMPLETE else "Bổ sung hồ sơ",
    }
    if request.method != "POST":
        return render(request, "portal/answer.html", context | {"form": AnswerForm(), "faults": []})
    form = AnswerForm(request.POST)
    papers, faults = _answered_papers(request, found)
    if form.is_valid() and not faults:
        if not papers and not form.cleaned_data["note"]:
            faults.append("Ông/bà chọn ít nhất một tệp, hoặc viết lời nhắn cho cán bộ.")
        else:
            kind = Complete if command is Command.COMPLETE else Supplement
            given = kind(papers=tuple(papers), note=form.cleaned_data["note"])
            return _give(request, found, given, "Đã gửi. Hồ sơ được chuyển lại cho cán bộ.")
    return render(request, "portal/answer.html", context | {"form": form, "faults": faults}, status=422)


def _answered_papers(request: HttpRequest, found: Track) -> tuple[list[PaperData], list[str]]:
    """One file input for each item that was asked for, and one more."""
    papers, faults = [], []
    for at, item in enumerate([*found.asked, "Giấy tờ khác"]):
        for upload in request.FILES.getlist(f"file-{at}"):
            try:
                stored = uploads.receive(upload, at=now())
            except BadInput as error:
                faults.append(f"{item}: {error.message}")
            else:
                papers.append(PaperData(name=item, file=stored["sha256"], file_name=stored["name"]))
    return papers, faults


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Before acceptance the dossier is withdrawn at once; after it, the agency decides."""
    found = _opened(request, code)
    leads = found.whole is not None and found.whole.leading_id == found.dossier.pk
    at_once = Command.WITHDRAW.value in found.may
    if not at_once and Command.REQUEST_WITHDRAWAL.value not in found.may:
        messages.info(request, "Hồ sơ này hiện không rút được: đã kết thúc, đã có kết quả, hoặc đã có đề nghị rút.")
        return redirect("portal:dossier", code)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if leads:
            return _withdraw_all(request, found, reason)
        if at_once:
            return _give(request, found, Withdraw(reason=reason), "Hồ sơ đã được rút.")
        return _give(request, found, RequestWithdrawal(reason=reason), "Đã gửi đề nghị rút hồ sơ; cơ quan sẽ trả lời.")
    context = {
        "nav": "mine",
        "track": found,
        "dossier": found.dossier,
        "form": form,
        "at_once": at_once,
        "leads": leads,
        "seq": found.dossier.seq,
    }
    return render(request, "portal/withdraw.html", context, status=422 if form.errors else 200)


def _withdraw_all(request: HttpRequest, found: Track, reason: str) -> HttpResponse:
    """The leading part stands for the whole hand-in: what has not begun ends, what is under way is asked for."""
    assert found.whole is not None
    actor = access.actor(request)
    known = replace(
        actor, dossiers=frozenset({*(actor.dossiers or ()), *(part.dossier_id for part in found.whole.parts)})
    )
    try:
        done = request_withdrawal(found.whole.request_id, reason=reason, actor=known, at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        words = {"withdrawn": "đã rút", "requested": "đã gửi đề nghị rút", "kept": "không rút được nữa"}
        said = "; ".join(f"{part.name}: {words[done[part.key]]}" for part in found.whole.parts)
        messages.success(request, f"{said}.")
    return redirect("portal:dossier", found.dossier.code)


def _give(request: HttpRequest, found: Track, command: AnyCommand, done: str) -> HttpResponse:
    """Give the command as the applicant; a refusal is told on the dossier's page, which shows the new state."""
    try:
        services.give_command(
            found.dossier.pk, command, actor=access.actor(request), at=now(), expected_seq=_seq(request, found)
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("portal:dossier", found.dossier.code)


def _seq(request: HttpRequest, found: Track) -> int:
    """The state of the record that the page showed when it was opened; a page without it is judged by what is read now."""
    shown = whole_number(request.POST.get("seq", ""))
    return found.dossier.seq if shown is None else shown


@require_safe
def form_pdf(request: HttpRequest, code: str, form_id: int) -> FileResponse:
    """A printed form addressed to the applicant; rendered now where the worker has not come to it."""
    found = _opened(request, code)
    issued = next((form for form, _ in found.forms if form.pk == form_id), None)
    if issued is None:
        raise Http404
    ready = ready_form(issued.pk, at=now())
    return uploads.send(str(ready.file_id), name=f"{found.dossier.code}-{issued.kind}")


@require_safe
def paper(request: HttpRequest, code: str, paper_id: int) -> FileResponse:
    """A paper that was handed in, given back to who handed it in."""
    found = _opened(request, code)
    handed_in = next((paper for paper in found.papers if paper.pk == paper_id and paper.file), None)
    if handed_in is None:
        raise Http404
    return uploads.send(handed_in.file, name=handed_in.file_name.rpartition(".")[0] or "giay-to")


@require_safe
def result_file(request: HttpRequest, code: str, result_id: int) -> FileResponse:
    """An electronic result, once it has been handed over to the applicant's own page."""
    found = _opened(request, code)
    result = next((result for result in found.results if result.pk == result_id and result.file), None)
    if result is None or found.dossier.handed_over_at is None:
        raise Http404
    return uploads.send(result.file, name=f"{found.dossier.code}-ket-qua")
