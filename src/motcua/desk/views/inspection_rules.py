"""The numbers behind signs, kinds of standing still and the backlog: what holds, since when, who set it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from motcua.desk.access import DeskRequest, holds, officers_only
from motcua.desk.forms.inspection import RuleForm
from motcua.desk.shell import show
from motcua.law.errors import DomainError
from motcua.platform.presentation.words import local
from motcua.processes.inspection.permissions import INSPECTION_ROLES, JUDGING_ROLES
from motcua.processes.inspection.rules import Rule
from motcua.processes.inspection.services import set_numbers
from motcua.processes.inspection.settings import InForce, in_force
from motcua.processes.models import InspectionSetting
from motcua.processes.stuck.registry import kinds

SUBJECTS = {"dau-hieu": "suspicion", "dung-yen": "stuck", "ton": "backlog"}
TITLES = {"suspicion": "Dấu hiệu cần xem", "stuck": "Hồ sơ đứng yên", "backlog": "Hồ sơ tồn"}


def _in_force(request: DeskRequest, subject: str) -> dict[str, InForce]:
    more: dict[str, Rule] = {kind.key: kind.rule for kind in kinds().values()} if subject == "stuck" else {}
    return in_force(subject, local(request.at).date(), more)


@officers_only(INSPECTION_ROLES)
@require_safe
def rules(request: DeskRequest) -> HttpResponse:
    context = {
        "groups": [
            (
                slug,
                TITLES[subject],
                [
                    (key, one, [(number, one.values[number.name]) for number in one.rule.numbers])
                    for key, one in _in_force(request, subject).items()
                ],
            )
            for slug, subject in SUBJECTS.items()
        ]
    }
    return show(request, "desk/inspection/rules.html", context, current="inspection_rules")


@officers_only(INSPECTION_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: DeskRequest, slug: str, key: str) -> HttpResponse:
    subject = SUBJECTS.get(slug, "")
    one = _in_force(request, subject).get(key) if subject else None
    if one is None:
        raise Http404(key)
    start = dict(one.values) | {"enabled": one.enabled, "valid_from": local(request.at).date()}
    form = RuleForm(request.POST or None, rule=one.rule, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_numbers(
                subject, one.rule, enabled=data["enabled"], values={n.name: data[n.name] for n in one.rule.numbers},
                valid_from=data["valid_from"], reason=data["reason"], actor=request.actor, at=request.at,
            )  # fmt: skip
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, f"Đã đặt ngưỡng của “{one.rule.title}”.")
            return redirect("desk:inspection_rule", slug, key)
    rows = InspectionSetting.objects.filter(subject=subject, key=key).select_related("set_by")
    context = {
        "one": one,
        "slug": slug,
        "group": TITLES[subject],
        "form": form,
        "may_set": holds(request.actor, *JUDGING_ROLES),
        "history": [
            (row, [(number, row.values.get(number.name)) for number in one.rule.numbers])
            for row in rows.order_by("-set_at", "-id")[:50]
        ],
    }
    return show(
        request, "desk/inspection/rule.html", context, current="inspection_rules", status=422 if form.errors else 200
    )
