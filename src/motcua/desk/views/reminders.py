"""Nhắc việc: what the officer has been told, read and unread; and how an agency is warned."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.desk.access import ANY_POST, DeskRequest, officers_only
from motcua.desk.forms.lateness import WarningForm
from motcua.desk.shell import show
from motcua.law.errors import DomainError
from motcua.notifications.models import WarningSetting
from motcua.notifications.officer_notices import inbox, mark_read
from motcua.notifications.warning_settings import SETTERS, SettingsInForce, set_warnings
from motcua.notifications.warnings import DIGEST, PHASE_TEXT, Phase, phase_of
from motcua.organizations.models import Agency
from motcua.platform.numbers import whole_number
from motcua.platform.presentation.words import local

_SIZE = 50
_ICON = {
    Phase.AHEAD: ("clock", "soon"),
    Phase.DUE: ("exclamation-circle", "soon"),
    Phase.APOLOGY: ("envelope", "soon"),
    Phase.LATE: ("exclamation-triangle-fill", "late"),
}


@officers_only(ANY_POST)
@require_safe
def reminders(request: DeskRequest) -> HttpResponse:
    unread = request.GET.get("muc") == "chua-doc"
    before = whole_number(request.GET.get("sau", "")) or 0
    found = list(inbox(request.actor, unread=unread, before=before, size=_SIZE))
    chosen = "muc=chua-doc" if unread else "muc="
    context = {
        "rows": [(notice, *_mark(notice.stage)) for notice in found[:_SIZE]],
        "unread": unread,
        "older": f"{chosen}&sau={found[_SIZE - 1].pk}" if len(found) > _SIZE else "",
        "newer": chosen if before else "",
    }
    return show(request, "desk/reminders.html", context, current="reminders")


def _mark(stage: str) -> tuple[str, str, str]:
    """Word, icon and tone of a stage."""
    if stage == DIGEST:
        return "đầu ngày", "calendar-check", "in-time"
    phase = phase_of(stage)
    return PHASE_TEXT[phase], *_ICON[phase]


@officers_only(ANY_POST)
@require_POST
def read_reminders(request: DeskRequest) -> HttpResponse:
    """Mark one notice read and go to its dossier, or all of them; a number that cannot be one marks none."""
    notice, dossier = (whole_number(request.POST.get(name, "")) for name in ("notice", "dossier"))
    if notice is not None:
        mark_read(request.actor, [notice], at=request.at)
        if dossier is not None:
            return redirect("desk:dossier", dossier)
    elif not request.POST.get("notice"):
        done = mark_read(request.actor, None, at=request.at)
        messages.success(request, f"Đã đánh dấu đọc {done} tin." if done else "Không còn tin nào chưa đọc.")
    return redirect("desk:reminders")


@officers_only(SETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def warning_settings(request: DeskRequest) -> HttpResponse:
    places = _places(request)
    today = local(request.at).date()
    standing = SettingsInForce(today)
    path = next((path for id_, _, path in places if id_ == request.officer.agency_id), "")
    initial = WarningForm.initial_of(standing.of(path)) | {"valid_from": today, "agency": request.officer.agency_id}
    form = WarningForm(request.POST or None, agencies=[(id_, name) for id_, name, _ in places], initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_warnings(form.cleaned_data["agency"], form.asked(), actor=request.actor, at=request.at)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, "Đã đặt cách nhắc việc.")
            return redirect(reverse("desk:warning_settings"))
    rows = WarningSetting.objects.filter(agency_id__in=[id_ for id_, _, _ in places if id_]) | (
        WarningSetting.objects.filter(agency__isnull=True)
    )
    context = {
        "form": form,
        "rows": list(rows.select_related("agency", "set_by").order_by("-valid_from", "-id")[:50]),
    }
    return show(
        request, "desk/warning_settings.html", context, current="warning_settings", status=422 if form.errors else 200
    )


def _places(request: DeskRequest) -> list[tuple[int | str, str, str]]:
    """(id, name, path) of the agencies the actor may set for; the province where its role reaches a root."""
    ids = frozenset().union(*(grant.agencies for grant in request.actor.grants if grant.role in SETTERS))
    found = list(Agency.objects.filter(pk__in=ids).order_by("path"))
    whole: list[tuple[int | str, str, str]] = (
        [("", "Toàn tỉnh", "")] if any(agency.parent_id is None for agency in found) else []
    )
    return whole + [(agency.pk, agency.name, agency.path) for agency in found]
