"""One side of `bench figures`, in a process of its own so that its memory is its own.

`python -m bench._figures_side SIDE FILES.json` writes one JSON document: seconds of each question, peak memory, and a digest
of the cells of form 06a. FILES.json names the files of each table and how many rounds are to be timed.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIRST, LAST, PERIOD = "2026-04-01", "2026-06-30", "2026-Q2"
AS_OF = datetime(2026, 9, 15, tzinfo=UTC)
Files = dict[str, list[str]]


def main() -> None:
    side, path = sys.argv[1:]
    told = json.loads(Path(path).read_text())
    made = {"ours": _ours, "by_hand": _by_hand, "polars": _polars, "postgres": _postgres, "spark": _spark}[side](
        told["files"], told["rounds"]
    )
    sys.stdout.write(json.dumps(made))


def _ours(files: Files, rounds: int) -> dict[str, Any]:
    _load()
    from motcua.statistics.history.reading import History

    engine = History((), files, AS_OF).duck()
    return _asked_of(engine, rounds) | {"peak_mb": _peak_mb()}


def _by_hand(files: Files, rounds: int) -> dict[str, Any]:
    import duckdb
    from bench._nation_06a import of_duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET parquet_metadata_cache = true")
    for table, paths in files.items():
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({paths}, hive_partitioning = false)")
    seconds, cells = _timed(lambda: of_duckdb(connection, *_window(), AS_OF), rounds)
    return {"06a": seconds, "digest": _digest(cells), "peak_mb": _peak_mb()}


def _polars(files: Files, rounds: int) -> dict[str, Any]:
    from bench._nation_06a import of_polars

    seconds, cells = _timed(lambda: of_polars(files, *_window(), AS_OF), rounds)
    return {"06a": seconds, "digest": _digest(cells), "peak_mb": _peak_mb()}


def _spark(files: Files, rounds: int) -> dict[str, Any]:
    import psutil
    from pyspark.sql import SparkSession

    _load()
    from motcua.statistics.history.reading import History
    from motcua.statistics.spark import Spark

    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.ui.showConsoleProgress", "false")
        # The files are on this machine and each is named: a job that looks for them takes longer than they do.
        .config("spark.sql.sources.parallelPartitionDiscovery.threshold", "1000000")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        engine = Spark.of_history(session, History((), files, AS_OF))
        told = _asked_of(engine, 0)
        servers = [one.pid for one in psutil.Process().children(recursive=True) if one.name() == "java"]
        return told | {"peak_mb": _peak_mb() + sum(map(_peak_mb, servers))}
    finally:
        session.stop()


def _postgres(files: Files, rounds: int) -> dict[str, Any]:
    """Into a database of its own; the memory is of the session's server process, without what processes share."""
    from bench._own import own_database

    with own_database(durable=False):
        from django.db import connection

        from motcua.statistics.engines import postgres

        began = time.perf_counter()
        _fill(files)
        filled = time.perf_counter() - began
        told = _asked_of(postgres, 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (server,) = cursor.fetchone()
            cursor.execute(
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname = ANY(%s)", [list(files)]
            )
            (size,) = cursor.fetchone()
        return told | {
            "filled_seconds": round(filled, 1),
            "size_mb": int(size) // 1_000_000,
            "peak_mb": _peak_mb(server),
        }


def _fill(files: Files) -> None:
    """The same rows by COPY; a view takes none, so messages are left out, and every measure of them counts nought."""
    import duckdb
    from django.db import connection

    from motcua.statistics.history.layout import COLUMNS, MESSAGES

    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    with connection.cursor() as cursor:
        for table, paths in files.items():
            if table == MESSAGES:
                continue
            columns = ", ".join(COLUMNS[table])
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname NOT LIKE '%%_pkey'", [table]
            )
            for (index,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {index}")
            with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
                path = Path(folder) / "rows.csv"
                duck.execute(
                    f"COPY (SELECT {columns} FROM read_parquet({paths}, hive_partitioning = false)) TO '{path}'"
                    " (FORMAT csv, HEADER false, FORCE_QUOTE *)"
                )
                with path.open("rb") as file, cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
                    while data := file.read(1 << 20):
                        copy.write(data)
            cursor.execute(f"VACUUM ANALYZE {table}")


def _asked_of(engine: Any, rounds: int) -> dict[str, Any]:
    """Form 06a, every measure of the whole nation, and the index of the quarter."""
    from datetime import date

    from motcua.law.windows import Window
    from motcua.scoring.queries import question, scored
    from motcua.statistics.figures import Asked, figures
    from motcua.statistics.measures import MEASURES
    from motcua.statistics.reports.form_06a import COLUMNS, measures_by_column

    asked = Asked.of(Window(date.fromisoformat(FIRST), date.fromisoformat(LAST)), now=AS_OF)
    columns = measures_by_column("date")

    def form() -> dict[tuple[str, bool], tuple[int, ...]]:
        found = figures(list(columns.values()), asked, by=["agency", "vertical"], engine=engine)
        return {key: tuple(told[columns[column]].numerator for column in COLUMNS) for key, told in found.items()}  # type: ignore[misc]

    seconds, cells = _timed(form, rounds)
    every, told = _timed(lambda: figures(list(MEASURES), asked, engine=engine), rounds)
    index, points = _timed(lambda: scored(question("qd766", PERIOD, now=AS_OF), engine=engine), rounds)
    return {
        "06a": seconds,
        "every_measure": every,
        "qd766": index,
        "measures": len(MEASURES),
        "points": f"{float(points.total.low):.4f} to {float(points.total.high):.4f}",
        "digest": _digest(cells),
        "figures": {name: [one.numerator, one.denominator, one.unknown] for name, one in told[()].items()},
    }


def _timed(ask: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """The median of so many rounds after a first; without rounds that of the first: slow sides are asked but once."""
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        found = ask()
        taken.append(time.perf_counter() - began)
    # By then files are in memory and texts are compiled, on every side that is asked again.
    return round(statistics.median(taken[1:] or taken), 4), found


def _window() -> tuple[datetime, datetime]:
    """As instants: local midnights."""
    return datetime(2026, 3, 31, 17, tzinfo=UTC), datetime(2026, 6, 30, 17, tzinfo=UTC)


def _digest(cells: dict[tuple[str, bool], tuple[int, ...]]) -> str:
    return hashlib.sha256(repr(sorted(cells.items())).encode()).hexdigest()


def _peak_mb(pid: int | str = "self") -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def _load() -> None:
    from motcua.cli.session import load_django

    load_django()


if __name__ == "__main__":
    main()
