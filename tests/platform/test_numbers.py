"""Numbers as an address brings them."""

from __future__ import annotations

import pytest

from motcua.platform.numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), ("-1", None), ("1.5", None), (" 1", None),
        ("²", None), ("٣", None), ("x", None),
    ],
)  # fmt: skip
def test_only_plain_digits_that_a_column_takes(text: str, number: int | None) -> None:
    assert whole_number(text) == number
