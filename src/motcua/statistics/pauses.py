"""Pauses as another system's file tells them: `KIND:FROM/TO;…`, TO empty while it runs. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from motcua.law.moments import parse_moment


class GivenPause(NamedTuple):
    """`kind` is `supplement`, `payment` or `legal`; `end` None = it runs."""

    kind: str
    begin: datetime
    end: datetime | None


def read_pauses(text: str) -> tuple[GivenPause, ...]:
    """From the text that was checked when the file was loaded."""
    pauses = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        kind, _, span = part.partition(":")
        begin, _, end = span.partition("/")
        pauses.append(GivenPause(kind, parse_moment(begin), parse_moment(end) if end.strip() else None))
    return tuple(pauses)
