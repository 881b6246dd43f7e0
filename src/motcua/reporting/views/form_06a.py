"""Form 06a as it stands now or stood at any moment, for any window: on a page whose numbers open, and as its papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from motcua.board.asking import Period, write_moment
from motcua.board.places import Place
from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.shell import show
from motcua.law.errors import BadInput
from motcua.reporting.permissions import READERS
from motcua.reporting.views.asked import asked_moment, asked_period, asked_place, chooser, query_of
from motcua.reporting.views.filings import PAPERS
from motcua.reporting.views.form_table import cell_of, table_of
from motcua.reporting.views.listing import opened_rows
from motcua.reporting.windows import of_window
from motcua.statistics.reports.form_06a import BY, BY_TEXT, COLUMNS, RULES, Report06a, report_06a

_CURRENT = "reporting/form"
_MILLISECONDS = len("2026-11-26T16:00:00.000")
_RULE_WORD = {"date": "So theo ngày", "instant": "So theo thời điểm"}


@dataclass(frozen=True, slots=True)
class _Asked:
    place: Place
    period: Period
    by: str
    rule: str
    as_of: datetime
    live: bool

    @property
    def query(self) -> dict[str, str]:
        """With the moment: what opens is what was shown."""
        return query_of(self.period) | {
            "co-quan": self.place.code, "theo": self.by, "cach": self.rule, "luc": write_moment(self.as_of),
        }  # fmt: skip


def _asked(request: DeskRequest, place: Place) -> _Asked:
    """Raises BadInput and Http404."""
    by, rule = said(request.GET, "theo") or BY[0], said(request.GET, "cach") or RULES[0]
    if by not in BY or rule not in RULES:
        raise Http404(f"{by} {rule}")
    period = asked_period(request, any_days=True)
    return _Asked(place, period, by, rule, asked_moment(request), live=not said(request.GET, "luc"))


@officers_only(READERS)
@require_safe
def form_page(request: DeskRequest) -> HttpResponse:
    agencies, place = asked_place(request)
    frame: dict[str, Any] = {"place": place, "agencies": [(one.code, one.name) for one in agencies]}
    if place is None:
        return show(request, "reporting/form.html", frame, current=_CURRENT)
    try:
        asked = _asked(request, place)
        report = _report(asked)
        if form := request.GET.get("tep", ""):
            return _paper(report, form, asked)
        told = of_window(asked.period.key, asked.period.window, place.code, now=asked.as_of, as_of=asked.as_of)
    except BadInput as error:
        context = frame | chooser(request, None, months=True) | {"fault": error.message}
        return show(request, "reporting/form.html", context, current=_CURRENT, status=422)
    before = report_06a(
        told.compared, now=asked.as_of, agency=place.code, by=asked.by, rule=asked.rule, as_of=asked.as_of
    )
    query = asked.query
    cells = f"{reverse('reporting:form_cell')}?{urlencode(query)}"
    context = frame | chooser(request, asked.period, months=True) | {
        "period": asked.period,
        "report": report,
        "as_of": asked.as_of,
        # The browser's control shows nothing at all for a moment finer than a thousandth of a second.
        "own_moment": "" if asked.live else write_moment(asked.as_of)[:_MILLISECONDS],
        "compared": told.compared,
        "table": table_of(report, lambda cell: f"{cells}&{urlencode(cell)}", before),
        "tabs": [(name, word, urlencode(query | {"theo": name})) for name, word in BY_TEXT.items()],
        "by": asked.by,
        "rules": [(name, word, urlencode(query | {"cach": name})) for name, word in _RULE_WORD.items()],
        "rule": asked.rule,
        "broken": report.notes.broken,
        "query": urlencode(query),
    }  # fmt: skip
    return show(request, "reporting/form.html", context, current=_CURRENT)


def _report(asked: _Asked) -> Report06a:
    return report_06a(
        asked.period.window, now=asked.as_of, agency=asked.place.code, by=asked.by, rule=asked.rule, as_of=asked.as_of
    )


def _paper(report: Report06a, form: str, asked: _Asked) -> HttpResponse:
    if form not in PAPERS:
        raise Http404(form)
    kind, write = PAPERS[form]
    answer = HttpResponse(write(report), content_type=kind)
    first, last = report.window.first, report.window.last
    name = f"06a-{asked.place.code}-{first:%Y%m%d}-{last:%Y%m%d}".lower()
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


@officers_only(READERS)
@require_safe
def rows(request: DeskRequest) -> HttpResponse:
    """The dossiers that a number of the page counts."""
    _, place = asked_place(request)
    column = said(request.GET, "cot")
    if place is None or column not in COLUMNS:
        raise Http404(column)
    try:
        asked = _asked(request, place)
        report = _report(asked)
    except BadInput:
        raise Http404("ky") from None
    given = cell_of(request, report.by, report.apart)
    about = f"{place.name}, {asked.period.title}"
    context = opened_rows(request, report.columns[column], report.asked, given, about=about)
    context |= {"back": f"{reverse('reporting:form')}?{urlencode(asked.query)}", "back_word": "Biểu 06a"}
    return show(request, "reporting/rows.html", context, current=_CURRENT)
