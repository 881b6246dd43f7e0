"""docs/due-dates.md promises its table is computed; here it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from motcua.law.clock import Policy, compute_due
from motcua.law.limit_reader import read
from motcua.law.moments import parse_moment
from motcua.law.worktime import national_calendar

DOCUMENT = Path(__file__).parents[2] / "docs" / "due-dates.md"
_ROW = re.compile(r"\| (\d{4}-\d\d-\d\d \d\d:\d\d) \| ([^|]+) \| (\w+) \| ([^|]+) \| ([^|]+) \|")
ROWS = _ROW.findall(DOCUMENT.read_text(encoding="utf-8"))


def test_the_table_is_there() -> None:
    assert len(ROWS) == 13


@pytest.mark.parametrize(("received", "limit", "policy", "due", "why"), ROWS)
def test_row(received: str, limit: str, policy: str, due: str, why: str) -> None:
    answer = compute_due(
        parse_moment(received), read(limit).limits[0].limit, national_calendar(), policy=Policy(policy)
    )

    assert f"{answer.at:%Y-%m-%d %H:%M}" == due
    assert answer.projected is ("projected" in why)
