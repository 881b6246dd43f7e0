"""One definition, three engines: every measure on a real Spark cluster, cell by cell as on PostgreSQL and DuckDB.

The same generated province, exported once, and a second one beside it, so that a nation is asked too. A worker is killed
while the cluster counts.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.nation.cluster import Cluster, lacking, running, session_on
from tests.province import build_province, later
from tests.statistics.histories import history

from motcua.law.windows import Window
from motcua.notifications.models import Notice
from motcua.statistics.dimensions import DIMENSIONS
from motcua.statistics.figures import Asked, figures, open_rows
from motcua.statistics.history.exporting import export
from motcua.statistics.history.layout import COLUMNS
from motcua.statistics.history.reading import History, open_history
from motcua.statistics.measures import MEASURES, Count, Fact
from motcua.statistics.services import catch_up

if missing := lacking():
    if os.environ.get("MOTCUA_TEST_NEEDS_SPARK"):
        raise RuntimeError(f"This run must not go without Spark: {missing}.")
    pytest.skip(f"Spark: {missing}", allow_module_level=True)
pytestmark = [
    pytest.mark.long,
    # Sockets of py4j are closed when they are collected.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

NOW = later(days=60)
DAY = Window(date(2026, 11, 17), date(2026, 11, 17))
MONTH = Window(date(2026, 11, 1), date(2026, 11, 30))
COUNTS = [one for one in MEASURES.values() if isinstance(one, Count)]
QUESTIONS = (
    Asked.of(MONTH, now=NOW),
    Asked.of(DAY, now=NOW),
    Asked.of(MONTH, now=NOW, as_of=later(hours=45)),
    Asked.of(MONTH, now=NOW, agencies=["H32.101", "H32.16"]),
)


@pytest.fixture
def province(committed_db, tmp_path: Path) -> History:
    build = build_province()
    history(build)
    Notice.objects.update(state=Notice.State.SENT, sent_at=later(hours=2))
    catch_up()
    export(tmp_path / "H32", at=NOW)
    return open_history([tmp_path / "H32"])


@dataclass
class OnCluster:
    cluster: Cluster
    session: Any


@pytest.fixture(scope="module")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnCluster]:
    folder = tmp_path_factory.mktemp("spark")
    with running(folder) as cluster, session_on(cluster, folder) as session:
        yield OnCluster(cluster, session)


@pytest.fixture
def on_cluster(_cluster: OnCluster) -> OnCluster:
    _cluster.cluster.make_whole()
    return _cluster


def test_every_cell_is_the_same_on_all_three(province: History, on_cluster: OnCluster, tmp_path: Path) -> None:
    from motcua.statistics.spark import Spark

    spark, duck = Spark.of_history(on_cluster.session, province), province.duck()
    cells = 0
    for names, by, questions in _asked():
        for question in questions:
            live = figures(names, question, by=by)
            assert figures(names, question, by=by, engine=spark) == live, by
            assert figures(names, question, by=by, engine=duck) == live, by
            cells += len(live) * len(names)
    assert cells > 2_000

    asked = QUESTIONS[0]
    for name, cell in (("open_in_time", {"agency": "H32.16", "officer": None}), ("received", {"month": 202611})):
        live_rows = open_rows(name, asked, cell).rows
        assert live_rows
        assert open_rows(name, asked, cell, engine=spark).rows == live_rows


def _asked() -> Iterator[tuple[list[str], tuple[str, ...], tuple[Asked, ...]]]:
    """Every measure in every question, and by every dimension that it can be told by, all at once."""
    yield list(MEASURES), (), QUESTIONS
    for fact in Fact:
        of_fact = [one for one in COUNTS if one.fact is fact]
        plain, of_moment = (
            tuple(one.name for one in DIMENSIONS.values() if fact in one.facts and ("{moment}" in one.column) is moment)
            for moment in (False, True)
        )
        yield [one.name for one in of_fact], plain, QUESTIONS[1:3]
        yield [one.name for one in of_fact if one.moment is not None], of_moment, QUESTIONS[:1]


def test_a_nation_is_the_sum_of_its_provinces(province: History, on_cluster: OnCluster, tmp_path: Path) -> None:
    from motcua.statistics.spark import Spark

    nation = open_history([tmp_path / "H32", _another(tmp_path)])
    spark, duck = Spark.of_history(on_cluster.session, nation), nation.duck()
    names = [one.name for one in COUNTS]

    told = figures(names, QUESTIONS[0], by=["province", "agency"], engine=spark)
    assert told == figures(names, QUESTIONS[0], by=["province", "agency"], engine=duck)
    one = figures(names, QUESTIONS[0], by=["agency"])
    assert told == {(code, *key): row for code in ("H32", "H33") for key, row in one.items()}


def _another(folder: Path) -> Path:
    """The same province once more, as if it were its neighbour."""
    copy = folder / "H33"
    shutil.copytree(folder / "H32", copy)
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["province"] = "H33"
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        for told in manifest["files"]:
            if "province" in COLUMNS[told["table"]]:
                file = copy / told["path"]
                rows = duck.read_parquet(str(file), hive_partitioning=False).to_arrow_table()
                duck.register("rows", rows)
                duck.execute(f"COPY (SELECT * REPLACE ('H33' AS province) FROM rows) TO '{file}' (FORMAT parquet)")
                told["bytes"] = file.stat().st_size
    path.write_text(json.dumps(manifest))
    return copy


def test_a_worker_killed_while_it_counts_changes_no_number(province: History, on_cluster: OnCluster) -> None:
    from motcua.statistics.spark import Spark

    spark = Spark.of_history(on_cluster.session, province)
    names, questions = list(MEASURES), QUESTIONS[:3]
    expected = [figures(names, question) for question in questions]
    tracker = on_cluster.session.sparkContext.statusTracker()
    found: list[Any] = []
    counting = threading.Thread(
        target=lambda: found.extend(figures(names, question, engine=spark) for question in questions)
    )
    counting.start()
    while not tracker.getActiveJobsIds() and counting.is_alive():
        counting.join(0.005)
    assert on_cluster.cluster.kill_worker(0) > 0
    in_the_middle = counting.is_alive()
    counting.join()

    assert in_the_middle
    assert found == expected
    assert on_cluster.cluster.workers[1].poll() is None
