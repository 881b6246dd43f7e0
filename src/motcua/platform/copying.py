"""COPY: the fast way in for many rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows in the caller's transaction; a conflict with a stored row fails all of them."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def reserve_ids(table: str, count: int) -> list[int]:
    """Take `count` ids of a table's own sequence, ascending; the caller must use them or leave gaps."""
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [table, count])
        first, last, apart = cursor.fetchone()
    return apart or (list(range(first, last + 1)) if count else [])


# One row where the ids lie together, as they do unless somebody else took some of them meanwhile; the sequence is looked
# for once.
_RESERVE = """
SELECT min(id), max(id), CASE WHEN max(id) - min(id) + 1 > count(*) THEN array_agg(id ORDER BY id) END
FROM (SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) AS id FROM generate_series(1, %s) OFFSET 0) t
"""
