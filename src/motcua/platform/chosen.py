"""What is chosen from a list of suggestions stands in its field as the code with the name behind it, or the code is typed alone."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from django.db.models import QuerySet

# No code that is kept is longer.
_LONGEST = 60


def code_in(text: str, known: Container[str]) -> str:
    """The longest beginning of the text, up to a blank or its end, that is a code: those of other systems hold blanks.

    Where none is, the first word, for the message that says so.
    """
    found = _beginnings(text)
    return next((one for one in found if one in known), found[-1])


def codes_in(texts: Iterable[str], rows: QuerySet[Any]) -> dict[str, str]:
    """Text → the code in it (`code_in`), for many at once. `rows` have a `code`. One query where there is any text."""
    asked = {text: _beginnings(text) for text in texts}
    beginnings = {one for found in asked.values() for one in found if one}
    known = set(rows.filter(code__in=beginnings).values_list("code", flat=True)) if beginnings else set()
    return {text: code_in(text, known) for text in asked}


def _beginnings(text: str) -> list[str]:
    words = text.strip().split(" ")
    found = [" ".join(words[:count]) for count in range(len(words), 1, -1)]
    return [*(one for one in found if len(one) <= _LONGEST), words[0]]
