"""A time limit as the law states it: a whole amount of working hours, working days or calendar days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from motcua.law.errors import BadInput


class Unit(StrEnum):
    """What a limit counts. A working day is never turned into eight hours, nor the other way round."""

    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    DAY = "day"


UNIT_TEXT = {
    Unit.WORKING_HOUR: "giờ làm việc",
    Unit.WORKING_DAY: "ngày làm việc",
    Unit.DAY: "ngày",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` is at least 1; `DAY` is a calendar day (Bộ luật Dân sự 2015, Điều 147–148)."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise BadInput(
                f"Thời hạn “{self.amount} {UNIT_TEXT[self.unit]}” không hợp lệ: cần số nguyên từ 1 trở lên.",
                amount=self.amount,
                unit=str(self.unit),
            )

    def text(self) -> str:
        """As printed on Mẫu 01: “3 ngày làm việc”, “8 giờ làm việc”, “15 ngày”."""
        return f"{self.amount} {UNIT_TEXT[self.unit]}"


# One of each unit in working days of the plain office week: eight hours a day, five days of seven.
_PLAIN_WEEK = {Unit.WORKING_HOUR: Fraction(1, 8), Unit.WORKING_DAY: Fraction(1), Unit.DAY: Fraction(5, 7)}


def is_shorter(limit: Limit, other: Limit) -> bool:
    """Whether a limit is shorter than another by the plain week. For choosing and comparing only: a due is never computed so."""
    return limit.amount * _PLAIN_WEEK[limit.unit] < other.amount * _PLAIN_WEEK[other.unit]
