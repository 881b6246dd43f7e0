"""Measures by name as the board asks for them."""

from __future__ import annotations

from motcua.statistics.measures import Count, measure

# Counted over the whole window, also the part of it that is still to come.
AHEAD = frozenset({"due"})
# What is open at the end of a window, whenever it began.
STANDING = ("open", "open_overdue")


def counts(*names: str) -> list[Count]:
    """Raises BadInput for a name that no measure has."""
    found = [measure(name) for name in names]
    return [one for one in found if isinstance(one, Count)]
