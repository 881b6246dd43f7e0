"""Up to when every entry of the ledger is in the figures: no page may say that it knows more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from motcua.statistics.models import Reader
from motcua.statistics.services import READER

# The reader follows within seconds; this much later somebody should look why it does not.
BEHIND = timedelta(minutes=2)

_NEXT = """
SELECT recorded_at FROM dossiers_ledgerentry
WHERE (xid, id) > (coalesce((SELECT xid FROM statistics_reader WHERE name = %(name)s), 0)::text::xid8,
                   coalesce((SELECT entry_id FROM statistics_reader WHERE name = %(name)s), 0))
ORDER BY xid, id LIMIT 1
"""
assert Reader._meta.db_table == "statistics_reader"


def known_until(now: datetime) -> datetime:
    """Now, or just before the first entry was recorded that is not folded yet. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"name": READER})
        row = cursor.fetchone()
    return min(now, row[0] - timedelta(microseconds=1)) if row else now


def facts_mark() -> str:
    """Tells one state of the facts from the next: another one with every step of the reader, and when all is made anew."""
    return " ".join(map(str, Reader.objects.values_list("made", "xid", "entry_id").filter(pk=READER).first() or ()))
