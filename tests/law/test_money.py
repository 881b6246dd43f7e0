from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.law.money import BadMoney, format_dong, parse_dong


def test_format_groups_by_three() -> None:
    assert format_dong(1_234_000) == "1.234.000 đ"
    assert format_dong(0) == "0 đ"
    assert format_dong(-20_000) == "-20.000 đ"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234.000 đ", 1_234_000),
        ("1,234,000 VNĐ", 1_234_000),
        ("50 000 đồng", 50_000),
        ("50\xa0000đ", 50_000),
        ("20000", 20_000),
        ("150,000 Việt Nam Đồng", 150_000),
        (" 0 ₫ ", 0),
    ],
)
def test_parse_reads_the_usual_ways_of_writing(text: str, amount: int) -> None:
    assert parse_dong(text) == amount


@pytest.mark.parametrize("text", ["", "đ", "1.5", "12.34", "1,234.000", "-5", "1.2345", "hai nghìn", "20.000 USD"])
def test_parse_refuses_what_is_not_whole_dong(text: str) -> None:
    with pytest.raises(BadMoney) as refusal:
        parse_dong(text)

    assert refusal.value.message == f"Số tiền “{text}” không đọc được; cần số đồng chẵn như 1.234.000 đ."


@given(st.integers(0, 10**15))
def test_what_is_written_is_read_back(amount: int) -> None:
    assert parse_dong(format_dong(amount)) == amount
