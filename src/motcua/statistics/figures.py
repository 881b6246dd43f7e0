"""Asking for figures: measures by dimensions in a window as known at a moment, and the rows behind any number of them.

The one door to the facts for boards, reports and indexes. Which agencies the asker may see is settled before (`scope`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import ibis.expr.types as ir

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.statistics import expressions
from motcua.statistics.engines import Engine, Query, postgres
from motcua.statistics.measures import Count, Lacking, Ratio, counts_of, measure
from motcua.statistics.periods import Window
from motcua.statistics.tables import PARAMETERS

EVERYWHERE = "/"


@dataclass(frozen=True, slots=True)
class Asked:
    """The window as instants, what is to be known, and the path of codes of the agency below which is counted.

    `cut_at` is set where the window ends later than what can be known: then `end` is that moment.
    """

    start: datetime
    end: datetime
    as_of: datetime
    scope: str = EVERYWHERE
    cut_at: datetime | None = None

    @classmethod
    def of(cls, window: Window, *, now: datetime, as_of: datetime | None = None, scope: str = EVERYWHERE) -> Asked:
        """Cut at `as_of`, and never later than `now`. Raises BadInput for a window that begins after that."""
        known = min(as_of or now, now)
        if window.start > known:
            moment = known.astimezone(VIETNAM)
            raise BadInput(
                f"Kỳ bắt đầu ngày {window.first:%d/%m/%Y} ở sau thời điểm tính số liệu ({moment:%H:%M ngày %d/%m/%Y}).",
                field="from",
            )
        cut = known if known < window.end else None
        return cls(window.start, cut or window.end, known, scope, cut)

    @property
    def values(self) -> dict[str, Any]:
        """By the names of the parameters."""
        return {"start": self.start, "end": self.end, "as_of": self.as_of, "scope": self.scope}


@dataclass(frozen=True, slots=True)
class Figure:
    """Whole numbers; None = no figure. A count has no denominator. `unknown`: of the denominator, not known either way."""

    numerator: int | None
    denominator: int | None = None
    unknown: int = 0

    @property
    def known(self) -> bool:
        return self.numerator is not None


NO_FIGURE = Figure(None)
Key = tuple[Any, ...]


def figures(
    names: Sequence[str], asked: Asked, *, by: Sequence[str] = (), engine: Engine = postgres
) -> dict[Key, dict[str, Figure]]:
    """Measures by name for each combination of the dimensions `by` that has any row; without `by` under the key ().

    Raises BadInput for a measure or dimension that is not there, or where they do not go together.
    """
    found = [measure(name) for name in names]
    counts = list({count.name: count for one in found for count in counts_of(one)}.values())
    values = count_values(counts, asked, by=by, engine=engine)
    if not by:
        values.setdefault((), {})
    return {key: {one.name: _figure(one, row) for one in found} for key, row in values.items()}


def count_values(
    counts: Sequence[Count], asked: Asked, *, by: Sequence[str] = (), engine: Engine = postgres
) -> dict[Key, dict[str, int | None]]:
    """The counts themselves by key; None for a sum none of whose rows told an amount."""
    values: dict[Key, dict[str, int | None]] = {}
    for family in expressions.families(counts, by):
        for row in engine.run(_counted(family, tuple(by), asked)):
            told = values.setdefault(tuple(row[: len(by)]), {})
            rest = iter(row[len(by) :])
            for count in family:
                value = next(rest)
                if count.amount and next(rest) == 0:
                    # Nothing to add up is nought; amounts that nobody told are unknown.
                    value = 0
                told[count.name] = None if value is None else int(value)
    return values


def _counted(family: tuple[Count, ...], by: tuple[str, ...], asked: Asked) -> Query:
    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        return expressions.counted(family, by), PARAMETERS

    return Query(("counted", tuple(count.name for count in family), by), make, asked.values)


def _figure(asked_for: object, row: Mapping[str, int | None]) -> Figure:
    if isinstance(asked_for, Count):
        return Figure(row.get(asked_for.name, 0))
    if isinstance(asked_for, Ratio):
        numerator, denominator = row.get(asked_for.numerator, 0), row.get(asked_for.denominator, 0)
        unknown = (row.get(asked_for.unknown, 0) or 0) if asked_for.unknown else 0
        if denominator and unknown >= denominator:
            # Not one of them is known: that is no zero.
            return Figure(None, denominator, unknown)
        return Figure(numerator, denominator, unknown)
    return NO_FIGURE


@dataclass(frozen=True, slots=True)
class Opened:
    """The rows that a number counts, in a fixed order: as many as the number says."""

    count: Count
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def open_rows(
    name: str,
    asked: Asked,
    cell: Mapping[str, Any] | None = None,
    *,
    part: str = "numerator",
    engine: Engine = postgres,
) -> Opened:
    """Exactly what is counted in a cell: `cell` gives a value for each dimension. Of a ratio `part` names which number.

    A sum opens into the rows whose amounts it adds. Raises BadInput as `figures` does, and for what has no figure.
    """
    found = measure(name)
    if isinstance(found, Ratio):
        found = measure(
            {"numerator": found.numerator, "denominator": found.denominator}.get(part) or found.unknown or ""
        )
    if isinstance(found, Lacking) or not isinstance(found, Count):
        raise BadInput(f"Chỉ tiêu “{found.title}” chưa có số liệu.", field="measure")
    given = dict(cell or {})
    fixed = {dimension: value for dimension, value in given.items() if value is None or isinstance(value, bool)}
    rest = [dimension for dimension in given if dimension not in fixed]

    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        expression, parameters = expressions.opened(found, fixed, rest)
        return expression, [*PARAMETERS, *parameters.values()]

    values = asked.values | {f"cell_{dimension}": given[dimension] for dimension in rest}
    query = Query(("opened", found.name, tuple(fixed.items()), tuple(rest)), make, values)
    return Opened(found, expressions.OPENED[found.fact], engine.run(query))


def as_known(asked: Asked, moment: datetime) -> Asked:
    """The same question as it would have been answered at an earlier moment."""
    return replace(asked, as_of=min(asked.as_of, moment))
