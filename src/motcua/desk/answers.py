"""Answers that every page of figures gives: a table as a file, and the part of an open page that asks again by itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

from motcua.desk.access import DeskRequest
from motcua.statistics.tabular.files import FORMATS
from motcua.statistics.tabular.table import Table

_MOMENT = re.compile(rb"luc=[^&\"]*")


def file_of(table: Table | None, form: str) -> HttpResponse:
    """A table as the file that is asked for."""
    if table is None or form not in FORMATS:
        raise Http404(form)
    kind, write = FORMATS[form]
    answer = HttpResponse(write(table), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{table.name}.{form}"'
    return answer


def answered_once(request: DeskRequest, answer: HttpResponse) -> HttpResponse:
    """The part of an open page, or nothing while it is the same as the browser has it."""
    # As known when differs each time; numbers that are the same still open into the same rows at the moment shown before.
    return made_once(request, _MOMENT.sub(b"", answer.content), lambda: answer)


def made_once(request: DeskRequest, mark: bytes, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The part of an open page, made only where `mark` is not that of the one that the browser has."""
    etag = quote_etag(hashlib.sha256(str(request.officer.pk).encode() + b" " + mark).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag) or make()
    answer["ETag"] = etag
    patch_cache_control(answer, private=True, no_cache=True)
    return answer
