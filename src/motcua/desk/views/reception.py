"""The counter: one screen from the applicant to the printed receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from motcua.desk.access import RECEIVERS, DeskRequest, officers_only
from motcua.desk.counter import Offered, choose, known_person, offered, prefill
from motcua.desk.forms.late import LATE, typed_moment
from motcua.desk.forms.reception import ACCEPT, ASK_COMPLETION, REFUSE, ReceptionForm, blank, preview, typed
from motcua.desk.moves import late_approvers
from motcua.desk.shell import show
from motcua.desk.views.dossier import FORM_TEXT, find
from motcua.documents.models import IssuedForm
from motcua.dossiers.models import Dossier, Paper
from motcua.dossiers.queries import duplicates_of, visible_to
from motcua.law.errors import DomainError
from motcua.law.moments import local_day
from motcua.law.persons import parse_citizen_number
from motcua.processes.linked import take_in

_ENDINGS = (ACCEPT, ASK_COMPLETION, REFUSE)


@officers_only(RECEIVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def reception(request: DeskRequest) -> HttpResponse:
    """A visit now; with `?ghi-bu` one that was, by the list and the limits of its own day."""
    at = typed_moment(request) or request.at
    found = offered(request.actor, on=local_day(at))
    if request.method != "POST":
        wanted = request.GET.get("thu-tuc", "")
        chosen = next((one for one in found if str(one.pk) == wanted), None)
        start = blank() | ({"procedure": chosen.label, "post": chosen.pk} if chosen else {})
        form = ReceptionForm(initial=start, chosen=chosen, approvers=approvers_of(request, chosen, at))
        return screen(request, found, form)
    chosen, could_be = chosen_of(request, found)
    ending = request.POST.get("action", "")
    if ending not in _ENDINGS:
        form, context = still_typing(request, chosen, approvers=approvers_of(request, chosen, at))
        return screen(request, found, form, could_be=could_be, **context)
    form = ReceptionForm(request.POST, chosen=chosen, ending=ending, approvers=approvers_of(request, chosen, at))
    twins: list[Dossier] = []
    if form.is_valid():
        twins = twins_of(request, form)
        if twins and ending == ACCEPT and not form.cleaned_data["confirmed"]:
            form.add_error("confirmed", "Chủ hồ sơ còn hồ sơ cùng thủ tục đang giải quyết. Đánh dấu nếu vẫn tiếp nhận.")
        else:
            try:
                moved = take_in(
                    form.intake(), actor=request.actor, at=at, command=form.command(at), recorded_at=request.at,
                    late=form.late_entry(),
                )  # fmt: skip
                return redirect("desk:received", moved.id)
            except DomainError as error:
                form.blame(error)
    return screen(request, found, form, could_be=could_be, twins=twins, status=422)


def approvers_of(request: DeskRequest, chosen: Offered | None, at: datetime) -> list[tuple[int, str]] | None:
    """Who may have approved that what came in then is recorded only now; None where the page is for what comes in now."""
    if LATE not in request.GET:
        return None
    return late_approvers(chosen.posted.agency, request.actor, at) if chosen else []


def chosen_of(request: DeskRequest, found: list[Offered]) -> tuple[Offered | None, list[Offered]]:
    post = request.POST.get("pick") or request.POST.get("post", "")
    pk = int(post) if post.isascii() and post.isdigit() and len(post) < 19 else None
    if request.POST.get("pick"):
        return next((one for one in found if one.pk == pk), None), []
    return choose(found, typed=request.POST.get("procedure", "")[:1000], pk=pk)


def still_typing(
    request: DeskRequest, chosen: Offered | None, *, approvers: list[tuple[int, str]] | None = None
) -> tuple[ReceptionForm, dict[str, Any]]:
    """The form again with what was typed, nothing judged; a look-up fills the person in."""
    values = typed(request.POST)
    context: dict[str, Any] = {}
    if chosen is not None:
        values |= {"procedure": chosen.label, "post": chosen.pk}
    if request.POST.get("action") == "lookup":
        values, context["lookup_note"] = _looked_up(request, values)
    form = ReceptionForm(initial=values, chosen=chosen, approvers=approvers)
    if chosen is not None:
        context["twins"] = _twins(request, chosen, values.get("identity_number", ""), values.get("tax_code", ""))
    return form, context


def _looked_up(request: DeskRequest, values: dict[str, Any]) -> tuple[dict[str, Any], str]:
    try:
        number = parse_citizen_number(values.get("identity_number", ""))
    except DomainError as error:
        return values, error.message
    person = known_person(request.actor, number.text, at=request.at)
    values |= {"identity_number": number.text}
    if person is None:
        values |= {"birth_year": values.get("birth_year") or number.birth_year}
        return values, "Chưa thấy người này trong các hồ sơ ông/bà được xem. Đã điền năm sinh theo số định danh."
    return values | prefill(person), "Đã điền theo hồ sơ gần nhất. Hỏi lại người nộp trước khi dùng."


def _twins(request: DeskRequest, chosen: Offered, identity_number: str, tax_code: str) -> list[Dossier]:
    """Open dossiers of the same owner and procedure that the officer may see."""
    number = "".join(identity_number.split())
    found = duplicates_of(chosen.posted.procedure_id, identity_number=number, tax_code=tax_code)
    return list(found.filter(pk__in=visible_to(request.actor).values("pk")).select_related("agency")[:3])


def twins_of(request: DeskRequest, form: ReceptionForm) -> list[Dossier]:
    assert form.chosen is not None
    data = form.cleaned_data
    number = data["owner_identity"] if data["owner_name"] else data["identity_number"]
    tax_code = data["tax_code"] if data["applicant_kind"] != "citizen" else ""
    return _twins(request, form.chosen, number, tax_code)


def screen(
    request: DeskRequest,
    found: list[Offered],
    form: ReceptionForm,
    *,
    template: str = "reception",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The whole page; asked by HTMX only the form, whose parts follow each other."""
    context = {
        "form": form,
        "offered": found,
        "chosen": form.chosen,
        "preview": preview(form, at=typed_moment(request) or request.at),
        "could_be": more.pop("could_be", []),
        "title": "Ghi bù hồ sơ đã nhận" if form.late_fields else "Tiếp nhận hồ sơ",
        "action": f"{request.path}?{LATE}" if form.late_fields else request.path,
        "late_query": LATE,
    } | more
    part = request.headers.get("HX-Request") and request.method == "POST" and request.POST.get("action") not in _ENDINGS
    if part:
        response = render(request, f"desk/_{template}_form.html", context)
    else:
        response = show(request, f"desk/{template}.html", context, current=template, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@officers_only(RECEIVERS)
@require_safe
def received(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """What was issued, to be printed at once; the next applicant is one key away."""
    dossier = find(request, dossier_id)
    issued = list(IssuedForm.objects.filter(dossier=dossier, voided_at__isnull=True).order_by("id"))
    context = {
        "dossier": dossier,
        "issued": [(form, FORM_TEXT.get(form.kind, form.kind)) for form in issued],
        "papers": list(Paper.objects.filter(dossier=dossier).order_by("round", "position")),
    }
    return show(request, "desk/received.html", context, current="reception")
