"""From measures to one unbound expression a fact: grouped counts, or exactly the rows that a count counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import And

from motcua.statistics.dimensions import column_of
from motcua.statistics.measures.base import Count, Fact, Predicate
from motcua.statistics.measures.conditions import carried_over, finished, handled, in_window, open_at_end, received
from motcua.statistics.tables import (
    END,
    START,
    Cut,
    dossier_view,
    message_view,
    moment,
    move_view,
    part_view,
    with_standstill,
)

EARLIEST, LATEST = moment("earliest"), moment("latest")

# What of a row is shown when a number is opened; `dossier_id` first, for pages are told apart by it.
OPENED = {
    Fact.DOSSIER: (
        "dossier_id", "seq", "code", "agency", "procedure", "channel", "state", "outcome", "accepted_at", "due_at",
        "finished_at", "verdict_date", "verdict_instant",
    ),
    Fact.MOVE: (
        "entry_id", "dossier_id", "seq", "kind", "agency", "procedure", "unit", "officer_id", "step", "occurred_at",
        "recorded_at", "lag_seconds",
    ),
    Fact.PART: ("dossier_id", "agency", "procedure", "began_at"),
    Fact.MESSAGE: ("notice_id", "dossier_id", "agency", "procedure", "way", "template", "sent_at"),
}  # fmt: skip
# What tells the rows of a fact apart, in the order in which they are opened.
ORDER = {
    Fact.DOSSIER: ("dossier_id",),
    Fact.MOVE: ("entry_id",),
    Fact.PART: ("dossier_id", "agency"),
    Fact.MESSAGE: ("notice_id",),
}


def _view(counts: Sequence[Count], by: Sequence[str], cut: Cut) -> ir.Table:
    (fact,) = {count.fact for count in counts}
    wanted = frozenset(column_of(name, counts[0]) for name in by)
    return _view_of(fact, wanted, cut, any(count.pauses for count in counts))


@cache
def _view_of(fact: Fact, wanted: frozenset[str], cut: Cut, with_pauses: bool) -> ir.Table:
    """Made once: one statement often holds the same view many times, and few different ones are ever asked for."""
    if fact is Fact.DOSSIER:
        return dossier_view(cut, wanted, with_pauses=with_pauses)
    return {Fact.MOVE: move_view, Fact.PART: part_view, Fact.MESSAGE: message_view}[fact](cut, wanted)


def families(counts: Sequence[Count], by: Sequence[str]) -> list[tuple[Count, ...]]:
    """Counts that one expression can tell: of one fact, and falling under the same columns."""
    found: dict[tuple[object, ...], list[Count]] = {}
    for count in counts:
        found.setdefault((count.fact, *(column_of(name, count) for name in by)), []).append(count)
    return [tuple(family) for family in found.values()]


def counted(counts: Sequence[Count], by: Sequence[str], cut: Cut) -> ir.Table:
    """Columns: one for each dimension, then for each count its value and, of a sum, how many rows it is of."""
    view = _view(counts, by, cut)
    kept = view.filter(any_counts(counts, view))
    values: list[ir.Value] = []
    for count, holds in zip(counts, left_to_ask(counts, kept), strict=True):
        if count.amount:
            values += [
                kept[count.amount].sum(where=holds).cast("int64").name(count.name),
                kept.count(where=holds).name(f"{count.name}__rows"),
            ]
        elif count.distinct:
            values.append(kept[count.distinct].nunique(where=holds).name(count.name))
        else:
            values.append(kept.count(where=holds).name(count.name))
    return _grouped(kept, counts, by, values)


def _grouped(rows: ir.Table, counts: Sequence[Count], by: Sequence[str], values: list[ir.Value]) -> ir.Table:
    keys = [rows[column_of(name, counts[0])].name(f"by_{name}") for name in by]
    return rows.group_by(keys).aggregate(values) if keys else rows.aggregate(values)


def counted_at(counts: Sequence[Count], by: Sequence[str], cut: Cut, ends: Sequence[ir.Scalar]) -> ir.Table:
    """What stands open at each of several ends, the rows looked at once: the dimensions, then for each end its counts.

    EARLIEST and LATEST are those of the ends. Raises ValueError for what counts other than rows of dossiers, or looks at more
    of a window than its end.
    """
    if any(count.fact is not Fact.DOSSIER or count.amount or count.distinct for count in counts):
        raise ValueError([count.name for count in counts])
    view = dossier_view(cut, {column_of(name, counts[0]) for name in by})
    kept = view.filter(_asking(handled(view), {START: EARLIEST, END: LATEST}))
    for place, end in enumerate(ends):
        kept = with_standstill(kept, cut, end, f"paused_{place}")
    for place, end in enumerate(ends):
        kept = kept.mutate(paused=kept[f"paused_{place}"])
        holds = [_asking(count.where(kept), {END: end}) for count in counts]
        if any(START.op() in one.op().find(type(START.op())) for one in holds):
            raise ValueError([count.name for count in counts])
        kept = kept.mutate(**{f"holds_{place}_{number}": one for number, one in enumerate(holds)})
    values = [
        kept.count(where=kept[f"holds_{place}_{number}"]).name(f"{count.name}__{place}")
        for place in range(len(ends))
        for number, count in enumerate(counts)
    ]
    return _grouped(kept, counts, by, values)


def _asking(value: ir.BooleanValue, instead: Mapping[ir.Scalar, ir.Scalar]) -> ir.BooleanValue:
    """The same condition with other parameters in it."""
    replaced = value.op().replace({one.op(): other.op() for one, other in instead.items()}).to_expr()
    assert isinstance(replaced, ir.BooleanValue)
    return replaced


# What `handled` covers. A dossier's moments are set by what is counted only, and none finishes before it is accepted.
_COVERED = frozenset({handled, received, carried_over, finished, open_at_end})
_BY_MOMENT: Mapping[str, Predicate] = {
    "accepted": received,
    "finished": finished,
    "occurred": lambda t: in_window(t.occurred_at),
    "began": lambda t: in_window(t.began_at),
    "sent": lambda t: in_window(t.sent_at),
}


def any_counts(counts: Sequence[Count], view: ir.Table) -> ir.BooleanValue:
    """What holds for every row that any of them counts, as plain as it is known: rows are found by it, an index may serve.

    All conditions joined by OR would say the same exactly, and cost an engine more than the counting.
    """
    if len(counts) == 1:
        return counts[0].where(view)
    plain = dict.fromkeys(_among(count) for count in counts)
    if len(plain) > 1:
        plain = dict.fromkeys(handled if predicate in _COVERED else predicate for predicate in plain)
    return reduce(lambda one, other: one | other, [predicate(view) for predicate in plain])


def left_to_ask(counts: Sequence[Count], kept: ir.Table) -> list[ir.BooleanValue | None]:
    """What of each count's condition the rows found by `any_counts` may still not satisfy; None: every row is counted.

    An engine asks each word again for every count, which was a third of the time of a form.
    """
    said = frozenset(one.op() for one in _words(any_counts(counts, kept)))
    left = [[one for one in _words(count.where(kept)) if one.op() not in said] for count in counts]
    return [reduce(lambda one, other: one & other, words) if words else None for words in left]


def _words(condition: ir.BooleanValue) -> Iterator[ir.BooleanValue]:
    """Those that have to hold together."""
    op = condition.op()
    if isinstance(op, And):
        yield from _words(op.left.to_expr())
        yield from _words(op.right.to_expr())
    else:
        yield condition


def _among(count: Count) -> Predicate:
    return count.among or (_BY_MOMENT[count.moment] if count.moment else count.where)


def opened(
    count: Count, fixed: Mapping[str, bool | None], asked: Sequence[str], cut: Cut
) -> tuple[ir.Table, dict[str, ir.Scalar]]:
    """The rows that `count` counts in a cell, in a fixed order; the same condition as in `counted`, no second definition.

    `fixed` are dimensions that are null, yes or no there; `asked` those whose value is a parameter: returned by dimension.
    """
    view = _view([count], [*fixed, *asked], cut)
    kept = view.filter(count.where(view))
    for name, value in fixed.items():
        column = kept[column_of(name, count)]
        kept = kept.filter(column.isnull() if value is None else column if value else ~column)
    given: dict[str, ir.Scalar] = {}
    for name in asked:
        column = kept[column_of(name, count)]
        given[name] = ibis.param(column.type()).name(f"cell_{name}")
        kept = kept.filter(column == given[name])
    return kept.select(*OPENED[count.fact]).order_by(*ORDER[count.fact]), given
