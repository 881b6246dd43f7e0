"""“What changes if” on 100,000 open dossiers: a new holiday for the whole province, and a moved limit, beside asking one by one.

`ratio` is the time of computing every due of the same dossiers one after the other (`law.clock.compute_due`, before and after)
over the time of the whole answer, which also reads them, compares them and sorts them. One dossier in ten was paused once and is
computed from its ledger in both.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from bench._own import own_database

WRITTEN, FACTOR = 5_000, 20
GOAL_SECONDS = 5.0


def run() -> dict[str, Any]:
    with own_database(durable=False):
        return _measure()


def _measure() -> dict[str, Any]:
    from bench._town import NOW, build_town
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from motcua.dossiers.bulk import write_lives
    from motcua.law.clock import compute_due
    from motcua.law.limits import Limit, Unit
    from motcua.law.worktime import national_calendar
    from motcua.processes.what_if.answers import what_if
    from motcua.processes.what_if.change import MovedLimit, NewHoliday, with_days_off

    town = build_town()
    write_lives(_open_lives(town), told=True)
    with connection.cursor() as cursor:
        _multiply(cursor)
        cursor.execute("SELECT clock_started_at, limit_amount FROM dossiers_dossier")
        rows = cursor.fetchall()
    day = date(2026, 11, 26)
    questions = {
        "holiday": NewHoliday(day, day),
        "limit": MovedLimit(town.procedures[0].code, Limit(2, Unit.WORKING_DAY)),
    }
    told: dict[str, Any] = {}
    for name, question in questions.items():
        what_if(question, at=NOW)
        with CaptureQueriesContext(connection) as queries:
            begin = time.perf_counter()
            answer = what_if(question, at=NOW)
            seconds = time.perf_counter() - begin
        told[name] = {
            "seconds": seconds,
            "looked_at": answer.looked_at,
            "changed": len(answer.changed),
            "unexplained": answer.unexplained,
            "queries": len(queries),
        }
    before = national_calendar()
    after = with_days_off(before, day, day, "nghỉ")
    begin = time.perf_counter()
    for started, amount in rows:
        limit = Limit(amount, Unit.WORKING_DAY)
        compute_due(started, limit, before)
        compute_due(started, limit, after)
    one_by_one = time.perf_counter() - begin
    return {
        "name": "what_if",
        "ratio": one_by_one / told["holiday"]["seconds"],
        **told,
        "one_by_one_seconds": one_by_one,
        "goals": f"each under {GOAL_SECONDS:.0f} s",
    }


def _open_lives(town: Any) -> Iterator[Any]:
    """The town's lives, all still open, one in ten paused for a day and running again."""
    from bench._town import NOW, lives

    from motcua.dossiers import commands as c
    from motcua.dossiers.course import Given, Life
    from motcua.identity.actors import Actor, ActorKind

    applicant = Actor(kind=ActorKind.APPLICANT, dossiers=frozenset())
    for number, life in enumerate(lives(town, WRITTEN)):
        first = life.given[0]
        # Of any age among the days in which the longest limit is still running.
        shift = NOW - timedelta(days=2 + number % 18, hours=number % 7) - first.at
        given = [Given(one.command, one.actor, one.at + shift) for one in life.given[:3]]
        if number % 10 == 0:
            at = given[-1].at + timedelta(hours=1)
            case = given[-1].actor
            given.append(Given(c.AskSupplement(("Giấy tờ",), "Thiếu"), case, at))
            given.append(Given(c.Supplement(), applicant, at + timedelta(days=1)))
        yield Life(life.intake, tuple(given))


def _multiply(cursor: Any) -> None:
    """Copies of dossiers and entries under other ids, by the server's administrator."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("SELECT max(id) FROM dossiers_ledgerentry")
    (entries,) = cursor.fetchone()
    shifted = {
        "dossiers_dossier": {
            "id": f"id + {{k}} * {WRITTEN}", "intake_key": "gen_random_uuid()", "access_key": "gen_random_uuid()",
            "code": "code || '-{k}'",
        },
        "dossiers_ledgerentry": {"id": f"id + {{k}} * {entries}", "dossier_id": f"dossier_id + {{k}} * {WRITTEN}"},
    }  # fmt: skip
    for table, changed in shifted.items():
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        columns = [row[0] for row in cursor.fetchall()]
        origin = "dossier_id" if "dossier_id" in columns else "id"
        for k in range(1, FACTOR):
            values = ", ".join(changed.get(column, column).format(k=k) for column in columns)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {origin} <= {WRITTEN}"
            )
        sys.stderr.write(f"{table} x{FACTOR}\n")
    cursor.execute("ANALYZE")
