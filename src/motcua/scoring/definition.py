"""What an index set is: groups of criteria, their points and rules, as data with days of validity and a source in law. Pure.

A criterion names measures; it never computes them. Points and shares are exact fractions: nothing is rounded before it is
shown. Checked when read (`scoring.reading`), so that whatever has one of these types can be scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

# Whose index it is. A department is an agency of provincial level below the province itself.
SUBJECTS = {
    "ministry": "bộ, ngành",
    "province": "tỉnh",
    "department": "sở, ngành cấp tỉnh",
    "district": "huyện",
    "commune": "xã",
    "vertical": "ngành dọc",
}


class Term(NamedTuple):
    """A measure that is added (+1) or taken off (-1)."""

    sign: int
    measure: str


def fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("rule", "{message}", {"message": message})


_NUMBER = re.compile(r"\d{1,4}(\.\d{1,4})?")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ?%")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SUM = re.compile(r"[a-z][a-z0-9_]*( [+-] [a-z][a-z0-9_]*)*")


def _points(value: Any) -> Fraction:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Fraction(value)
    raise fault("cần số điểm không âm, dấu thập phân là dấu chấm, như 6 hoặc 2.5")


def _share(value: Any) -> Fraction:
    found = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if found is None or Fraction(found[1]) > 100:
        raise fault("cần tỷ lệ phần trăm từ 0 % đến 100 %, như 80 %")
    return Fraction(found[1]) / 100


def _measure(value: Any) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise fault("cần tên một chỉ tiêu, như received")


def _terms(value: Any) -> tuple[Term, ...]:
    if not isinstance(value, str) or not _SUM.fullmatch(value):
        raise fault("cần tên chỉ tiêu, cộng hoặc trừ nhau, như received - late")
    words = value.split(" ")
    signs = ["+", *words[1::2]]
    return tuple(Term(1 if sign == "+" else -1, name) for sign, name in zip(signs, words[::2], strict=True))


Points: TypeAlias = Annotated[Fraction, BeforeValidator(_points)]
Share: TypeAlias = Annotated[Fraction, BeforeValidator(_share)]
MeasureName: TypeAlias = Annotated[str, BeforeValidator(_measure)]
Terms: TypeAlias = Annotated[tuple[Term, ...], BeforeValidator(_terms)]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=1000)]
Code: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")]
Subject: TypeAlias = Literal["ministry", "province", "department", "district", "commune", "vertical"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Named(_Model):
    code: Code
    title: Text
    points: Points
    source: Text | None = None
    # Seen in the source, and not only known by hearsay.
    confirmed: bool = True
    note: Text | None = None


class _Leaf(_Named):
    # None = whoever is scored.
    applies_to: tuple[Subject, ...] | None = None


class Ratio(_Model):
    """Two sums of measures. `unknown` counts what of the denominator may belong to the numerator or not; `unknown_denominator`
    counts what may belong to the denominator or not, and then to the numerator too."""

    numerator: Terms
    denominator: Terms
    unknown: Terms = ()
    unknown_denominator: Terms = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return (*self.numerator, *self.denominator, *self.unknown, *self.unknown_denominator)


class _Rated(_Leaf, Ratio):
    # Further ratios by which the ratio is multiplied.
    times: tuple[Ratio, ...] = ()
    # What is given where the denominator is zero: a figure that is not there, the maximum, or nothing.
    when_empty: Literal["no_figure", "full", "zero"] = "no_figure"

    @property
    def ratios(self) -> tuple[Ratio, ...]:
        return (self, *self.times)


class Linear(_Rated):
    """points × ratio."""

    kind: Literal["linear"]


class Survey(_Rated):
    """points × the share of valid answers that are satisfied."""

    kind: Literal["survey"]


class Capped(_Rated):
    """points × ratio ÷ full_at, never more than the points; nothing below zero_below."""

    kind: Literal["capped"]
    full_at: Share
    zero_below: Share = Fraction(0)

    @model_validator(mode="after")
    def _in_order(self) -> Capped:
        if not self.zero_below < self.full_at:
            raise fault("full_at phải lớn hơn zero_below (không ghi zero_below thì lớn hơn 0 %)")
        return self


class Step(_Model):
    at_least: Share
    points: Points


class Steps(_Rated):
    """The points of the highest step that the ratio reaches; below the first, nothing."""

    kind: Literal["steps"]
    ladder: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _climbs(self) -> Steps:
        for lower, higher in zip(self.ladder, self.ladder[1:], strict=False):
            if not (lower.at_least < higher.at_least and lower.points < higher.points):
                raise fault(
                    "các bậc của ladder phải xếp từ thấp lên cao, bậc sau có at_least và points lớn hơn bậc trước"
                )
        if self.ladder[-1].points != self.points:
            raise fault("bậc cao nhất của ladder phải có điểm bằng points của tiêu chí")
        return self


class Boolean(_Leaf):
    """All the points where the number is at least one, else nothing."""

    kind: Literal["boolean"]
    numerator: Terms


class Penalty(_Leaf):
    """The points less `each` for every failure counted, never below zero."""

    kind: Literal["penalty"]
    numerator: Terms
    each: Points

    @model_validator(mode="after")
    def _takes_something(self) -> Penalty:
        if not self.each:
            raise fault("each phải lớn hơn 0")
        return self


class Shown(_Leaf):
    """A number to be looked at; no points."""

    kind: Literal["shown"]
    numerator: Terms
    denominator: Terms | None = None
    unit: Text

    @model_validator(mode="after")
    def _without_points(self) -> Shown:
        if self.points:
            raise fault("tiêu chí kind: shown chỉ để xem, points phải là 0")
        return self


class NotApplicable(_Leaf):
    """Scored by nobody in this version; gives what the set says."""

    kind: Literal["not_applicable"]


Leaf: TypeAlias = Linear | Survey | Capped | Steps | Boolean | Penalty | Shown | NotApplicable
Rated: TypeAlias = Linear | Survey | Capped | Steps


class Group(_Named):
    """The sum of what is below."""

    kind: Literal["group"]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> Group:
        _same_sum(self.points, self.criteria)
        return self


Criterion: TypeAlias = Annotated[Leaf | Group, Field(discriminator="kind")]


class Band(_Model):
    title: Text
    at_least: Points


class IndexSet(_Model):
    """One version of an index; `valid_to` is the first day on which it no longer holds."""

    index: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    version: Code
    title: Text
    source: Text
    note: Text | None = None
    valid_from: date
    valid_to: date | None = None
    periods: Annotated[tuple[Literal["month", "quarter", "year"], ...], Field(min_length=1)]
    # What a criterion gives to whom it does not apply to: its maximum, or its maximum leaves the whole, which is scaled up.
    not_applicable: Literal["full", "rescale"]
    points: Points
    bands: tuple[Band, ...] = ()
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> IndexSet:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise fault("valid_to (ngày đầu tiên không còn hiệu lực) phải sau valid_from")
        if not self.points:
            raise fault("points của cả bộ phải lớn hơn 0")
        _same_sum(self.points, self.criteria)
        for lower, higher in zip(self.bands, self.bands[1:], strict=False):
            if lower.at_least >= higher.at_least:
                raise fault("các mức của bands phải xếp từ thấp lên cao")
        if self.bands and self.bands[0].at_least:
            raise fault("mức thấp nhất của bands phải có at_least là 0")
        return self

    def leaves(self) -> Iterator[Leaf]:
        return (one for _, one in walk(self) if not isinstance(one, Group))

    def groups(self) -> Iterator[Group]:
        return (one for _, one in walk(self) if isinstance(one, Group))


def walk(
    parent: IndexSet | Group, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Leaf | Group]]:
    """Every criterion in order, groups before what they hold, with the way to it in the file."""
    for place, criterion in enumerate(parent.criteria):
        here = (*path, "criteria", place)
        yield here, criterion
        if isinstance(criterion, Group):
            yield from walk(criterion, here)


def named_terms(criterion: Leaf) -> Iterator[tuple[tuple[str | int, ...], Term]]:
    """The measures that a criterion names, with the way to each from the criterion."""
    if isinstance(criterion, Linear | Survey | Capped | Steps):
        for place, ratio in enumerate(criterion.ratios):
            way: tuple[str | int, ...] = ("times", place - 1) if place else ()
            for name in ("numerator", "denominator", "unknown", "unknown_denominator"):
                yield from (((*way, name), term) for term in getattr(ratio, name))
    elif isinstance(criterion, Boolean | Penalty):
        yield from ((("numerator",), term) for term in criterion.numerator)
    elif isinstance(criterion, Shown):
        yield from ((("numerator",), term) for term in criterion.numerator)
        yield from ((("denominator",), term) for term in criterion.denominator or ())


def points_text(points: Fraction) -> str:
    """As Vietnamese writes a number that is exact in the file: 2,5."""
    return f"{float(points):g}".replace(".", ",")


def _same_sum(points: Fraction, criteria: tuple[Leaf | Group, ...]) -> None:
    total = sum((one.points for one in criteria), Fraction(0))
    if total != points:
        raise fault(
            f"points là {points_text(points)} nhưng các tiêu chí bên trong cộng lại được {points_text(total)}; hai số phải bằng nhau"
        )
