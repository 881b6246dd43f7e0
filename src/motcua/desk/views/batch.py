"""Batch certification: each item succeeds or fails by itself, and the page says which."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.forms import BaseFormSet
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from motcua.desk.access import RECEIVERS, DeskRequest, officers_only
from motcua.desk.counter import Offered, offered
from motcua.desk.forms.batch import MANY, ONE, BatchForm, rows_of
from motcua.desk.forms.late import LATE, LATE_FIELDS, typed_moment
from motcua.desk.shell import show
from motcua.desk.views.reception import approvers_of
from motcua.dossiers.commands import Accept, PaperData, PartyData
from motcua.dossiers.intake import Intake
from motcua.dossiers.services import receive_at_counter
from motcua.law.errors import DomainError
from motcua.law.moments import local_day

_WORDS = ("chứng thực", "bản sao")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item of the batch: a dossier, or why not."""

    name: str
    papers: str
    code: str = ""
    dossier_id: int = 0
    fault: str = ""


@officers_only(RECEIVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: DeskRequest) -> HttpResponse:
    """Those who come now; with `?ghi-bu` those who came at an earlier moment, by the list of its own day."""
    mode = MANY if request.GET.get("che-do") == MANY else ONE
    at = typed_moment(request) or request.at
    found = _certifying(offered(request.actor, on=local_day(at)))
    asked: dict[str, Any] = {
        "posts": [(one.pk, f"{one.label[:100]} ({one.posted.agency})") for one in found],
        "mode": mode,
        "approvers": approvers_of(request, _whose(request, found), at),
    }  # fmt: skip
    if request.method != "POST":
        form = BatchForm(**asked, initial={"post": request.GET.get("post", "")})
        return _page(request, mode, form, rows_of(mode)(prefix="r"))
    form, rows = BatchForm(request.POST, **asked), rows_of(mode)(request.POST, prefix="r")
    valid = [form.is_valid(), rows.is_valid()]
    given = [row for row in rows if row.is_given] if all(valid) else []
    if not all(valid) or not given:
        fault = "" if given or not all(valid) else "Chưa ghi giấy tờ nào. Điền ít nhất một dòng."
        return _page(request, mode, form, rows, fault=fault, status=422)
    chosen = next(one for one in found if one.pk == form.cleaned_data["post"])
    try:
        outcomes = (_many if mode == MANY else _one)(request, chosen, form, given)
    except DomainError as error:
        form.blame(error)
        return _page(request, mode, form, rows, status=422)
    failed = sum(bool(outcome.fault) for outcome in outcomes)
    context = {"outcomes": outcomes, "failed": failed, "done": len(outcomes) - failed, "mode": mode} | _late(form)
    return show(request, "desk/batch_done.html", context, current="batch")


def _certifying(found: list[Offered]) -> list[Offered]:
    """Procedures that certify copies; where the desk has none by name, all that it takes."""
    named = [one for one in found if any(word in one.label.lower() for word in _WORDS)]
    return named or found


def _whose(request: DeskRequest, found: list[Offered]) -> Offered | None:
    """The chosen procedure; before one is chosen any of them, where all are of one agency."""
    post = (request.POST if request.method == "POST" else request.GET).get("post", "")
    chosen = next((one for one in found if str(one.pk) == post), None)
    alike = len({one.posted.agency_id for one in found}) == 1
    return chosen or (found[0] if alike else None)


def _paper(row: dict[str, Any]) -> PaperData:
    return PaperData(row["name"], copies=row["copies"] or 1, pages=row["pages"] or 1)


def _one(request: DeskRequest, chosen: Offered, form: BatchForm, given: list[Any]) -> list[Outcome]:
    data = form.cleaned_data
    who = PartyData(data["full_name"], data["identity_number"], None, data["phone"])
    papers = tuple(_paper(row.cleaned_data) for row in given)
    return [_receive(request, chosen, form, data["key"], who, papers)]


def _many(request: DeskRequest, chosen: Offered, form: BatchForm, given: list[Any]) -> list[Outcome]:
    outcomes = []
    for row in given:
        data = row.cleaned_data
        who = PartyData(data["full_name"], data["identity_number"], None, data["phone"])
        # The key of a row follows from the page's, so that sending the page twice makes no second dossier.
        key = uuid.uuid5(form.cleaned_data["key"], str(row.prefix))
        outcomes.append(_receive(request, chosen, form, key, who, (_paper(data),)))
    return outcomes


def _receive(
    request: DeskRequest,
    chosen: Offered,
    form: BatchForm,
    key: uuid.UUID,
    who: PartyData,
    papers: tuple[PaperData, ...],
) -> Outcome:
    """Raises what is wrong with the moment, its reason or its approver: that is asked once for all, so no item gets in."""
    posted = chosen.posted
    told = "; ".join(f"{paper.name} ({paper.pages} trang × {paper.copies} bản)" for paper in papers)
    try:
        intake = Intake(
            key=key, procedure_id=posted.procedure_id, agency_id=posted.agency_id, receiving_desk_id=posted.desk_id,
            return_desk_id=posted.desk_id, channel="counter", return_method="desk", submitter=who, papers=papers,
        )  # fmt: skip
        moved = receive_at_counter(
            intake, Accept(), actor=request.actor, at=form.occurred_at or request.at, recorded_at=request.at,
            late=form.late_entry(),
        )  # fmt: skip
    except DomainError as error:
        if error.data.get("field") in LATE_FIELDS:
            raise
        return Outcome(who.full_name, told, fault=error.message)
    return Outcome(who.full_name, told, moved.code or "", moved.id)


def _page(
    request: DeskRequest, mode: str, form: BatchForm, rows: BaseFormSet[Any], *, fault: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "rows": rows,
        "mode": mode,
        "modes": ((ONE, "Một người, nhiều giấy tờ"), (MANY, "Nhiều người")),
        "fault": fault,
    } | _late(form)
    return show(request, "desk/batch.html", context, current="batch", status=status)


def _late(form: BatchForm) -> dict[str, object]:
    """Whether the page is for what came earlier, and what in an address makes it so."""
    return {"late_query": LATE, "late": bool(form.late_fields)}
