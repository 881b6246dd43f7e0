"""What waits for somebody who is away, and passing it to the substitutes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from motcua.desk.access import WORKERS, DeskRequest, officers_only
from motcua.desk.shell import show
from motcua.processes.substitutes import pass_to_substitutes, waiting_for_absent


@officers_only(WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: DeskRequest) -> HttpResponse:
    if request.method == "POST":
        told = pass_to_substitutes(request.POST.getlist("key")[:500], actor=request.actor, at=request.at)
        done = [one for one in told if not one.fault]
        if done:
            messages.success(request, f"Đã giao {len(done)} bước cho người làm thay.")
        for one in told:
            if one.fault:
                messages.error(request, f"{one.code} {one.step}: {one.fault}".strip(" :"))
        if not told:
            messages.error(request, "Chưa chọn bước nào.")
        return redirect("desk:waiting")
    rows = waiting_for_absent(request.actor, request.at)
    context = {"rows": rows, "may_pass": any(row.may_pass for row in rows)}
    return show(request, "desk/people/waiting.html", context, current="waiting")
