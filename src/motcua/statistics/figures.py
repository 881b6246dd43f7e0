"""Asking for figures: measures by dimensions in a window as known at a moment, and the rows behind any number of them.

The one door to the facts for boards, reports and indexes. Which agencies the asker may see is settled before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics import daily, expressions
from motcua.statistics.engines import Engine, Query, postgres
from motcua.statistics.measures import Count, Lacking, Ratio, counts_of, measure
from motcua.statistics.tables import AGENCIES, AS_OF, PARAMETERS, Cut, moment

_INSTANT = timedelta(microseconds=1)
_AFTER = ibis.param("int64").name("after")


@dataclass(frozen=True, slots=True)
class Asked:
    """The window as instants, what is to be known, and the codes of the agencies whose dossiers are counted; None: all.

    `cut_at` is set where the window ends later than what can be known: then `end` is that moment. `live`: nothing was
    recorded after `as_of` that is in the facts, which who asks must know (in one snapshot, say).
    """

    start: datetime
    end: datetime
    as_of: datetime
    agencies: tuple[str, ...] | None = None
    cut_at: datetime | None = None
    live: bool = False

    @classmethod
    def of(
        cls,
        window: Window,
        *,
        now: datetime,
        as_of: datetime | None = None,
        agencies: Iterable[str] | None = None,
        live: bool = False,
    ) -> Asked:
        """Cut at `as_of`, and never later than `now`. Raises BadInput for a window that begins after that."""
        known = min(as_of or now, now)
        if window.start > known:
            moment = known.astimezone(VIETNAM)
            raise BadInput(
                f"Kỳ bắt đầu ngày {window.first:%d/%m/%Y} ở sau thời điểm tính số liệu ({moment:%H:%M ngày %d/%m/%Y}).",
                field="from",
            )
        cut = known if known < window.end else None
        within = None if agencies is None else tuple(agencies)
        return cls(window.start, cut or window.end, known, within, cut, live)

    @property
    def values(self) -> dict[str, Any]:
        """By the names of the parameters."""
        told: dict[str, Any] = {"start": self.start, "end": self.end, "as_of": self.as_of}
        return told if self.agencies is None else told | {AGENCIES.get_name(): list(self.agencies)}

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last local day of the window."""
        return self.start.astimezone(VIETNAM).date(), (self.end - _INSTANT).astimezone(VIETNAM).date()

    @property
    def cut(self) -> Cut:
        return Cut(within=self.agencies is not None, live=self.live)


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
    if kept := [count for count in counts if asked.live and engine is postgres and daily.is_kept(count, by)]:
        told_by_day = daily.by_day(kept, *asked.days, agencies=asked.agencies, by=by)
        values = {key: dict(row) for key, row in told_by_day.items()}
    for family in expressions.families([count for count in counts if count not in kept], by):
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


def values_at(
    counts: Sequence[Count],
    asked: Asked,
    ends: Sequence[datetime],
    *,
    by: Sequence[str] = (),
    engine: Engine = postgres,
) -> dict[datetime, dict[Key, dict[str, int]]]:
    """What `count_values` tells of windows that end at these moments, of counts that look at the end alone: rows read once.

    The window of `asked` is not looked at. Raises ValueError for another count.
    """
    several = tuple(dict.fromkeys(ends))
    names = tuple(count.name for count in counts)
    moments = [moment(f"end_{place}") for place in range(len(several))]

    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        parameters = (AS_OF, AGENCIES, expressions.EARLIEST, expressions.LATEST, *moments)
        return expressions.counted_at(counts, by, asked.cut, moments), parameters

    values = asked.values | {"earliest": min(several), "latest": max(several)}
    values |= {one.get_name(): end for one, end in zip(moments, several, strict=True)}
    found: dict[datetime, dict[Key, dict[str, int]]] = {end: {} for end in several}
    for row in engine.run(Query(("counted at", names, tuple(by), asked.cut, len(several)), make, values)):
        key, told = tuple(row[: len(by)]), row[len(by) :]
        for place, end in enumerate(several):
            found[end][key] = dict(zip(names, told[place * len(names) : (place + 1) * len(names)], strict=True))
    return found


def _counted(family: tuple[Count, ...], by: tuple[str, ...], asked: Asked) -> Query:
    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        return expressions.counted(family, by, asked.cut), PARAMETERS

    return Query(("counted", tuple(count.name for count in family), by, asked.cut), make, asked.values)


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
    after: int | None = None,
    limit: int | None = None,
    engine: Engine = postgres,
) -> Opened:
    """Exactly what is counted in a cell: `cell` gives a value for each dimension. Of a ratio `part` names which number.

    A sum opens into the rows whose amounts it adds. Page by page: at most `limit` rows, those whose number (the first of
    the columns) is greater than `after`. Raises BadInput as `figures` does, and for what has no figure.
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
        expression, parameters = expressions.opened(found, fixed, rest, asked.cut)
        key = expressions.ORDER[found.fact][0]
        if after is not None:
            expression = expression.filter(expression[key] > _AFTER)
        if limit is not None:
            expression = expression.order_by(key).limit(limit)
        return expression, [*PARAMETERS, *parameters.values(), _AFTER]

    values = asked.values | {f"cell_{dimension}": given[dimension] for dimension in rest} | {"after": after}
    shape = (found.name, tuple(fixed.items()), tuple(rest), asked.cut, after is not None, limit)
    query = Query(("opened", shape), make, values)
    return Opened(found, expressions.OPENED[found.fact], engine.run(query))


def as_known(asked: Asked, moment: datetime) -> Asked:
    """The same question as it would have been answered at an earlier moment."""
    return replace(asked, as_of=min(asked.as_of, moment), live=False)
