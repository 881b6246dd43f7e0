"""What is kept by day is what a scan counts, whatever has been changed and taken back meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.province import MONDAY, build_province, later
from tests.statistics.histories import history

from motcua.law.errors import BadInput
from motcua.statistics.daily import by_day, daily_counts
from motcua.statistics.figures import Asked, figures
from motcua.statistics.measures import MEASURES, Count
from motcua.statistics.models import DailyCount
from motcua.statistics.periods import Window
from motcua.statistics.services import project

NOW = later(days=60)
NAMES = [count.name for counts in daily_counts().values() for count in counts]


def test_counts_are_what_a_scan_counts(committed_db) -> None:
    history(build_province())
    while project(MONDAY, 3):
        pass

    for moment, counts in daily_counts().items():
        names = [count.name for count in counts]
        asked = Asked.of(Window(date(2026, 1, 1), date(2027, 1, 10)), now=NOW)
        scanned = figures(names, asked, by=["day", "agency", "procedure", "channel"])
        told = {key: {name: row[name].numerator for name in names} for key, row in scanned.items()}
        kept = by_day(names, date(2026, 1, 1), date(2027, 1, 10), by=["day", "agency", "procedure", "channel"])
        assert kept == told
        assert kept, moment
    assert not DailyCount.objects.filter(value__lte=0).exists()


def test_days_add_up_to_the_window(committed_db) -> None:
    history(build_province())
    while project(MONDAY):
        pass

    for first, last in ((MONDAY.date(), MONDAY.date()), (MONDAY.date(), MONDAY.date() + timedelta(days=6))):
        (row,) = figures(NAMES, Asked.of(Window(first, last), now=NOW)).values()
        assert by_day(NAMES, first, last, by=[]) == {(): {name: row[name].numerator for name in NAMES}}
    assert by_day(["received"], MONDAY.date(), later(days=6).date(), agencies=["H32.101"]) == {}


def test_only_what_is_kept_can_be_asked_by_day(db) -> None:
    assert {"received", "finished", "finished_overdue"} <= set(NAMES)
    assert all(isinstance(MEASURES[name], Count) for name in NAMES)
    with pytest.raises(BadInput, match="“open” không được giữ theo ngày"):
        by_day(["open"], MONDAY.date(), MONDAY.date())
    with pytest.raises(BadInput, match="không tách theo “officer”"):
        by_day(["received"], MONDAY.date(), MONDAY.date(), by=["officer"])
