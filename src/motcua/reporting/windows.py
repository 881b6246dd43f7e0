"""Whose figures of which window a report asks for, and of the same window a year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics.figures import NO_FIGURE, Asked, Figure, figures
from motcua.statistics.measures import Count, Ratio, measure
from motcua.statistics.models import DimAgency
from motcua.statistics.periods import Regime, period_window, year_before
from motcua.statistics.reports.form_06a import codes_below, place_of

WHOLE = "Toàn tỉnh"
# Something was recorded of a window where this is not nought.
_ANY = "handled"


@dataclass(frozen=True, slots=True)
class Question:
    """`place` None = the whole province. `before` None: nothing was recorded of the same window a year before."""

    period: str
    window: Window
    compared: Window
    place: DimAgency | None
    asked: Asked
    before: Asked | None

    @property
    def agency(self) -> str:
        return self.place.code if self.place else ""

    @property
    def agency_name(self) -> str:
        return self.place.name if self.place else WHOLE

    @property
    def vertical(self) -> bool:
        """A vertical agency stands outside of others' figures, and in its own."""
        return self.place is not None and self.place.vertical


def question(
    period: str, agency: str = "", *, regime: Regime, now: datetime, as_of: datetime | None = None, months: bool = False
) -> Question:
    """Raises BadInput: an unknown agency, a window that begins after what is known, a month where none is told (`months`)."""
    key = period.strip().upper()
    window = period_window(key, regime)
    if not months and len(key) == len("2026-09") and "Q" not in key and "H" not in key:
        raise BadInput(
            f"Kỳ “{period}”: báo cáo này lập theo quý (2026-Q3), 6 tháng (2026-H1) hoặc năm (2026).", field="period"
        )
    return of_window(key, window, agency, now=now, as_of=as_of)


def of_window(
    period: str, window: Window, agency: str = "", *, now: datetime, as_of: datetime | None = None
) -> Question:
    """Of any window; `period` is what it is called. Raises BadInput as `question`."""
    place = place_of(agency) if agency else None
    codes = codes_below(place) if place else None
    asked = Asked.of(window, now=now, as_of=as_of, agencies=codes)
    # A running window is compared with as much of the one before.
    told = Window(window.first, asked.cut_at.astimezone(VIETNAM).date()) if asked.cut_at else window
    compared = year_before(told)
    before: Asked | None = Asked.of(compared, now=asked.as_of, as_of=asked.as_of, agencies=codes)
    vertical = place is not None and place.vertical
    if before is not None and not whole([_ANY], before, vertical=vertical)[_ANY].numerator:
        before = None
    return Question(period, window, compared, place, asked, before)


def whole(names: Sequence[str], asked: Asked, *, vertical: bool) -> dict[str, Figure]:
    """Of all the agencies asked for, those of one block."""
    return figures(names, asked, by=["vertical"]).get((vertical,)) or {name: _of_nothing(name) for name in names}


def _of_nothing(name: str) -> Figure:
    found = measure(name)
    if isinstance(found, Count):
        return Figure(0)
    return Figure(0, 0) if isinstance(found, Ratio) else NO_FIGURE
