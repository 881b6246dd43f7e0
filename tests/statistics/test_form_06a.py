"""Form 06a of a planned province: every cell is what the plan made it, and opens into the plan's dossiers."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from tests.province import build_province
from tests.statistics.plan import FIRST, LAST, NEXT_FIRST, NEXT_LAST, PLACES, Plan

from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics.reports import form_06a
from motcua.statistics.reports.form_06a import COLUMNS, open_cell, report_06a
from motcua.statistics.services import catch_up, refresh

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=VIETNAM)
SEPTEMBER, OCTOBER = Window(FIRST, LAST), Window(NEXT_FIRST, NEXT_LAST)
PLAN = Plan(seed=766, count=320)


@pytest.fixture
def planned(committed_db, tmp_path: Path) -> Plan:
    build_province()
    report = import_dossiers(PLAN.write(tmp_path / "plan.csv"), mapping=FileMapping(), at=NOW)
    assert (report.new, report.refused) == (len(PLAN.dossiers), 0)
    catch_up()
    refresh(NOW)
    return PLAN


def test_every_cell_is_as_planned_and_opens_into_the_plan(planned: Plan) -> None:
    for by in form_06a.BY:
        for rule in form_06a.RULES:
            expected = planned.cells(by, rule)
            report = report_06a(SEPTEMBER, now=NOW, by=by, rule=rule)
            assert report.notes.broken == ()
            assert report.vertical
            for vertical, block in ((False, report.main), (True, report.vertical)):
                cells = {row.key: row.cells for row in block.rows} | {"": block.total}
                assert {key for outside, key in expected if outside == vertical} <= cells.keys()
                for key, row in cells.items():
                    codes = expected.get((vertical, key), {})
                    assert row == {column: len(codes.get(column, ())) for column in COLUMNS}, (by, rule, key)
                    if (by, rule) not in (("agency", "date"), ("sector", "instant")):
                        continue
                    for column in COLUMNS:
                        opened = open_cell(report, column, key, vertical=vertical)
                        found = {line[opened.columns.index("code")] for line in opened.rows}
                        assert found == codes.get(column, set()), (key, column)


def test_notes_count_the_known_ways_of_hiding_lateness(planned: Plan) -> None:
    notes = report_06a(SEPTEMBER, now=NOW).notes.as_json()

    assert {name: notes[name] for name in planned.notes()} == planned.notes()
    assert min(planned.notes().values()) > 2
    assert "Trước hạn, đúng hạn, quá hạn so theo ngày: trả trong ngày hẹn là đúng hạn." in notes["texts"]


def test_units_without_dossiers_print_zero_rows(planned: Plan) -> None:
    report = report_06a(SEPTEMBER, now=NOW)

    rows = {row.key: row.cells for row in report.main.rows}
    assert rows.keys() == {"H32", "H32.16", "H32.101"}
    assert rows["H32"] == dict.fromkeys(COLUMNS, 0)
    assert PLACES[3][0] == report.vertical.rows[0].key
    (vertical,) = report_06a(SEPTEMBER, now=NOW, agency="T32").main.rows
    assert vertical.cells == report.vertical.total
    below = report_06a(SEPTEMBER, now=NOW, agency="H32.101", by="sector")
    assert below.main.total == rows["H32.101"]
    assert below.vertical is None


def test_what_was_open_is_carried_over(planned: Plan) -> None:
    for by in form_06a.BY:
        before, after = (report_06a(window, now=NOW, by=by) for window in (SEPTEMBER, OCTOBER))
        open_then = {row.key: row.cells["c11"] for row in before.main.rows}
        assert {row.key: row.cells["c6"] for row in after.main.rows if row.cells["c6"]} == {
            key: count for key, count in open_then.items() if count
        }
        assert after.main.total["c6"] == before.main.total["c11"] > 50
    # All of it was told on one day in November: the report of September, filed in October, knew nothing.
    assert after.notes.carried_over_difference == after.main.total["c6"]
    assert after.notes.open_before == 0


def test_a_running_window_is_cut_and_a_future_one_refused(planned: Plan) -> None:
    year = Window(date(2026, 1, 1), date(2026, 12, 31))
    told = report_06a(year, now=NOW).as_json()

    assert told["cut_at"] == "2026-11-22T10:00:00+07:00" == told["as_of"]
    assert (told["from"], told["to"]) == ("2026-01-01", "2026-12-31")
    assert "Kỳ chưa kết thúc: số liệu tính đến 10:00 ngày 22/11/2026." in told["notes"]["texts"]
    assert report_06a(SEPTEMBER, now=NOW).as_json()["cut_at"] is None
    with pytest.raises(BadInput, match="01/12/2026 ở sau"):
        report_06a(Window(date(2026, 12, 1), date(2026, 12, 31)), now=NOW)
    before = datetime(2026, 11, 22, 9, 59, tzinfo=VIETNAM)
    assert report_06a(SEPTEMBER, now=NOW, as_of=before).main.total == dict.fromkeys(COLUMNS, 0)
    for wrong in ({"agency": "H99"}, {"by": "level"}, {"rule": "hour"}):
        with pytest.raises(BadInput):
            report_06a(SEPTEMBER, now=NOW, **wrong)


def test_a_broken_identity_is_named_and_not_adjusted(planned: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = report_06a(SEPTEMBER, now=NOW)
    wrong = {**form_06a.measures_by_column("date"), "c9": "returned"}
    monkeypatch.setattr(form_06a, "measures_by_column", lambda rule: wrong)

    report = report_06a(SEPTEMBER, now=NOW)

    assert report.main.total["c7"] == whole.main.total["c7"]
    assert report.main.total["c9"] < whole.main.total["c9"]
    total = report.main.total
    assert (
        f"Tổng số: cột 7 ({total['c7']}) khác cột 8 ({total['c8']}) + cột 9 ({total['c9']}) + cột 10 ({total['c10']})."
        in report.notes.broken
    )
    assert f"Không khớp: {report.notes.broken[0]}" in report.notes.texts
