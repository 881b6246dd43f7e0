"""One definition, two engines: every measure gives the same whole numbers on PostgreSQL and on DuckDB over Parquet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.province import build_province, later
from tests.statistics.histories import history
from tests.statistics.parquet import of_database

from motcua.law.windows import Window
from motcua.statistics.duck import Duck
from motcua.statistics.figures import Asked, figures, open_rows
from motcua.statistics.measures import MEASURES, Count, Fact, measure
from motcua.statistics.services import catch_up

NOW = later(days=60)
DAY = Window(date(2026, 11, 17), date(2026, 11, 17))
MONTH = Window(date(2026, 11, 1), date(2026, 11, 30))
COUNTS = [name for name, one in MEASURES.items() if isinstance(one, Count)]
OF_DOSSIERS = [name for name in COUNTS if measure(name).fact is Fact.DOSSIER]


@pytest.fixture
def duck(committed_db, tmp_path: Path) -> Duck:
    history(build_province())
    catch_up()
    return of_database(tmp_path)


def test_every_cell_is_the_same_on_both(duck: Duck) -> None:
    asked = [
        Asked.of(MONTH, now=NOW),
        Asked.of(DAY, now=NOW),
        Asked.of(MONTH, now=NOW, as_of=later(hours=45)),
        Asked.of(MONTH, now=NOW, live=True),
        Asked.of(MONTH, now=NOW, agencies=["H32.101", "H32.16"]),
    ]
    cells = 0
    for names, by in (
        (list(MEASURES), ()),
        (COUNTS, ("agency", "sector")),
        (OF_DOSSIERS, ("officer", "channel", "assisted", "vertical")),
    ):
        for question in asked:
            live = figures(names, question, by=by)
            assert figures(names, question, by=by, engine=duck) == live
            cells += len(live) * len(names)
    assert cells > 2_000


def test_a_cell_opens_into_the_same_rows_on_both(duck: Duck) -> None:
    asked = Asked.of(MONTH, now=NOW)
    for name, cell in (
        ("open_in_time", {"agency": "H32.16", "officer": None}),
        ("received", {"month": 202611, "assisted": False}),
        ("officer_entries", {"hour": 9}),
    ):
        live, history_ = (open_rows(name, asked, cell, **engine) for engine in ({}, {"engine": duck}))
        assert live.rows
        assert history_.rows == live.rows
