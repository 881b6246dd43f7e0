"""The leader's board: today, a period, its trend, its hours. Each part can be asked for by itself, as each table as a file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from motcua.board import asking, heat, ranking, today, trend
from motcua.board.counting import Counting
from motcua.board.definitions import definition_of
from motcua.board.permissions import BOARD_ROLES
from motcua.board.places import Place
from motcua.board.views.asked import Asked, asked_of, without
from motcua.desk.access import DeskRequest, officers_only, said
from motcua.desk.answers import answered_once, file_of
from motcua.desk.shell import show
from motcua.dossiers.checkpoints import one_snapshot
from motcua.law.errors import BadInput
from motcua.law.windows import Window
from motcua.platform.presentation.words import local
from motcua.statistics.periods import Regime, window_before
from motcua.statistics.tabular.table import Table

# Lines of a table on the page; its file and the page opened further have them all.
SHORT = 10


@officers_only(BOARD_ROLES)
@require_safe
def board(request: DeskRequest) -> HttpResponse:
    part, form = request.GET.get("phan", ""), request.GET.get("tep", "")
    if part and part not in _PARTS:
        raise Http404(part)
    context: dict[str, Any] = {"place": None}
    try:
        # Numbers of one page agree with one another whatever is recorded meanwhile.
        with one_snapshot():
            _in_one_process()
            asked = asked_of(request)
            if asked.place is not None:
                if form:
                    return file_of(_table(request, asked, said(request.GET, "bang")), form)
                context = _frame(request, asked)
                parts = [part] if part else list(_PARTS)
                count = _counting(asked, asked.place, parts)
                for name in parts:
                    context |= _PARTS[name](request, asked, count)
    except BadInput as error:
        return show(
            request, "board/board.html", {"fault": error.message, **_chooser(request)}, current="board", status=422
        )
    if part and context["place"]:
        return answered_once(request, render(request, f"board/_{_TEMPLATES[part]}.html", context))
    return show(request, "board/board.html", context, current="board")


def _in_one_process() -> None:
    """Until the snapshot ends. Helpers make one board a little quicker, and all that are asked for at once much slower."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def _frame(request: DeskRequest, asked: Asked) -> dict[str, Any]:
    return {
        "place": asked.place,
        "period": asked.period,
        "as_of": asked.as_of,
        "live": asked.live,
        "behind": asked.behind,
        "own_moment": "" if asked.live else asking.write_moment(asked.as_of),
        "base": reverse("board:board"),
        "query": without(request.GET, "phan", "bang", "tep"),
        "all_query": without(request.GET, "phan", "bang", "tep", "het"),
        "plain_query": without(request.GET, "phan", "bang", "tep", "xu-huong"),
        "agencies": [(one.code, one.name) for one in asked.agencies],
        **_chooser(request, asked),
    }


def _chooser(request: DeskRequest, asked: Asked | None = None) -> dict[str, Any]:
    regime = asked.period.regime if asked else Regime.CALENDAR
    return {
        "offered": asking.offered(local(request.at).date(), regime),
        "regimes": asking.REGIME_TEXT,
        "regime": "bao-cao" if regime is Regime.REPORTING else "lich",
        "asked": {name: said(request.GET, name) for name in ("co-quan", "ky", "tu", "den", "luc", "xu-huong")},
    }


def _step(request: DeskRequest, asked: Asked) -> str:
    """Weeks for a month, months for what is longer, or as asked for."""
    window = asked.period.window
    given = request.GET.get("xu-huong", "") or ("tuan" if (window.last - window.first).days < 45 else "thang")
    if given not in trend.STEPS:
        raise BadInput(f"Xu hướng “{given[:20]}”: cần “tuan” hoặc “thang”.", field="xu-huong")
    return given


def _counting(asked: Asked, place: Place, parts: Collection[str]) -> Counting:
    """For parts of the page, which need what stood open at the ends of these windows."""
    windows: list[Window] = []
    if "hom-nay" in parts:
        windows += today.windows(asked.as_of)
    if "ky" in parts:
        windows += [asked.period.window, window_before(asked.period.window, asked.period.regime)]
    return Counting(place, asked.as_of, live=asked.live, windows=windows)


def _today(request: DeskRequest, asked: Asked, count: Counting) -> dict[str, Any]:
    told = today.today(count, request.actor)
    table = told.table if request.GET.get("het") else told.table.shortened(SHORT)
    return {"today": told, "today_table": table, "today_definitions": today.definitions(table.measures)}


def _rankings(asked: Asked, count: Counting) -> tuple[dict[str, Any], list[Table]]:
    window, period = asked.period.window, asked.period
    numbers = count(ranking.NAMES, window)
    before = count(ranking.BEFORE, window_before(window, period.regime))
    tables = ranking.rankings(numbers, period)
    cut = asked.as_of if window.end > asked.as_of else None
    return {
        "summary": ranking.summary(numbers, before), "tiles": ranking.tiles(numbers, period), "tones": ranking.TONES, "cut": cut
    }, tables  # fmt: skip


def _period(request: DeskRequest, asked: Asked, count: Counting) -> dict[str, Any]:
    context, tables = _rankings(asked, count)
    step, place = _step(request, asked), count.place
    told = trend.trend(place, asked.period, step, asked.as_of, live=asked.live)
    shown = tables if request.GET.get("het") else [table.shortened(SHORT) for table in tables]
    names = dict.fromkeys(name for table in tables for name in table.measures)
    heated = heat.heat(place, asked.period, asked.as_of, live=asked.live)
    return context | {
        "rankings": shown,
        "ranking_definitions": [definition_of(name) for name in names],
        "trend": told,
        "trend_definitions": [definition_of(name) for name in told.table.measures],
        "step": step,
        "steps": trend.STEPS,
        "heat": heated,
        "heat_definitions": [definition_of(heat.MEASURE)],
    }


_PARTS: dict[str, Callable[[DeskRequest, Asked, Counting], dict[str, Any]]] = {"hom-nay": _today, "ky": _period}
_TEMPLATES = {"hom-nay": "today", "ky": "period"}


def _table(request: DeskRequest, asked: Asked, name: str) -> Table | None:
    """The one table of the board with this name, whole."""
    place = asked.place
    assert place is not None
    if name == "hom-nay":
        return today.today(_counting(asked, place, ["hom-nay"]), request.actor).table
    if name == "xu-huong":
        return trend.trend(place, asked.period, _step(request, asked), asked.as_of, live=asked.live).table
    if name == "nhiet":
        return heat.heat(place, asked.period, asked.as_of, live=asked.live)
    return next((table for table in _rankings(asked, _counting(asked, place, ["ky"]))[1] if table.name == name), None)
