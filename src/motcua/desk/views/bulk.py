"""Many steps by one request: started from the inbox, watched on a page of its own, the failures tried again."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from motcua.desk import bulk
from motcua.desk.access import WORKERS, DeskRequest, officers_only, said
from motcua.desk.models import BulkItem, BulkRun
from motcua.desk.shell import show
from motcua.law.errors import BadInput
from motcua.platform.numbers import whole_number

# A part of a run that the page asks for at once: short enough to see it move, long enough to be worth the way.
CHUNK = 25


@officers_only(WORKERS)
@require_POST
def start(request: DeskRequest) -> HttpResponse:
    """Begin a run. With script the page then works on it part by part; without, it is done before the answer comes."""
    back = _back(request)
    try:
        run = bulk.begin(
            _key(request),
            request.POST.get("action", ""),
            _ids(request),
            _given(request),
            actor=request.actor,
            at=request.at,
        )
    except BadInput as error:
        messages.error(request, error.message)
        return redirect(back)
    if request.POST.get("tung-phan") != "1":
        bulk.work_on(run, actor=request.actor, at=request.at)
    return redirect(reverse("desk:bulk_run", args=[run.key]) + (f"?ve={_slug(back)}" if _slug(back) else ""))


def _back(request: DeskRequest) -> str:
    """Where the list stands from which the rows were chosen."""
    asked = request.POST.get("ve", "")
    inbox = reverse("desk:inbox", args=["cua-toi"])
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/can-bo/viec/")
    return asked if safe else inbox


def _slug(back: str) -> str:
    return back.removeprefix("/can-bo/viec/").split("/")[0]


def _key(request: DeskRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise BadInput("Trang này đã cũ; hãy mở lại danh sách rồi chọn lại.", field="key") from None


def _ids(request: DeskRequest) -> list[int]:
    found = [whole_number(text) for text in request.POST.getlist("item")]
    read = [number for number in found if number is not None]
    if len(read) < len(found):
        raise BadInput("Có dòng đã chọn không đọc được; hãy mở lại danh sách rồi chọn lại.", field="items")
    return read


def _given(request: DeskRequest) -> bulk.Given:
    return bulk.Given(
        outcome=said(request.POST, "outcome", limit=100),
        papers=request.POST.get("papers") == "1",
        note=said(request.POST, "note", limit=1000),
        officer_id=whole_number(request.POST.get("officer", "")),
        reason=said(request.POST, "note", limit=500),
        cooperating=_several(request, "cooperating"),
        following=_several(request, "following"),
    )


def _several(request: DeskRequest, name: str) -> tuple[int, ...]:
    """Ids of officers; what is none is left out, and whether they may have a part is decided for each step."""
    given = request.POST.getlist(name)[:100]
    return tuple(number for text in given if (number := whole_number(text)) is not None)


def _find(request: DeskRequest, key: uuid.UUID) -> BulkRun:
    try:
        return bulk.find(key, actor=request.actor)
    except BadInput:
        raise Http404(str(key)) from None


@officers_only(WORKERS)
@require_safe
def run_page(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    return show(request, "desk/bulk.html", _context(_find(request, key), request))


def _context(run: BulkRun, request: DeskRequest) -> dict[str, Any]:
    told = bulk.progress(run)
    rows = list(run.items.select_related("dossier").order_by("position")) if not told.waiting else []
    slug = request.GET.get("ve", "") or request.POST.get("ve", "")
    return {
        "run": run,
        "told": told,
        "made": told.done + told.failed,
        "failed": [row for row in rows if row.state == BulkItem.State.FAILED],
        "done": [row for row in rows if row.state == BulkItem.State.DONE],
        "back": slug if slug in ("cua-toi", "cho-nhan", "cho-phan-cong", "cua-phong") else "cua-toi",
    }


@officers_only(WORKERS)
@require_POST
def go_on(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    """The next part of a run; all that is left where the page cannot ask again by itself."""
    run = _find(request, key)
    in_parts = "HX-Request" in request.headers
    bulk.work_on(run, actor=request.actor, at=request.at, most=CHUNK if in_parts else None)
    if in_parts:
        return render(request, "desk/_bulk.html", _context(run, request) | {"in_parts": True})
    return redirect("desk:bulk_run", run.key)


@officers_only(WORKERS)
@require_POST
def again(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    """Only what failed once more."""
    run = _find(request, key)
    bulk.try_again(run)
    if request.POST.get("tung-phan") != "1":
        bulk.work_on(run, actor=request.actor, at=request.at)
    return redirect("desk:bulk_run", run.key)
