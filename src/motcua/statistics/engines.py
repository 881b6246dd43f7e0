"""PostgreSQL: live figures through Django's connection, in its transaction, with bound values."""

from __future__ import annotations

from typing import Any

from django.db import connection
from ibis.backends.sql.compilers.postgres import PostgresCompiler

from motcua.statistics.compiling import Engine, Query, compiled

__all__ = ["Engine", "Postgres", "Query", "postgres"]


class Postgres:
    def __init__(self) -> None:
        self._texts: dict[object, str] = {}
        self._compiler = PostgresCompiler()

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.text_of(query), query.values)
            return list(cursor.fetchall())

    def text_of(self, query: Query) -> str:
        """With `%(name)s` for each parameter."""
        if query.key not in self._texts:
            self._texts[query.key] = compiled(
                self._compiler,
                *query.make(),
                spell=lambda name: f"%({name})s",
                spell_any=lambda column, values: f"{column} = ANY({values})",
                escape=lambda text: text.replace("%", "%%"),
            )
        return self._texts[query.key]


postgres = Postgres()
