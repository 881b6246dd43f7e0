"""The ledger in the order in which every consumer reads it: no entry is ever seen late and missed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection


class Position(NamedTuple):
    """How far a consumer has read: everything up to and with this entry. `START` comes before all."""

    xid: int
    id: int


START = Position(0, 0)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A ledger entry as consumers get it. `data` is the hashed text, parsed: it holds no personal values."""

    position: Position
    dossier_id: int
    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    data: dict[str, Any]


# A transaction that began before others may commit after them, so ids alone lose its entries. Below the snapshot's
# xmin every transaction has ended: what is there now is all there will ever be.
# `e.xid`, for plain `xid` would name the first column of the answer, by which no index is ordered.
AFTER = """
SELECT e.xid::text::bigint, e.id, e.dossier_id, e.seq, e.kind, e.occurred_at, e.recorded_at, e.text
FROM dossiers_ledgerentry e
WHERE (e.xid, e.id) > (%s::text::xid8, %s) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.xid, e.id LIMIT %s
"""


def entries_after(position: Position, limit: int) -> list[FeedEntry]:
    """At most `limit` entries after `position`, oldest first. An empty list: nothing more for now, ask again later."""
    with connection.cursor() as cursor:
        cursor.execute(AFTER, [position.xid, position.id, limit])
        rows = cursor.fetchall()
    return [
        FeedEntry(Position(xid, id_), dossier_id, seq, kind, occurred_at, recorded_at, json.loads(text))
        for xid, id_, dossier_id, seq, kind, occurred_at, recorded_at, text in rows
    ]
