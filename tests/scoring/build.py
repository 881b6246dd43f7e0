"""Small index sets for tests, written as a province would write them."""

from __future__ import annotations

import textwrap

from motcua.scoring.definition import IndexSet
from motcua.scoring.reading import read_index_set


class AnyMeasure(frozenset[str]):
    """Every name is a measure."""

    def __contains__(self, name: object) -> bool:
        return True


def set_text(criteria: str, points: str = "10", more: str = "", head: str = "not_applicable: full") -> str:
    """A file with these criteria, indented as a list at the top level."""
    start = f"""\
index: tinh
version: "1"
title: Bộ của tỉnh
source: Quyết định của tỉnh
valid_from: 2026-01-01
periods: [month]
points: {points}
{head}
"""
    return start + more + "criteria:\n" + textwrap.indent(textwrap.dedent(criteria).strip("\n"), "  ") + "\n"


def read(text: str, name: str = "tinh.yaml") -> IndexSet:
    return read_index_set(text.encode(), name, AnyMeasure())


def one(rule: str, points: str = "10", head: str = "not_applicable: full") -> IndexSet:
    """A set of one criterion: `rule` is what follows its title, as `key: value` parts."""
    body = "\n".join(f"  {part}" for part in textwrap.dedent(rule).strip("\n").split("\n"))
    return read(set_text(f"- code: A\n  title: Tiêu chí\n  points: {points}\n{body}", points, head=head))
