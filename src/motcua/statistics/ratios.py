"""From whole numbers to what is printed: percentages, means and their rounding, made here and nowhere else. Pure.

Half up, two decimals. Shares of one whole are rounded so that they sum to 100,00 %: what is missing goes to those that
rounding cut the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

NO_FIGURE = "chưa có số liệu"
_CENT = 100


def percent_cents(numerator: int, denominator: int) -> int:
    """Hundredths of a percent, half up: 1 of 3 is 3333. The denominator is not zero."""
    return half_up(Fraction(numerator * 100 * _CENT, denominator))


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def shares_cents(parts: Sequence[int], whole: int | None = None) -> list[int]:
    """Hundredths of a percent of each part; together exactly 100,00 % where the parts make up the whole."""
    total = sum(parts) if whole is None else whole
    if total == 0:
        return [0] * len(parts)
    exact = [Fraction(part * 100 * _CENT, total) for part in parts]
    if sum(parts) != total:
        return [half_up(share) for share in exact]
    floors = [int(share) for share in exact]
    missing = 100 * _CENT - sum(floors)
    # The largest rests first; of equal ones the earlier.
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - exact[place], place))
    for place in order[:missing]:
        floors[place] += 1
    return floors


def cents_text(cents: int) -> str:
    """3333 → “33,33”."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // _CENT},{cents % _CENT:02d}"


def percent_text(numerator: int | None, denominator: int | None) -> str:
    """“33,33 %”; “chưa có số liệu” where there is nothing to divide or by."""
    if numerator is None or not denominator:
        return NO_FIGURE
    return f"{cents_text(percent_cents(numerator, denominator))} %"


def whole_text(value: int | None) -> str:
    """“1.234.567”."""
    return NO_FIGURE if value is None else f"{value:,}".replace(",", ".")
