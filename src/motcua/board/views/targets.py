"""Targets of a year: how far, what is missing, and for reform officers the setting of them."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motcua.board.asking import read_moment
from motcua.board.definitions import definition_of
from motcua.board.forms import TargetForm
from motcua.board.goals import Goal
from motcua.board.permissions import BOARD_ROLES, TARGET_ROLES, overseen
from motcua.board.services import YEARS, set_target
from motcua.board.targets import ratio_of, standing
from motcua.board.views.asked import asked_place
from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.answers import file_of
from motcua.desk.shell import show
from motcua.law.errors import BadInput, DomainError
from motcua.law.windows import Window
from motcua.organizations.models import Agency
from motcua.platform.presentation.words import local
from motcua.statistics.knowledge import known_until


@officers_only(BOARD_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def targets(request: DeskRequest) -> HttpResponse:
    _, place = asked_place(request)
    may = sorted(overseen(request.actor, TARGET_ROLES))
    agencies = list(Agency.objects.filter(pk__in=may).order_by("path").values_list("code", "name")) if may else []
    if place is None:
        return show(request, "board/targets.html", {"place": None}, current="targets")
    goal = said(request.GET, "muc") or Goal.ONLINE.value
    if goal not in list(Goal):
        raise Http404(goal)
    this_year = local(request.at).year
    try:
        year = _year(said(request.GET, "nam"), this_year)
        as_of = read_moment(said(request.GET, "luc"), known_until(request.at))
        told = standing(place, year, Window(date(year, 1, 1), date(year, 12, 31)), Goal(goal), as_of)
    except BadInput as error:
        context = {"place": place, "fault": error.message, "year": this_year}
        return show(request, "board/targets.html", context, current="targets", status=422)
    if form_name := request.GET.get("tep", ""):
        tables = {table.name: table for table in (told.whole, told.agencies)}
        return file_of(tables.get(said(request.GET, "bang")), form_name)
    query = {"co-quan": place.code, "nam": str(year), "muc": goal}
    form = TargetForm(request.POST or None, agencies=agencies, initial={"agency": place.code, "goal": goal})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_target(
                data["agency"], year, Goal(data["goal"]), data["percent"] or None, document=data["document"],
                actor=request.actor, at=request.at,
            )  # fmt: skip
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, "Đã ghi chỉ tiêu giao." if data["percent"] else "Đã bỏ chỉ tiêu giao.")
            return redirect(f"{reverse('board:targets')}?{urlencode(query)}")
    context = {
        "place": place,
        "year": year,
        "years": [(one, urlencode(query | {"nam": one})) for one in range(this_year + 1, this_year - 3, -1)],
        "goals": [(one, urlencode(query | {"muc": one.value})) for one in Goal],
        "goal": Goal(goal),
        "told": told,
        "export": urlencode(query),
        "form": form if agencies else None,
        "definitions": [definition_of(ratio_of(one).name) for one in Goal],
    }
    return show(request, "board/targets.html", context, current="targets", status=422 if form.errors else 200)


def _year(text: str, this_year: int) -> int:
    if not text:
        return this_year
    if not (text.isascii() and text.isdigit()) or len(text) != 4 or int(text) not in YEARS:
        raise BadInput(f"Năm “{text}”: cần từ {YEARS.start} đến {YEARS.stop - 1}.", field="nam")
    return int(text)
