"""Points and shares as they are shown: two decimals, half up, made here and nowhere else. Pure."""

from __future__ import annotations

from fractions import Fraction

from motcua.statistics.ratios import NO_FIGURE, cents_text, half_up


def cents(points: Fraction) -> int:
    """Hundredths of a point."""
    return half_up(points * 100)


def number(points: Fraction | None) -> float | None:
    """For JSON: 17.35."""
    return None if points is None else cents(points) / 100


def points_text(points: Fraction | None) -> str:
    """“17,35”; “chưa có số liệu”."""
    return NO_FIGURE if points is None else cents_text(cents(points))


def range_text(low: Fraction, high: Fraction) -> str:
    """“từ 3,00 đến 6,00”; one number where both show the same."""
    one, other = cents_text(cents(low)), cents_text(cents(high))
    return one if one == other else f"từ {one} đến {other}"


def ratio_number(ratio: Fraction | None) -> float | None:
    """For JSON: 0.8667, which is 86,67 %."""
    return None if ratio is None else half_up(ratio * 10_000) / 10_000


def ratio_text(ratio: Fraction | None) -> str:
    """“86,67 %”."""
    return NO_FIGURE if ratio is None else f"{cents_text(half_up(ratio * 10_000))} %"


_DAY = 86_400


def mean_text(mean: Fraction, unit: str) -> str:
    """“13,50 ngày” of seconds, else the mean with its unit."""
    if unit == "giây":
        return f"{cents_text(cents(mean / _DAY))} ngày"
    return f"{cents_text(cents(mean))} {unit}"
