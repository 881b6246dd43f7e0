"""The scores: an index by its groups and criteria; a criterion with its numbers, what costs points and what a point takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from motcua.catalog.models import Procedure
from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.forms.scores import Given, agencies, given, indexes, question_of
from motcua.desk.sheets import MOST, sheet
from motcua.desk.shell import show
from motcua.law.errors import DomainError
from motcua.law.verdict import VERDICT_TEXT, Verdict
from motcua.organizations.models import Agency
from motcua.platform.presentation.words import vn_datetime
from motcua.scoring.explaining import Explained, explain, group_rows, numbers_text, status_text, total_text
from motcua.scoring.permissions import SCORE_ROLES
from motcua.scoring.queries import scored
from motcua.scoring.rules import rule_text
from motcua.scoring.score import Score, Scored, Status
from motcua.scoring.shown import number, points_text, range_text, ratio_text
from motcua.statistics.models import FactDossier
from motcua.statistics.ratios import whole_text

_PAGE = 50
# Named one by one on the page; the rest of a longer list is in the file.
_NAMED = 50


@officers_only(SCORE_ROLES)
@require_safe
def score_page(request: DeskRequest) -> HttpResponse:
    asked = given(request)
    frame = _frame(request, asked)
    try:
        question = question_of(request, asked)
    except DomainError as error:
        return show(request, "desk/scores/score.html", frame | {"fault": error.message}, current="score", status=422)
    found = scored(question)
    as_of = question.asked.as_of
    link = asked.address(as_of)
    context = frame | {
        "question": question,
        "total": total_text(found),
        "found": found,
        "meter": {"value": number(found.total.points), "max": number(found.total.highest)},
        "points": points_text(found.total.points),
        "possible": range_text(found.total.low, found.total.high),
        "groups": list(_groups(found)),
        "link": link,
        "as_of": as_of,
        "live": not asked.as_of,
        "now": replace(asked, as_of="").address(),
    }
    return show(request, "desk/scores/score.html", context, current="score")


def _frame(request: DeskRequest, asked: Given) -> dict[str, Any]:
    return {"asked": asked, "indexes": indexes(), "agencies": agencies(request)[:300], "query": asked.address()}


def _groups(found: Score) -> Iterator[dict[str, Any]]:
    for code, title, total in group_rows(found):
        rows = [_row(one, found.subject) for one in found.criteria if one.groups[-1:] == (code,)]
        if rows:
            yield {
                "code": code, "title": title, "points": points_text(total.points), "max": points_text(total.highest),
                "possible": range_text(total.low, total.high) if total.low != total.high else "", "rows": rows,
            }  # fmt: skip
    loose = [_row(one, found.subject) for one in found.criteria if not one.groups]
    if loose:
        yield {"code": "", "title": "Tiêu chí", "points": "", "max": "", "possible": "", "rows": loose}


def _row(one: Scored, subject: str) -> dict[str, Any]:
    shown = one.status is Status.SHOWN
    return {
        "code": one.criterion.code,
        "title": one.criterion.title,
        "points": "" if shown else points_text(one.points),
        "max": "" if shown else points_text(one.highest),
        "meter": None if shown or one.points is None else {"value": number(one.points), "max": number(one.highest)},
        "numbers": numbers_text(one),
        "rule": rule_text(one.criterion),
        "status": status_text(one, subject) if one.points is not None and not shown else "",
        "missing": one.points is None,
        "confirmed": one.criterion.confirmed,
    }


@officers_only(SCORE_ROLES)
@require_safe
def score_table(request: DeskRequest) -> HttpResponse:
    asked = given(request)
    try:
        question = question_of(request, asked)
    except DomainError as error:
        return _refused(error)
    found = scored(question)
    header = ["Mã", "Tiêu chí", "Nhóm", "Điểm", "Có thể từ", "Có thể đến", "Điểm tối đa", "Tử số", "Mẫu số", "Tỷ lệ",
              "Quy tắc", "Ghi chú", "Nguồn"]  # fmt: skip
    rows = [
        [
            one.criterion.code, one.criterion.title, " ".join(one.groups), points_text(one.points),
            points_text(one.earned.low), points_text(one.earned.high), points_text(one.highest), one.earned.numerator,
            one.earned.denominator, ratio_text(one.earned.ratio), rule_text(one.criterion), status_text(one, found.subject),
            one.criterion.source or question.index_set.source,
        ]
        for one in found.criteria
    ]  # fmt: skip
    total = found.total
    rows.append(
        ["", "Tổng", "", *(points_text(value) for value in (total.points, total.low, total.high, total.highest)),
         None, None, None, None, found.band or "", f"Tính đến {vn_datetime(question.asked.as_of)}"]
    )  # fmt: skip
    return sheet(f"diem-{question.index_set.index}-{question.period.lower()}-{question.agency}", header, rows)


@officers_only(SCORE_ROLES)
@require_safe
def criterion_page(request: DeskRequest, code: str) -> HttpResponse:
    asked = given(request)
    frame = _frame(request, asked) | {"code": code}
    try:
        question = question_of(request, asked)
    except DomainError as error:
        context = frame | {"fault": error.message}
        return show(request, "desk/scores/criterion.html", context, current="score", status=422)
    after = _after(request)
    found = explain(question, code, limit=_PAGE, after=after)
    if found is None:
        raise Http404(code)
    as_of = question.asked.as_of
    link = asked.address(as_of)
    cost = found.cost.rows if found.cost else ()
    raising = found.raising
    named = raising.rows[:_NAMED] if raising else ()
    words = _Words([*cost, *named, *(row for one in found.more_costs for row in one.rows)], as_of)
    context = frame | {
        "question": question,
        "one": _row(found.scored, question.subject),
        "criterion": found.scored.criterion,
        "source": found.scored.criterion.source or question.index_set.source,
        "explained": found,
        "measures": [(told, whole_text(told.value)) for told in found.measures],
        "possible": _possible(found),
        "raising": raising and _raising(found),
        "named": [words.row(row) for row in named],
        "unnamed": len(raising.rows) - len(named) if raising else 0,
        "cost_rows": [words.row(row) for row in cost],
        "more_costs": [(one, [words.row(row) for row in one.rows]) for one in found.more_costs],
        "older": f"{link}&{urlencode({'sau': cost[-1]['dossier_id']})}" if len(cost) == _PAGE else "",
        "newer": link if after else "",
        "link": link,
        "as_of": as_of,
    }
    return show(request, "desk/scores/criterion.html", context, current="score")


def _possible(found: Explained) -> str:
    earned = found.scored.earned
    return range_text(earned.low, earned.high) if earned.low != earned.high else ""


def _raising(found: Explained) -> dict[str, Any]:
    raising = found.raising
    assert raising is not None
    return {
        "wanted": points_text(raising.wanted),
        "needed": raising.needed,
        "words": raising.remedy.words,
        "late": raising.remedy.late,
        "before": points_text(raising.before),
        "after": points_text(raising.after) if raising.after is not None else "",
    }


def _after(request: DeskRequest) -> int:
    text = said(request.GET, "sau")
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 18:
        raise Http404(text)
    return int(text)


class _Words:
    """The names behind the codes of rows, and what else speaks against a dossier, asked for once."""

    def __init__(self, rows: list[dict[str, Any]], as_of: datetime) -> None:
        agencies = Agency.objects.filter(code__in={row["agency"] for row in rows})
        procedures = Procedure.objects.filter(code__in={row["procedure"] for row in rows})
        self._agencies = dict(agencies.values_list("code", "name"))
        self._procedures = dict(procedures.values_list("code", "name"))
        known = FactDossier.objects.filter(
            dossier_id__in={row["dossier_id"] for row in rows}, known_from__lte=as_of, known_to__gt=as_of
        )
        told = known.values_list("dossier_id", "supplement_rounds", "rating")
        self._against = {id_: (rounds or 0, rating) for id_, rounds, rating in told}

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        verdict = row["verdict_instant"]
        rounds, rating = self._against.get(row["dossier_id"], (0, None))
        return row | {
            "agency_name": self._agencies.get(row["agency"], row["agency"]),
            "procedure_name": self._procedures.get(row["procedure"], row["procedure"]),
            "verdict": VERDICT_TEXT[Verdict(verdict)] if verdict else _open_words(row["finished_at"]),
            "against": ", ".join(
                [
                    *([f"bổ sung {rounds} lần"] if rounds > 1 else []),
                    *([f"đánh giá {rating}/5"] if (rating or 5) < 3 else []),
                ]
            ),
        }


def _open_words(finished_at: datetime | None) -> str:
    return "không có hạn" if finished_at else "đang giải quyết"


@officers_only(SCORE_ROLES)
@require_safe
def criterion_table(request: DeskRequest, code: str) -> HttpResponse:
    asked = given(request)
    try:
        question = question_of(request, asked)
    except DomainError as error:
        return _refused(error)
    found = explain(question, code, limit=MOST)
    if found is None:
        raise Http404(code)
    rows = found.cost.rows if found.cost else ()
    words = _Words(list(rows), question.asked.as_of)
    header = [
        "Hồ sơ",
        "Cơ quan",
        "Thủ tục",
        "Tiếp nhận",
        "Hạn",
        "Kết thúc",
        "So với hạn",
        "Bổ sung, đánh giá",
        "Chưa rõ",
    ]
    lines = (
        [
            one["code"], one["agency_name"], one["procedure_name"],
            *(vn_datetime(one[name]) if one[name] else "" for name in ("accepted_at", "due_at", "finished_at")),
            one["verdict"], one["against"], "có" if one["unknown"] else "",
        ]
        for one in map(words.row, rows)
    )  # fmt: skip
    return sheet(f"mat-diem-{code.lower()}-{question.period.lower()}-{question.agency}", header, lines)


def _refused(error: DomainError) -> HttpResponse:
    return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
