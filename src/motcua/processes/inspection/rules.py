"""The words and numbers of every sign, kind and list of the inspection, as shipped (`processes/data/inspection.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """One threshold: `value` as shipped, `least` and `most` that may be set, all whole."""

    name: str
    label: str
    unit: str
    value: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`look` = what the records show, `ask` = what to do about it; `about` is what a finding is of (signs only)."""

    key: str
    title: str
    look: str
    ask: str
    numbers: tuple[Number, ...] = ()
    about: str = ""

    @property
    def shipped(self) -> dict[str, int]:
        return {number.name: number.value for number in self.numbers}


@cache
def rules_of(subject: str) -> dict[str, Rule]:
    """The shipped rules of `suspicion`, `stuck` or `backlog`, by key, in the file's order."""
    tables = tomllib.loads((files("motcua.processes") / "data" / "inspection.toml").read_text("utf-8"))
    return {table["key"]: _rule(table) for table in tables[subject]}


def _rule(table: dict[str, Any]) -> Rule:
    numbers = tuple(Number(**number) for number in table["number"])
    return Rule(table["key"], table["title"], table["look"], table["ask"], numbers, table.get("about", ""))
