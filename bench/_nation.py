"""A nation's facts as Parquet, made by arithmetic from a seed: the rows of `bench figures`.

34 provinces of 100 agencies each, 2,000 procedures, a year of dossiers. Each dossier has the version that is known now and,
where it is finished, the one that was known while it was open; three entries, a message, now and then a pause or a part of
another agency. What the law would compute (verdicts, local days, months) is computed here from the same moments, so that
columns agree with one another; it is no ledger's fold.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

PROVINCES, AGENCIES, PROCEDURES = 34, 100, 2_000
# 2025-09-01 00:00 in Vietnam, in seconds; a year.
_BEGIN, _SECONDS = 1_756_659_600, 365 * 86_400
_PARTS = 12

_MACROS = """
CREATE MACRO chance(i, k, n) AS (hash(i * 1000003 + k * 7919 + {seed}) % n)::BIGINT;
CREATE MACRO day_of(s) AS DATE '1970-01-01' + ((s + 25200) // 86400)::INTEGER;
CREATE MACRO month_of(s) AS (year(day_of(s)) * 100 + month(day_of(s)))::INTEGER;
CREATE MACRO period_of(s) AS CASE WHEN day(day_of(s)) < 15 THEN month_of(s) ELSE
  (year(day_of(s) + INTERVAL 1 MONTH) * 100 + month(day_of(s) + INTERVAL 1 MONTH))::INTEGER END;
CREATE MACRO verdict(done, due) AS CASE WHEN done IS NULL OR due IS NULL THEN '' WHEN done < due THEN 'early'
  WHEN done = due THEN 'on_time' ELSE 'overdue' END;
"""

# A dossier's story in numbers; everything else is told from it.
_STORIES = """
CREATE OR REPLACE VIEW stories AS
SELECT *, CASE WHEN outcome <> 'open' THEN accepted_s + took END AS finished_s,
  CASE WHEN chance(i, 9, 200) > 0 THEN accepted_s + days * 86400 END AS due_s
FROM (
  SELECT i, 'H' || lpad((1 + chance(i, 1, {provinces}))::VARCHAR, 2, '0') AS province,
    chance(i, 2, {agencies}) AS office, chance(i, 3, {procedures}) AS kind,
    {begin} + i * {seconds} // {rows} + chance(i, 4, 3600) AS accepted_s,
    (1 + chance(i, 5, 15)) AS days,
    (days * 86400 * (20 + chance(i, 6, 90)) // 100)::BIGINT AS took,
    CASE chance(i, 7, 40) WHEN 0 THEN 'returned' WHEN 1 THEN 'withdrawn' WHEN 2 THEN 'stopped' WHEN 3 THEN 'open' WHEN 4 THEN 'open'
      ELSE 'resolved' END AS outcome,
    chance(i, 8, 100) AS way
  FROM range({first}, {last}) AS t (i)
)
"""

_FLAG = "CASE chance(i, {k}, 10) WHEN 0 THEN NULL ELSE chance(i, {k}, 10) < {tenths} END"


def _dossiers(known_now: bool) -> str:
    """The version known now, or the one known while the dossier was open; in the order of the table's columns."""
    finished = "finished_s" if known_now else "NULL::BIGINT"
    outcome = "outcome" if known_now else "'open'"
    at = "to_timestamp({})".format
    flags = ", ".join(_FLAG.format(k=30 + place, tenths=place % 9 + 1) for place in range(11))
    return f"""
SELECT i + 1 AS dossier_id, {3 if known_now else 2} AS seq, i // 1000 AS xid, i * 3 + {3 if known_now else 2} AS entry_id,
  {at(f"coalesce({finished}, accepted_s)")} AS known_from,
  {"TIMESTAMPTZ '9999-12-31 00:00:00+00'" if known_now else at("finished_s")} AS known_to,
  province, 'D' || i AS code, false AS imported, province || '.' || office AS agency, 'P' || kind AS procedure,
  province || '.D' || office % 10 AS receiving_desk, province || '.D' || office % 10 AS return_desk, 'U' || office % 7 AS unit,
  office * 10 + chance(i, 20, 10) AS officer_id,
  CASE WHEN way < 55 THEN 'online' WHEN way < 90 THEN 'counter' WHEN way < 97 THEN 'post' ELSE '' END AS channel,
  CASE WHEN way < 97 THEN way < 55 END AS online, way % 11 = 0 AS assisted,
  CASE chance(kind, 21, 3) WHEN 0 THEN 'full' WHEN 1 THEN 'partial' ELSE 'information' END AS service_level,
  CASE WHEN way % 7 = 0 THEN 'business' ELSE 'citizen' END AS applicant_kind, 'desk' AS return_method,
  CASE {outcome} WHEN 'open' THEN 'in_process' ELSE {outcome} END AS state, {outcome} AS outcome, true AS counted,
  {at("accepted_s - 1800")} AS submitted_at, {at("accepted_s")} AS accepted_at, {at("accepted_s")} AS clock_started_at,
  {at("due_s")} AS original_due_at, {at("due_s")} AS due_at, NULL::TIMESTAMPTZ AS promised_at,
  {at(f"CASE WHEN {outcome} = 'resolved' THEN {finished} END")} AS resolved_at, NULL::TIMESTAMPTZ AS result_at_desk_at,
  NULL::TIMESTAMPTZ AS result_sent_at,
  {at(f"CASE WHEN {outcome} = 'resolved' AND chance(i, 22, 10) < 9 THEN {finished} + 3600 END")} AS handed_over_at,
  {at(finished)} AS finished_at,
  day_of(accepted_s - 1800) AS submitted_on, day_of(accepted_s) AS accepted_on, day_of(due_s) AS due_on, day_of({finished}) AS finished_on,
  month_of(accepted_s) AS accepted_month, period_of(accepted_s) AS accepted_period,
  month_of({finished}) AS finished_month, period_of({finished}) AS finished_period,
  verdict(day_of({finished}), day_of(due_s)) AS verdict_date, verdict({finished} // 60, due_s // 60) AS verdict_instant,
  {finished} - accepted_s AS elapsed_seconds,
  (chance(i, 23, 50) = 0)::SMALLINT AS answer_breaches, (chance(i, 24, 20) = 0)::SMALLINT AS completion_rounds,
  CASE chance(i, 25, 30) WHEN 0 THEN NULL WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE 0 END::SMALLINT AS supplement_rounds,
  0::BIGINT AS paused_seconds, CASE WHEN kind % 3 = 0 THEN 50000 ELSE 0 END::BIGINT AS fee_vnd,
  CASE WHEN kind % 9 = 0 THEN 2000000 END::BIGINT AS obligation_vnd, CASE WHEN kind % 3 = 0 THEN 50000 END::BIGINT AS paid_vnd,
  CASE WHEN kind % 3 = 0 THEN (CASE WHEN way < 50 THEN 'online' ELSE 'cash' END) ELSE 'none' END AS payment_channel,
  {flags},
  {at("CASE WHEN chance(i, 26, 20) = 0 THEN due_s - 100000 END")} AS apology_at,
  CASE WHEN chance(i, 26, 20) = 0 AND due_s IS NOT NULL THEN 'in_time' ELSE '' END AS apology_timing,
  '' AS lateness_cause, '' AS lateness_agency, 0::SMALLINT AS parts,
  CASE WHEN chance(i, 27, 4) = 0 THEN 3 + chance(i, 28, 3) END::SMALLINT AS rating, month_of(accepted_s) AS month
FROM stories{"" if known_now else " WHERE finished_s IS NOT NULL"}
"""


_AT = "to_timestamp({})".format
_MOVE = f"""
SELECT i * 3 + {{seq}} AS entry_id, i // 1000 AS xid, i + 1 AS dossier_id, {{seq}} AS seq, '{{kind}}' AS kind,
  '{{before}}' AS from_state, {{after}} AS to_state, {_AT("s")} AS occurred_at, {_AT("s + lag")} AS recorded_at,
  {_AT("s + lag")} AS known_from, day_of(s) AS occurred_on, month_of(s) AS occurred_month, period_of(s) AS occurred_period,
  (isodow(day_of(s)) - 1)::SMALLINT AS weekday, ((s + 25200) % 86400 // 3600)::SMALLINT AS hour, lag AS lag_seconds, province,
  province || '.' || office AS agency, 'P' || kind AS procedure, 'U' || office % 7 AS unit,
  '{{actor}}' AS actor_kind, CASE WHEN '{{actor}}' = 'officer' THEN office * 10 + chance(i, 20, 10) END AS officer_id,
  '' AS step, '' AS node, verdict(day_of(s), day_of(due_s)) AS verdict_date, verdict(s // 60, due_s // 60) AS verdict_instant,
  month_of(s) AS month
FROM (SELECT *, {{moment}} AS s, CASE WHEN chance(i, 29, 50) = 0 THEN 7200 ELSE 0 END AS lag FROM stories) t
WHERE s IS NOT NULL
"""

_TABLES = {
    "statistics_factdossier": f"{_dossiers(True)} UNION ALL {_dossiers(False)}",
    "statistics_factpause": f"""
SELECT i + 1 AS dossier_id, province, 0::SMALLINT AS place, 'supplement' AS kind, {_AT("accepted_s + 7200")} AS paused_from,
  CASE WHEN finished_s IS NULL THEN TIMESTAMPTZ '9999-12-31 00:00:00+00' ELSE {_AT("accepted_s + took // 2 + 7200")} END AS paused_to,
  {_AT("accepted_s + 7200")} AS known_from, TIMESTAMPTZ '9999-12-31 00:00:00+00' AS known_to, month_of(accepted_s) AS month
FROM stories WHERE chance(i, 40, 12) = 0""",
    "statistics_factpart": f"""
SELECT i + 1 AS dossier_id, province || '.' || (office + 1) % {AGENCIES} AS agency, province, 'P' || kind AS procedure,
  {_AT("accepted_s + 3600")} AS began_at, day_of(accepted_s + 3600) AS began_on, month_of(accepted_s + 3600) AS began_month,
  period_of(accepted_s + 3600) AS began_period, {_AT("accepted_s + 3600")} AS known_from, month_of(accepted_s) AS month
FROM stories WHERE chance(i, 41, 50) = 0""",
    "statistics_factmove": " UNION ALL ".join(
        _MOVE.format(seq=seq, kind=kind, before=before, after=after, actor=actor, moment=moment)
        for seq, kind, before, after, actor, moment in (
            (1, "dossier.submitted", "draft", "'submitted'", "applicant", "accepted_s - 1800"),
            (2, "dossier.accepted", "submitted", "'in_process'", "officer", "accepted_s"),
            (3, "dossier.resolved", "in_process", "outcome", "officer", "finished_s"),
        )
    ),
    "statistics_factmessage": f"""
SELECT i + 1 AS notice_id, i + 1 AS dossier_id, province, province || '.' || office AS agency, 'P' || kind AS procedure,
  CASE chance(i, 42, 3) WHEN 0 THEN 'sms' WHEN 1 THEN 'email' ELSE 'page' END AS way, 'accepted' AS template,
  {_AT("accepted_s + 60")} AS sent_at, day_of(accepted_s + 60) AS sent_on, month_of(accepted_s + 60) AS sent_month,
  period_of(accepted_s + 60) AS sent_period, {_AT("accepted_s + 60")} AS known_from, month_of(accepted_s + 60) AS month
FROM stories""",
}  # fmt: skip

_WHOLE = {
    "statistics_dimagency": f"""
SELECT p.province || '.' || o AS code, p.province, 'Cơ quan ' || o || ' tỉnh ' || p.province AS name,
  CASE WHEN o % 30 = 29 THEN 'vertical' WHEN o < 20 THEN 'province' ELSE 'commune' END AS level, o % 30 = 29 AS vertical,
  p.province AS parent, '/' || p.province || '/' || p.province || '.' || o || '/' AS path
FROM (SELECT 'H' || lpad((1 + n)::VARCHAR, 2, '0') AS province FROM range({PROVINCES}) AS t (n)) p, range({AGENCIES}) AS u (o)""",
    "statistics_dimprocedure": f"""
SELECT 'P' || n AS code, 'Thủ tục số ' || n AS name, 'L' || n % 40 AS sector, 'Lĩnh vực ' || n % 40 AS sector_name
FROM range({PROCEDURES}) AS t (n)""",
}  # fmt: skip


def write_nation(folder: Path, rows: int, *, seed: int = 7) -> dict[str, list[str]]:
    """`rows` dossiers; returns the files of each table: by province and month as an export has them."""
    files: dict[str, list[str]] = {}
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute("SET preserve_insertion_order = false")
        duck.execute(f"SET temp_directory = '{folder}/aside'")
        duck.execute(_MACROS.format(seed=seed))
        # Month by month: rows are held back until the files of all provinces are written.
        for part in range(_PARTS):
            first, last = rows * part // _PARTS, rows * (part + 1) // _PARTS
            duck.execute(
                _STORIES.format(
                    first=first, last=last, rows=rows, provinces=PROVINCES, agencies=AGENCIES, procedures=PROCEDURES,
                    begin=_BEGIN, seconds=_SECONDS,
                )
            )  # fmt: skip
            for table, select in _TABLES.items():
                duck.execute(
                    f"COPY ({_named(table, select)}) TO '{folder}/{table}' (FORMAT parquet, COMPRESSION zstd,"
                    f" PARTITION_BY (province, month), WRITE_PARTITION_COLUMNS true, OVERWRITE_OR_IGNORE true,"
                    f" FILENAME_PATTERN 'part{part}_{{i}}')"
                )
        for table, select in _WHOLE.items():
            (folder / table).mkdir()
            duck.execute(f"COPY ({select}) TO '{folder}/{table}/all.parquet' (FORMAT parquet, COMPRESSION zstd)")
    for table in (*_TABLES, *_WHOLE):
        files[table] = sorted(map(str, (folder / table).rglob("*.parquet")))
    return files


def _named(table: str, select: str) -> str:
    """In the types that the table has; the columns stand in its order, the month comes last."""
    from motcua.statistics.history.layout import COLUMNS

    kinds = {"int64": "BIGINT", "int32": "INTEGER", "int16": "SMALLINT", "boolean": "BOOLEAN", "date": "DATE"}
    kinds |= {"string": "VARCHAR", "timestamp('UTC')": "TIMESTAMPTZ"}
    typed = ", ".join(f"{name}::{kinds[kind]} AS {name}" for name, kind in COLUMNS[table].items())
    return f"SELECT {typed}, month FROM ({select}) AS told ({', '.join((*COLUMNS[table], 'month'))})"
