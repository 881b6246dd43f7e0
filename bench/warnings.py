"""`bench warnings`: how long the sweep takes to find and tell 10,000 warnings due among 1,000,000 open items.

A million running dossiers, each with an open step: two million watched due moments. In each of three rounds 10,000 of them
have their next stage, half steps and half whole dossiers; the median counts. The reference is the limit of five seconds;
`ratio` is limit / taken. An empty sweep, as it runs every second, and the plan of the statement stand beside it. Times
include everything up to the commit.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from bench._own import own_database

DOSSIERS, DUE, LIMIT_SECONDS, ROUNDS = 1_000_000, 10_000, 5.0, 3
_LIVES = 100


def run(dossiers: int = DOSSIERS, due: int = DUE) -> dict[str, Any]:
    with own_database():
        return _measure(dossiers, due)


def _measure(dossiers: int, due: int) -> dict[str, Any]:
    from bench._town import NOW

    from motcua.notifications.models import OfficerNotice, Watch
    from motcua.notifications.officer_notices import warn

    _fill(dossiers, due)
    plan = _explain(NOW)
    empty = _timed(lambda: warn(NOW.replace(hour=8)))
    began = time.process_time()
    rounds = [_timed(lambda at=at: _expect(warn(at), due)) for at in _moments(NOW)]
    busy = (time.process_time() - began) / ROUNDS
    told = OfficerNotice.objects.count()
    again = _timed(lambda: _expect(warn(_moments(NOW)[-1]), 0))
    if OfficerNotice.objects.count() != told:
        raise AssertionError("told twice")
    taken = statistics.median(rounds)
    return {
        "name": "warnings",
        "open_items": dossiers,
        "watched": Watch.objects.count(),
        "due": due,
        "notices": told,
        "seconds": taken,
        "rounds_seconds": rounds,
        # What the program itself worked in a round; the rest is the server's, and waiting where the machine is shared.
        "program_cpu_seconds": busy,
        "limit_seconds": LIMIT_SECONDS,
        "empty_sweep_ms": empty * 1000,
        "second_sweep_ms": again * 1000,
        "plan": plan,
        "ratio": LIMIT_SECONDS / taken,
    }


def _moments(now: datetime) -> list[datetime]:
    """The moments at which the warnings of each round are due."""
    return [now + timedelta(minutes=n) for n in range(ROUNDS)]


def _timed(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{found} warnings were due, not {wanted}")


def _fill(dossiers: int, due: int) -> None:
    from bench._town import NOW, build_town, lives
    from django.db import connection

    from motcua.dossiers.bulk import write_lives
    from motcua.organizations.models import Role
    from motcua.organizations.services import appoint

    town = build_town()
    for n, agency in enumerate(town.agencies):
        for kind, role in (("truong", Role.UNIT_HEAD), ("lanhdao", Role.LEADER)):
            appoint(
                username=f"{kind}{n}", password=None, full_name=f"Lãnh đạo {n}", title="", agency=agency, roles={role: agency},
                valid_from=agency.valid_from,
            )  # fmt: skip
    # One in twenty of these lives is open; only those are copied.
    write_lives(lives(town, 20 * _LIVES), told=False)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        # The search by words plays no part here and would take longer to fill than all the rest.
        cursor.execute("DROP INDEX dossier_words")
        cursor.execute("SELECT array_agg(column_name::text) FROM information_schema.columns"
                       " WHERE table_name = 'dossiers_dossier' AND is_generated = 'NEVER'")  # fmt: skip
        columns = cursor.fetchone()[0]
        changed = {
            "id": "1000000 + row_number() OVER ()",
            "code": "'H32.99-261120-' || lpad((row_number() OVER ())::text, 7, '0')",
            "intake_key": "gen_random_uuid()",
            "access_key": "gen_random_uuid()",
            # From tomorrow on: nothing of it is due now.
            "due_at": "%(now)s + interval '1 day' + (row_number() OVER ()) %% 40000 * interval '1 minute'",
        }
        values = ", ".join(changed.get(column, f"d.{column}") for column in columns)
        now = {"now": NOW, "copies": dossiers // _LIVES, "due": due * ROUNDS, "rounds": ROUNDS}
        cursor.execute(
            f"INSERT INTO dossiers_dossier ({', '.join(columns)}) SELECT {values} FROM dossiers_dossier d,"
            " generate_series(1, %(copies)s) WHERE d.state = 'in_process'",
            now,
        )
        sys.stderr.write("dossiers\n")
        cursor.execute("CREATE TEMP TABLE chosen AS SELECT id, row_number() OVER () AS n FROM ("
                       " SELECT id FROM dossiers_dossier WHERE id > 1000000"
            " ORDER BY sha256(id::text::bytea) LIMIT %(due)s) c", now)  # fmt: skip
        cursor.execute(
            "UPDATE dossiers_dossier d SET due_at = %(now)s + n %% %(rounds)s * interval '1 minute' FROM chosen"
            " WHERE chosen.id = d.id AND n / %(rounds)s %% 2 = 0",
            now,
        )
        cursor.execute(
            "INSERT INTO processes_workitem (dossier_id, token, node, flow, kind, name, role, agency_id, officer_id, minutes,"
            " opened_at, opened_seq, due_at, leaves_by_itself, outcome)"
            " SELECT d.id, 1, 'appraise', '', 'work', 'Thẩm định', 'case_officer', d.agency_id, d.officer_id, 480,"
            " d.accepted_at, 3, CASE WHEN c.n / %(rounds)s %% 2 = 1 THEN %(now)s + c.n %% %(rounds)s * interval '1 minute'"
            " ELSE %(now)s + interval '2 days' END, false, ''"
            " FROM dossiers_dossier d LEFT JOIN chosen c ON c.id = d.id WHERE d.id > 1000000",
            now,
        )
        sys.stderr.write("work items\n")
        cursor.execute(
            "INSERT INTO notifications_watch (dossier_id, token, started_at, due_at, agency_id, officer_id, next_at)"
            " SELECT id, 0, accepted_at, due_at, agency_id, officer_id,"
            " CASE WHEN due_at < %(now)s + interval '1 hour' THEN due_at ELSE due_at - interval '3 hours' END"
            " FROM dossiers_dossier WHERE id > 1000000"
            " UNION ALL SELECT dossier_id, token, opened_at, due_at, agency_id, officer_id,"
            " CASE WHEN due_at < %(now)s + interval '1 hour' THEN due_at ELSE due_at - interval '3 hours' END"
            " FROM processes_workitem",
            now,
        )
        sys.stderr.write("watched due moments\n")
        for table in ("dossiers_dossier", "processes_workitem", "notifications_watch"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _explain(at: Any) -> list[str]:
    from django.db import connection, transaction

    from motcua.notifications.officer_notices import DUE as STATEMENT
    from motcua.notifications.watching import RUNNING_STATES

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) {STATEMENT}",
            {"at": at, "limit": 5000, "running": RUNNING_STATES},
        )
        plan = [row[0] for row in cursor.fetchall()]
        transaction.set_rollback(True)
    return plan
