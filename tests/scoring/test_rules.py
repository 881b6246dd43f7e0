"""Each kind of rule, number by number."""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.scoring.build import one, read, set_text

from motcua.scoring.rules import Numbers, rule_text
from motcua.scoring.score import Status, score

_RATIO = "numerator: n\ndenominator: d\nunknown: u"
LINEAR = f"kind: linear\n{_RATIO}"
SURVEY = f"kind: survey\n{_RATIO}"
CAPPED = f"kind: capped\nfull_at: 80%\n{_RATIO}"
FLOORED = f"kind: capped\nfull_at: 80%\nzero_below: 40%\n{_RATIO}"
STEPS = (
    "kind: steps\nladder:\n- {at_least: 50%, points: 2.5}\n- {at_least: 80%, points: 5}\n- {at_least: 100%, points: 10}\n"
    + _RATIO
)
BOOLEAN = "kind: boolean\nnumerator: n"
PENALTY = "kind: penalty\neach: 2.5\nnumerator: n"
LESS = "kind: linear\nnumerator: n - late\ndenominator: d"
TIMES = f"kind: linear\n{_RATIO}\ntimes:\n- numerator: s\n  denominator: t\n  unknown: v"
OUTSIDE = f"kind: linear\n{_RATIO}\nunknown_denominator: o"
FULL = f"{LINEAR}\nwhen_empty: full"
ZERO = f"{LINEAR}\nwhen_empty: zero"


def told(n: int | None, d: int | None = 0, u: int | None = 0, **more: int | None) -> Numbers:
    return {"n": n, "d": d, "u": u, **more}


# rule, numbers, points, lowest and highest; None = no figure
CASES = [
    (LINEAR, told(0, 4), 0, 0, 0),
    (LINEAR, told(1, 3), "10/3", "10/3", "10/3"),
    (LINEAR, told(4, 4), 10, 10, 10),
    # More than all is all.
    (LINEAR, told(5, 4), 10, 10, 10),
    (LINEAR, told(None, 4), None, 0, 10),
    (LINEAR, told(4, None), None, 0, 10),
    # Unknown is not reached, but could be.
    (LINEAR, told(1, 4, 2), "5/2", "5/2", "15/2"),
    (LINEAR, told(3, 4, 9), "15/2", "15/2", 10),
    (LINEAR, told(0, 4, 4), None, 0, 10),
    (LINEAR, told(0, 0), None, 0, 10),
    (FULL, told(0, 0), 10, 10, 10),
    (ZERO, told(0, 0), 0, 0, 0),
    (FULL, told(None, None), None, 0, 10),
    (SURVEY, told(87, 100), "87/10", "87/10", "87/10"),
    (CAPPED, told(2, 5), 5, 5, 5),
    (CAPPED, told(4, 5), 10, 10, 10),
    (CAPPED, told(5, 5), 10, 10, 10),
    (CAPPED, told(2, 5, 2), 5, 5, 10),
    (FLOORED, told(39, 100), 0, 0, 0),
    (FLOORED, told(40, 100), 5, 5, 5),
    (STEPS, told(49, 100), 0, 0, 0),
    (STEPS, told(50, 100), "5/2", "5/2", "5/2"),
    (STEPS, told(99, 100), 5, 5, 5),
    (STEPS, told(100, 100), 10, 10, 10),
    (STEPS, told(70, 100, 20), "5/2", "5/2", 5),
    (BOOLEAN, told(0), 0, 0, 0),
    (BOOLEAN, told(1), 10, 10, 10),
    (BOOLEAN, told(None), None, 0, 10),
    (PENALTY, told(0), 10, 10, 10),
    (PENALTY, told(3), "5/2", "5/2", "5/2"),
    (PENALTY, told(9), 0, 0, 0),
    (PENALTY, told(None), None, 0, 10),
    (LESS, told(8, 10, late=3), 5, 5, 5),
    (LESS, told(2, 10, late=3), 0, 0, 0),
    (LESS, told(2, 10, late=None), None, 0, 10),
    (TIMES, told(8, 10, s=1, t=2, v=0), 4, 4, 4),
    (TIMES, told(8, 10, s=0, t=2, v=2), None, 0, 8),
    (TIMES, told(8, 10, s=1, t=4, v=2), 2, 2, 6),
    # Twenty more may belong to the denominator, and then to the numerator.
    (OUTSIDE, told(6, 10, 0, o=20), 6, 2, "26/3"),
    (OUTSIDE, told(0, 0, 0, o=5), None, 0, 10),
    ("kind: not_applicable", {}, 10, 10, 10),
]


@pytest.mark.parametrize(("rule", "numbers", "points", "low", "high"), CASES)
def test_points(rule: str, numbers: Numbers, points: object, low: object, high: object) -> None:
    (scored,) = score(one(rule), "commune", numbers).criteria
    assert scored.points == (None if points is None else Fraction(points))
    assert (scored.earned.low, scored.earned.high) == (Fraction(low), Fraction(high))


@pytest.mark.parametrize(
    ("rule", "numbers", "status"),
    [
        (LINEAR, told(1, 4), Status.KNOWN),
        (LINEAR, told(1, 4, 1), Status.PARTLY),
        (LINEAR, told(None, 4), Status.NO_FIGURE),
        (LINEAR, told(0, 0), Status.NO_FIGURE),
        (FULL, told(0, 0), Status.EMPTY),
        ("kind: not_applicable", {}, Status.NOT_APPLICABLE),
        (f"{LINEAR}\napplies_to: [province, department]", told(1, 4), Status.NOT_APPLICABLE),
        (f"{LINEAR}\napplies_to: [commune]", told(1, 4), Status.KNOWN),
    ],
)
def test_status(rule: str, numbers: Numbers, status: Status) -> None:
    assert score(one(rule), "commune", numbers).criteria[0].status is status


TWO = """
- code: G
  title: Nhóm
  kind: group
  points: 6
  criteria:
  - {code: A, title: Một, kind: linear, points: 4, numerator: n, denominator: d}
  - {code: B, title: Hai, kind: linear, points: 2, numerator: m, denominator: d, applies_to: [province]}
- {code: C, title: Ba, kind: linear, points: 4, numerator: k, denominator: d}
"""
BANDS = "bands:\n- {title: Yếu, at_least: 0}\n- {title: Khá, at_least: 5}\n- {title: Tốt, at_least: 8}\n"


def test_a_group_sums_what_is_in_it() -> None:
    found = score(read(set_text(TWO)), "province", {"n": 1, "m": 1, "k": 2, "d": 2})
    assert found.groups["G"].points == 3
    assert (found.total.points, found.total.low, found.total.high, found.total.missing) == (7, 7, 7, 0)


def test_what_does_not_apply_gives_its_maximum_or_leaves_the_whole() -> None:
    numbers: Numbers = {"n": 1, "m": None, "k": 1, "d": 2}
    full = score(read(set_text(TWO)), "commune", numbers)
    rescaled = score(read(set_text(TWO, head="not_applicable: rescale")), "commune", numbers)
    assert (full.total.points, full.total.highest, full.groups["G"].points) == (6, 10, 4)
    # 2 + 2 of the 8 that are left, as a part of 10.
    assert (rescaled.total.points, rescaled.total.highest) == (5, 10)
    assert (rescaled.groups["G"].points, rescaled.groups["G"].highest) == (2, 4)


@pytest.mark.parametrize(
    ("k", "band", "bands"),
    [(2, "Khá", ("Khá", "Khá")), (0, "Yếu", ("Yếu", "Yếu")), (None, None, ("Yếu", "Khá"))],
)
def test_a_band_is_told_only_where_missing_figures_cannot_change_it(
    k: int | None, band: str | None, bands: tuple[str, str]
) -> None:
    found = score(read(set_text(TWO, more=BANDS)), "province", {"n": 1, "m": 0, "k": k, "d": 2})
    assert (found.band, found.bands) == (band, bands)
    assert found.total.missing == (k is None)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (LINEAR, "10 × tỷ lệ"),
        (FULL, "10 × tỷ lệ; mẫu số bằng 0 thì được 10"),
        (FLOORED, "10 × tỷ lệ ÷ 80 %, đủ điểm từ 80 %; dưới 40 % được 0 điểm"),
        (STEPS, "theo bậc: từ 100 % được 10; từ 80 % được 5; từ 50 % được 2,5"),
        (BOOLEAN, "có thì được 10, không có thì được 0"),
        (PENALTY, "10 trừ 2,5 cho mỗi lần vi phạm, không dưới 0"),
        (TIMES, "10 × tỷ lệ; tỷ lệ nhân với tỷ lệ kèm theo"),
        ("kind: not_applicable", "không áp dụng trong bộ này"),
    ],
)
def test_a_rule_says_itself(rule: str, words: str) -> None:
    assert rule_text(next(one(rule).leaves())) == words
