"""Letters of apology: what waits for a reason or a signature, who has not been apologised to, and the letter itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from motcua.desk.access import READERS, DeskRequest, officers_only
from motcua.desk.forms.lateness import HandOnPaperForm, ReasonForm
from motcua.desk.shell import show
from motcua.desk.views.dossier import find
from motcua.documents.apology_preview import preview_letter
from motcua.documents.models import IssuedForm
from motcua.law.errors import DomainError
from motcua.platform.presentation.words import local
from motcua.processes.apologies import (
    UNSIGNED,
    give_reason,
    hand_on_paper,
    may_explain,
    may_sign,
    sign,
)
from motcua.processes.apology_lists import apology_coverage, ended_unapologised, unapologised, waiting
from motcua.processes.charging import causes, reading_scope
from motcua.processes.models import Apology

_SIZE = 100


@officers_only(READERS)
@require_safe
def apologies(request: DeskRequest) -> HttpResponse:
    """Two lists under one address, and how many of the late have been apologised to this month."""
    without = request.GET.get("muc") == "chua-xin-loi"
    today = local(request.at).date()
    scope = reading_scope(request.actor)
    context: dict[str, Any] = {
        "without": without,
        "coverage": apology_coverage(scope, today.replace(day=1), today, at=request.at),
        "month": today,
        "size": _SIZE,
    }
    if without:
        found = list(unapologised(request.actor, request.at)[: _SIZE + 1])
        context |= {"rows": found[:_SIZE], "more": len(found) > _SIZE}
        context["ended"] = list(ended_unapologised(request.actor, request.at)[:_SIZE])
    else:
        letters = list(waiting(request.actor)[: _SIZE + 1])
        context |= {
            "rows": [(letter, _tone(letter, request)) for letter in letters[:_SIZE]],
            "more": len(letters) > _SIZE,
        }
    return show(request, "desk/apologies.html", context, current="apologies")


def _tone(letter: Apology, request: DeskRequest) -> str:
    if letter.latest_at < request.at:
        return "late"
    return "soon" if letter.latest_at < request.at + timedelta(days=1) else "in-time"


@officers_only(READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: DeskRequest, dossier_id: int) -> HttpResponse:
    dossier = find(request, dossier_id)
    apology = Apology.objects.select_related("agency", "signed_by", "reasoned_by").filter(dossier=dossier).first()
    if apology is None:
        raise Http404(str(dossier_id))
    explains, signs = may_explain(request.actor, apology).allowed, may_sign(request.actor, apology).allowed
    do = request.POST.get("do", "")
    standing = {"cause": apology.cause, "reason": apology.reason, "until": apology.until}
    form = ReasonForm(request.POST if do == "reason" else None, causes=causes(), initial=standing)
    paper = HandOnPaperForm(request.POST if do == "paper" else None, initial={"receiver": dossier.submitter.full_name})
    status = 200
    if request.method == "POST":
        answer = _do(request, dossier_id, do, form, paper)
        if answer is not None:
            return answer
        status = 422
    issued = IssuedForm.objects.filter(dossier=dossier, kind="apology", voided_at=None).first()
    context = {
        "dossier": dossier,
        "apology": apology,
        "unsigned": apology.state in UNSIGNED,
        "form": form,
        "paper": paper,
        "explains": explains,
        "signs": signs and apology.state == Apology.State.REASONED,
        "causes": causes(),
        "cause": next((cause for cause in causes().rows if cause.code == apology.cause), None),
        "issued": issued,
    }
    return show(request, "desk/letter.html", context, current="apologies", status=status)


def _do(
    request: DeskRequest, dossier_id: int, do: str, form: ReasonForm, paper: HandOnPaperForm
) -> HttpResponse | None:
    """The answer after success; None when a fault stands in a form."""
    acts: dict[str, tuple[Any, Callable[[], object], str]] = {
        "reason": (
            form,
            lambda: give_reason(dossier_id, form.said(), actor=request.actor, at=request.at),
            "Đã ghi lý do. Thủ trưởng cơ quan ký để gửi người nộp.",
        ),
        "sign": (
            None,
            lambda: sign(dossier_id, actor=request.actor, at=request.at),
            "Đã ký. Văn bản được lập và đang gửi theo mọi kênh của người nộp.",
        ),
        "paper": (
            paper,
            lambda: hand_on_paper(dossier_id, paper.cleaned_data["receiver"], actor=request.actor, at=request.at),
            "Đã ghi nhận giao bản giấy.",
        ),
    }
    if do not in acts:
        raise Http404(do)
    asked, act, said = acts[do]
    if asked is not None and not asked.is_valid():
        return None
    try:
        act()
    except DomainError as error:
        if asked is None or error.code == "not_allowed":
            raise
        asked.blame(error)
        return None
    messages.success(request, said)
    return redirect("desk:letter", dossier_id)


@officers_only(READERS)
@require_safe
def letter_preview(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """The draft as it would be printed."""
    dossier = find(request, dossier_id)
    apology = Apology.objects.filter(dossier=dossier).first()
    if apology is None:
        raise Http404(str(dossier_id))
    return HttpResponse(preview_letter(apology, at=request.at), content_type="image/png")
