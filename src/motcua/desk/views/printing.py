"""The register of a desk and the list posted at it, as papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.catalog.models import DeskProcedure, Sector
from motcua.desk import files
from motcua.desk.access import ADMINISTRATORS, RECEIVERS, DeskRequest, officers_only
from motcua.desk.forms.base import DayField, DeskForm
from motcua.desk.shell import show
from motcua.documents.models import IssuedList
from motcua.documents.permissions import can_print_lists
from motcua.documents.queries import lists_of
from motcua.documents.services import issue_procedure_list, issue_register
from motcua.law.errors import DomainError
from motcua.organizations.models import Desk
from motcua.platform.presentation.words import local

_PRINTERS = RECEIVERS | ADMINISTRATORS


class RegisterForm(DeskForm):
    desk = forms.TypedChoiceField(label="Bộ phận một cửa", coerce=int, choices=[])
    first_on = DayField(label="Từ ngày")
    last_on = DayField(label="Đến ngày")
    sector = forms.TypedChoiceField(label="Lĩnh vực", coerce=int, empty_value=None, required=False, choices=[])

    def __init__(self, *args: Any, desks: list[Desk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        desk, sector = self.fields["desk"], self.fields["sector"]
        assert isinstance(desk, forms.ChoiceField)
        assert isinstance(sector, forms.ChoiceField)
        desk.choices = [(one.pk, one.name) for one in desks]
        posted = DeskProcedure.objects.filter(desk__in=desks).values("procedure__sector")
        rows = Sector.objects.filter(pk__in=posted).order_by("name_key").values_list("id", "name")
        sector.choices = [("", "Mọi lĩnh vực"), *rows]


def _desks(request: DeskRequest) -> list[Desk]:
    """Desks whose lists the actor may print; its own first."""
    every = Desk.objects.select_related("agency").order_by("id")
    found = [desk for desk in every if can_print_lists(request.actor, desk)]
    return sorted(found, key=lambda desk: desk.pk != request.officer.desk_id)


@officers_only(_PRINTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: DeskRequest) -> HttpResponse:
    desks = _desks(request)
    today = local(request.at).date()
    start = {"first_on": today.replace(day=1), "last_on": today}
    form = RegisterForm(request.POST or None, desks=desks, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = issue_register(
                data["desk"], first_on=data["first_on"], last_on=data["last_on"], sector_id=data["sector"],
                actor=request.actor, at=request.at,
            )  # fmt: skip
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, f"Đã lập sổ: {made.rows} dòng, {made.pages} trang.")
            return redirect(f"{reverse('desk:register')}?xem={made.pk}")
    lists = [one for desk in desks[:5] for one in lists_of(request.actor, desk)[:20]]
    asked = request.GET.get("xem", "")
    context = {
        "form": form,
        "desks": desks,
        "lists": lists,
        "chosen": next((one for one in lists if str(one.pk) == asked), None),
    }
    return show(request, "desk/register.html", context, current="register", status=422 if form.errors else 200)


@officers_only(_PRINTERS)
@require_POST
def post_list(request: DeskRequest, desk_id: int) -> HttpResponse:
    """Issue the posted list as a paper, and show it."""
    made = issue_procedure_list(desk_id, actor=request.actor, at=request.at)
    return redirect("desk:list_file", made.pk)


@officers_only(_PRINTERS)
@require_safe
def list_file(request: DeskRequest, list_id: int) -> FileResponse:
    made = IssuedList.objects.select_related("desk__agency").filter(pk=list_id).first()
    if made is None or not can_print_lists(request.actor, made.desk):
        raise Http404(str(list_id))
    return files.printed(made.file_id, f"{made.kind}-{made.desk.code}-{made.issued_at:%Y%m%d}")
