"""What targets are set for, how far a share is from its target, and what is missing to reach it. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from motcua.law.errors import BadInput

WHOLE = 10_000  # hundredths of a percent
# Not yet reached, but by no more than this: five points of a percent.
NEAR = 500


class Goal(StrEnum):
    ONLINE = "online"
    PAYMENT = "payment"
    DIGITISATION = "digitisation"
    SATISFACTION = "satisfaction"

    @property
    def label(self) -> str:
        return _TITLES[self]

    @property
    def measure(self) -> str:
        """The ratio that tells how far it is."""
        return _MEASURES[self]

    @property
    def by_new_only(self) -> bool:
        """What is past cannot be changed for it; papers can still be digitised."""
        return self is not Goal.DIGITISATION


_TITLES = {
    Goal.ONLINE: "Hồ sơ trực tuyến",
    Goal.PAYMENT: "Thanh toán trực tuyến",
    Goal.DIGITISATION: "Số hóa hồ sơ, kết quả",
    Goal.SATISFACTION: "Mức độ hài lòng",
}
_MEASURES = {
    Goal.ONLINE: "online_over_received",
    Goal.PAYMENT: "paid_online_over_obliged",
    Goal.DIGITISATION: "digitised_both_over_resolved",
    Goal.SATISFACTION: "satisfied_over_rated",
}
_WHAT = {
    Goal.ONLINE: "hồ sơ nộp trực tuyến",
    Goal.PAYMENT: "hồ sơ thanh toán trực tuyến",
    Goal.DIGITISATION: "hồ sơ số hóa đủ thành phần và kết quả",
    Goal.SATISFACTION: "lượt đánh giá hài lòng",
}


class Light(StrEnum):
    MET = "met"
    NEAR = "near"
    FAR = "far"
    UNKNOWN = "unknown"


# Word, icon and tone of each light: never the colour alone.
LIGHTS = {
    Light.MET: ("Đạt", "check-circle", "early"),
    Light.NEAR: ("Gần đạt", "exclamation-circle", "soon"),
    Light.FAR: ("Chưa đạt", "x-circle", "late"),
    Light.UNKNOWN: ("Chưa có số liệu", "circle", "paused"),
}


def light_of(numerator: int | None, denominator: int | None, target: int) -> Light:
    """Compared as whole numbers, before any rounding."""
    if numerator is None or not denominator:
        return Light.UNKNOWN
    if numerator * WHOLE >= target * denominator:
        return Light.MET
    return Light.NEAR if numerator * WHOLE >= (target - NEAR) * denominator else Light.FAR


def missing(goal: Goal, numerator: int | None, denominator: int | None, target: int) -> int | None:
    """The least number of dossiers that reaches the target: of those counted already where they can still be changed,
    else of new ones, each of which also enlarges the whole. None where no number does, or nothing is known."""
    if numerator is None or not denominator:
        return None
    if numerator * WHOLE >= target * denominator:
        return 0
    if not goal.by_new_only:
        return -(-target * denominator // WHOLE) - numerator
    if target == WHOLE:
        return None
    return -(-(target * denominator - WHOLE * numerator) // (WHOLE - target))


def missing_text(goal: Goal, numerator: int | None, denominator: int | None, target: int) -> str:
    """What is missing, in a sentence."""
    number = missing(goal, numerator, denominator, target)
    if number == 0:
        return "đã đạt"
    if number is None:
        return "chưa có số liệu" if numerator is None or not denominator else "không đạt được nữa trong năm"
    told = f"{number:,}".replace(",", ".")
    return f"thêm {told} {_WHAT[goal]}{' liên tiếp' if goal.by_new_only else ''}"


_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")


def read_percent(text: str) -> int:
    """“87”, “87,5 %” → hundredths of a percent. Raises BadInput."""
    found = _PERCENT.fullmatch(text.strip())
    cents = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
    if not 0 < cents <= WHOLE:
        raise BadInput(f"Mức giao “{text}”: cần một tỷ lệ trên 0 đến 100 %, ví dụ 87 hoặc 87,5.", field="percent")
    return cents
