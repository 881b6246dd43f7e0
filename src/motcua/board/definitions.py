"""How a figure is told: its words and source, beside it on every page."""

from __future__ import annotations

from motcua.board.tables import Card, Definition, Entry
from motcua.statistics.measures import measure


def definition_of(name: str) -> Definition:
    found = measure(name)
    return Definition(found.title, found.unit, found.definition, found.source)


def card(title: str, entry: Entry, name: str, beside: str = "", other: Entry | None = None) -> Card:
    return Card(title, entry, name, beside, other, definition_of(name))
