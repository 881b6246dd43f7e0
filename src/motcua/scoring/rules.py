"""Points of one criterion from the numbers of its measures, and between which points they could lie. Pure, exact.

None is no figure: it is not zero, and a criterion without a figure could have anything from nothing to its maximum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from motcua.scoring.definition import (
    Boolean,
    Capped,
    Leaf,
    NotApplicable,
    Penalty,
    Rated,
    Ratio,
    Shown,
    Steps,
    Term,
    points_text,
)

Numbers = Mapping[str, int | None]

NOTHING, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio and its bounds. `value` None with `empty` = nothing to divide by; None otherwise = not known."""

    numerator: int | None
    denominator: int | None
    value: Fraction | None
    low: Fraction = NOTHING
    high: Fraction = ONE
    unknown: int = 0
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Earned:
    """`points` None = no figure; always low <= points <= high."""

    points: Fraction | None
    low: Fraction
    high: Fraction
    numerator: int | None = None
    denominator: int | None = None
    ratio: Fraction | None = None
    # Of what is counted, how many are not known either way.
    unknown: int = 0
    empty: bool = False
    # By which the ratio has been multiplied; `ratio` is the product.
    factors: tuple[Share, ...] = ()


def total(terms: tuple[Term, ...], numbers: Numbers) -> int | None:
    """The terms summed, never below zero; None as soon as one of them is."""
    values = [(term.sign, numbers.get(term.measure)) for term in terms]
    if any(value is None for _, value in values):
        return None
    return max(0, sum(sign * (value or 0) for sign, value in values))


def share(ratio: Ratio, numbers: Numbers) -> Share:
    """Unknown counts as not reached in the value, both ways in the bounds."""
    numerator, denominator = total(ratio.numerator, numbers), total(ratio.denominator, numbers)
    inside, outside = total(ratio.unknown, numbers), total(ratio.unknown_denominator, numbers)
    if numerator is None or denominator is None or inside is None or outside is None:
        return Share(numerator, denominator, None)
    numerator = min(numerator, denominator)
    inside = min(inside, denominator - numerator)
    widest = denominator + outside
    if widest == 0:
        return Share(0, 0, None, empty=True)
    low, high = Fraction(numerator, widest), Fraction(numerator + inside + outside, widest)
    unknown = inside + outside
    if denominator == 0 or inside == denominator:
        # Not one of them is known: that is no zero.
        return Share(None, denominator, None, low, high, unknown)
    return Share(numerator, denominator, Fraction(numerator, denominator), low, high, unknown)


def earned(criterion: Leaf, numbers: Numbers) -> Earned:
    """For whom the criterion applies to. A criterion that nobody is scored by, or that is only shown, earns nothing."""
    most = criterion.points
    if isinstance(criterion, NotApplicable):
        return Earned(NOTHING, NOTHING, NOTHING)
    if isinstance(criterion, Shown):
        numerator = total(criterion.numerator, numbers)
        denominator = None if criterion.denominator is None else total(criterion.denominator, numbers)
        ratio = Fraction(numerator, denominator) if numerator is not None and denominator else None
        return Earned(NOTHING, NOTHING, NOTHING, numerator, denominator, ratio)
    if isinstance(criterion, Boolean | Penalty):
        count = total(criterion.numerator, numbers)
        if count is None:
            return Earned(None, NOTHING, most)
        if isinstance(criterion, Boolean):
            points = most if count >= 1 else NOTHING
        else:
            points = max(NOTHING, most - criterion.each * count)
        return Earned(points, points, points, count)
    return _rated(criterion, numbers)


def _rated(criterion: Rated, numbers: Numbers) -> Earned:
    first = share(criterion, numbers)
    if first.empty:
        given = {"no_figure": None, "full": criterion.points, "zero": NOTHING}[criterion.when_empty]
        low, high = (NOTHING, criterion.points) if given is None else (given, given)
        return Earned(given, low, high, 0, 0, empty=True)
    value, low, high, unknown = first.value, first.low, first.high, first.unknown
    factors = tuple(share(factor, numbers) for factor in criterion.times)
    for told in factors:
        value = None if value is None or told.value is None else value * told.value
        low, high = low * told.low, high * told.high
        unknown = max(unknown, told.unknown)
    points = None if value is None else points_of(criterion, value)
    return Earned(
        points,
        points_of(criterion, low),
        points_of(criterion, high),
        first.numerator,
        first.denominator,
        value,
        unknown,
        factors=factors,
    )


def points_of(criterion: Rated, ratio: Fraction) -> Fraction:
    """The rule itself; never falls as the ratio rises."""
    most, ratio = criterion.points, min(ONE, ratio)
    if isinstance(criterion, Capped):
        return NOTHING if ratio < criterion.zero_below else min(most, most * ratio / criterion.full_at)
    if isinstance(criterion, Steps):
        return next((step.points for step in reversed(criterion.ladder) if ratio >= step.at_least), NOTHING)
    return most * ratio


def rule_text(criterion: Leaf) -> str:
    """The rule in one Vietnamese line."""
    most = points_text(criterion.points)
    match criterion:
        case Capped(full_at=full_at, zero_below=zero_below):
            floor = f"; dưới {_percent(zero_below)} được 0 điểm" if zero_below else ""
            words = f"{most} × tỷ lệ ÷ {_percent(full_at)}, đủ điểm từ {_percent(full_at)}{floor}"
        case Steps(ladder=ladder):
            steps = [f"từ {_percent(step.at_least)} được {points_text(step.points)}" for step in reversed(ladder)]
            words = f"theo bậc: {'; '.join(steps)}"
        case Boolean():
            words = f"có thì được {most}, không có thì được 0"
        case Penalty(each=each):
            words = f"{most} trừ {points_text(each)} cho mỗi lần vi phạm, không dưới 0"
        case Shown():
            words = "chỉ để xem, không tính điểm"
        case NotApplicable():
            words = "không áp dụng trong bộ này"
        case _:
            words = f"{most} × tỷ lệ"
    if isinstance(criterion, Rated) and criterion.times:
        words += "; tỷ lệ nhân với " + " và ".join("tỷ lệ kèm theo" for _ in criterion.times)
    if isinstance(criterion, Rated) and criterion.when_empty != "no_figure":
        words += "; mẫu số bằng 0 thì được " + (most if criterion.when_empty == "full" else "0")
    return words


def _percent(value: Fraction) -> str:
    return f"{points_text(value * 100)} %"
