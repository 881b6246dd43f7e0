"""A whole index from the numbers of its measures: points of criteria, groups and the total, and between what they could lie. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from motcua.scoring.definition import Group, IndexSet, Leaf, NotApplicable, Shown
from motcua.scoring.rules import NOTHING, Earned, Numbers, earned


class Status(StrEnum):
    KNOWN = "known"
    # Some of what is counted is not known either way.
    PARTLY = "partly_unknown"
    NO_FIGURE = "no_figure"
    # The denominator is zero, and the set says what is given then.
    EMPTY = "empty"
    NOT_APPLICABLE = "not_applicable"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Scored:
    """A criterion: `points` None = no figure; `highest` is what can be reached by whom it is about."""

    criterion: Leaf
    # Codes of the groups it is in, the outermost first.
    groups: tuple[str, ...]
    status: Status
    highest: Fraction
    earned: Earned

    @property
    def points(self) -> Fraction | None:
        return self.earned.points


@dataclass(frozen=True, slots=True)
class Sum:
    """What is known, and between what it could lie: `points` is the sum of what is known."""

    points: Fraction
    low: Fraction
    high: Fraction
    highest: Fraction
    # Criteria without any figure.
    missing: int


@dataclass(frozen=True, slots=True)
class Score:
    index_set: IndexSet
    subject: str
    criteria: tuple[Scored, ...]
    groups: dict[str, Sum]
    total: Sum

    @property
    def band(self) -> str | None:
        """The band, where it is the same however the missing figures would turn out."""
        low, high = self.bands
        return low if low == high else None

    @property
    def bands(self) -> tuple[str | None, str | None]:
        return self._band(self.total.low), self._band(self.total.high)

    def _band(self, points: Fraction) -> str | None:
        reached = [band.title for band in self.index_set.bands if points >= band.at_least]
        return reached[-1] if reached else None

    def of(self, code: str) -> Scored | None:
        return next((one for one in self.criteria if one.criterion.code == code), None)


def score(index_set: IndexSet, subject: str, numbers: Numbers) -> Score:
    """`subject`: whose score it is, a word of `definition.SUBJECTS`."""
    scored = tuple(
        _scored(leaf, groups, index_set, subject, numbers) for leaf, groups in _leaves(index_set.criteria, ())
    )
    codes = dict.fromkeys(code for one in scored for code in one.groups)
    groups = {code: _sum([one for one in scored if code in one.groups]) for code in codes}
    return Score(index_set, subject, scored, groups, _scaled(_sum(scored), index_set.points))


def _leaves(criteria: tuple[Leaf | Group, ...], groups: tuple[str, ...]) -> Iterator[tuple[Leaf, tuple[str, ...]]]:
    for criterion in criteria:
        if isinstance(criterion, Group):
            yield from _leaves(criterion.criteria, (*groups, criterion.code))
        else:
            yield criterion, groups


def applies(criterion: Leaf, subject: str) -> bool:
    if isinstance(criterion, NotApplicable):
        return False
    return criterion.applies_to is None or subject in criterion.applies_to


def _scored(leaf: Leaf, groups: tuple[str, ...], index_set: IndexSet, subject: str, numbers: Numbers) -> Scored:
    if not applies(leaf, subject):
        given = leaf.points if index_set.not_applicable == "full" else NOTHING
        return Scored(leaf, groups, Status.NOT_APPLICABLE, given, Earned(given, given, given))
    told = earned(leaf, numbers)
    if isinstance(leaf, Shown):
        status = Status.SHOWN
    elif told.points is None:
        status = Status.NO_FIGURE
    elif told.empty:
        status = Status.EMPTY
    else:
        status = Status.PARTLY if told.low != told.high else Status.KNOWN
    return Scored(leaf, groups, status, leaf.points, told)


def _sum(scored: tuple[Scored, ...] | list[Scored]) -> Sum:
    return Sum(
        sum((one.points or NOTHING for one in scored), NOTHING),
        sum((one.earned.low for one in scored), NOTHING),
        sum((one.earned.high for one in scored), NOTHING),
        sum((one.highest for one in scored), NOTHING),
        sum(one.points is None for one in scored),
    )


def _scaled(raw: Sum, whole: Fraction) -> Sum:
    """As a part of the whole set, also where what does not apply has left it."""
    if raw.highest in (whole, NOTHING):
        return raw
    scale = whole / raw.highest
    return Sum(raw.points * scale, raw.low * scale, raw.high * scale, whole, raw.missing)
