"""Form 06a over `_nation` as hands that know one engine would write it: for `bench figures` to stand beside.

Each gives (agency, vertical) → columns 3 to 13, by date, of the window [start, end) as known at a moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Cells = dict[tuple[str, bool], tuple[int, ...]]

SQL = """
WITH standing AS (
  SELECT DISTINCT province, dossier_id FROM statistics_factpause
  WHERE known_from <= {as_of} AND known_to > {as_of} AND paused_from < {end} AND paused_to >= {end}
)
SELECT agency, vertical, c4 + c5 + c6 AS c3, c4, c5, c6, c8 + c9 + c10 AS c7, c8, c9, c10, c11, c11 - c13 AS c12, c13
FROM (
  SELECT d.agency, a.vertical,
    count(*) FILTER (WHERE d.accepted_at >= {start} AND d.online) AS c4,
    count(*) FILTER (WHERE d.accepted_at >= {start} AND d.online IS NOT TRUE) AS c5,
    count(*) FILTER (WHERE d.accepted_at < {start}) AS c6,
    count(*) FILTER (WHERE d.finished_at < {end} AND d.outcome NOT IN ('returned', 'withdrawn') AND d.verdict_date = 'early') AS c8,
    count(*) FILTER (WHERE d.finished_at < {end}
      AND (d.outcome IN ('returned', 'withdrawn') OR d.verdict_date IN ('', 'on_time'))) AS c9,
    count(*) FILTER (WHERE d.finished_at < {end} AND d.outcome NOT IN ('returned', 'withdrawn') AND d.verdict_date = 'overdue') AS c10,
    count(*) FILTER (WHERE d.finished_at IS NULL OR d.finished_at >= {end}) AS c11,
    count(*) FILTER (WHERE (d.finished_at IS NULL OR d.finished_at >= {end}) AND d.due_at < {end} AND s.dossier_id IS NULL) AS c13
  FROM statistics_factdossier d
  JOIN statistics_dimagency a ON a.code = d.agency
  LEFT JOIN standing s ON s.province = d.province AND s.dossier_id = d.dossier_id
  WHERE d.known_from <= {as_of} AND d.known_to > {as_of} AND d.counted
    AND d.accepted_at < {end} AND (d.finished_at IS NULL OR d.finished_at >= {start})
  GROUP BY d.agency, a.vertical
) t
"""


def of_duckdb(connection: Any, start: datetime, end: datetime, as_of: datetime) -> Cells:
    """Over a connection in which the tables stand under their names."""
    text = SQL.format(start="$start", end="$end", as_of="$as_of")
    rows = connection.execute(text, {"start": start, "end": end, "as_of": as_of}).fetchall()
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


def of_polars(files: Mapping[str, Sequence[str]], start: datetime, end: datetime, as_of: datetime) -> Cells:
    import polars as pl

    def table(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(list(files[name]), hive_partitioning=False)

    known = (pl.col("known_from") <= as_of) & (pl.col("known_to") > as_of)
    standing = (
        table("statistics_factpause")
        .filter(known & (pl.col("paused_from") < end) & (pl.col("paused_to") >= end))
        .select("province", "dossier_id", paused=pl.lit(True))
        .unique()
    )
    agencies = table("statistics_dimagency").select(agency="code", vertical="vertical")
    finished = (pl.col("finished_at") < end).fill_null(False)
    unjudged = pl.col("outcome").is_in(["returned", "withdrawn"])
    verdict = pl.col("verdict_date")
    late_open = ~finished & (pl.col("due_at") < end).fill_null(False) & pl.col("paused").is_null()
    columns = {
        "c3": pl.lit(True),
        "c4": (pl.col("accepted_at") >= start) & pl.col("online").fill_null(False),
        "c5": (pl.col("accepted_at") >= start) & ~pl.col("online").fill_null(False),
        "c6": pl.col("accepted_at") < start,
        "c7": finished,
        "c8": finished & ~unjudged & (verdict == "early"),
        "c9": finished & (unjudged | verdict.is_in(["", "on_time"])),
        "c10": finished & ~unjudged & (verdict == "overdue"),
        "c11": ~finished,
        "c12": ~finished & ~late_open,
        "c13": late_open,
    }
    found = (
        table("statistics_factdossier")
        .filter(known & pl.col("counted") & (pl.col("accepted_at") < end))
        .filter(pl.col("finished_at").is_null() | (pl.col("finished_at") >= start))
        .join(agencies, on="agency")
        .join(standing, on=["province", "dossier_id"], how="left")
        .with_columns(**columns)
        .group_by("agency", "vertical")
        .agg(pl.col(name).sum().cast(pl.Int64) for name in columns)
        .collect(engine="streaming")
    )
    return {(row[0], row[1]): row[2:] for row in found.iter_rows()}
