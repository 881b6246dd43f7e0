"""Simplifications: the list with its sum, one decision, a new one, and the table as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.catalog.models import ChannelRule, PaperRequirement, Procedure, Sector
from motcua.catalog.queries import procedure_code
from motcua.desk.access import PUBLISHERS, REFORM_READERS, DeskRequest, holds, officers_only, said
from motcua.desk.forms.simplification import PROVINCE, EndForm, SimplificationForm, Subject
from motcua.desk.shell import show
from motcua.law.errors import DomainError
from motcua.organizations.models import Agency
from motcua.organizations.queries import agency_code
from motcua.platform.presentation.words import local
from motcua.processes.definition import from_json
from motcua.processes.diff import diff
from motcua.processes.models import ProcessVersion, Simplification, SimplifiedPart
from motcua.processes.simplification.queries import (
    STANDING_TEXT,
    SimplificationFilter,
    Standing,
    Sum,
    count_differences,
    simplifications,
    standing,
)
from motcua.processes.simplification.services import end, may_record, record, steps_of
from motcua.processes.simplification.telling import csv_text, days_text, last_day, limit_lines, part_words, sum_words

_SIZE = 50
_OFFERED = 300
_HEADS = (
    "Thủ tục", "Cắt thời hạn", "Dưới 1/3", "1/3 đến dưới 1/2", "Từ 1/2", "Ngày làm việc giảm", "Giấy tờ", "Biểu mẫu", "Bước", "Bộ hồ sơ",
)  # fmt: skip
_ASKED = ("q", "linh-vuc", "co-quan", "tinh-trang", "thi-diem")


@officers_only(REFORM_READERS)
@require_safe
def simplification_list(request: DeskRequest) -> HttpResponse:
    asked = {name: said(request.GET, name) for name in _ASKED}
    today = local(request.at).date()
    found = list(simplifications(request.actor, _filter(asked), on=today))
    counted = count_differences(found)
    page = _page(said(request.GET, "trang"), len(found))
    rows = found[(page - 1) * _SIZE : page * _SIZE]
    context = {
        "rows": [_row(row, standing(row, today)) for row in rows],
        "sum": sum_words(counted.total),
        "groups": [
            (title, head, [(line.title, zip(_HEADS, _figures(line.total), strict=True)) for line in lines])
            for title, head, lines in (
                ("Theo lĩnh vực", "Lĩnh vực", counted.by_sector),
                ("Theo nơi áp dụng", "Nơi áp dụng", counted.by_agency),
            )
        ],
        "heads": _HEADS,
        "total": len(found),
        "asked": asked,
        "filtered": any(asked.values()),
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "kinds": [
            (value, word, urlencode({name: kept for name, kept in (asked | {"thi-diem": value}).items() if kept}))
            for value, word in (("", "Tất cả"), ("co", "Thí điểm"), ("khong", "Lâu dài"))
        ],
        "standings": [(one.value, STANDING_TEXT[one]) for one in Standing],
        "older": _to(asked, page + 1) if page * _SIZE < len(found) else "",
        "newer": _to(asked, page - 1) if page > 1 else "",
        "sectors": list(
            Sector.objects.filter(procedures__simplifications__isnull=False).distinct().order_by("name_key").values_list("code", "name")
        ),
        "agencies": list(Agency.objects.filter(pk__in=request.actor.scope).order_by("path").values_list("code", "name")[:_OFFERED]),
        "may_record": holds(request.actor, *PUBLISHERS),
    }  # fmt: skip
    return show(request, "desk/simplification/list.html", context, current="simplifications")


@officers_only(REFORM_READERS)
@require_safe
def simplification_table(request: DeskRequest) -> HttpResponse:
    """The list as it is filtered, as a file for spreadsheets."""
    asked = {name: said(request.GET, name) for name in _ASKED}
    today = local(request.at).date()
    rows = simplifications(request.actor, _filter(asked), on=today)
    response = HttpResponse(csv_text(rows, on=today), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="don-gian-hoa-{today:%Y-%m-%d}.csv"'
    return response


@officers_only(REFORM_READERS)
@require_safe
def simplification(request: DeskRequest, simplification_id: int) -> HttpResponse:
    return _one(request, simplification_id, EndForm(initial={"on": local(request.at).date()}))


@officers_only(PUBLISHERS)
@require_POST
def end_simplification(request: DeskRequest, simplification_id: int) -> HttpResponse:
    _find(request, simplification_id)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            ended = end(
                simplification_id, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"], actor=request.actor,
                at=request.at,
            )  # fmt: skip
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, f"Đã cho kết thúc; từ {ended.valid_to:%d/%m/%Y} không còn áp dụng.")
            return redirect("desk:simplification", simplification_id)
    return _one(request, simplification_id, form, status=422)


@officers_only(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_simplification(request: DeskRequest) -> HttpResponse:
    asked = said(request.GET, "thu-tuc", limit=400)
    code = procedure_code(asked)
    procedure = _procedure(code) if code else None
    if procedure is None:
        context = {
            "asked": asked,
            "fault": f"Không có thủ tục nào mang mã “{code[:60]}”." if asked else "",
            "procedures": list(
                Procedure.objects.filter(current__isnull=False, desks__agency__in=request.actor.scope)
                .distinct().order_by("code").values_list("code", "name")[:_OFFERED]
            ),
        }  # fmt: skip
        return show(
            request, "desk/simplification/choose.html", context, current="simplifications", status=422 if asked else 200
        )
    places = _places(request)
    form = SimplificationForm(
        request.POST or None, subject=_subject(procedure, request), places=[(code, name) for code, name, _ in places],
        initial={"valid_from": local(request.at).date()},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        agency_id = next(pk for code, _, pk in places if code == form.cleaned_data["place"])
        try:
            made = record(form.new(agency_id), actor=request.actor, at=request.at)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, f"Đã ghi quyết định {made.decision_number} cho thủ tục {procedure.code}.")
            return redirect("desk:simplification", made.pk)
    status = 422 if request.method == "POST" else 200
    return show(
        request, "desk/simplification/new.html", {"form": form, "procedure": procedure}, current="simplifications",
        status=status,
    )  # fmt: skip


def _filter(asked: dict[str, str]) -> SimplificationFilter:
    """An unknown code matches nothing: the list then is empty and says so."""
    sector, agency = asked["linh-vuc"], agency_code(asked["co-quan"])
    known = asked["tinh-trang"] in set(Standing)
    return SimplificationFilter(
        sector_id=Sector.objects.filter(code=sector).values_list("id", flat=True).first() or 0 if sector else None,
        agency_id=Agency.objects.filter(code=agency).values_list("id", flat=True).first() or 0 if agency else None,
        standing=Standing(asked["tinh-trang"]) if known else None,
        pilot={"co": True, "khong": False}.get(asked["thi-diem"]),
        text=asked["q"],
    )


def _page(text: str, total: int) -> int:
    last = max(1, -(-total // _SIZE))
    return min(int(text), last) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1


def _to(asked: dict[str, str], page: int) -> str:
    return urlencode({name: value for name, value in asked.items() if value} | {"trang": page})


def _row(row: Simplification, where: Standing) -> dict[str, Any]:
    parts = list(row.parts.all())
    return {
        "row": row,
        "standing": STANDING_TEXT[where],
        "in_force": where is Standing.IN_FORCE,
        "limits": [line for line, _ in limit_lines(row.limits.all())],
        "last_day": last_day(row),
        "parts": [
            f"{word} {number} {SimplifiedPart.Kind(kind).label}"
            for kind in SimplifiedPart.Kind.values
            for word, change in (("bỏ", "removed"), ("gộp", "merged"))
            if (number := sum((part.kind, part.change) == (kind, change) for part in parts))
        ],
    }


def _figures(total: Sum) -> list[str]:
    removed = total.papers_removed + total.papers_merged
    forms = total.forms_removed + total.forms_merged
    steps = total.steps_removed + total.steps_merged
    numbers = (total.procedures, total.cut, total.under_third, total.third_to_half, total.half_or_more)
    return [*map(str, numbers), days_text(total.minutes_saved), *map(str, (removed, forms, steps, total.sets_removed))]


def _find(request: DeskRequest, simplification_id: int) -> Simplification:
    today = local(request.at).date()
    found = (
        simplifications(request.actor, SimplificationFilter(), on=today)
        .select_related("procedure__sector", "agency", "recorded_by", "ended_by", "process_version__process")
        .filter(pk=simplification_id)
        .first()
    )
    if found is None:
        raise Http404(str(simplification_id))
    return found


def _one(request: DeskRequest, simplification_id: int, form: EndForm, *, status: int = 200) -> HttpResponse:
    found = _find(request, simplification_id)
    where = standing(found, local(request.at).date())
    context = {
        "row": found,
        "standing": STANDING_TEXT[where],
        "last_day": last_day(found),
        "limits": [(line, days_text(limit.central_minutes - limit.committed_minutes)) for line, limit in limit_lines(found.limits.all())],
        "parts": [part_words(part) for part in found.parts.all()],
        "differences": _differences(found.process_version),
        "form": form,
        "may_see_process": holds(request.actor, *PUBLISHERS),
        "may_end": where is not Standing.OVER and may_record(request.actor, found.agency),
    }  # fmt: skip
    return show(request, "desk/simplification/one.html", context, current="simplifications", status=status)


def _differences(version: ProcessVersion | None) -> list[str]:
    """What the shortened process has otherwise than the one before it in the same place."""
    if version is None:
        return []
    before = (
        ProcessVersion.objects.filter(process=version.process, published_at__isnull=False, number__lt=version.number)
        .order_by("-number")
        .first()
    )
    return diff(from_json(before.definition), from_json(version.definition)) if before else []


def _procedure(code: str) -> Procedure | None:
    return Procedure.objects.select_related("current").filter(code=code, current__isnull=False).first()


def _places(request: DeskRequest) -> list[tuple[str, str, int | None]]:
    """(code, name, id) of where the officer may decide; the whole province has a word and no id."""
    kept = frozenset().union(*(grant.agencies for grant in request.actor.grants if grant.role in PUBLISHERS))
    every: list[tuple[str, str, int | None]] = [
        (code, f"{code} {name}", pk)
        for code, name, pk in Agency.objects.filter(pk__in=kept, valid_to=None)
        .order_by("path")
        .values_list("code", "name", "id")
    ]
    return [(PROVINCE, "Toàn tỉnh", None), *every] if may_record(request.actor, None) else every


def _subject(procedure: Procedure, request: DeskRequest) -> Subject:
    rules = ChannelRule.objects.filter(version=procedure.current, amount__isnull=False).order_by("position")
    papers = [paper for paper in PaperRequirement.objects.filter(version=procedure.current) if not paper.is_remark]
    assert procedure.current is not None  # asked for above
    return Subject(
        procedure.pk,
        list({(rule.channel, rule.condition, rule.stage): rule for rule in reversed(rules)}.values())[::-1],
        {
            SimplifiedPart.Kind.PAPER.value: list(dict.fromkeys(paper.label for paper in papers)),
            SimplifiedPart.Kind.FORM.value: list(dict.fromkeys(paper.form_name for paper in papers if paper.form_name)),
            SimplifiedPart.Kind.STEP.value: steps_of(procedure.pk, None, local(request.at).date()),
        },
        procedure.current.sets,
    )
