"""How late things are recorded and how often they are put right, per officer and unit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.forms.inspection import window
from motcua.desk.sheets import sheet
from motcua.desk.shell import show
from motcua.desk.views.inspection import agencies, agency_of
from motcua.law.errors import DomainError
from motcua.law.moments import VIETNAM
from motcua.organizations.models import Officer
from motcua.platform.presentation.words import local, vn_datetime
from motcua.processes import lag
from motcua.processes.inspection.permissions import INSPECTION_ROLES
from motcua.processes.suspicions.words import entry_words, span_words

_DAYS = 30


def _window(request: DeskRequest) -> tuple[date, date, str]:
    today = local(request.at).date()
    try:
        return *window(said(request.GET, "tu"), said(request.GET, "den"), today, _DAYS), ""
    except DomainError as error:
        return today - timedelta(days=_DAYS - 1), today, error.message


def _moments(first: date, last: date) -> dict[str, datetime]:
    return {
        "since": datetime.combine(first, time(), VIETNAM),
        "until": datetime.combine(last + timedelta(days=1), time(), VIETNAM),
    }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}".replace(".", ",") + " %"


def _lag_row(row: lag.Lag, link: str) -> dict[str, Any]:
    return {
        "row": row,
        "median": span_words(row.median),
        "tail": span_words(row.tail),
        "hour": _share(row.over_hour, row.entries),
        "day": _share(row.over_day, row.entries),
        "link": link,
    }


@officers_only(INSPECTION_ROLES)
@require_safe
def late(request: DeskRequest) -> HttpResponse:
    first, last, fault = _window(request)
    agency_id = None
    try:
        agency_id = agency_of(request, said(request.GET, "co-quan"))
    except DomainError as error:
        fault = fault or error.message
    moments = _moments(first, last)
    kept = {"tu": first.isoformat(), "den": last.isoformat()}
    if agency_id:
        kept["co-quan"] = said(request.GET, "co-quan")
    chosen = {name: said(request.GET, name) for name in ("can-bo", "phong", "qua")}
    over = lag.DAY if chosen["qua"] == "ngay" else lag.HOUR
    officers, units = lag.lags(request.actor, agency_id=agency_id, **moments)
    entries: list[lag.LateEntry] = []
    person = place = None
    if chosen["can-bo"].isdecimal() or chosen["phong"].isdecimal():
        officer_id = int(chosen["can-bo"][:18]) if chosen["can-bo"].isdecimal() else None
        unit_id = int(chosen["phong"][:18]) if chosen["phong"].isdecimal() else None
        person = next((row for row in officers if row.officer_id == officer_id), None) if officer_id else None
        place = next((row for row in units if row.unit_id == unit_id), None) if unit_id else None
        entries = lag.late_entries(
            request.actor, officer_id=officer_id, unit_id=unit_id, agency_id=agency_id, over=over, **moments
        )
    if request.GET.get("tep") == "csv" and not fault:
        return _entries_sheet(entries) if person or place else _lag_sheet(officers + units)
    context = {
        "people": [_lag_row(row, urlencode(kept | {"can-bo": str(row.officer_id)})) for row in officers],
        "units": [_lag_row(row, urlencode(kept | {"phong": str(row.unit_id)}) if row.unit_id else "") for row in units],
        "entries": [(row, entry_words(row.kind), span_words(row.seconds)) for row in entries],
        "chosen": person or place,
        "hour_link": urlencode(kept | {name: value for name, value in chosen.items() if value and name != "qua"}),
        "over": chosen["qua"] if chosen["qua"] == "ngay" else "gio",
        "first": first,
        "last": last,
        "asked": said(request.GET, "co-quan"),
        "agencies": agencies(request),
        "fault": fault,
        "back": urlencode(kept),
        "csv": urlencode(kept | {name: value for name, value in chosen.items() if value} | {"tep": "csv"}),
    }
    return show(request, "desk/inspection/late.html", context, current="inspection_late", status=422 if fault else 200)


def _lag_sheet(rows: list[lag.Lag]) -> HttpResponse:
    header = [
        "Cán bộ hoặc phòng", "Nơi công tác", "Số mục", "Trung vị (giây)", "90 % số mục trong (giây)", "Muộn hơn 1 giờ", "Muộn hơn 1 ngày",
    ]  # fmt: skip
    return sheet(
        "ghi-muon",
        header,
        ([row.name, row.place, row.entries, row.median, row.tail, row.over_hour, row.over_day] for row in rows),
    )


def _entries_sheet(rows: list[lag.LateEntry]) -> HttpResponse:
    header = ["Hồ sơ", "Mục", "Việc", "Xảy ra", "Ghi", "Muộn (giây)", "Cán bộ"]
    return sheet(
        "ghi-muon-chi-tiet",
        header,
        (
            [
                row.code, row.seq, entry_words(row.kind), vn_datetime(row.occurred_at), vn_datetime(row.recorded_at), row.seconds,
                row.officer,
            ]
            for row in rows
        ),
    )  # fmt: skip


@officers_only(INSPECTION_ROLES)
@require_safe
def rectifications(request: DeskRequest) -> HttpResponse:
    first, last, fault = _window(request)
    rates = lag.inspected_rectifications(request.actor, **_moments(first, last))
    people = Officer.objects.select_related("unit", "agency").in_bulk([rate.officer_id for rate in rates])
    rows = [(rate, people[rate.officer_id]) for rate in rates if rate.officer_id in people]
    if request.GET.get("tep") == "csv" and not fault:
        header = ["Cán bộ", "Phòng", "Cơ quan", "Số mục đã ghi", "Số mục bị đính chính", "Tỷ lệ"]
        return sheet(
            "dinh-chinh",
            header,
            (
                [who.full_name, who.unit or "", who.agency.name, rate.entries, rate.rectified, _rate(rate)]
                for rate, who in rows
            ),
        )
    context = {
        "rows": [(rate, who, _rate(rate)) for rate, who in rows[:500]],
        "entries": sum(rate.entries for rate, _ in rows),
        "rectified": sum(rate.rectified for rate, _ in rows),
        "first": first,
        "last": last,
        "fault": fault,
        "csv": urlencode({"tu": first.isoformat(), "den": last.isoformat(), "tep": "csv"}),
    }
    return show(
        request,
        "desk/inspection/rectifications.html",
        context,
        current="inspection_rectifications",
        status=422 if fault else 200,
    )


def _rate(rate: lag.RectificationRate) -> str:
    return _share(rate.rectified, rate.entries) if rate.entries else "–"
