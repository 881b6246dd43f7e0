"""Spark: the same figures over the exports of many provinces, on a cluster. An optional part (`motcua[nation]`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from pyspark.sql import SparkSession

from motcua.statistics.compiling import Query, compiled

if TYPE_CHECKING:
    from motcua.statistics.history.reading import History

_SQL = {
    "int64": "BIGINT", "int32": "INT", "int16": "SMALLINT", "boolean": "BOOLEAN", "date": "DATE", "string": "STRING",
    "timestamp('UTC')": "TIMESTAMP",
}  # fmt: skip


class _Compiler(PySparkCompiler):
    def visit_CountStar(self, op: object, *, arg: object, where: sge.Expression | None) -> sge.Expression:  # noqa: N802
        # Ibis adds up the condition itself, which is null where it is unknown of all rows; a count is then nought.
        return self.f.count(sge.Star()) if where is None else sge.CountIf(this=where)


_COMPILER = _Compiler()
# By question: they are the same for every session.
_TEXTS: dict[object, str] = {}


class Spark:
    """Of a session in which the tables of facts stand under their names, as views of files or otherwise."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        # Moments are compared as they are, and read back as they were written.
        session.conf.set("spark.sql.session.timeZone", "UTC")
        # What does not fit or cannot be read is an error, as on the other engines, and not null.
        session.conf.set("spark.sql.ansi.enabled", "true")

    @classmethod
    def over(
        cls, session: SparkSession, files: Mapping[str, Sequence[str]], columns: Mapping[str, Mapping[str, str]]
    ) -> Spark:
        """Over Parquet files, which every worker reads under the same path; `columns` of each table in the words of Ibis."""
        for table, typed in columns.items():
            schema = ", ".join(f"{name} {_SQL[kind]}" for name, kind in typed.items())
            paths = files.get(table, ())
            frame = session.read.schema(schema).parquet(*paths) if paths else session.createDataFrame([], schema)
            frame.createOrReplaceTempView(table)
        return cls(session)

    @classmethod
    def of_history(cls, session: SparkSession, history: History) -> Spark:
        # Imported here: tables at hand need nothing of exports.
        from motcua.statistics.history.layout import COLUMNS, WHOLE
        from motcua.statistics.history.reading import TABLES, each_once

        if len(history.manifests) <= 1:
            return cls.over(session, history.files, {table: COLUMNS[table] for table in TABLES})
        told = {f"{table}_told" if table in WHOLE else table: table for table in TABLES}
        made = cls.over(
            session,
            {name: history.files[table] for name, table in told.items()},
            {name: COLUMNS[table] for name, table in told.items()},
        )
        for table in WHOLE:
            session.sql(each_once(table, f"SELECT * FROM {table}_told")).createOrReplaceTempView(table)
        return made

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        text = self.text_of(query)
        # Through Arrow: rows of its own come as moments of the machine's zone.
        table = self._session.sql(text, args=dict(query.values)).toArrow()
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def text_of(self, query: Query) -> str:
        """With `:name` for each parameter."""
        if query.key not in _TEXTS:
            _TEXTS[query.key] = compiled(
                _COMPILER,
                *query.make(),
                spell=lambda name: f":{name}",
                spell_any=lambda column, values: f"{column} IN (SELECT explode({values}))",
            )
        return _TEXTS[query.key]
