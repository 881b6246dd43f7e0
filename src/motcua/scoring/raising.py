"""What raising a criterion by one point takes: how many of which dossiers, checked by supposing it and scoring again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from motcua.scoring.costs import costs, counted_by
from motcua.scoring.definition import Leaf, Rated
from motcua.scoring.engines import Supposing
from motcua.scoring.queries import Question, measures_of, numbers_of
from motcua.scoring.remedies import Remedy, remedy_of
from motcua.scoring.rules import Numbers, earned

STEP = Fraction(1)
# As many dossiers as a person could look through; a point that takes more is told by its number alone.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Raise:
    """`needed` dossiers (of which `rows`) raise the points from `before`; `after` is what scoring again has given.

    `after` None = not checked, for there are more than MOST.
    """

    remedy: Remedy
    needed: int
    # What was needed for: a point, or what was left to the maximum.
    wanted: Fraction
    before: Fraction
    after: Fraction | None
    rows: tuple[dict[str, Any], ...]


def raise_by_a_point(question: Question, criterion: Leaf, numbers: Numbers) -> Raise | None:
    """None where all points are there, where dossiers cannot raise them, or where all of them together do not suffice."""
    if not isinstance(criterion, Rated):
        return None
    remedy = remedy_of(criterion.numerator)
    before = _points(criterion, numbers)
    wanted = min(STEP, criterion.points - before)
    if remedy is None or wanted <= 0:
        return None
    cost = costs(question, criterion, limit=MOST)
    if cost is None:
        return None
    needed = _needed(criterion, numbers, before + wanted, cost.total)
    if needed is None:
        return None
    rows = _one_each(cost.rows, counted_by(criterion))
    if needed > len(rows):
        return Raise(remedy, needed, wanted, before, None, ())
    chosen = rows[:needed]
    after = _supposed(question, criterion, remedy, chosen)
    return Raise(remedy, needed, wanted, before, after, chosen)


def _points(criterion: Rated, numbers: Numbers) -> Fraction:
    """Where nothing is known: what is had for certain."""
    told = earned(criterion, numbers)
    return told.low if told.points is None else told.points


def _needed(criterion: Rated, numbers: Numbers, goal: Fraction, most: int) -> int | None:
    """The fewest dossiers that reach the goal: the points never fall as dossiers are added, so it is searched by halves."""
    low, high = 1, most
    if not most or _points(criterion, _with_more(criterion, numbers, most)) < goal:
        return None
    while low < high:
        middle = (low + high) // 2
        if _points(criterion, _with_more(criterion, numbers, middle)) >= goal:
            high = middle
        else:
            low = middle + 1
    return low


def _with_more(criterion: Rated, numbers: Mapping[str, int | None], more: int) -> Numbers:
    """As if `more` dossiers had come to count, the unknown ones among them as if they had been known not to."""
    gains = next(term.measure for term in criterion.numerator if term.sign > 0)
    changed = dict(numbers)
    changed[gains] = (changed.get(gains) or 0) + more
    for term in criterion.unknown:
        known = changed.get(term.measure)
        changed[term.measure] = None if known is None else max(0, known - more)
    return changed


def _one_each(rows: tuple[dict[str, Any], ...], by: str | None) -> tuple[dict[str, Any], ...]:
    """One dossier of each different value, where these are what is counted."""
    if by is None:
        return rows
    return tuple({row[by]: row for row in reversed(rows)}.values())[::-1]


def _supposed(question: Question, criterion: Rated, remedy: Remedy, rows: tuple[dict[str, Any], ...]) -> Fraction:
    engine = Supposing([row["dossier_id"] for row in rows], remedy.facts)
    return _points(criterion, numbers_of(question, measures_of([criterion]), engine=engine))
