"""The same-day lane: received, resolved and handed over on one screen."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from motcua.desk.access import RECEIVERS, DeskRequest, officers_only
from motcua.desk.counter import Offered, offered
from motcua.desk.forms.base import DeskForm, text
from motcua.desk.forms.late import typed_moment
from motcua.desk.forms.reception import ACCEPT, ReceptionForm, blank
from motcua.desk.forms.result import SIGNATURE, ResultForm, SignatureMixin, signature_fields
from motcua.desk.views.reception import approvers_of, chosen_of, screen, still_typing
from motcua.dossiers.commands import HandOver
from motcua.dossiers.services import complete_same_day
from motcua.law.errors import DomainError
from motcua.law.moments import local_day


class ReceiverForm(SignatureMixin, DeskForm):
    receiver = text("Người nhận kết quả", limit=200, hint="Để trống: chính người nộp.", required=False)
    signature = signature_fields()["signature"]
    signature_file = signature_fields()["signature_file"]


@officers_only(RECEIVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def same_day(request: DeskRequest) -> HttpResponse:
    """A visit now; with `?ghi-bu` one that was, by the list of its own day."""
    at = typed_moment(request) or request.at
    found = offered(request.actor, on=local_day(at), same_day=True)
    if request.method != "POST":
        chosen = found[0] if len(found) == 1 else None
        start = blank() | ({"procedure": chosen.label, "post": chosen.pk} if chosen else {})
        form = ReceptionForm(initial=start, chosen=chosen, approvers=approvers_of(request, chosen, at))
        return _screen(request, found, form, at)
    chosen, could_be = chosen_of(request, found)
    approvers = approvers_of(request, chosen, at)
    if request.POST.get("action") != ACCEPT:
        form, context = still_typing(request, chosen, approvers=approvers)
        return _screen(request, found, form, at, could_be=could_be, **context)
    form = ReceptionForm(request.POST, chosen=chosen, ending=ACCEPT, approvers=approvers)
    result = ResultForm(request.POST, request.FILES, kinds=_kinds(chosen), at=at)
    receiver = ReceiverForm(request.POST, request.FILES)
    valid = [one.is_valid() for one in (form, result, receiver)]
    if all(valid):
        reference = receiver.signature_reference(receiver, request.at)
        if reference:
            try:
                intake = form.intake()
                moved = complete_same_day(
                    intake,
                    result=result.result(),
                    hand_over=HandOver(
                        receiver.cleaned_data["receiver"] or intake.submitter.full_name, SIGNATURE, reference
                    ),
                    actor=request.actor,
                    at=at,
                    recorded_at=request.at,
                    late=form.late_entry(),
                )
                messages.success(request, f"Hồ sơ {moved.code}: đã tiếp nhận, có kết quả và trả trong một lần.")
                return redirect("desk:received", moved.id)
            except DomainError as error:
                (result if set(error.data) & set(result.fields) else form).blame(error)
    return _screen(request, found, form, at, could_be=could_be, result=result, receiver=receiver, status=422)


def _kinds(chosen: Offered | None) -> list[str]:
    version = chosen.posted.procedure.current if chosen else None
    if version is None:
        return []
    return list(version.results.order_by("position").values_list("name", flat=True))


def _screen(
    request: DeskRequest, found: list[Offered], form: ReceptionForm, at: datetime, **more: object
) -> HttpResponse:
    kinds = _kinds(form.chosen)
    typed = request.POST if request.method == "POST" else {}
    initial: dict[str, object] = {
        name: typed.get(name) for name in ("kind", "number", "signed_on", "signer", "paper") if typed.get(name)
    }
    initial = initial if typed else {"paper": True}
    earlier = bool(form.late_fields) and typed_moment(request) is None
    more.setdefault("result", ResultForm(initial=initial, kinds=kinds, at=at, earlier=earlier))
    more.setdefault("receiver", ReceiverForm(initial={"receiver": typed.get("receiver", "")}))
    title = "Ghi bù hồ sơ trả trong ngày" if form.late_fields else "Trả kết quả trong ngày"
    return screen(
        request, found, form, template="same_day", title=title, kinds=kinds,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
