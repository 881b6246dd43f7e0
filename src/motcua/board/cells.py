"""A number on a page as an address: what it counts, in which window, as known when, of whom. Read back, it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from motcua.board.asking import read_moment, write_moment
from motcua.board.measures import AHEAD
from motcua.board.places import Place
from motcua.law.errors import BadInput
from motcua.law.windows import Window, window_between
from motcua.statistics.figures import Asked, count_values, open_rows
from motcua.statistics.measures import Count, Fact, measure


def asked_for(name: str, window: Window, as_of: datetime, place: Place, *, live: bool = False) -> Asked:
    """Raises BadInput for a window that begins after what can be known, but for a measure that looks ahead."""
    codes = tuple(agency.code for agency in place.below)
    if name in AHEAD:
        return Asked(window.start, window.end, as_of, codes, live=live)
    return Asked.of(window, now=as_of, as_of=as_of, agencies=codes, live=live)


@dataclass(frozen=True, slots=True)
class Cell:
    """`agency`: of this one alone, whose code is empty where none was told; None: of all that make up the place's total."""

    measure: str
    window: Window
    as_of: datetime
    place: Place
    agency: str | None = None
    weekday: int | None = None
    hour: int | None = None

    @property
    def count(self) -> Count:
        """Raises BadInput for a measure that counts no rows to be opened."""
        found = measure(self.measure)
        if (
            not isinstance(found, Count)
            or found.fact not in (Fact.DOSSIER, Fact.MOVE)
            or found.amount
            or found.distinct
        ):
            raise BadInput(f"Chỉ tiêu “{found.title}” không mở ra danh sách được.", field="chi-tieu")
        return found

    @property
    def dimensions(self) -> dict[str, Any]:
        own: dict[str, Any] = {"agency": self.agency} if self.agency is not None else {"vertical": self.place.vertical}
        if self.weekday is not None:
            own["weekday"] = self.weekday
        if self.hour is not None:
            own["hour"] = self.hour
        return own

    @property
    def asked(self) -> Asked:
        return asked_for(self.measure, self.window, self.as_of, self.place)

    @property
    def number(self) -> int:
        """Counted as on the page that led here."""
        by = self.dimensions
        values = count_values([self.count], self.asked, by=tuple(by))
        return values.get(tuple(by.values()), {}).get(self.measure) or 0

    def rows(self, after: int, limit: int) -> list[dict[str, Any]]:
        """At most `limit` rows by name of column, in the order of their number, which is the first: those behind `after`."""
        opened = open_rows(self.measure, self.asked, self.dimensions, after=after, limit=limit)
        return [dict(zip(opened.columns, row, strict=True)) for row in opened.rows]

    @property
    def query(self) -> dict[str, str]:
        return _shared(self.window, self.as_of, self.place.code) | self._own

    @property
    def _own(self) -> dict[str, str]:
        """What tells it from others of the same window, moment and place."""
        asked = {"chi-tieu": self.measure}
        if self.agency is not None:
            asked["cua"] = self.agency
        if self.weekday is not None:
            asked["thu"] = str(self.weekday)
        if self.hour is not None:
            asked["gio"] = str(self.hour)
        return asked

    @property
    def link(self) -> str:
        return f"{_cells_of(self.window, self.as_of, self.place.code)}&{urlencode(self._own)}"


def _shared(window: Window, as_of: datetime, place: str) -> dict[str, str]:
    return {
        "tu": window.first.isoformat(),
        "den": window.last.isoformat(),
        "luc": write_moment(as_of),
        "co-quan": place,
    }


# A board has hundreds of cells in a handful of windows.
@lru_cache(maxsize=64)
def _cells_of(window: Window, as_of: datetime, place: str) -> str:
    return f"{reverse('board:rows')}?{urlencode(_shared(window, as_of, place))}"


def read_cell(given: Mapping[str, str], place: Place, now: datetime) -> Cell:
    """The cell of an address. Raises BadInput; LookupError for an agency outside the place."""
    agency = given.get("cua")
    if agency is not None and agency not in {one.code for one in place.below}:
        raise LookupError(agency)
    try:
        window = window_between(date.fromisoformat(given.get("tu", "")), date.fromisoformat(given.get("den", "")))
    except ValueError:
        raise BadInput("Khoảng ngày của số liệu không đọc được; hãy mở lại từ bảng điều hành.", field="tu") from None
    return Cell(
        given.get("chi-tieu", ""), window, read_moment(given.get("luc", ""), now), place, agency,
        _place_in(given.get("thu", ""), 7, "thu"), _place_in(given.get("gio", ""), 24, "gio"),
    )  # fmt: skip


def _place_in(text: str, size: int, field: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 2 or int(text) >= size:
        raise BadInput("Thứ hoặc giờ của số liệu không đọc được; hãy mở lại từ bảng điều hành.", field=field)
    return int(text)
