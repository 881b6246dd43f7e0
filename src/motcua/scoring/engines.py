"""How questions about costs are put to PostgreSQL. Both engines only read: nothing is written and nobody is held up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from motcua.statistics.engines import Query, postgres
from motcua.statistics.models import FactDossier

_TABLE = FactDossier._meta.db_table
_COLUMNS = tuple(field.column or "" for field in FactDossier._meta.concrete_fields)
_NAMED = re.compile(r'("t\d+") AS \(')


class Inlined:
    """What a statement names and uses more than once is looked up each time by its condition, not copied out as a whole.

    `limit` is no part of the expression: compiling costs more than asking, and the same is asked with several limits.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        text = _NAMED.sub(r"\1 AS NOT MATERIALIZED (", postgres.text_of(query))
        return _rows(f"{text} LIMIT %(limit)s", {**query.values, "limit": self._limit})


class Supposing:
    """Counts as if for the dossiers `ids` each column of `facts` had the value of its SQL expression.

    The changed rows stand as a named query in front of the statement, under the table's own name, so that the measures
    themselves are counted and no copy of their definitions.
    """

    def __init__(self, ids: Sequence[int], facts: Mapping[str, str]) -> None:
        self._ids = list(ids)
        columns = [
            f"CASE WHEN dossier_id = ANY(%(supposed)s::bigint[]) THEN {facts[name]} ELSE {name} END AS {name}"
            if name in facts
            else name
            for name in _COLUMNS
        ]
        # Not recursive: inside, the name is still the table's.
        self._front = f"WITH {_TABLE} AS (SELECT {', '.join(columns)} FROM {_TABLE})"

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        text = postgres.text_of(query)
        text = f", {text.removeprefix('WITH ')}" if text.startswith("WITH ") else f" {text}"
        return _rows(self._front + text, {**query.values, "supposed": self._ids})


def _rows(text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())
