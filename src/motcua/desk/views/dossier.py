"""The dossier page: its clock, what can be done, and its tabs, each with its own address."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from motcua.desk import files, presence
from motcua.desk.access import READERS, DeskRequest, officers_only, said
from motcua.desk.clocks import calendars_of, clock
from motcua.desk.moves import offers
from motcua.desk.shell import show
from motcua.desk.steps import panel_of
from motcua.desk.story import Names, checked_chain, events
from motcua.documents.models import IssuedForm
from motcua.documents.permissions import can_correct
from motcua.documents.services import FormAlreadyVoided, correct_form, issue_control_slip, ready_form
from motcua.dossiers import queries
from motcua.dossiers.models import Dossier, Paper, Result
from motcua.dossiers.personal_views import record_view
from motcua.law.errors import BadInput, DomainError
from motcua.notifications.models import Notice
from motcua.platform.logs import dossier_code
from motcua.platform.presentation.due_calendar import due_calendar
from motcua.platform.presentation.words import mask_identity, mask_phone, vn_moment
from motcua.processes.hand_over_queries import lines_of
from motcua.processes.queries import items_of
from motcua.processes.services import note_seen

FORM_TEXT = {
    "receipt": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "supplement": "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
    "refusal": "Phiếu từ chối tiếp nhận giải quyết hồ sơ",
    "stop": "Thông báo dừng giải quyết hồ sơ",
    "apology": "Văn bản xin lỗi và hẹn lại",
    "return_reply": "Văn bản trả lời hồ sơ không đủ điều kiện",
    "result_receipt": "Phiếu trả kết quả",
    "control_slip": "Phiếu kiểm soát quá trình giải quyết hồ sơ",
    "register": "Sổ theo dõi hồ sơ",
}


def find(request: DeskRequest, dossier_id: int) -> Dossier:
    """The dossier, when the actor may see it. Raises NotFound, also for another agency's."""
    dossier = queries.get_visible(request.actor, id=dossier_id)
    dossier_code.set(dossier.code)
    return dossier


def _opened(request: DeskRequest, dossier: Dossier) -> None:
    """The officer looks at the dossier: others are told, and who handed him a step no longer takes it back."""
    presence.arrive(dossier.pk, officer_id=request.officer.pk, at=request.at)
    if dossier.process:
        note_seen(dossier.pk, actor=request.actor, at=request.at)


def frame(
    request: DeskRequest, dossier: Dossier, items: list[queries.TimelineItem], *, tab: str, shown: bool = False
) -> dict[str, Any]:
    """What stands around every tab: header, clock with its explanation, people, offered moves."""
    if request.method == "GET":
        _opened(request, dossier)
    calendars = calendars_of([dossier])
    steps = items_of(dossier.pk) if dossier.process else []
    offered = offers(request.actor, dossier, steps)
    others = presence.others_at([dossier.pk], officer_id=request.officer.pk, at=request.at)
    try:
        dues = queries.clock_of(dossier, items)
    except DomainError:
        # An imported course may contradict itself; the page still shows the due that counts.
        dues = ()
    return {
        "dossier": dossier,
        "tab": tab,
        "clock": clock(dossier, request.at, calendars[dossier.agency.effective_calendar_id], say=vn_moment),
        "calendars": [due_calendar(due) for due in dues],
        "explained": _explains(dossier, dues),
        "offers": offered,
        "endings": [offer for offer in offered if offer.ending],
        "people": _people(dossier, shown),
        "shown": shown,
        "panel": panel_of(dossier, steps, request.actor, request.at) if dossier.process else None,
        "present": others.get(dossier.pk, []),
    }


def _explains(dossier: Dossier, dues: tuple[Any, ...]) -> bool:
    """Whether the rebuilt due is the one that counts; an imported due, or one set back by hand, is not ours to explain."""
    if not dues or dossier.due_at is None:
        return False
    return bool(dues[-1].at == dossier.due_at.replace(second=0, microsecond=0))


def _people(dossier: Dossier, shown: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (label, value); masked unless asked for."""
    hide_id = (lambda text: text) if shown else mask_identity
    hide_phone = (lambda text: text) if shown else mask_phone

    def person(who: Any) -> list[tuple[str, str]]:
        rows = [
            ("Họ và tên", who.full_name),
            ("Số định danh", hide_id(who.identity_number) if who.identity_number else ""),
            ("Điện thoại", hide_phone(who.phone) if who.phone else ""),
        ]
        if shown:
            rows += [
                ("Năm sinh", str(who.birth_year or "")),
                ("Thư điện tử", who.email),
                ("Địa chỉ", who.address),
            ]
        return [(label, value) for label, value in rows if value]

    groups = [("Người nộp", person(dossier.submitter))] if dossier.submitter else []
    if dossier.owner_business:
        business = dossier.owner_business
        rows = [("Tên", business.name), ("Mã số thuế", business.tax_code), ("Điện thoại", hide_phone(business.phone))]
        if shown:
            rows += [("Thư điện tử", business.email), ("Địa chỉ", business.address)]
        groups.append(("Chủ hồ sơ", [(label, value) for label, value in rows if value]))
    elif dossier.owner_person and dossier.owner_person_id != dossier.submitter_id:
        groups.append(("Chủ hồ sơ", person(dossier.owner_person)))
    return groups


@officers_only(READERS)
@require_safe
def timeline(request: DeskRequest, dossier_id: int) -> HttpResponse:
    return _timeline(request, find(request, dossier_id))


def _timeline(request: DeskRequest, dossier: Dossier, *, shown: bool = False) -> HttpResponse:
    items = queries.timeline(dossier.pk)
    context = frame(request, dossier, items, tab="timeline", shown=shown) | {
        "events": list(events(dossier, items, Names.of(items))),
        "results": list(Result.objects.filter(dossier=dossier).order_by("-id")),
        "notices": list(Notice.objects.filter(dossier=dossier).order_by("-id")[:20]),
        "walks": lines_of(dossier.pk),
    }
    return show(request, "desk/dossier/timeline.html", context)


@officers_only(READERS)
@require_POST
def full_view(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """The page with the personal data in full. Answered at once, so that every look, also a reload, is on record."""
    dossier = find(request, dossier_id)
    try:
        record_view(dossier.pk, actor=request.actor, purpose=said(request.POST, "purpose"), at=request.at)
    except BadInput as error:
        messages.error(request, error.message)
        return redirect("desk:dossier", dossier.pk)
    return _timeline(request, dossier, shown=True)


@officers_only(READERS)
@require_safe
def papers(request: DeskRequest, dossier_id: int) -> HttpResponse:
    dossier = find(request, dossier_id)
    items = queries.timeline(dossier.pk)
    context = frame(request, dossier, items, tab="papers") | {
        "papers": list(Paper.objects.filter(dossier=dossier).order_by("round", "position", "id")),
    }
    return show(request, "desk/dossier/papers.html", context)


@officers_only(READERS)
@require_safe
def paper_file(request: DeskRequest, dossier_id: int, paper_id: int) -> FileResponse:
    """A paper's file. Opening it is a look at personal data, so it is noted."""
    dossier = find(request, dossier_id)
    paper = Paper.objects.filter(dossier=dossier, pk=paper_id).exclude(file="").first()
    if paper is None:
        raise Http404(str(paper_id))
    answer = files.answer(paper.file, paper.file_name or paper.name)
    record_view(dossier.pk, actor=request.actor, purpose=f"Mở giấy tờ: {paper.name}", at=request.at)
    return answer


@officers_only(READERS)
@require_safe
def result_file(request: DeskRequest, dossier_id: int, result_id: int) -> FileResponse:
    dossier = find(request, dossier_id)
    result = Result.objects.filter(dossier=dossier, pk=result_id).exclude(file="").first()
    if result is None:
        raise Http404(str(result_id))
    answer = files.answer(result.file, f"ket-qua-{dossier.code}")
    record_view(dossier.pk, actor=request.actor, purpose=f"Mở kết quả số {result.number}", at=request.at)
    return answer


@officers_only(READERS)
@require_safe
def forms(request: DeskRequest, dossier_id: int) -> HttpResponse:
    dossier = find(request, dossier_id)
    items = queries.timeline(dossier.pk)
    issued = list(IssuedForm.objects.filter(dossier=dossier).order_by("-issued_at", "-id"))
    asked = request.GET.get("xem", "")
    chosen = next((form for form in issued if str(form.pk) == asked), None) or next(
        (form for form in issued if not form.voided_at), None
    )
    context = frame(request, dossier, items, tab="forms") | {
        "issued": [(form, FORM_TEXT.get(form.kind, form.kind)) for form in issued],
        "chosen": chosen,
        "may_correct": can_correct(request.actor, dossier).allowed,
        "may_slip": dossier.accepted_at is not None and not dossier.imported,
    }
    return show(request, "desk/dossier/forms.html", context)


@officers_only(READERS)
@require_POST
def control_slip(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Issue the control slip as the ledger now stands, and show it."""
    dossier = find(request, dossier_id)
    issued = issue_control_slip(dossier.pk, actor=request.actor, at=request.at)
    return redirect(f"{reverse('desk:forms', args=[dossier.pk])}?xem={issued.pk}")


@officers_only(READERS)
@require_POST
def correct(request: DeskRequest, dossier_id: int, form_id: int) -> HttpResponse:
    """Void an issued form with a reason and issue it anew from the records as they stand."""
    dossier = find(request, dossier_id)
    get_object_or_404(IssuedForm, pk=form_id, dossier=dossier)
    try:
        issued = correct_form(
            form_id, reason=said(request.POST, "reason", limit=1000), actor=request.actor, at=request.at
        )
    except (BadInput, FormAlreadyVoided) as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('desk:forms', args=[dossier.pk])}?xem={form_id}")
    messages.success(request, f"Đã hủy bản cũ và cấp lại lần {issued.version}.")
    return redirect(f"{reverse('desk:forms', args=[dossier.pk])}?xem={issued.pk}")


@officers_only(READERS)
@require_safe
def form_file(request: DeskRequest, dossier_id: int, form_id: int) -> FileResponse:
    dossier = find(request, dossier_id)
    get_object_or_404(IssuedForm, pk=form_id, dossier=dossier)
    # Rendered now where the worker has not come to it: a print at the counter waits for nobody.
    form = ready_form(form_id, at=request.at)
    if form.file_id is None:
        raise Http404(str(form_id))
    return files.printed(form.file_id, f"{form.kind}-{dossier.code or dossier.pk}-{form.version}")


@officers_only(READERS)
@require_safe
def ledger(request: DeskRequest, dossier_id: int) -> HttpResponse:
    dossier = find(request, dossier_id)
    items = queries.timeline(dossier.pk)
    context = frame(request, dossier, items, tab="ledger") | {"chain": checked_chain(dossier)}
    return show(request, "desk/dossier/ledger.html", context)
