"""What may happen: the simulator, and how far the late risk may be trusted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from motcua.catalog.models import Procedure
from motcua.desk.access import LOOKERS_AHEAD, DeskRequest, officers_only
from motcua.desk.forms.ahead import SimulationForm
from motcua.desk.shell import show
from motcua.law.errors import DomainError
from motcua.organizations.models import Agency
from motcua.processes.definition import STEP_ROLES
from motcua.processes.models import RiskModel
from motcua.processes.risk.queries import HIGH_FROM, MIDDLE_FROM
from motcua.processes.risk.training import BETTER_BY
from motcua.processes.simulation.answers import Answer, answer

_OFFERED = 300


def options(request: DeskRequest) -> dict[str, Any]:
    """Agencies and procedures of the officer's reach, to choose from; any other code is typed."""
    agencies = Agency.objects.filter(pk__in=request.actor.scope).order_by("path")
    procedures = Procedure.objects.filter(processes__isnull=False).distinct().order_by("code")
    return {
        "agencies": list(agencies.values_list("code", "name")[:_OFFERED]),
        "procedures": list(procedures.values_list("code", "name")[:_OFFERED]),
    }


def beyond_reach(request: DeskRequest, code: str) -> str:
    """What is said of an agency that the officer does not see, which is the same as of one that is not there."""
    if code and not Agency.objects.filter(pk__in=request.actor.scope, code=code).exists():
        return f"Không có cơ quan nào mang mã “{code}” trong phạm vi của ông/bà."
    return ""


@officers_only(LOOKERS_AHEAD)
@require_safe
def simulation(request: DeskRequest) -> HttpResponse:
    asked = bool(request.GET)
    own = request.officer.agency.code
    form = SimulationForm(request.GET) if asked else SimulationForm(initial={"agency": own, "seed": 1})
    fault, told = "", None
    if asked and form.is_valid():
        question = form.asked()
        fault = beyond_reach(request, question.agency) or ("" if question.agency else "Cần nêu mã cơ quan.")
        if not fault:
            try:
                told = answer(question, at=request.at)
            except DomainError as error:
                fault = error.message
    context = {"form": form, "fault": fault, "told": told, **(_shown(told) if told else {}), **options(request)}
    status = 422 if asked and told is None else 200
    return show(request, "desk/ahead/simulation.html", context, current="simulation", status=status)


def _shown(told: Answer) -> dict[str, Any]:
    """Hours and percents as the page writes them, and the charts' own data."""
    figures, basis = told.figures, told.basis
    bottleneck = figures.bottleneck
    steps = [
        {
            "name": step.name,
            "role": STEP_ROLES.get(step.queue, "nơi khác"),
            "visits": step.visits,
            "median": step.wait_median / 60,
            "p90": step.wait_p90 / 60,
            "service": step.service_mean / 60,
            "worst": step is bottleneck,
        }
        for step in figures.steps
    ]
    steps.sort(key=lambda step: -step["p90"])
    use = [
        {"name": STEP_ROLES.get(role, role), "officers": told.scenario.staff[role].count, "percent": found.mean * 100}
        for role, found in figures.use.items()
    ]
    return {
        "steps": steps,
        "use": use,
        "late": figures.late and (figures.late.mean * 100, figures.late.half * 100),
        "late_then": None if basis.late is None else basis.late * 100,
        "lead": (figures.lead_median / 60, figures.lead_p90 / 60),
        "lead_then": None if basis.lead_median is None else basis.lead_median / 60,
        "busiest": STEP_ROLES.get(figures.busiest or "", ""),
        "changes": [
            {
                "name": change.name,
                "late": change.late and (change.late.mean * 100, change.late.half * 100),
                "lead": (change.lead.mean / 60, change.lead.half / 60),
                "settled": change.lead.settled or bool(change.late and change.late.settled),
            }
            for change in told.changes
        ],
        "wait_chart": {
            "kind": "bars",
            "unit": "giờ",
            "categories": [step["name"] for step in steps[:12]],
            "series": [
                {"name": "Chờ, trung vị", "data": [round(step["median"], 2) for step in steps[:12]]},
                {"name": "Chín phần mười chờ dưới", "data": [round(step["p90"], 2) for step in steps[:12]]},
            ],
        },
    }


@officers_only(LOOKERS_AHEAD)
@require_safe
def risk(request: DeskRequest) -> HttpResponse:
    """Each newest model with its proof, shown or not, and why not."""
    newest = (
        RiskModel.objects.order_by("agency_id", "-number")
        .distinct("agency_id")
        .select_related("agency")
        .defer("content")
    )
    models = [model for model in newest if model.agency_id is None or model.agency_id in request.actor.scope]
    models.sort(key=lambda model: (model.agency_id is not None, model.agency.name if model.agency else ""))
    chosen = models[0] if models else None
    asked = request.GET.get("mo-hinh", "")
    chosen = next((model for model in models if str(model.pk) == asked), chosen)
    chart = None
    if chosen:
        proof = chosen.proof
        chart = {
            "kind": "curve",
            "x": "nguy cơ đã nói, %",
            "y": "trễ thực tế, %",
            "diagonal": "đúng như đã nói",
            "series": [
                {"name": "mô hình", "data": _points(proof["calibration"])},
                {"name": "chỉ nhìn thời gian còn lại", "data": _points(proof["calibration_time"])},
            ],
        }
    context = {
        "models": models,
        "chosen": chosen,
        "since": chosen and date.fromisoformat(chosen.proof["from"]),
        "to": chosen and date.fromisoformat(chosen.proof["to"]),
        "gain": chosen and chosen.proof["auc"] - chosen.proof["auc_time"],
        "bins": chosen
        and [(bin_["count"], bin_["said"] * 100, bin_["was"] * 100) for bin_ in chosen.proof["calibration"]],
        "calibration_chart": chart,
        "better_by": BETTER_BY,
        "high": HIGH_FROM * 100,
        "middle": MIDDLE_FROM * 100,
    }
    return show(request, "desk/ahead/risk.html", context, current="risk")


def _points(bins: list[dict[str, float]]) -> list[list[float]]:
    return [[round(bin_["said"] * 100, 1), round(bin_["was"] * 100, 1)] for bin_ in bins]
