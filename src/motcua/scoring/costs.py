"""The dossiers that cost a criterion points: exactly those in its denominator that are not in its numerator, or taken off it.

Made from the very rows that the measures open into, so there is no second definition of what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from motcua.scoring.definition import Leaf, Penalty, Rated, Ratio, Term
from motcua.scoring.engines import Inlined
from motcua.scoring.queries import Question
from motcua.statistics.engines import Query
from motcua.statistics.expressions import OPENED, opened
from motcua.statistics.measures import MEASURES, Count, Fact
from motcua.statistics.tables import PARAMETERS, Cut

COLUMNS = (*OPENED[Fact.DOSSIER], "unknown")
_AFTER = ibis.param("int64").name("after")


@dataclass(frozen=True, slots=True)
class Cost:
    """`total` dossiers, of which `unknown` are not known either way; `rows` are some of them, in order, as COLUMNS."""

    total: int
    unknown: int
    rows: tuple[dict[str, Any], ...]


def costs(question: Question, criterion: Leaf, *, limit: int, after: int = 0, place: int = 0) -> Cost | None:
    """The first `limit` with a number greater than `after`, by number; where there are none any more, the totals are zero too.

    `place` names which of the ratios that are multiplied. None where the measures do not open into dossiers.
    """
    ratio = _ratio(criterion, place)
    counts = _counts(ratio)
    if counts is None:
        return None
    cell, cut = question.cell, question.asked.cut

    def page() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        rows = _costing(ratio, cell, cut)
        of = rows.unknown.ifelse(1, 0).sum().over(ibis.window()).cast("int64")
        rows = rows.mutate(of_total=rows.count().over(ibis.window()).cast("int64"), of_unknown=of)
        kept = rows.filter(rows.dossier_id > _AFTER).select(*COLUMNS, "of_total", "of_unknown")
        return kept.order_by("dossier_id"), (*PARAMETERS, _AFTER)

    key = ("costing", ratio.terms, tuple(cell.items()), cut)
    found = Inlined(limit).run(Query(key, page, question.asked.values | {"after": after}))
    total, unknown = found[0][-2:] if found else (0, 0)
    return Cost(total, unknown, tuple(dict(zip(COLUMNS, row, strict=False)) for row in found))


def counted_by(criterion: Leaf) -> str | None:
    """What the criterion counts different values of ("procedure"), None where it counts dossiers."""
    counts = _counts(_ratio(criterion, 0))
    return counts[0].distinct if counts else None


def _ratio(criterion: Leaf, place: int) -> Ratio:
    if isinstance(criterion, Rated):
        return criterion.ratios[place]
    if isinstance(criterion, Penalty):
        # Every failure counted costs.
        return Ratio.model_construct(numerator=(), denominator=criterion.numerator, unknown=(), unknown_denominator=())
    return Ratio.model_construct(numerator=(), denominator=(), unknown=(), unknown_denominator=())


def _counts(ratio: Ratio) -> list[Count] | None:
    """Of the numbers that decide; None where one of them does not count dossiers or has no figure."""
    found = [MEASURES[term.measure] for term in (*ratio.denominator, *ratio.numerator, *ratio.unknown)]
    counts = [one for one in found if isinstance(one, Count) and one.fact is Fact.DOSSIER and not one.amount]
    return counts if counts and len(counts) == len(found) else None


def _rows(terms: Sequence[Term], sign: int, cell: dict[str, Any], cut: Cut) -> ir.Table | None:
    """The rows behind the terms of one sign, each dossier once."""
    tables = []
    for term in terms:
        count = MEASURES[term.measure]
        assert isinstance(count, Count)
        if term.sign == sign:
            tables.append(opened(count, cell, [], cut)[0])
    return reduce(lambda one, other: ibis.union(one, other, distinct=True), tables) if tables else None


def _costing(ratio: Ratio, cell: dict[str, Any], cut: Cut) -> ir.Table:
    """Of what counts different values: the dossiers of those values that the numerator does not have."""
    base, reached = _rows(ratio.denominator, 1, cell, cut), _rows(ratio.numerator, 1, cell, cut)
    taken, unknown = _rows(ratio.numerator, -1, cell, cut), _rows(ratio.unknown, 1, cell, cut)
    assert base is not None
    by = next((MEASURES[term.measure].distinct for term in ratio.denominator), None) or "dossier_id"  # type: ignore[attr-defined]
    rows = base
    if reached is not None:
        rows = base.anti_join(reached.select(by), by)
        if taken is not None:
            rows = rows.union(base.semi_join(taken.select("dossier_id"), "dossier_id"), distinct=True)
    if unknown is None:
        return rows.mutate(unknown=ibis.literal(False))
    return rows.mutate(unknown=rows.dossier_id.isin(unknown.dossier_id))
