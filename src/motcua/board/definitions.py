"""How a figure is told: its words and source, beside it on every page."""

from __future__ import annotations

from motcua.board.measures import board_measure
from motcua.board.tables import Card, Definition, Entry


def definition_of(name: str) -> Definition:
    found = board_measure(name)
    return Definition(found.title, found.unit, found.definition, found.source)


def card(title: str, entry: Entry, measure: str, beside: str = "", other: Entry | None = None) -> Card:
    return Card(title, entry, measure, beside, other, definition_of(measure))
