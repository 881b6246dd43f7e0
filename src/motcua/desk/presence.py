"""Who has a dossier open just now. A page says so when it is opened and while it stays open; silence is going away.

It warns and never bars: two who act at once are kept apart by the dossier's own compare-and-set.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from motcua.desk.models import Presence
from motcua.platform.presentation.words import local, vn_datetime, vn_time

# A page gives a sign of life every 45 seconds; after two minutes without one nobody is there.
STALE: Final = timedelta(minutes=2)

# Whoever comes back after silence has opened it anew. What he had open elsewhere and left goes with the same statement,
# so that the table holds what is open and no sweep is needed.
_ARRIVE = """
WITH gone AS (
  DELETE FROM desk_presence WHERE officer_id = %(officer)s AND dossier_id <> %(dossier)s AND seen_at < %(stale)s
)
INSERT INTO desk_presence AS p (dossier_id, officer_id, opened_at, seen_at)
VALUES (%(dossier)s, %(officer)s, %(at)s, %(at)s)
ON CONFLICT (dossier_id, officer_id) DO UPDATE
  SET opened_at = CASE WHEN p.seen_at < %(stale)s THEN EXCLUDED.opened_at ELSE p.opened_at END, seen_at = EXCLUDED.seen_at
"""


def arrive(dossier_id: int, *, officer_id: int, at: datetime) -> None:
    """The officer's page of the dossier is open at this moment. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVE, {"dossier": dossier_id, "officer": officer_id, "at": at, "stale": at - STALE})


def others_at(dossier_ids: Iterable[int], *, officer_id: int, at: datetime) -> dict[int, list[str]]:
    """Who else has each of the dossiers open, in words, the longest first. One query."""
    rows = Presence.objects.filter(dossier_id__in=list(dossier_ids), seen_at__gte=at - STALE).exclude(
        officer_id=officer_id
    )
    found: dict[int, list[str]] = {}
    for dossier_id, name, since in rows.order_by("opened_at", "id").values_list(
        "dossier_id", "officer__full_name", "opened_at"
    ):
        found.setdefault(dossier_id, []).append(f"{name} đang mở hồ sơ này từ {_when(since, at)}")
    return found


def _when(since: datetime, at: datetime) -> str:
    return vn_time(since) if local(since).date() == local(at).date() else vn_datetime(since)
