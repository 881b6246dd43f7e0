"""What is kept by day is what a scan counts, whatever has been changed and taken back meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from tests.province import MONDAY, build_province, later
from tests.statistics.histories import history

from motcua.law.errors import BadInput
from motcua.law.windows import Window
from motcua.statistics.daily import by_day, daily_counts, is_kept
from motcua.statistics.engines import Query, postgres
from motcua.statistics.figures import Asked, count_values
from motcua.statistics.measures import MEASURES, Fact
from motcua.statistics.models import DailyCount
from motcua.statistics.services import project

NOW = later(days=60)
YEAR = Window(date(2026, 1, 1), date(2027, 1, 10))
KEPT = [count for counts in daily_counts().values() for count in counts]
OF_DOSSIERS = [count for count in KEPT if count.fact is Fact.DOSSIER]


@pytest.fixture
def told(committed_db) -> None:
    """Folded three entries at a time, so that most of what is kept has been changed and taken back."""
    history(build_province())
    while project(MONDAY, 3):
        pass


@pytest.mark.parametrize("by", [("day", "agency"), ("weekday", "hour", "agency"), ("weekday",), ()])
def test_counts_are_what_a_scan_counts(told: None, by: tuple[str, ...]) -> None:
    # A dossier's fact has no weekday to be asked by, and neither fact an hour of the other.
    counts = [count for count in KEPT if is_kept(count, by) and ("weekday" not in by or count.fact is Fact.MOVE)]
    scanned = count_values(counts, Asked.of(YEAR, now=NOW), by=by)
    kept = by_day(counts, YEAR.first, YEAR.last, by=by)

    assert kept == {key: dict.fromkeys([count.name for count in counts], 0) | row for key, row in scanned.items()}
    assert kept
    assert not DailyCount.objects.filter(value__lte=0).exists()


def test_days_add_up_to_the_window(told: None) -> None:
    for first, last in ((MONDAY.date(), MONDAY.date()), (MONDAY.date(), MONDAY.date() + timedelta(days=6))):
        (row,) = count_values(KEPT, Asked.of(Window(first, last), now=NOW)).values()
        assert by_day(KEPT, first, last, by=[]) == {(): row}
    assert by_day(OF_DOSSIERS, MONDAY.date(), later(days=6).date(), agencies=["H32.101"]) == {}


@pytest.mark.parametrize("window", [YEAR, Window(MONDAY.date(), MONDAY.date())])
@pytest.mark.parametrize("agencies", [None, ["H32.16"], ["H32.16", "H32.101"]])
@pytest.mark.parametrize("by", [(), ("agency",), ("day",)])
def test_the_present_is_what_is_known_now(
    told: None, window: Window, agencies: list[str] | None, by: tuple[str, ...]
) -> None:
    counts = [MEASURES[name] for name in ("received", "finished_in_time", "officer_entries")]
    counts += [MEASURES[name] for name in ("open", "open_overdue", "due")] if by != ("day",) else []

    def nonzero(live: bool) -> dict[object, dict[str, int]]:
        asked = Asked.of(window, now=NOW, agencies=agencies, live=live)
        values = count_values(counts, asked, by=by)
        found = {key: {name: value for name, value in row.items() if value} for key, row in values.items()}
        return {key: row for key, row in found.items() if row}

    assert nonzero(live=True) == nonzero(live=False)
    assert nonzero(live=True)


def test_what_is_open_now_is_read_from_its_index_alone(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = []
    run = postgres.run
    with connection.cursor() as cursor:
        # So few rows could be read by any index; this one alone shows whether all that is asked for stands in it.
        cursor.execute("ALTER TABLE statistics_factdossier DROP CONSTRAINT statistics_factdossier_pkey")
        cursor.execute("DROP INDEX fact_of_agency, fact_position, fact_due")

    def explained(query: Query) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {postgres.text_of(query)}", query.values)
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
        return run(query)

    monkeypatch.setattr(postgres, "run", explained)
    counts = [MEASURES[name] for name in ("open", "open_overdue", "due")]
    count_values(counts, Asked.of(YEAR, now=NOW, live=True), by=("agency",))

    assert len(plans) == 1
    assert "Index Only Scan using fact_open" in plans[0]


def test_only_what_is_kept_can_be_asked_by_day(db) -> None:
    assert {"received", "finished", "finished_overdue", "officer_entries"} <= {count.name for count in KEPT}
    day = MONDAY.date()
    with pytest.raises(BadInput, match="“Đang giải quyết” không được giữ theo ngày"):
        by_day([MEASURES["open"]], day, day)
    with pytest.raises(BadInput, match="“Tiếp nhận trong kỳ” không được giữ theo ngày"):
        by_day([MEASURES["received"]], day, day, by=["officer"])
    with pytest.raises(BadInput, match="“Tiếp nhận trong kỳ” không được giữ theo ngày"):
        by_day([MEASURES["received"]], day, day, by=["hour"])
