"""Two workers at once, and the ledger read behind real commits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections
from tests.notifications.reminders import moment, told, watched
from tests.processes.build import publish
from tests.province import MONDAY, accepted, build_province, result

from motcua.dossiers import commands as c
from motcua.dossiers.services import give_command
from motcua.notifications.digests import send_digests
from motcua.notifications.models import OfficerNotice, Watch
from motcua.notifications.officer_notices import warn
from motcua.notifications.watching import follow_ledger
from motcua.processes.models import Apology, LatenessCause
from motcua.processes.services import claim

AT = moment("2026-11-18T07:00")


def both(run) -> list[int]:
    ready = threading.Barrier(2)

    def one(_: int) -> int:
        try:
            ready.wait(timeout=30)
            return int(run())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def test_two_workers_at_once_tell_once(committed_db) -> None:
    province = build_province()
    publish(province)
    for _ in range(12):
        claim(accepted(province), 1, actor=province.actor("case"), at=MONDAY)
    # Two readers of the ledger: one reads, the other leaves it to him; nothing is planned twice.
    read = both(lambda: follow_ledger(MONDAY))
    assert sorted(read)[0] in (0, sum(read) // 2) or sum(read) > 0
    while follow_ledger(MONDAY):
        pass
    assert Watch.objects.count() == 24
    assert OfficerNotice.objects.count() == 0

    handled = both(lambda: warn(AT, limit=3))
    assert sum(handled) >= 24
    rows = told()
    assert len(rows) == len(set(OfficerNotice.objects.values_list("officer", "dossier", "token", "stage", "channel")))
    assert sum(stage == "late:1" for _, _, stage in rows) == 12 * 3
    assert sorted(both(lambda: send_digests(AT))) == [0, 3]


def test_the_ledger_is_followed_to_the_end_of_a_late_dossier(committed_db) -> None:
    province = build_province()
    dossier_id = accepted(province)
    head, case = province.actor("head"), province.actor("case")
    assert follow_ledger(MONDAY) == 2
    assert follow_ledger(MONDAY) == 0
    assert watched(dossier_id) == {0: moment("2026-11-17T09:20")}
    warn(moment("2026-11-18T09:20"))
    assert Apology.objects.get().state == "drafted"

    give_command(dossier_id, c.Suspend("Điều 3", "12/CV"), actor=head, at=moment("2026-11-18T10:00"))
    follow_ledger(moment("2026-11-18T10:00"))
    assert (watched(dossier_id), Apology.objects.get().state) == ({}, "lapsed")

    give_command(dossier_id, c.Resume(), actor=head, at=moment("2026-11-18T16:00"))
    give_command(dossier_id, c.Forward("Thẩm định"), actor=case, at=moment("2026-11-27T08:00"))
    give_command(dossier_id, c.Resolve(result()), actor=case, at=moment("2026-11-27T08:00"))
    assert follow_ledger(moment("2026-11-27T08:00")) == 3
    assert watched(dossier_id) == {}
    assert LatenessCause.objects.values_list("proposed_code", "confirmed_at").get() == ("a", None)


def test_what_is_due_is_found_by_its_index(committed_db) -> None:
    """Whatever the table holds, the sweep reads only what is due."""
    province = build_province()
    follow_ledger(MONDAY)
    first = accepted(province)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_watch (dossier_id, token, started_at, due_at, agency_id, next_at)"
            " SELECT %s, n, now(), now() + n * interval '1 hour', %s, now() + n * interval '1 hour' FROM generate_series(1, 20000) n",
            [first, province.department.pk],
        )
        cursor.execute("ANALYZE notifications_watch")
        cursor.execute(
            "EXPLAIN SELECT * FROM notifications_watch WHERE next_at <= now() ORDER BY next_at LIMIT 5000 FOR UPDATE SKIP LOCKED"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "watch_next" in plan
    assert "Seq Scan" not in plan
