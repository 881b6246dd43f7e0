"""Every measure by its name: one definition each for boards, reports and indexes."""

from __future__ import annotations

from motcua.law.errors import BadInput
from motcua.statistics.measures import digital, lateness, money, quality, receiving, recording, resolving, standing
from motcua.statistics.measures.base import Count, Fact, Lacking, Measure, Ratio

__all__ = ["MEASURES", "Count", "Fact", "Lacking", "Measure", "Ratio", "counts_of", "measure"]

MEASURES: dict[str, Measure] = {}
for _subject in (receiving, resolving, standing, lateness, digital, money, quality, recording):
    for _measure in _subject.MEASURES:
        if _measure.name in MEASURES:
            raise ValueError(f"measure {_measure.name} is defined twice")
        MEASURES[_measure.name] = _measure


def measure(name: str) -> Measure:
    """Raises BadInput for a name that no measure has."""
    if name not in MEASURES:
        raise BadInput(f"Không có chỉ tiêu “{name}”.", field="measure")
    return MEASURES[name]


def counts_of(found: Measure) -> list[Count]:
    """The counts that a measure is told by: itself, or numerator, denominator and unknown of a ratio."""
    if isinstance(found, Count):
        return [found]
    if isinstance(found, Ratio):
        parts = (measure(name) for name in (found.numerator, found.denominator, found.unknown) if name)
        return [part for part in parts if isinstance(part, Count)]
    return []
