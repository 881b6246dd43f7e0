"""Where expressions run. PostgreSQL: through Django's connection, compiled once, values bound by the server's client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import ibis.expr.types as ir
from django.db import connection
from ibis.backends.sql.compilers.postgres import PostgresCompiler


@dataclass(frozen=True, slots=True)
class Query:
    """An expression to be made when it is first asked for, with the parameters it has, and their values by name.

    Equal `key` promises an equal expression, so that an engine need make and compile it only once.
    """

    key: object
    make: Callable[[], tuple[ir.Table, Sequence[ir.Scalar]]]
    values: Mapping[str, Any]


class Engine(Protocol):
    def run(self, query: Query) -> list[tuple[Any, ...]]:
        """The rows, each a tuple in the order of the expression's columns."""
        ...


# Stand in the compiled text where the values will be bound: nobody's date, number or name.
_FIRST_MARK = datetime(1601, 1, 1, tzinfo=UTC)


def _mark(place: int, parameter: ir.Scalar) -> tuple[Any, str]:
    """A value of the parameter's type, and how it is spelt in the compiled text."""
    kind = parameter.type()
    if kind.is_timestamp():
        moment = _FIRST_MARK + timedelta(days=place)
        return moment, f"'{moment.isoformat()}'"
    if kind.is_date():
        day = (_FIRST_MARK + timedelta(days=place)).date()
        return day, f"'{day.isoformat()}'"
    if kind.is_integer():
        return 31_000 + place, str(31_000 + place)
    if kind.is_string():
        return f"\ue000{place}\ue000", f"'\ue000{place}\ue000'"
    raise TypeError(f"no parameter of {kind}")


class Postgres:
    """Of Django's default connection, in its transaction."""

    def __init__(self) -> None:
        self._compiled: dict[object, str] = {}
        self._compiler = PostgresCompiler()

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        if query.key not in self._compiled:
            self._compiled[query.key] = self.compile(*query.make())
        with connection.cursor() as cursor:
            cursor.execute(self._compiled[query.key], query.values)
            return list(cursor.fetchall())

    def compile(self, expression: ir.Table, parameters: Sequence[ir.Scalar]) -> str:
        """Text with `%(name)s` for each parameter that the expression asks for."""
        marks = {parameter: _mark(place, parameter) for place, parameter in enumerate(parameters)}
        tree = self._compiler.to_sqlglot(expression, params={given: value for given, (value, _) in marks.items()})
        text = tree.sql("postgres").replace("%", "%%")
        for given, (_, spelt) in marks.items():
            text = text.replace(spelt, f"%({given.get_name()})s")
        return text


postgres = Postgres()
