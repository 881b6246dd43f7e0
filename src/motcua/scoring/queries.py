"""Scores from the facts: which version of which index, for whom and for which period, and the numbers of its measures."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from motcua.law.errors import BadInput
from motcua.law.windows import Window
from motcua.organizations.models import Agency
from motcua.scoring.definition import IndexSet, Leaf, named_terms
from motcua.scoring.rules import Numbers
from motcua.scoring.score import Score, score
from motcua.scoring.versions import holds_on, index_set_in, index_set_of, validity_text
from motcua.statistics.engines import Engine, postgres
from motcua.statistics.figures import Asked, count_values
from motcua.statistics.measures import MEASURES, Count
from motcua.statistics.models import DimAgency
from motcua.statistics.periods import Regime, period_window
from motcua.statistics.reports.form_06a import codes_below, place_of

_KINDS = {"month": "tháng (2026-09)", "quarter": "quý (2026-Q3)", "year": "năm (2026)"}
WHOLE = "Toàn tỉnh"


@dataclass(frozen=True, slots=True)
class Question:
    """Whose score in which period, as known at a moment. `place` None = the province, without its vertical agencies."""

    index_set: IndexSet
    period: str
    window: Window
    place: DimAgency | None
    asked: Asked

    @property
    def agency(self) -> str:
        return self.place.code if self.place else ""

    @property
    def agency_name(self) -> str:
        return self.place.name if self.place else WHOLE

    @property
    def subject(self) -> str:
        return "province" if self.place is None else subject_of(self.place)

    @property
    def cell(self) -> dict[str, Any]:
        """What is counted besides the scope: a vertical agency stands outside of others' scores, and counts in its own."""
        return {} if self.place is not None and self.place.vertical else {"vertical": False}


def question(
    index: str, period: str, agency: str = "", *, now: datetime, as_of: datetime | None = None, live: bool = False
) -> Question:
    """`index` is a shipped one, or a file of one's own (….yaml); `live` as in `Asked`.

    Raises BadInput, also for a period that begins after now.
    """
    text = period.strip().upper()
    window = period_window(period, Regime.CALENDAR)
    index_set = _index_set(index, window)
    kind = _kind(text)
    if kind not in index_set.periods:
        known = ", ".join(_KINDS[one] for one in index_set.periods)
        raise BadInput(f"Bộ chỉ số “{index_set.index}” không chấm cho kỳ “{period}”; cần {known}.", field="period")
    place = place_of(agency) if agency else None
    asked = Asked.of(window, now=now, as_of=as_of, agencies=codes_below(place) if place else None, live=live)
    return Question(index_set, text, window, place, asked)


def _index_set(index: str, window: Window) -> IndexSet:
    if not index.lower().endswith((".yaml", ".yml")):
        return index_set_of(index, window.last)
    found = index_set_in(Path(index))
    if not holds_on(found, window.last):
        raise BadInput(
            f"Bộ chỉ số trong {index} ({validity_text(found)}) không áp dụng cho kỳ kết thúc ngày {window.last:%d/%m/%Y}.",
            field="period",
        )
    return found


def _kind(period: str) -> str:
    if "-Q" in period:
        return "quarter"
    if "-H" in period:
        return "half"
    return "month" if re.fullmatch(r"\d{4}-\d{2}", period) else "year"


def subject_of(place: DimAgency) -> str:
    """A word of `definition.SUBJECTS`."""
    if place.vertical:
        return "vertical"
    if place.level == Agency.Level.PROVINCE:
        return "department" if place.parent else "province"
    return str(place.level)


def measures_of(criteria: Collection[Leaf]) -> list[str]:
    """The measures that criteria name, each once."""
    return list(dict.fromkeys(term.measure for one in criteria for _, term in named_terms(one)))


def numbers_of(asked_for: Question, names: Collection[str], *, engine: Engine = postgres) -> Numbers:
    """By measure; None for what has no figure."""
    numbers: dict[str, int | None] = dict.fromkeys(names)
    counts = [one for name in names if isinstance(one := MEASURES[name], Count)]
    cell = asked_for.cell
    told = count_values(counts, asked_for.asked, by=list(cell), engine=engine).get(tuple(cell.values()), {})
    # Where nothing at all falls into the cell there is no row of it: nothing was counted, and that is known.
    return numbers | {one.name: told.get(one.name, 0) for one in counts}


def scored(asked_for: Question, *, engine: Engine = postgres) -> Score:
    criteria = list(asked_for.index_set.leaves())
    numbers = numbers_of(asked_for, measures_of(criteria), engine=engine)
    return score(asked_for.index_set, asked_for.subject, numbers)
