"""The scores: an index by its groups and criteria; a criterion with its numbers, what costs points and what a point takes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.answers import file_of, made_once
from motcua.desk.forms.scores import Given, agencies, given, indexes, question_of
from motcua.desk.shell import show
from motcua.dossiers.checkpoints import one_snapshot
from motcua.law.errors import DomainError
from motcua.platform.numbers import whole_number
from motcua.scoring.definition import Penalty
from motcua.scoring.explaining import Explained, explain, group_rows, numbers_text, status_text, total_text
from motcua.scoring.naming import Words
from motcua.scoring.permissions import SCORE_ROLES
from motcua.scoring.queries import Question, scored
from motcua.scoring.rules import rule_text
from motcua.scoring.score import Score, Scored, Status
from motcua.scoring.shown import number, points_text, range_text
from motcua.scoring.tables import costs_table, score_table
from motcua.statistics.knowledge import BEHIND, facts_mark
from motcua.statistics.ratios import whole_text
from motcua.statistics.tabular.files import MOST

_PAGE = 50
_PART = "diem"
# With a second of the reader before and a score's counting after, well within five. Where the counting takes long the page asks
# later: open pages of large agencies must not keep the database busy.
ASK_AGAIN_SECONDS = 2
# Named one by one on the page; the rest of a longer list is in the file.
_NAMED = 50


@officers_only(SCORE_ROLES)
@require_safe
def score_page(request: DeskRequest) -> HttpResponse:
    """The page, or with `phan=diem` the part of an open one that asks again: nothing where nothing has been counted since."""
    asked, part = given(request), said(request.GET, "phan")
    if part not in ("", _PART):
        raise Http404(part)
    try:
        with one_snapshot():
            question = question_of(request, asked)
            if part:
                mark = _mark(asked, question)
                return made_once(
                    request, mark, lambda: render(request, "desk/scores/_score.html", _told(request, asked, question))
                )
            context = _told(request, asked, question)
    except DomainError as error:
        if part:
            return _refused(error)
        context, status = {"fault": error.message}, 422
    else:
        status = 200
    return show(request, "desk/scores/score.html", _frame(request, asked) | context, current="score", status=status)


def _mark(asked: Given, question: Question) -> bytes:
    """While a period runs, what is open falls late by time alone: then a minute is another answer too."""
    minute = f"{question.asked.as_of:%Y-%m-%dT%H:%M}" if question.asked.cut_at else ""
    return f"{asked.address()} {facts_mark()} {minute}".encode()


def _told(request: DeskRequest, asked: Given, question: Question) -> dict[str, Any]:
    began = time.perf_counter()
    found = scored(question)
    taken = time.perf_counter() - began
    as_of, live = question.asked.as_of, not asked.as_of
    return {
        "question": question,
        "total": total_text(found),
        "found": found,
        "meter": {"value": number(found.total.points), "max": number(found.total.highest)},
        "points": points_text(found.total.points),
        "groups": list(_groups(found)),
        "link": asked.address(as_of),
        "as_of": as_of,
        "live": live,
        "behind": live and request.at - as_of > BEHIND,
        "now": replace(asked, as_of="").address(),
        "part": _PART,
        "seconds": max(ASK_AGAIN_SECONDS, math.ceil(2 * taken)),
    }


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
def score_file(request: DeskRequest, form: str) -> HttpResponse:
    with one_snapshot():
        try:
            question = question_of(request, given(request))
        except DomainError as error:
            return _refused(error)
        return file_of(score_table(question, scored(question)), form)


@officers_only(SCORE_ROLES)
@require_safe
def criterion_page(request: DeskRequest, code: str) -> HttpResponse:
    asked = given(request)
    frame = _frame(request, asked) | {"code": code}
    after = _after(request)
    try:
        with one_snapshot():
            question = question_of(request, asked)
            found = explain(question, code, limit=_PAGE, after=after)
    except DomainError as error:
        context = frame | {"fault": error.message}
        return show(request, "desk/scores/criterion.html", context, current="score", status=422)
    if found is None:
        raise Http404(code)
    as_of = question.asked.as_of
    link = asked.address(as_of)
    cost = found.cost.rows if found.cost else ()
    raising = found.raising
    named = raising.rows[:_NAMED] if raising else ()
    words = Words([*cost, *named, *(row for one in found.more_costs for row in one.rows)], as_of)
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
    if earned.low == earned.high:
        return ""
    return f"{range_text(earned.low, earned.high)}, chênh đến {points_text(earned.high - earned.low)} điểm"


def _raising(found: Explained) -> dict[str, Any]:
    raising = found.raising
    assert raising is not None
    remedy = raising.remedy
    return {
        "wanted": points_text(raising.wanted),
        "needed": raising.needed,
        "words": remedy and remedy.words,
        "late": remedy and remedy.late,
        "failures": isinstance(found.scored.criterion, Penalty),
        "before": points_text(raising.before),
        "after": points_text(raising.after) if raising.after is not None else "",
    }


def _after(request: DeskRequest) -> int:
    text = said(request.GET, "sau")
    number = whole_number(text or "0")
    if number is None:
        raise Http404(text)
    return number


@officers_only(SCORE_ROLES)
@require_safe
def criterion_file(request: DeskRequest, code: str, form: str) -> HttpResponse:
    with one_snapshot():
        try:
            question = question_of(request, given(request))
        except DomainError as error:
            return _refused(error)
        found = explain(question, code, limit=MOST)
        if found is None:
            raise Http404(code)
        return file_of(costs_table(question, found), form)


def _refused(error: DomainError) -> HttpResponse:
    return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
