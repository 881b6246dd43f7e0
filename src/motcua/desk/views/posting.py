"""The list of procedures posted at a desk, as it hangs there on a day; taking one down from it, and posting it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motcua.catalog.models import ChannelRule, DeskProcedure, ProcedureVersion
from motcua.catalog.permissions import can_post
from motcua.catalog.posting import AlreadyPosted, AlreadyTakenDown, post_again, take_down
from motcua.catalog.queries import may_come_back, posted_procedures, taken_down, versions_on
from motcua.desk.access import ADMINISTRATORS, ANY_POST, DeskRequest, officers_only, said
from motcua.desk.forms.base import DayField, DeskForm, text
from motcua.desk.shell import show
from motcua.documents.permissions import can_print_lists
from motcua.law.errors import DomainError
from motcua.law.limits import Limit, Unit
from motcua.organizations.models import Desk
from motcua.platform.presentation.words import dong, local


@dataclass(slots=True)
class PostedRow:
    """One procedure on the list; `until`: the first day on which some of its agencies are posted no more; `again`: each time it
    was posted again by hand, with the agencies for which it was."""

    place: DeskProcedure
    name: str
    limits: str
    fees: str
    agencies: list[str] = field(default_factory=list)
    until: date | None = None
    again: list[tuple[DeskProcedure, list[str]]] = field(default_factory=list)


@officers_only(ANY_POST)
@require_safe
def posted(request: DeskRequest) -> HttpResponse:
    """The list of a day, made to be printed and hung up; of a past day with what the procedures promised then."""
    desks = list(
        Desk.objects.filter(pk__in=DeskProcedure.objects.values("desk"))
        .select_related("agency")
        .order_by("agency__path", "name")
    )
    asked, own, today = request.GET.get("noi", ""), request.officer.desk_id, local(request.at).date()
    desk = next((one for one in desks if str(one.pk) == asked), None) or next(
        (one for one in desks if one.pk == own), desks[0] if desks else None
    )
    day_form = DayForm({"ngay": said(request.GET, "ngay") or today})
    on = day_form.cleaned_data["ngay"] if day_form.is_valid() else today
    may_post = desk is not None and can_post(request.actor, desk)
    context = {
        "desks": desks,
        "desk": desk,
        "rows": _rows(desk, on, today) if desk else [],
        "on": on,
        "today": today,
        "day": day_form["ngay"],
        "may_print": desk is not None and on == today and can_print_lists(request.actor, desk),
        "may_post": may_post and on >= today,
        "gone": list(taken_down(desk.pk)) if desk and may_post else [],
        "may_come_back": set(may_come_back(desk.pk).values_list("pk", flat=True)) if desk and may_post else set(),
    }
    return show(request, "desk/admin/posted.html", context, current="posted", status=422 if day_form.errors else 200)


class DayForm(DeskForm):
    ngay = DayField(label="Ngày")


def _rows(desk: Desk, on: date, today: date) -> list[PostedRow]:
    places = list(posted_procedures(desk.pk, on))
    then = versions_on({place.procedure_id for place in places}, on) if on < today else {}
    rows: dict[int, PostedRow] = {}
    for place in places:
        procedure = place.procedure
        row = rows.get(procedure.pk)
        if row is None:
            version: ProcedureVersion | None = then.get(procedure.pk, procedure.current)
            channels = list(version.channels.all()) if version else []
            limits = limits_text(channels) or ("trong ngày làm việc" if procedure.same_day else "")
            name = version.name if version and on < today else procedure.name
            row = rows[procedure.pk] = PostedRow(place, name, limits, _fees(channels))
        row.agencies.append(place.agency.name)
        if place.again_at:
            before = next((names for one, names in row.again if one.again_at == place.again_at), None)
            if before is None:
                row.again.append((place, before := []))
            before.append(place.agency.name)
        row.until = min((day for day in (row.until, place.valid_to) if day), default=None)
    return list(rows.values())


def limits_text(channels: Sequence[ChannelRule]) -> str:
    texts = dict.fromkeys(Limit(rule.amount, Unit(rule.unit)).text() for rule in channels if rule.amount)
    return "; ".join(texts)


def _fees(channels: Sequence[ChannelRule]) -> str:
    known = dict.fromkeys(rule.fee_vnd for rule in channels if rule.fee_vnd is not None)
    return "; ".join("không thu" if fee == 0 else dong(fee) for fee in known)


def _kept(request: DeskRequest, desk_id: int) -> Desk:
    """A desk whose list the officer keeps; another's is not found."""
    desk = Desk.objects.select_related("agency").filter(pk=desk_id).first()
    if desk is None or not can_post(request.actor, desk):
        raise Http404(str(desk_id))
    return desk


def _list_of(desk: Desk) -> str:
    return f"{reverse('desk:posted')}?{urlencode({'noi': desk.pk})}"


def _places(label: str) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label,
        coerce=int,
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        help_text="Cơ quan giải quyết của thủ tục.",
    )


class _PlacesForm(DeskForm):
    """Asks for some of the rows of a procedure at a desk, in a field `posted` of its own; `places`: number and name of each."""

    def __init__(self, *args: Any, places: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["posted"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = list(places)


class TakeDownForm(_PlacesForm):
    posted = _places("Gỡ ở")
    valid_to = DayField(label="Thôi niêm yết từ", help_text="Ngày đầu tiên bộ phận một cửa không còn tiếp nhận.")
    reason = text("Lý do", hint="Ví dụ: số và ngày của quyết định bãi bỏ, phân cấp lại.")


def _planned_text(one: DeskProcedure) -> str:
    return f"{one.agency.name} (đã định gỡ từ {one.valid_to:%d/%m/%Y})" if one.valid_to else one.agency.name


@officers_only(ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_procedure_down(request: DeskRequest, desk_id: int, procedure_id: int) -> HttpResponse:
    """A procedure leaves the list of a desk, for all of its agencies there or for some."""
    desk = _kept(request, desk_id)
    today = local(request.at).date()
    places = list(posted_procedures(desk.pk, today).filter(procedure=procedure_id))
    back = _list_of(desk)
    if not places:
        messages.error(request, "Thủ tục này không còn niêm yết tại đây.")
        return redirect(back)
    start = {"posted": [one.pk for one in places], "valid_to": today}
    named = [(one.pk, _planned_text(one)) for one in places]
    form = TakeDownForm(request.POST if request.method == "POST" else None, places=named, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            count = take_down(
                desk,
                data["posted"],
                valid_to=data["valid_to"],
                reason=data["reason"],
                actor=request.actor,
                at=request.at,
            )
        except AlreadyTakenDown as error:
            messages.error(request, error.message)
            return redirect(back)
        except DomainError as error:
            form.blame(error)
        else:
            where = f" ở {count} cơ quan" if count > 1 else ""
            messages.success(
                request,
                f"Đã gỡ {places[0].procedure.code}{where}: thôi niêm yết từ {data['valid_to']:%d/%m/%Y}. Gỡ nhầm thì"
                " niêm yết lại ở cuối trang này.",
            )
            return redirect(back)
    context = {"desk": desk, "procedure": places[0].procedure, "form": form, "back": back}
    return show(request, "desk/admin/take_down.html", context, current="posted", status=422 if form.errors else 200)


class PostAgainForm(_PlacesForm):
    posted = _places("Niêm yết lại ở")
    reason = text("Lý do", hint="Ví dụ: gỡ nhầm; số và ngày của quyết định công bố lại.")


def _ended_text(one: DeskProcedure, today: date) -> str:
    """Of a row that has an end."""
    ended = one.valid_to is not None and one.valid_to <= today
    return f"{one.agency.name} ({'đã gỡ' if ended else 'còn niêm yết, định gỡ'} từ {one.valid_to:%d/%m/%Y})"


@officers_only(ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def post_procedure_again(request: DeskRequest, desk_id: int, procedure_id: int) -> HttpResponse:
    """A procedure that was taken down, or is to be, stays on the list of a desk or comes back to it."""
    desk = _kept(request, desk_id)
    places, back = list(may_come_back(desk.pk).filter(procedure=procedure_id)), _list_of(desk)
    if not places:
        messages.error(request, "Thủ tục này đang niêm yết tại đây, hoặc chưa từng bị gỡ.")
        return redirect(back)
    # What was taken down together comes back together; what was before, for reasons of its own, only when it is chosen.
    last = max((one.ended_at for one in places if one.ended_at), default=None)
    start = {"posted": [one.pk for one in places if one.ended_at == last]}
    data = request.POST if request.method == "POST" else None
    named = [(one.pk, _ended_text(one, local(request.at).date())) for one in places]
    form = PostAgainForm(data, places=named, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            count = post_again(desk, given["posted"], reason=given["reason"], actor=request.actor, at=request.at)
        except AlreadyPosted as error:
            messages.error(request, error.message)
            return redirect(back)
        except DomainError as error:
            form.blame(error)
        else:
            where = f" ở {count} cơ quan" if count > 1 else ""
            messages.success(request, f"{places[0].procedure.code}{where} tiếp tục được niêm yết và tiếp nhận tại đây.")
            return redirect(back)
    context = {"desk": desk, "procedure": places[0].procedure, "form": form, "back": back}
    return show(request, "desk/admin/post_again.html", context, current="posted", status=422 if form.errors else 200)
