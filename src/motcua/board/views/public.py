"""Progress per agency for anybody, without sign-in: the same answer for all, made at most once in five minutes."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from motcua.board import progress
from motcua.board.definitions import definition_of
from motcua.board.progress import Progress
from motcua.dossiers.checkpoints import one_snapshot
from motcua.platform.clock import now
from motcua.platform.config import config
from motcua.platform.presentation.words import local
from motcua.statistics.knowledge import known_until
from motcua.statistics.tabular.files import FORMATS


def _told(key: str) -> Progress:
    with one_snapshot():
        return progress.progress(key, known_until(now()))


@require_safe
def progress_page(request: HttpRequest) -> HttpResponse:
    as_of = progress.known_at(now())
    offered = progress.offered(local(as_of).date())
    key = request.GET.get("ky", offered[0][0])
    if key not in dict(offered):
        # A period that is not offered is not there: nobody can make the program count one window after another.
        raise Http404("ky")
    told: Progress | None = cache.get_or_set(
        f"progress-{key}-{as_of:%Y%m%d%H%M}", lambda: _told(key), progress.EVERY.seconds
    )
    assert told is not None
    form = request.GET.get("tep", "")
    if form:
        table = {"tien-do": told.main, "nganh-doc": told.vertical}.get(request.GET.get("bang", "tien-do"))
        if table is None or form not in FORMATS:
            raise Http404(form)
        kind, write = FORMATS[form]
        answer = HttpResponse(write(table), content_type=kind)
        answer["Content-Disposition"] = f'attachment; filename="{table.name}-{key}.{form}"'
    else:
        context = {
            "offered": offered,
            "key": key,
            "told": told,
            "definitions": [definition_of(name) for name in told.main.measures],
            "takes_online": config().portal_mode == "own",
            "nav": "progress",
        }
        answer = render(request, "board/progress.html", context)
        answer["ETag"] = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
        answer = get_conditional_response(request, etag=answer["ETag"], response=answer) or answer
    patch_cache_control(answer, public=True, max_age=60)
    return answer
