"""Windows between two local days."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window, window_between


def test_a_window_is_from_midnight_to_midnight_in_vietnam() -> None:
    window = window_between(date(2026, 9, 1), date(2026, 9, 30))

    assert window == Window(date(2026, 9, 1), date(2026, 9, 30))
    assert window.start == datetime(2026, 9, 1, tzinfo=VIETNAM)
    assert window.end == datetime(2026, 10, 1, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("first", "last", "field", "said"),
    [
        (date(2026, 9, 2), date(2026, 9, 1), "last_on", "ngày cuối phải từ ngày đầu trở đi"),
        (date(1899, 12, 31), date(2026, 9, 1), "first_on", "cần ngày trong các năm 1900–2100"),
        (date(2026, 9, 1), date.max, "last_on", "cần ngày trong các năm 1900–2100"),
    ],
)
def test_days_that_nobody_means_are_refused(first: date, last: date, field: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        window_between(first, last)
    assert refused.value.data["field"] == field
