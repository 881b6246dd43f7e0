"""The template of the narrative report: headings and sentences with places for numbers, read from data and checked.

A place is `{name}` for a measure, `{name/n}` or `{name/d}` for one of a ratio's two numbers, `{target:goal}` for a target.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import yaml

from motcua.board.goals import Goal
from motcua.law.errors import BadInput
from motcua.reporting.data_files import text_of
from motcua.statistics.measures import MEASURES, Count, Ratio
from motcua.statistics.measures.base import PERCENT


@dataclass(frozen=True, slots=True)
class MeasurePlace:
    """`part`: "" the value, "n" the numerator, "d" the denominator."""

    name: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class TargetPlace:
    goal: Goal


Place: TypeAlias = str | MeasurePlace | TargetPlace


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where the count `unless_zero` is nought, `otherwise` is said instead."""

    pieces: tuple[Place, ...]
    unless_zero: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    number: str
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    title: str
    source: str
    headings: tuple[Heading, ...]

    @property
    def measures(self) -> list[str]:
        """Every measure that is asked for, once, in order."""
        names: dict[str, None] = {}
        for heading in self.headings:
            for sentence in heading.sentences:
                names |= dict.fromkeys(one.name for one in sentence.pieces if isinstance(one, MeasurePlace))
                if sentence.unless_zero:
                    names[sentence.unless_zero] = None
        return list(names)


_PLACE = re.compile(r"\{([a-z0-9_:/]+)\}")


@lru_cache(maxsize=8)
def read_layout(text: str, name: str) -> Layout:
    """The template in a file called `name`. Raises BadInput."""
    try:
        told = yaml.safe_load(text)
        headings = tuple(
            Heading(str(one["number"]), one["title"], tuple(_sentence(row) for row in one.get("sentences", ())))
            for one in told["headings"]
        )
        return Layout(told["title"], told["source"], headings)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{name}: mẫu báo cáo không đọc được ({error}).") from None


def _sentence(row: str | Mapping[str, Any]) -> Sentence:
    if isinstance(row, str):
        return Sentence(_pieces(row))
    if not isinstance(MEASURES.get(row["unless_zero"]), Count):
        raise ValueError(f"chỉ tiêu {row['unless_zero']}")
    return Sentence(_pieces(row["text"]), row["unless_zero"], row["otherwise"])


def _pieces(text: str) -> tuple[Place, ...]:
    # Every second part is what stands between braces.
    return tuple(_place(part) if place % 2 else part for place, part in enumerate(_PLACE.split(text)) if part)


def _place(text: str) -> MeasurePlace | TargetPlace:
    kind, _, goal = text.partition(":")
    if goal:
        if kind != "target":
            raise ValueError(f"chỗ điền {{{text}}}")
        return TargetPlace(Goal(goal))
    name, _, part = text.partition("/")
    found = MEASURES.get(name)
    # A ratio is printed as a percentage; its two numbers only where it has two.
    fits = found is not None and (found.unit == PERCENT if isinstance(found, Ratio) and not part else True)
    if not fits or part not in ("", "n", "d") or (part and not isinstance(found, Ratio)):
        raise ValueError(f"chỗ điền {{{text}}}")
    return MeasurePlace(name, part)


def layout() -> Layout:
    """The template that holds. Raises BadInput for one of the province's own that cannot be read."""
    name = "narrative.yaml"
    return read_layout(text_of(name), name)
