"""Today: what came in, what is due, what is late, what stands still; of the place and of each agency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from motcua.board import standing
from motcua.board.counting import Counting, Numbers
from motcua.board.definitions import card, definition_of
from motcua.board.places import Place
from motcua.identity.actors import Actor
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics.models import DimAgency
from motcua.statistics.tabular.table import Card, Column, Definition, Entry, Kind, MadeRows, Row, Table

STANDING = Definition(
    "Chỗ đứng yên", "chỗ", "Chỗ mà hồ sơ đang mở không chuyển động quá ngưỡng của từng loại; một hồ sơ có thể đứng ở vài chỗ.",
    "Theo dõi của tỉnh, ngưỡng ở trang Ngưỡng kiểm tra",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Today:
    sentence: str
    cards: tuple[Card, ...]
    table: Table


def windows(as_of: datetime) -> tuple[Window, Window]:
    """The day of a moment, and the day before."""
    day = as_of.astimezone(VIETNAM).date()
    before = day - timedelta(days=1)
    return Window(day, day), Window(before, before)


def today(count: Counting, actor: Actor) -> Today:
    """The day of a moment. A fixed number of queries, whatever the number of agencies."""
    place, as_of, live = count.place, count.as_of, count.live
    window, window_before = windows(as_of)
    day, following = window.first, window.first + timedelta(days=1)
    now = count(("received", "finished", "open_overdue"), window)
    due = count(("due",), window)
    tomorrow = count(("due",), Window(following, following))
    before = count(("received", "open_overdue"), window_before)
    still = standing.counts(actor) if live else standing.PAST
    return Today(
        _sentence(place, now, due, "Hôm nay" if live else f"Ngày {day:%d/%m/%Y}"),
        _cards(place, now, due, tomorrow, before, still),
        _table(place, now, due, still),
    )


def _sentence(place: Place, now: Numbers, due: Numbers, day: str) -> str:
    late = [agency for agency in place.own if now.of("open_overdue", agency.code)]
    told = f"{due.total('due')} hồ sơ đến hạn, {now.total('open_overdue')} đang quá hạn"
    return f"{day}: {told} ở {len(late)} cơ quan." if late else f"{day}: {told}."


def _cards(
    place: Place, now: Numbers, due: Numbers, tomorrow: Numbers, before: Numbers, still: standing.Standing
) -> tuple[Card, ...]:
    return (
        card("Tiếp nhận trong ngày", now.entry("received"), "received", "cả ngày hôm trước", before.entry("received")),
        card("Đến hạn trong ngày", due.entry("due"), "due", "ngày sau", tomorrow.entry("due")),
        card(
            "Đang quá hạn", now.entry("open_overdue", tone="late" if now.total("open_overdue") else ""), "open_overdue",
            "cuối ngày hôm trước", before.entry("open_overdue"),
        ),
        Card(
            "Đứng yên", still.entry(place), "", still.searched_text,
            definition=STANDING, dated=False,
        ),
    )  # fmt: skip


def _table(place: Place, now: Numbers, due: Numbers, still: standing.Standing) -> Table:
    def line(agency: DimAgency) -> Row:
        return (
            Entry(agency.name, f"{reverse('board:board')}?co-quan={agency.code}"),
            now.entry("received", agency.code),
            now.entry("finished", agency.code),
            due.entry("due", agency.code),
            now.entry("open_overdue", agency.code, tone="late" if now.of("open_overdue", agency.code) else ""),
            still.entry(place, agency.code),
        )

    told = [
        agency
        for agency in place.below
        if any(now.of(name, agency.code) for name in ("received", "finished", "open_overdue"))
        or due.of("due", agency.code)
        or still.of(agency.code)
    ]
    told.sort(
        key=lambda one: (
            -now.of("open_overdue", one.code), -due.of("due", one.code), -now.of("received", one.code), one.name,
        )
    )  # fmt: skip
    total = (
        Entry("Tổng số (không gồm ngành dọc)" if place.beside else "Tổng số"), now.entry("received"), now.entry("finished"), due.entry("due"),
        now.entry("open_overdue"), still.entry(place),
    )  # fmt: skip
    return Table(
        "hom-nay",
        "Trong ngày, theo cơ quan",
        (
            Column("Cơ quan"),
            Column("Tiếp nhận", Kind.COUNT, "received"),
            Column("Đã giải quyết", Kind.COUNT, "finished"),
            Column("Đến hạn", Kind.COUNT, "due"),
            Column("Đang quá hạn", Kind.COUNT, "open_overdue"),
            Column("Đứng yên", Kind.COUNT, "standing"),
        ),
        MadeRows(told, line),
        now.as_of,
        place.name,
        total,
    )


def definitions(names: list[str]) -> list[Definition]:
    return [STANDING if name == "standing" else definition_of(name) for name in names]
