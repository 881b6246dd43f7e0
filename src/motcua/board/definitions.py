"""How a figure is told: its words and source, beside it on every page."""

from __future__ import annotations

from motcua.statistics.measures import measure
from motcua.statistics.tabular.table import Card, Definition, Entry


def definition_of(name: str) -> Definition:
    found = measure(name)
    return Definition(found.title, found.unit, found.definition, found.source)


def card(title: str, entry: Entry, name: str, beside: str = "", other: Entry | None = None) -> Card:
    return Card(title, entry, name, beside, other, definition_of(name))
