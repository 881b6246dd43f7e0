"""Why dossiers were late, and petitions: two statutory tables, each with the same period of the year before."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from motcua.board.asking import write_moment
from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.answers import file_of
from motcua.desk.shell import show
from motcua.law.errors import BadInput
from motcua.reporting import petitions
from motcua.reporting.causes import MEASURE, Causes, causes_of
from motcua.reporting.permissions import READERS
from motcua.reporting.views.asked import asked_moment, asked_period, asked_place, chooser, query_of
from motcua.reporting.views.listing import opened_rows
from motcua.reporting.windows import Question, question
from motcua.statistics.measures import measure
from motcua.statistics.tabular.table import Column, Entry, Kind, Table

_CURRENT = "reporting/causes"


@officers_only(READERS)
@require_safe
def causes_page(request: DeskRequest) -> HttpResponse:
    agencies, place = asked_place(request)
    if place is None:
        return show(request, "reporting/causes.html", {"place": None}, current=_CURRENT)
    frame: dict[str, Any] = {"place": place, "agencies": [(one.code, one.name) for one in agencies]}
    try:
        period = asked_period(request)
        asked_for = _question(request, place.code)
    except BadInput as error:
        context = frame | chooser(request, None) | {"fault": error.message}
        return show(request, "reporting/causes.html", context, current=_CURRENT, status=422)
    told = causes_of(asked_for.asked, asked_for.before, vertical=asked_for.vertical)
    query = query_of(period) | {"co-quan": place.code, "luc": write_moment(asked_for.asked.as_of)}
    about = f"{place.name}, {period.title}"
    tables = (_causes(told, asked_for, about, query), _petitions(asked_for, about))
    if form := request.GET.get("tep", ""):
        return file_of(next((one for one in tables if one.name == said(request.GET, "bang")), None), form)
    context = frame | chooser(request, period) | {
        "period": period,
        "asked_for": asked_for,
        "tables": tables,
        "measure": measure(MEASURE),
        "query": urlencode(query),
        "base": reverse("reporting:causes"),
    }  # fmt: skip
    return show(request, "reporting/causes.html", context, current=_CURRENT)


def _question(request: DeskRequest, agency: str) -> Question:
    period = asked_period(request)
    as_of = asked_moment(request)
    return question(period.key, agency, regime=period.regime, now=as_of, as_of=as_of, months=True)


def _causes(told: Causes, asked_for: Question, about: str, query: dict[str, str]) -> Table:
    def link(sector: str | None, cause: str) -> str:
        asked = query | {"nguyen-nhan": cause} | ({} if sector is None else {"linh-vuc": sector})
        return f"{reverse('reporting:cause_rows')}?{urlencode(asked)}"

    rows = [
        (
            Entry(line.sector_name),
            Entry(f"({line.cause}) {line.cause_title}" if line.cause else line.cause_title),
            Entry(line.count, link(line.sector, line.cause) if line.count else ""),
            Entry(line.before),
        )
        for line in told.lines
    ]
    return Table(
        "nguyen-nhan-tre-han",
        "Nguyên nhân hồ sơ trễ hạn",
        (
            Column("Lĩnh vực"),
            Column("Nguyên nhân"),
            Column("Số hồ sơ", Kind.COUNT, MEASURE),
            Column("Cùng kỳ năm trước", Kind.COUNT, MEASURE),
        ),
        rows,
        asked_for.asked.as_of,
        about,
        (Entry("Tổng số"), Entry(""), Entry(told.total), Entry(told.before)),
        note="" if told.confirmed else f"Danh mục nguyên nhân chưa kiểm chứng: {told.source}.",
    )


def _petitions(asked_for: Question, about: str) -> Table:
    """The columns of the form as lines, so that they are read without scrolling."""
    return Table(
        "phan-anh-kien-nghi",
        "Tiếp nhận, xử lý phản ánh, kiến nghị",
        (Column("Cột của biểu"), Column("Trong kỳ", Kind.COUNT), Column("Cùng kỳ năm trước", Kind.COUNT)),
        [(Entry(head), Entry(None), Entry(None)) for head in petitions.HEADS[1:]],
        asked_for.asked.as_of,
        about,
        note=petitions.NOTE,
    )


@officers_only(READERS)
@require_safe
def rows(request: DeskRequest) -> HttpResponse:
    """The late dossiers of a sector and cause, as many as the number says."""
    _, place = asked_place(request)
    if place is None:
        raise Http404("co-quan")
    cause = said(request.GET, "nguyen-nhan", limit=8)
    try:
        period = asked_period(request)
        asked_for = _question(request, place.code)
    except BadInput:
        raise Http404("ky") from None
    cell = {
        "sector": said(request.GET, "linh-vuc") if "linh-vuc" in request.GET else None,
        "cause": cause,
        "vertical": asked_for.vertical,
    }
    context = opened_rows(request, MEASURE, asked_for.asked, cell, about=f"{place.name}, {period.title}")
    context |= {
        "back": f"{reverse('reporting:causes')}?{urlencode(query_of(period) | {'co-quan': place.code})}",
        "back_word": "Nguyên nhân trễ hạn",
    }
    return show(request, "reporting/rows.html", context, current=_CURRENT)
