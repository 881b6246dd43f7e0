"""What a measure is: a name, words, a source, and a predicate over facts; nothing of any engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

import ibis.expr.types as ir

Predicate: TypeAlias = Callable[[ir.Table], ir.BooleanValue]

REPORT_06A = "Biểu 06a, chế độ báo cáo định kỳ kiểm soát thủ tục hành chính (Thông tư 01/2020/TT-VPCP)"
QD766 = "Quyết định 766/QĐ-TTg ngày 23/6/2022"
ND118 = "Nghị định 118/2025/NĐ-CP"
ND61 = "Nghị định 61/2018/NĐ-CP, Điều 19"
PROVINCE = "Theo dõi của tỉnh, không có mẫu quy định"


# When the instrument of a source was issued: a definition taken from it holds no earlier.
_ISSUED = {
    REPORT_06A: date(2020, 10, 21),
    QD766: date(2022, 6, 23),
    ND118: date(2025, 6, 9),
    ND61: date(2018, 4, 23),
}


class Fact(StrEnum):
    DOSSIER = "dossier"
    MOVE = "move"
    PART = "part"
    MESSAGE = "message"


DOSSIERS, PROCEDURES, DONG, SECONDS, TIMES, ENTRIES = "hồ sơ", "thủ tục", "đồng", "giây", "lần", "mục sổ cái"
PARTS, MESSAGES, PERCENT = "phần việc", "tin", "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`valid_from` and `valid_to` (first day it no longer holds) are those of the definition; None = that of its source."""

    name: str
    title: str
    unit: str
    definition: str
    source: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def in_force_from(self) -> date | None:
        """The first day on which the definition holds; None = it rests on no instrument."""
        return self.valid_from or _ISSUED.get(self.source)

    def as_json(self) -> dict[str, str | None]:
        since, until = self.in_force_from, self.valid_to
        return {
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "definition": self.definition,
            "source": self.source,
            "valid_from": since and since.isoformat(),
            "valid_to": until and until.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Measure):
    """A whole number: the rows for which `where` holds, the sum of their `amount`, or their different `distinct` values.

    `moment` names the moment whose falling into the window is part of the condition (accepted, finished, occurred, began),
    so that the measure can also be told by day and month; None = `where` says itself what it has to do with the window.
    `pauses`: `where` looks at `paused`. `daily`: kept by day as well. `among`: a plainer condition that all its rows satisfy,
    by which an engine finds them before it looks at each; None = what `moment` says, else `where`.
    """

    fact: Fact = Fact.DOSSIER
    where: Predicate
    moment: str | None = None
    amount: str | None = None
    distinct: str | None = None
    pauses: bool = False
    daily: bool = False
    among: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Measure):
    """Two counts by name. `unknown` counts what of the denominator is not known to belong to the numerator or not."""

    numerator: str
    denominator: str
    unknown: str | None = None
    unit: str = PERCENT

    def as_json(self) -> dict[str, str | None]:
        return Measure.as_json(self) | {"numerator": self.numerator, "denominator": self.denominator}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking(Measure):
    """Has a name because somebody prints it, but no figure: the records do not hold it yet."""

    why: str

    def as_json(self) -> dict[str, str | None]:
        return Measure.as_json(self) | {"lacking": self.why}
