"""Consumers read in the order in which transactions ended, so that a late commit is never passed over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections, transaction
from tests.dossiers.lives import live
from tests.province import MONDAY, Province, build_province

from motcua.dossiers import commands as c
from motcua.dossiers.feed import AFTER, START, Position, entries_after
from motcua.dossiers.models import LedgerEntry
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import AlreadyChanged
from motcua.organizations.models import Desk

COPY_ENTRY = """
INSERT INTO dossiers_ledgerentry (dossier_id, seq, kind, occurred_at, recorded_at, format, text, prev, hash)
SELECT dossier_id, %s, kind, occurred_at, recorded_at, format, text, prev, hash FROM dossiers_ledgerentry
WHERE dossier_id = %s AND seq = 1 RETURNING id
"""


def test_late_commit_is_read_after_an_earlier_one(committed_db) -> None:
    moved = live(build_province(), until=1)
    with psycopg.connect(committed_db.url) as slow, psycopg.connect(committed_db.url) as quick:
        (late,) = slow.execute(COPY_ENTRY, [2, moved.id]).fetchone()
        (early,) = quick.execute(COPY_ENTRY, [3, moved.id]).fetchone()
        quick.commit()

        by_id = list(LedgerEntry.objects.order_by("id").values_list("id", flat=True))
        assert by_id[-1] == early > late, "shown first: a reader by id goes past the late one"
        first = entries_after(START, 10)
        assert [entry.seq for entry in first] == [1], "nothing beyond the open transaction is given out yet"

        slow.commit()
    rest = entries_after(first[-1].position, 10)

    assert [entry.position.id for entry in rest] == [late, early]
    assert entries_after(rest[-1].position, 10) == []


def test_pages_join_without_gap_or_repeat(committed_db) -> None:
    province = build_province()
    live(province)
    live(province, until=4)

    seen, position = [], START
    while page := entries_after(position, 3):
        seen += page
        position = page[-1].position

    assert sorted((entry.dossier_id, entry.seq) for entry in seen) == sorted(
        LedgerEntry.objects.values_list("dossier_id", "seq")
    )
    assert [entry.position for entry in seen] == sorted(entry.position for entry in seen)
    assert isinstance(seen[0].position, Position)
    assert (seen[0].kind, seen[0].data["to"]) == ("dossier.submitted", "submitted")


def test_entry_never_comes_before_the_one_it_follows(committed_db) -> None:
    province = build_province()
    moved = live(province, until=1)

    with transaction.atomic():
        Desk.objects.filter(pk=province.desk.pk).update(name="Ghi trước, nên giao dịch này mang số cũ hơn")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(accept_elsewhere, province, moved.id).result()
        with pytest.raises(AlreadyChanged):
            give_command(moved.id, c.Forward("Thẩm định"), actor=province.actor("case"), at=MONDAY + timedelta(hours=2))

    assert [entry.seq for entry in entries_after(START, 10)] == [1, 2]


def accept_elsewhere(province: Province, dossier_id: int) -> None:
    try:
        give_command(dossier_id, c.Accept(), actor=province.actor("counter"), at=MONDAY + timedelta(hours=1))
    finally:
        connections.close_all()


def test_what_comes_next_is_read_in_the_order_of_the_index(db) -> None:
    """Ordered by anything else the whole ledger would be sorted for each look at what is new."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {AFTER}", [0, 0, 10])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "using ledger_order" in plan
    assert "Sort" not in plan
