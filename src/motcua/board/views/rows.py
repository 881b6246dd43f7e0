"""What a number opens into: its dossiers or entries, and the places that stand still."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from motcua.board import standing as places_still
from motcua.board.cells import read_cell
from motcua.board.definitions import definition_of
from motcua.board.listing import listed, standing_listed
from motcua.board.permissions import BOARD_ROLES
from motcua.board.today import STANDING
from motcua.board.views.asked import asked_place
from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.answers import file_of
from motcua.desk.shell import show
from motcua.law.errors import BadInput
from motcua.platform import keyset
from motcua.platform.numbers import whole_number
from motcua.processes.stuck import queries
from motcua.statistics.tabular.files import MOST

PAGE_SIZE = 50
_NAMES = ("chi-tieu", "tu", "den", "luc", "cua", "thu", "gio")


@officers_only(BOARD_ROLES)
@require_safe
def rows(request: DeskRequest) -> HttpResponse:
    """Exactly as many as the number says, as known at the same moment; page by page behind the last one shown."""
    _, place = asked_place(request)
    if place is None:
        raise Http404("co-quan")
    try:
        cell = read_cell(
            {name: said(request.GET, name, limit=60) for name in _NAMES if name in request.GET}, place, request.at
        )
        if form := request.GET.get("tep", ""):
            return file_of(listed(cell, cell.rows(0, MOST)), form)
        after = _number(said(request.GET, "sau"))
        found = cell.rows(after, PAGE_SIZE + 1)
        table = listed(cell, found[:PAGE_SIZE])
        number = cell.number
    except LookupError:
        raise Http404("cua") from None
    except BadInput as error:
        return show(request, "board/rows.html", {"fault": error.message}, current="board", status=422)
    query = cell.query
    more = len(found) > PAGE_SIZE
    context = {
        "table": table,
        "number": number,
        "definition": definition_of(cell.measure),
        "older": urlencode(query | {"sau": next(iter(found[PAGE_SIZE - 1].values()))}) if more else "",
        "newer": urlencode(query) if after else "",
        "export": urlencode(query),
        "most": MOST if number > MOST else 0,
        "unit": cell.count.unit,
    }
    return show(request, "board/rows.html", context, current="board")


def _number(text: str) -> int:
    number = whole_number(text or "0")
    if number is None:
        raise BadInput("Trang tiếp theo không đọc được; hãy mở lại danh sách từ đầu.", field="sau")
    return number


@officers_only(BOARD_ROLES)
@require_safe
def standing(request: DeskRequest) -> HttpResponse:
    _, place = asked_place(request)
    if place is None:
        raise Http404("co-quan")
    agency, after = said(request.GET, "cua") if "cua" in request.GET else None, said(request.GET, "sau")
    name = place.name if agency is None else next((one.name for one in place.below if one.code == agency), "")
    if not name:
        raise Http404(agency)
    found = places_still.rows(request.actor, place, agency)
    query = {"co-quan": place.code} | ({} if agency is None else {"cua": agency})
    if form := request.GET.get("tep", ""):
        return file_of(standing_listed(list(found[:MOST]), request.at, name), form)
    try:
        page = list(queries.after(found, after)[: PAGE_SIZE + 1])
    except BadInput as error:
        return show(request, "board/rows.html", {"fault": error.message}, current="board", status=422)
    more, page = len(page) > PAGE_SIZE, page[:PAGE_SIZE]
    context = {
        "table": standing_listed(page, request.at, name),
        "number": found.count(),
        "definition": STANDING,
        "older": urlencode(query | {"sau": keyset.write(page[-1].since, page[-1].pk)}) if more else "",
        "newer": urlencode(query) if after else "",
        "export": urlencode(query),
        "unit": STANDING.unit,
    }
    return show(request, "board/rows.html", context, current="board")
