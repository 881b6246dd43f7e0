"""Whole numbers as an address or a bare form brings them."""

from __future__ import annotations

# One digit fewer than the largest that a column of ids takes.
_MOST_DIGITS = 18


def whole_number(text: str) -> int | None:
    """None for anything but plain digits, and for more of them than a column takes: `²` and `٣` are digits too."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
