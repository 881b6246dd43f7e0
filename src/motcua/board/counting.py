"""Counts by agency, added up to those of a place. Every number on a page comes from here and carries its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from motcua.board.cells import Cell, asked_for
from motcua.board.measures import counts
from motcua.board.places import Place
from motcua.statistics.figures import count_values
from motcua.statistics.periods import Window
from motcua.statistics.tabular.table import Entry


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of each agency of a place its own dossiers, in one window as known at one moment."""

    place: Place
    window: Window
    as_of: datetime
    by_agency: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, name: str, agency: str) -> int:
        return self.by_agency.get(agency, {}).get(name, 0)

    def total(self, name: str) -> int:
        """Of the agencies of the place's total."""
        return sum(self.of(name, agency.code) for agency in self.place.own)

    def entry(self, name: str, agency: str = "", **shown: str) -> Entry:
        """The number of one agency, or the total; a nought has nothing to open."""
        number = self.of(name, agency) if agency else self.total(name)
        return Entry(number, Cell(name, self.window, self.as_of, self.place, agency).link if number else "", **shown)

    def ratio(self, numerator: str, denominator: str, agency: str = "") -> tuple[int, int]:
        if agency:
            return self.of(numerator, agency), self.of(denominator, agency)
        return self.total(numerator), self.total(denominator)


def count(names: Iterable[str], place: Place, window: Window, as_of: datetime, *, live: bool = False) -> Numbers:
    """One query for measures of the dossiers themselves, two where it is of the present. Raises BadInput for a window that
    has not begun."""
    found = counts(*names)
    asked = asked_for(found[0].name, window, as_of, place, live=live)
    values = count_values(found, asked, by=("agency",))
    told = {key[0]: {name: value or 0 for name, value in row.items()} for key, row in values.items()}
    return Numbers(place, window, as_of, told)
