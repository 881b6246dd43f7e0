"""A table of figures as it is shown, exported and read by charts: one form for all of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar, overload

from motcua.law.moments import VIETNAM
from motcua.statistics.ratios import NO_FIGURE, cents_text, half_up, percent_cents, percent_text, whole_text


class Kind(StrEnum):
    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Column:
    """`measure` names what its numbers are, "" = words. `width` of a column of words beside the others, on paper."""

    label: str
    kind: Kind = Kind.TEXT
    measure: str = ""
    width: int = 3

    @property
    def num(self) -> bool:
        return self.kind is not Kind.TEXT


@dataclass(frozen=True, slots=True)
class Entry:
    """Words, a whole number, points, or a ratio as its two numbers; None = no figure. `tone` colours it beside what it says."""

    value: str | int | Fraction | tuple[int | None, int | None] | None
    href: str = ""
    tone: str = ""
    sub: str = ""

    @property
    def text(self) -> str:
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, tuple):
            return percent_text(*self.value)
        if isinstance(self.value, Fraction):
            return cents_text(half_up(self.value * 100))
        return whole_text(self.value)

    @property
    def plain(self) -> str | int | float:
        """For a spreadsheet: a number where there is one; a percentage as 99.84, points as 17.35."""
        if isinstance(self.value, tuple):
            numerator, denominator = self.value
            if numerator is None or not denominator:
                return NO_FIGURE
            return percent_cents(numerator, denominator) / 100
        if isinstance(self.value, Fraction):
            return half_up(self.value * 100) / 100
        return NO_FIGURE if self.value is None else self.value


Row = tuple[Entry, ...]
Subject = TypeVar("Subject")


class MadeRows(Sequence[Row], Generic[Subject]):
    """Rows that are made when they are looked at: what a page leaves out costs it nothing."""

    def __init__(self, subjects: Sequence[Subject], make: Callable[[Subject], Row]) -> None:
        self._subjects = subjects
        self._make = make

    def __len__(self) -> int:
        return len(self._subjects)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> MadeRows[Subject]: ...
    def __getitem__(self, place: int | slice) -> Row | MadeRows[Subject]:
        if isinstance(place, slice):
            return MadeRows(self._subjects[place], self._make)
        return self._make(self._subjects[place])


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is its own in an address; `total` is the last line; `hidden` rows are left out here, never from an export."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    as_of: datetime
    about: str = ""
    total: Row | None = None
    hidden: int = 0
    note: str = ""

    @property
    def known(self) -> str:
        return f"Tính đến {self.as_of.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"

    @property
    def lines(self) -> Iterator[Row]:
        yield from self.rows
        if self.total:
            yield self.total

    @property
    def measures(self) -> list[str]:
        return list(dict.fromkeys(column.measure for column in self.columns if column.measure))

    def shortened(self, most: int) -> Table:
        if len(self.rows) <= most:
            return self
        return Table(
            self.name, self.title, self.columns, self.rows[:most], self.as_of, self.about, self.total,
            len(self.rows) - most, self.note,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Definition:
    title: str
    unit: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Card:
    """A figure that stands by itself, with another to compare it with; `dated`: as known at the moment of the page."""

    title: str
    entry: Entry
    measure: str
    beside: str = ""
    other: Entry | None = None
    definition: Definition | None = None
    dated: bool = True
