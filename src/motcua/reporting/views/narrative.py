"""The narrative report on a page, with its sources, and as the files that are sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from motcua.board.asking import write_moment
from motcua.desk.access import DeskRequest, officers_only
from motcua.desk.shell import show
from motcua.law.errors import BadInput
from motcua.reporting.narrative.build import narrative
from motcua.reporting.narrative.content import SOURCE_HEADS, Narrative, source_rows
from motcua.reporting.permissions import READERS
from motcua.reporting.views.asked import asked_moment, asked_period, asked_place, chooser, query_of
from motcua.reporting.windows import question

_CURRENT = "reporting/narrative"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@officers_only(READERS)
@require_safe
def narrative_page(request: DeskRequest) -> HttpResponse:
    agencies, place = asked_place(request)
    frame: dict[str, Any] = {"place": place, "agencies": [(one.code, one.name) for one in agencies]}
    if place is None:
        return show(request, "reporting/narrative.html", frame, current=_CURRENT)
    try:
        period = asked_period(request)
        as_of = asked_moment(request)
        report = narrative(question(period.key, place.code, regime=period.regime, now=as_of, as_of=as_of))
    except BadInput as error:
        context = frame | chooser(request, None) | {"fault": error.message}
        return show(request, "reporting/narrative.html", context, current=_CURRENT, status=422)
    if form := request.GET.get("tep", ""):
        return _file(form, report, f"bao-cao-{place.code}-{period.key}".lower())
    context = frame | chooser(request, period) | {
        "period": period,
        "report": report,
        "source_heads": SOURCE_HEADS,
        "sources": [(place, row) for place, row in enumerate(source_rows(report.sources), 1)],
        "query": urlencode(query_of(period) | {"co-quan": place.code, "luc": write_moment(as_of)}),
    }  # fmt: skip
    return show(request, "reporting/narrative.html", context, current=_CURRENT)


def _file(form: str, report: Narrative, name: str) -> HttpResponse:
    if form == "docx":
        # Imported here: setting a document takes half a second to load, and every process loads this module.
        from motcua.reporting.narrative.word import document

        answer = HttpResponse(document(report), content_type=_DOCX)
    elif form == "pdf":
        from motcua.reporting.narrative.pdf import pdf

        answer = HttpResponse(pdf(report), content_type="application/pdf")
    else:
        raise Http404(form)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
