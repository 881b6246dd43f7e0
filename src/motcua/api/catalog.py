"""Procedures: search and the whole of one."""

from __future__ import annotations

import re
from typing import Annotated

from django.contrib.postgres.search import SearchQuery
from django.db.models import Prefetch
from django.http import HttpRequest
from ninja import Path, Query, Router

from motcua.api.auth import Bearer
from motcua.api.models import Scope
from motcua.api.problems import PROBLEMS
from motcua.api.schemas import (
    DeskOut,
    LimitOut,
    PaperOut,
    ProcedureOut,
    ProcedurePage,
    ProcedureRow,
    PromiseOut,
    SparedOut,
)
from motcua.catalog.commitments import promised_limits
from motcua.catalog.models import DeskProcedure, Procedure
from motcua.law.errors import BadInput, DomainError
from motcua.law.moments import local_day
from motcua.platform.clock import now
from motcua.platform.text import search_key
from motcua.processes.simplification.papers import spared_papers

router = Router(tags=["catalog"], auth=Bearer(Scope.CATALOG))
_SIZE = 50
_PLAIN = r"^[^\x00-\x1f\x7f]*$"


class ProcedureNotFound(DomainError):
    code = "not_found"


@router.get("", response={200: ProcedurePage, **PROBLEMS}, operation_id="list_procedures")
def list_procedures(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100, pattern=_PLAIN)] = "",
    sector: Annotated[str, Query(max_length=60, pattern=_PLAIN)] = "",
    after: Annotated[str, Query(max_length=40, pattern=_PLAIN)] = "",
) -> ProcedurePage:
    """Procedures in force, by code; `q` matches word beginnings, with or without marks."""
    rows = (
        Procedure.objects.filter(current__isnull=False, code__gt=after)
        .select_related("sector", "current")
        .order_by("code")
    )
    if sector:
        rows = rows.filter(sector__code=sector)
    if q:
        words = re.findall(r"[0-9a-z]+", search_key(q))
        if not words:
            raise BadInput("Từ khóa “q”: cần có chữ hoặc số.", field="q")
        rows = rows.filter(
            words=SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
        )
    found = list(rows[: _SIZE + 1])
    return ProcedurePage(
        items=[_row(procedure) for procedure in found[:_SIZE]], next=found[_SIZE - 1].code if len(found) > _SIZE else ""
    )


def _row(procedure: Procedure) -> ProcedureRow:
    version = procedure.current
    assert version is not None  # the list and the single read ask for procedures in force only
    return ProcedureRow(
        code=procedure.code,
        name=procedure.name,
        sector=procedure.sector.code,
        levels=version.levels,
        audience=version.audience,
    )


@router.get("/{code}", response={200: ProcedureOut, **PROBLEMS}, operation_id="get_procedure")
def get_procedure(request: HttpRequest, code: Annotated[str, Path(max_length=40, pattern=_PLAIN)]) -> ProcedureOut:
    """The version in force with its limits, fees, papers, results and legal grounds, and the desks that take it.

    Beside each limit and paper stands what is promised or spared today.
    """
    today = local_day(now())
    procedure = (
        Procedure.objects.filter(current__isnull=False, code=code)
        .select_related("sector", "current")
        .prefetch_related(
            "current__channels",
            "current__papers",
            "current__results",
            "current__grounds",
            Prefetch("desks", DeskProcedure.objects.in_force(today).select_related("desk", "agency").order_by("id")),
        )
        .first()
    )
    if procedure is None:
        raise ProcedureNotFound(f"Không có thủ tục “{code}” trong danh mục.")
    version = procedure.current
    assert version is not None
    promised = list(promised_limits(procedure.pk, on=today))
    spared = spared_papers(procedure.pk, on=today)
    return ProcedureOut(
        **_row(procedure).dict(),
        version=version.number,
        valid_from=version.valid_from,
        same_day=procedure.same_day,
        limits=[
            LimitOut(
                channel=rule.channel,
                stage=rule.stage,
                condition=rule.condition,
                amount=rule.amount,
                unit=rule.unit,
                text=rule.limit_text,
                promised=[
                    PromiseOut(
                        agency=row.agency.code if row.agency else "",
                        amount=row.amount,
                        unit=row.unit,
                        valid_from=row.valid_from,
                        valid_to=row.valid_to,
                    )
                    for row in promised
                    if (row.channel, row.condition, row.stage) == (rule.channel, rule.condition, rule.stage)
                ],
                fee_vnd=rule.fee_vnd,
                fee_text=rule.fee_text,
            )
            for rule in version.channels.all()
        ],
        papers=[
            PaperOut(
                name=paper.name,
                case=paper.case,
                form_name=paper.form_name,
                originals=paper.originals,
                copies=paper.copies,
                spared=[
                    SparedOut(
                        agency=one.agency.code if one.agency else "",
                        into=one.into,
                        decision=one.decision.decision_number,
                        valid_from=one.decision.valid_from,
                        valid_to=one.decision.valid_to,
                    )
                    for one in spared
                    if one.paper == paper.label
                ],
            )
            for paper in version.papers.all()
        ],
        results=[result.name for result in version.results.all()],
        grounds=[ground.number or ground.title for ground in version.grounds.all()],
        received_at=[
            DeskOut(desk=row.desk.code, desk_name=row.desk.name, agency=row.agency.code, agency_name=row.agency.name)
            for row in procedure.desks.all()
        ],
    )
