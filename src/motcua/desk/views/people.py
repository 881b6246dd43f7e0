"""Leave and delegation: one's own, and of those whom one heads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from motcua.catalog.models import Sector
from motcua.desk.access import ADMINISTRATORS, ANY_POST, DeskRequest, holds, officers_only
from motcua.desk.forms.people import AbsenceForm, DelegationForm, EndForm, SubstituteForm
from motcua.desk.shell import show
from motcua.law.errors import DomainError
from motcua.organizations.absences import change_substitute, end_absence, record_absence
from motcua.organizations.delegations import delegate, end_delegation
from motcua.organizations.models import PASSED_ON, Absence, Officer, Role, RoleAssignment
from motcua.organizations.queries import day_bounds
from motcua.organizations.standing_in import absences_between, delegations_of, may_decide
from motcua.platform.presentation.words import local
from motcua.processes.substitutes import due_while_away

_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Away:
    """A row of the list: who is away, and what is wrong with it in one sentence, empty when nothing is."""

    absence: Absence
    now: bool
    warning: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class Week:
    first_on: date
    last_on: date
    rows: list[Away]


@dataclass(frozen=True, slots=True)
class Given:
    delegation: RoleAssignment
    last_on: date
    sectors: str
    now: bool


@officers_only(ANY_POST)
@require_safe
def people(request: DeskRequest) -> HttpResponse:
    today = local(request.at).date()
    last = day_bounds(today + _AHEAD)[1]
    found = list(absences_between(request.actor, request.at, last))
    rows = _rows(request, found)
    names = _officers([hat.acting_for for hat in request.actor.behalves])
    context = {
        "weeks": _weeks(rows, today),
        "warned": [row for row in rows if row.warning],
        "given": _given(request, today),
        "acting": [
            (names[hat.acting_for], bool(hat.stands_in_for), ", ".join(Role(grant.role).label for grant in hat.grants))
            for hat in request.actor.behalves
        ],
        "may_delegate": holds(request.actor, *ADMINISTRATORS) or bool(_own_roles(request)),
    }
    return show(request, "desk/people/list.html", context, current="people")


def _own_roles(request: DeskRequest) -> set[str]:
    return {grant.role for grant in request.actor.grants} & PASSED_ON


def _officers(ids: list[int]) -> dict[int, str]:
    return dict(Officer.objects.filter(pk__in=ids).values_list("pk", "full_name"))


def _rows(request: DeskRequest, found: list[Absence]) -> list[Away]:
    """Warned of: nobody stands in while work falls due, or the one who does is away himself."""
    due = due_while_away([row.pk for row in found])
    away: dict[int, list[Absence]] = {}
    for row in found:
        away.setdefault(row.officer_id, []).append(row)
    rows = []
    for row in found:
        both = [
            one for one in away.get(row.substitute_id or 0, ()) if one.from_at < row.until and one.until > row.from_at
        ]
        warning = ""
        if row.substitute_id is None and due[row.pk]:
            warning = f"{due[row.pk]} việc đến hạn trước khi về mà chưa có người làm thay."
        elif both:
            warning = f"Người làm thay {row.substitute} cũng vắng trong thời gian này."
        rows.append(Away(row, row.from_at <= request.at, warning, may_decide(request.actor, row.officer)))
    return rows


def _weeks(rows: list[Away], today: date) -> list[Week]:
    """The next sixty days by week, only weeks in which somebody is away."""
    monday = today - timedelta(days=today.weekday())
    weeks = []
    while monday <= today + _AHEAD:
        first, last = day_bounds(monday)[0], day_bounds(monday + timedelta(days=6))[1]
        there = [row for row in rows if row.absence.from_at <= last and row.absence.until > first]
        if there:
            weeks.append(Week(monday, monday + timedelta(days=6), there))
        monday += timedelta(days=7)
    return weeks


def _given(request: DeskRequest, today: date) -> list[Given]:
    found = list(delegations_of(request.actor, today))
    names = dict(Sector.objects.filter(pk__in={pk for row in found for pk in row.sectors}).values_list("pk", "name"))
    return [
        Given(
            row,
            row.valid_to - timedelta(days=1),
            "; ".join(names.get(pk, f"số {pk}") for pk in row.sectors),
            row.valid_from <= today,
        )
        for row in found
        if row.valid_to is not None
    ]


@officers_only(ANY_POST)
@require_http_methods(["GET", "HEAD", "POST"])
def new_absence(request: DeskRequest) -> HttpResponse:
    form = AbsenceForm(
        request.POST or None, actor=request.actor, own=request.officer, initial={"officer": request.officer.pk}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = record_absence(
                data["officer"], kind=data["kind"], from_at=data["from_at"], to_at=data["to_at"],
                substitute_id=data["substitute"], note=data["note"], actor=request.actor, at=request.at,
            )  # fmt: skip
        except DomainError as error:
            form.blame(error)
        else:
            who = f"; {made.substitute} làm thay" if made.substitute else ""
            messages.success(request, f"Đã ghi nhận {made.officer} {made.get_kind_display().lower()}{who}.")
            return redirect("desk:people")
    return show(
        request, "desk/people/new_absence.html", {"form": form}, current="people", status=422 if form.errors else 200
    )


@officers_only(ANY_POST)
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: DeskRequest, absence_id: int) -> HttpResponse:
    """One leave with its decisions; another substitute, or the end."""
    row = Absence.objects.select_related("officer__agency", "officer__unit", "substitute").filter(pk=absence_id).first()
    if row is None or not (may_decide(request.actor, row.officer) or row.substitute_id == request.actor.id):
        raise Http404(str(absence_id))
    asked = request.POST.get("do", "")
    change = SubstituteForm(request.POST if asked == "substitute" else None, officer=row.officer)
    end = EndForm(request.POST if asked == "end" else None)
    if asked == "substitute" and change.is_valid():
        try:
            change_substitute(
                row.pk, substitute_id=change.cleaned_data["substitute"], reason=change.cleaned_data["reason"],
                actor=request.actor, at=request.at,
            )  # fmt: skip
        except DomainError as error:
            change.blame(error)
        else:
            messages.success(request, "Đã đổi người làm thay.")
            return redirect("desk:absence", row.pk)
    if asked == "end" and end.is_valid():
        try:
            end_absence(row.pk, reason=end.cleaned_data["reason"], actor=request.actor, at=request.at)
        except DomainError as error:
            end.blame(error)
        else:
            messages.success(request, "Đã kết thúc lần nghỉ; quyền của người làm thay hết từ lúc này.")
            return redirect("desk:people")
    faulty = change.errors or end.errors
    context = {
        "row": row,
        "open": row.until > request.at and row.until > row.from_at and may_decide(request.actor, row.officer),
        "change": change,
        "end": end,
        "form": end if end.errors else change,
        "events": list(row.events.select_related("by", "substitute")),
    }
    return show(request, "desk/people/absence.html", context, current="people", status=422 if faulty else 200)


@officers_only(ANY_POST)
@require_http_methods(["GET", "HEAD", "POST"])
def new_delegation(request: DeskRequest) -> HttpResponse:
    records = holds(request.actor, *ADMINISTRATORS)
    if not records and not _own_roles(request):
        raise Http404("delegation")
    form = DelegationForm(request.POST or None, actor=request.actor, own=request.officer, records=records)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = delegate(
                data.get("giver") or request.officer.pk, to_id=data["to"], role=data["role"], first_on=data["first_on"],
                last_on=data["last_on"], scope_id=data["scope"], sectors=data["sectors"], document=data["document"],
                actor=request.actor, at=request.at,
            )  # fmt: skip
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, f"Đã ủy quyền cho {made.officer}; tự hết hiệu lực khi qua ngày cuối.")
            return redirect("desk:people")
    return show(
        request, "desk/people/new_delegation.html", {"form": form}, current="people", status=422 if form.errors else 200
    )


@officers_only(ANY_POST)
@require_http_methods(["GET", "HEAD", "POST"])
def delegation(request: DeskRequest, delegation_id: int) -> HttpResponse:
    """One delegation with its decisions, and its early end."""
    row = (
        RoleAssignment.objects.select_related("officer__agency", "delegated_by__agency", "scope")
        .filter(pk=delegation_id, delegated_by__isnull=False)
        .first()
    )
    if row is None or row.delegated_by is None or row.valid_to is None:
        raise Http404(str(delegation_id))
    if not (may_decide(request.actor, row.officer) or may_decide(request.actor, row.delegated_by)):
        raise Http404(str(delegation_id))
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_delegation(row.pk, reason=form.cleaned_data["reason"], actor=request.actor, at=request.at)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, "Đã kết thúc ủy quyền.")
            return redirect("desk:people")
    today = local(request.at).date()
    context = {
        "row": row,
        "last_on": row.valid_to - timedelta(days=1),
        "sectors": list(Sector.objects.filter(pk__in=row.sectors).order_by("name_key")),
        "open": row.valid_to > today and row.valid_to > row.valid_from,
        "form": form,
        "events": list(row.events.select_related("by", "substitute")),
    }
    return show(request, "desk/people/delegation.html", context, current="people", status=422 if form.errors else 200)
