"""How far a share is from its target, and what is missing: whole numbers, no rounding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.board.goals import WHOLE, Goal, Light, light_of, missing, missing_text, read_percent
from motcua.law.errors import BadInput


@pytest.mark.parametrize(
    ("numerator", "denominator", "target", "light"),
    [
        (87, 100, 8_700, Light.MET),
        (86_999, 100_000, 8_700, Light.NEAR),  # printed as 87,00 %, and yet not reached
        (82, 100, 8_700, Light.NEAR),
        (81, 100, 8_700, Light.FAR),
        (0, 100, 8_700, Light.FAR),
        (0, 0, 8_700, Light.UNKNOWN),
        (None, 5, 8_700, Light.UNKNOWN),
    ],
)
def test_light(numerator: int | None, denominator: int, target: int, light: Light) -> None:
    assert light_of(numerator, denominator, target) is light


@pytest.mark.parametrize(
    ("goal", "numerator", "denominator", "target", "text"),
    [
        (Goal.ONLINE, 40, 100, 4_500, "thêm 10 hồ sơ nộp trực tuyến liên tiếp"),
        (Goal.ONLINE, 45, 100, 4_500, "đã đạt"),
        (Goal.DIGITISATION, 40, 100, 4_500, "thêm 5 hồ sơ số hóa đủ thành phần và kết quả"),
        (Goal.DIGITISATION, 40, 100, WHOLE, "thêm 60 hồ sơ số hóa đủ thành phần và kết quả"),
        (Goal.SATISFACTION, 99, 100, WHOLE, "không đạt được nữa trong năm"),
        (Goal.SATISFACTION, 860, 1_000, 8_700, "thêm 77 lượt đánh giá hài lòng liên tiếp"),
        (Goal.PAYMENT, None, 22, 5_000, "chưa có số liệu"),
        (Goal.PAYMENT, 0, 0, 5_000, "chưa có số liệu"),
    ],
)
def test_what_is_missing(goal: Goal, numerator: int | None, denominator: int, target: int, text: str) -> None:
    assert missing_text(goal, numerator, denominator, target) == text


@given(
    goal=st.sampled_from(Goal), target=st.integers(1, WHOLE - 1), denominator=st.integers(1, 10**6), share=st.integers(0, WHOLE)
)  # fmt: skip
def test_the_missing_number_reaches_the_target_and_one_less_does_not(
    goal: Goal, target: int, denominator: int, share: int
) -> None:
    numerator = denominator * share // WHOLE
    number = missing(goal, numerator, denominator, target)

    def light_with(more: int) -> Light:
        return light_of(numerator + more, denominator + (more if goal.by_new_only else 0), target)

    assert number is not None
    assert light_with(number) is Light.MET
    assert number == 0 or light_with(number - 1) is not Light.MET


@pytest.mark.parametrize(("text", "cents"), [("87", 8_700), (" 87,5 % ", 8_750), ("0.01", 1), ("100", WHOLE)])
def test_a_percentage_is_read(text: str, cents: int) -> None:
    assert read_percent(text) == cents


@pytest.mark.parametrize("text", ["", "0", "100,01", "-5", "87,555", "tám bảy", "1e2"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="cần một tỷ lệ trên 0 đến 100 %"):
        read_percent(text)
