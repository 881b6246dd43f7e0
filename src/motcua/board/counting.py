"""Counts by agency, added up to those of a place. Every number on a page comes from here and carries its address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from motcua.board.cells import Cell, asked_for
from motcua.board.measures import STANDING, counts
from motcua.board.places import Place
from motcua.law.windows import Window
from motcua.statistics.figures import Asked, Key, count_values, values_at
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

    def entry(self, name: str, agency: str | None = None, **shown: str) -> Entry:
        """The number of one agency, or the total; a nought has nothing to open."""
        number = self.total(name) if agency is None else self.of(name, agency)
        return Entry(number, Cell(name, self.window, self.as_of, self.place, agency).link if number else "", **shown)

    def ratio(self, numerator: str, denominator: str, agency: str | None = None) -> tuple[int, int]:
        if agency is not None:
            return self.of(numerator, agency), self.of(denominator, agency)
        return self.total(numerator), self.total(denominator)


class Counting:
    """What one page counts of a place as known at a moment. `live`: it is now.

    What stands open at the ends of `windows` is looked up together, for these rows are the same but for a few.
    """

    def __init__(self, place: Place, as_of: datetime, *, live: bool, windows: Sequence[Window]) -> None:
        self.place, self.as_of, self.live = place, as_of, live
        self._ends = [self._asked(STANDING[0], window).end for window in windows]
        self._standing: dict[datetime, dict[Key, dict[str, int]]] | None = None

    def __call__(self, names: Iterable[str], window: Window) -> Numbers:
        """Raises BadInput for a window that has not begun."""
        found = counts(*names)
        asked = self._asked(found[0].name, window)
        standing = [count.name for count in found if count.name in STANDING]
        rest = [count for count in found if count.name not in STANDING]
        told: dict[str, dict[str, int]] = {}
        for (agency,), row in count_values(rest, asked, by=("agency",)).items():
            told[agency] = {name: value or 0 for name, value in row.items()}
        if standing:
            for (agency,), row in self._standing_at(asked).items():
                told.setdefault(agency, {}).update({name: row[name] for name in standing})
        return Numbers(self.place, window, self.as_of, told)

    def _asked(self, name: str, window: Window) -> Asked:
        return asked_for(name, window, self.as_of, self.place, live=self.live)

    def _standing_at(self, asked: Asked) -> dict[Key, dict[str, int]]:
        if self._standing is None or asked.end not in self._standing:
            self._standing = values_at(counts(*STANDING), asked, [*self._ends, asked.end], by=("agency",))
        return self._standing[asked.end]
