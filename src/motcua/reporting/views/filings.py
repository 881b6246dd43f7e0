"""Reports 06a as agencies close them: whose is where, one report with its steps, its paper, and what a number of it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motcua.board.asking import title_of
from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.shell import show
from motcua.dossiers.writer import NotFound
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import local_day
from motcua.platform.errors import status_of
from motcua.platform.presentation.words import vn_datetime
from motcua.reporting import services
from motcua.reporting.course import DONE_TEXT, FROM, STATE_MARK, State, Step, state_text
from motcua.reporting.forms import GiveBackForm
from motcua.reporting.frozen import GROUPINGS
from motcua.reporting.permissions import READERS, Subject, may
from motcua.reporting.queries import Filed, Line, deadline, filed, filings, of_other_periods, subject_of
from motcua.reporting.views.asked import asked_period, chooser, query_of
from motcua.reporting.views.form_table import cell_of, table_of
from motcua.reporting.views.listing import opened_rows
from motcua.statistics.periods import Regime
from motcua.statistics.reports.form_06a import BY_TEXT, COLUMNS, Report06a
from motcua.statistics.reports.pdf import pdf
from motcua.statistics.reports.spreadsheet import spreadsheet
from motcua.statistics.reports.word import document

_CURRENT = "reporting/filings"
SLUGS = {
    "lap-lai": Step.PREPARE,
    "gui": Step.SUBMIT,
    "ky": Step.SIGN,
    "tiep-nhan": Step.ACCEPT,
    "tra-lai": Step.GIVE_BACK,
}
_DONE = {
    Step.PREPARE: "Đã lập báo cáo từ số liệu mới nhất.",
    Step.SUBMIT: "Đã gửi thủ trưởng ký.",
    Step.SIGN: "Đã ký; cấp trên đã thấy báo cáo.",
    Step.ACCEPT: "Đã tiếp nhận báo cáo.",
    Step.GIVE_BACK: "Đã trả lại báo cáo.",
}
# Reports of other periods that are named under those of the one asked for.
_OTHERS = 30
PAPERS = {
    "pdf": ("application/pdf", pdf),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", spreadsheet),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", document),
}


@officers_only(READERS)
@require_safe
def filing_list(request: DeskRequest) -> HttpResponse:
    try:
        period = asked_period(request)
    except BadInput as error:
        context = chooser(request, None, months=True) | {"fault": error.message}
        return show(request, "reporting/filings.html", context, current=_CURRENT, status=422)
    lines = filings(request.actor, period.window, at=request.at)
    limit = deadline()
    states = [line.filing.state for line in lines if line.filing]
    context = chooser(request, period, months=True) | {
        "period": period,
        "rows": [_row(request, line) for line in lines],
        "last_day": limit.last_day(period.window.last),
        "limit": limit,
        "ended": period.window.end <= request.at,
        "signed": sum(state in (State.SIGNED, State.ACCEPTED) for state in states),
        "late": sum(line.late for line in lines) if period.window.end <= request.at else 0,
        "query": urlencode(query_of(period)),
        "others": [
            {
                "filing": one,
                "period": title_of(one.period),
                "word": state_text(one.state, top=not one.agency.parent_id),
                "icon": STATE_MARK[State(one.state)][0],
                "tone": STATE_MARK[State(one.state)][1],
            }
            for one in of_other_periods(request.actor, period.window, _OTHERS)
        ],
    }
    return show(request, "reporting/filings.html", context, current=_CURRENT)


def _row(request: DeskRequest, line: Line) -> dict[str, Any]:
    agency, one = line.agency, line.filing
    state = State(one.state) if one else None
    icon, tone = STATE_MARK[state] if state else ("circle", "paused")
    subject = Subject(agency.pk, agency.name, agency.parent_id or 0)
    return {
        "line": line,
        "word": state_text(one.state, top=not agency.parent_id) if one else "Chưa lập",
        "icon": icon,
        "tone": tone,
        "may_prepare": state is None and may(request.actor, Step.PREPARE, subject).allowed,
    }


@officers_only(READERS)
@require_POST
def prepare_filing(request: DeskRequest) -> HttpResponse:
    regime = Regime.CALENDAR if said(request.POST, "che-do") == "lich" else Regime.REPORTING
    period = said(request.POST, "ky", limit=20)
    try:
        agency = said(request.POST, "co-quan")
        made = services.prepare(agency, period, regime=regime, actor=request.actor, at=request.at)
    except NotFound:
        raise Http404("co-quan") from None
    except DomainError as error:
        if error.code == "not_allowed":
            raise
        messages.error(request, error.message)
        query = {"ky": period, "che-do": "lich" if regime is Regime.CALENDAR else "bao-cao"}
        return redirect(f"{reverse('reporting:filings')}?{urlencode(query)}")
    messages.success(request, _DONE[Step.PREPARE])
    return redirect("reporting:filing", made.pk)


@officers_only(READERS)
@require_safe
def filing(request: DeskRequest, filing_id: int) -> HttpResponse:
    return _one(request, found_or_404(request, filing_id), GiveBackForm())


def found_or_404(request: DeskRequest, filing_id: int) -> Filed:
    try:
        return filed(filing_id, request.actor)
    except NotFound:
        raise Http404(str(filing_id)) from None


def grouping(request: DeskRequest) -> str:
    by = said(request.GET, "theo") or GROUPINGS[0]
    if by not in GROUPINGS:
        raise Http404(by)
    return by


@officers_only(READERS)
@require_http_methods(["POST"])
def go_on(request: DeskRequest, filing_id: int, slug: str) -> HttpResponse:
    step = SLUGS.get(slug)
    if step is None:
        raise Http404(slug)
    found = found_or_404(request, filing_id)
    form = GiveBackForm(request.POST if step is Step.GIVE_BACK else None)
    if step is Step.GIVE_BACK and not form.is_valid():
        return _one(request, found, form, status=422)
    try:
        _do(step, found, said(request.POST, "ban"), form, request)
    except DomainError as error:
        if error.code == "not_allowed":
            raise
        if step is Step.GIVE_BACK:
            form.blame(error)
        return _one(request, found_or_404(request, filing_id), form, fault=error.message, status=status_of(error))
    messages.success(request, _DONE[step])
    return redirect("reporting:filing", filing_id)


def _do(step: Step, found: Filed, sha256: str, form: GiveBackForm, request: DeskRequest) -> None:
    one = found.filing
    match step:
        case Step.PREPARE:
            services.prepare(
                one.agency.code,
                one.period,
                regime=Regime(one.regime),
                actor=request.actor,
                at=request.at,
                standing=sha256,
            )
        case Step.SUBMIT:
            services.submit(one.pk, sha256, actor=request.actor, at=request.at)
        case Step.SIGN:
            services.sign(one.pk, sha256, actor=request.actor, at=request.at)
        case Step.ACCEPT:
            services.accept(one.pk, sha256, actor=request.actor, at=request.at)
        case Step.GIVE_BACK:
            services.give_back(one.pk, sha256, form.cleaned_data["reason"], actor=request.actor, at=request.at)


def _one(request: DeskRequest, found: Filed, form: GiveBackForm, *, fault: str = "", status: int = 200) -> HttpResponse:
    one = found.filing
    by = grouping(request)
    state = State(one.state)
    subject = subject_of(one)
    steps = {step.value: state in FROM[step] and may(request.actor, step, subject).allowed for step in Step}
    limit = deadline()
    signature = found.signature
    cells = reverse("reporting:filing_cell", args=[one.pk])
    context = {
        "found": found,
        "filing": one,
        "title": title_of(one.period),
        "may": steps,
        "state": state_text(one.state, top=not one.agency.parent_id),
        "icon": STATE_MARK[state][0],
        "tone": STATE_MARK[state][1],
        "steps": [
            {
                "who": step.by, "for": step.on_behalf_of, "what": DONE_TEXT[Step(step.kind)], "at": step.at,
                "reason": step.reason, "copy": step.copy,
            }
            for step in found.steps
        ],
        "signature": signature,
        "last_day": limit.last_day(one.last_on),
        "late": signature is not None and limit.last_day(one.last_on) < local_day(signature.at),
        "limit": limit,
        "papers": list(PAPERS),
        "by": by,
        "tabs": [(name, BY_TEXT[name]) for name in GROUPINGS],
        "table": table_of(found.frozen.reports[by], lambda asked: f"{cells}?{urlencode(asked)}"),
        "form": form,
        "fault": fault,
    }  # fmt: skip
    return show(request, "reporting/filing.html", context, current=_CURRENT, status=status)


@officers_only(READERS)
@require_safe
def cell(request: DeskRequest, filing_id: int) -> HttpResponse:
    """The dossiers that a number of the closed copy counts, as they were known when it was closed."""
    found = found_or_404(request, filing_id)
    report = found.frozen.reports[grouping(request)]
    column = said(request.GET, "cot")
    if column not in COLUMNS:
        raise Http404(column)
    given = cell_of(request, report.by, report.apart)
    context = opened_rows(
        request,
        report.columns[column],
        report.asked,
        given,
        about=f"{report.agency_name}, {title_of(found.frozen.period)}",
    )
    context |= {
        "back": reverse("reporting:filing", args=[filing_id]),
        "back_word": f"06a {title_of(found.frozen.period)}",
    }
    return show(request, "reporting/rows.html", context, current=_CURRENT)


@officers_only(READERS)
@require_safe
def paper(request: DeskRequest, filing_id: int, form: str) -> HttpResponse:
    """The closed copy as a paper, or its canonical text, whose hash is the one that is shown."""
    found = found_or_404(request, filing_id)
    one = found.filing
    name = f"06a-{one.agency.code}-{one.period}-lan-{found.copy.number}".lower()
    if form == "json":
        answer = HttpResponse(found.copy.text, content_type="application/json")
    elif form in PAPERS:
        kind, write = PAPERS[form]
        answer = HttpResponse(write(stamped(found, grouping(request))), content_type=kind)
    else:
        raise Http404(form)
    answer["Content-Disposition"] = f'{"inline" if form == "pdf" else "attachment"}; filename="{name}.{form}"'
    return answer


def stamped(found: Filed, by: str) -> Report06a:
    """The closed copy with who signed it and its hash among its notes."""
    report, copy, signature = found.frozen.reports[by], found.copy, found.signature
    signed = (
        f"Đã ký: {signature.by.full_name}{f', {signature.by.title}' if signature.by.title else ''}, lúc {vn_datetime(signature.at)}."
        if signature
        else "Chưa ký."
    )
    texts = (
        *report.notes.texts,
        f"Bản chốt lần {copy.number}; sổ cái đến mục {copy.entry_id}. {signed}",
        f"SHA-256: {copy.sha256}",
    )
    return replace(report, notes=replace(report.notes, texts=texts))
