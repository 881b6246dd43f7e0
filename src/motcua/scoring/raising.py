"""What raising a criterion by one point takes: how many of which dossiers, checked by supposing it and scoring again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from motcua.scoring.costs import Cost, costs, counted_by
from motcua.scoring.definition import Boolean, Leaf, Penalty, Rated, named_terms
from motcua.scoring.engines import Supposing
from motcua.scoring.queries import Question, measures_of, numbers_of
from motcua.scoring.remedies import Remedy, remedy_of
from motcua.scoring.rules import Numbers, earned
from motcua.scoring.shown import points_text, range_text
from motcua.statistics.measures import MEASURES, Lacking
from motcua.statistics.ratios import whole_text

STEP = Fraction(1)
# As many dossiers as a person could look through; a point that takes more is told by its number alone.
MOST = 2_000

_Raised = Rated | Penalty


@dataclass(frozen=True, slots=True)
class Raise:
    """`needed` dossiers (of which `rows`) raise the points from `before`; `after` is what scoring again has given.

    `after` None = not checked: there are more than MOST, or nobody has said what would make a dossier count (`remedy`).
    """

    remedy: Remedy | None
    needed: int
    # What was needed for: a point, or what was left to the maximum.
    wanted: Fraction
    before: Fraction
    after: Fraction | None
    rows: tuple[dict[str, Any], ...]


def raise_by_a_point(question: Question, criterion: Leaf, numbers: Numbers) -> Raise | str:
    """What it takes, or in words why no dossiers can be named for it."""
    lacking = [one for _, term in named_terms(criterion) if isinstance(one := MEASURES[term.measure], Lacking)]
    told = earned(criterion, numbers)
    if told.points is None and (lacking or isinstance(criterion, Boolean | Penalty)):
        return (
            f"Chưa có số liệu nên chưa biết cần gì; điểm thật có thể {range_text(told.low, told.high)}."
            " Chưa có số liệu không phải là 0 điểm."
        )
    before = _points(criterion, numbers)
    wanted = min(STEP, criterion.points - before)
    if wanted <= 0:
        return "Đã đủ điểm tối đa."
    if isinstance(criterion, Boolean):
        titles = " hoặc ".join(f"“{MEASURES[term.measure].title}”" for term in criterion.numerator if term.sign > 0)
        return f"Cần ít nhất một trường hợp được tính ở {titles}; kỳ này chưa có trường hợp nào."
    cost = costs(question, criterion, limit=MOST) if isinstance(criterion, _Raised) else None
    if cost is None or not isinstance(criterion, _Raised):
        return "Tiêu chí này không đếm hồ sơ nên không nêu được hồ sơ nào."
    return _raised(question, criterion, numbers, before, wanted, cost)


def _raised(
    question: Question, criterion: _Raised, numbers: Numbers, before: Fraction, wanted: Fraction, cost: Cost
) -> Raise | str:
    if not cost.total:
        return "Kỳ này chưa có hồ sơ nào được tính ở mẫu số." if not _counted(criterion, numbers) else _LIMITED
    needed = _needed(criterion, numbers, before + wanted, cost.total)
    if needed is None:
        most = _points(criterion, _with_more(criterion, numbers, cost.total))
        return (
            f"Chưa thêm được {points_text(wanted)} điểm: dù cả {whole_text(cost.total)} hồ sơ làm mất điểm đều đạt thì"
            f" tiêu chí cũng chỉ được {points_text(most)} điểm{_because(criterion)}."
        )
    remedy = remedy_of(criterion.numerator, spare=isinstance(criterion, Penalty))
    rows = _one_each(cost.rows, counted_by(criterion))
    if needed > len(rows):
        return Raise(remedy, needed, wanted, before, None, ())
    chosen = rows[:needed]
    after = None if remedy is None else _supposed(question, criterion, remedy, chosen)
    return Raise(remedy, needed, wanted, before, after, chosen)


_LIMITED = "Không hồ sơ nào ở tỷ lệ chính làm mất điểm; điểm còn lại mất ở tỷ lệ kèm theo."


def _because(criterion: _Raised) -> str:
    return ", vì tỷ lệ còn nhân với tỷ lệ kèm theo" if isinstance(criterion, Rated) and criterion.times else ""


def _counted(criterion: _Raised, numbers: Numbers) -> int:
    terms = criterion.denominator if isinstance(criterion, Rated) else criterion.numerator
    return sum(numbers.get(term.measure) or 0 for term in terms)


def _points(criterion: Leaf, numbers: Numbers) -> Fraction:
    """Where nothing is known: what is had for certain."""
    told = earned(criterion, numbers)
    return told.low if told.points is None else told.points


def _needed(criterion: _Raised, numbers: Numbers, goal: Fraction, most: int) -> int | None:
    """The fewest dossiers that reach the goal: the points never fall as dossiers are added, so it is searched by halves."""
    low, high = 1, most
    if _points(criterion, _with_more(criterion, numbers, most)) < goal:
        return None
    while low < high:
        middle = (low + high) // 2
        if _points(criterion, _with_more(criterion, numbers, middle)) >= goal:
            high = middle
        else:
            low = middle + 1
    return low


def _with_more(criterion: _Raised, numbers: Mapping[str, int | None], more: int) -> Numbers:
    """As if `more` dossiers had come to count, the unknown ones among them as if they had been known not to; where failures
    are counted, as if so many fewer had been."""
    gains = next(term.measure for term in criterion.numerator if term.sign > 0)
    changed = dict(numbers)
    if isinstance(criterion, Penalty):
        changed[gains] = max(0, (changed.get(gains) or 0) - more)
        return changed
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


def _supposed(question: Question, criterion: _Raised, remedy: Remedy, rows: tuple[dict[str, Any], ...]) -> Fraction:
    engine = Supposing([row["dossier_id"] for row in rows], remedy.facts)
    return _points(criterion, numbers_of(question, measures_of([criterion]), engine=engine))
