"""DuckDB: the same figures over Parquet files, on one machine. An optional part (`motcua[history]`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import duckdb
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

from motcua.statistics.compiling import Query, compiled


class Duck:
    """Of a connection in which the tables of facts stand under their names, as tables or as views of files."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._texts: dict[object, str] = {}
        self._compiler = DuckDBCompiler()
        # Moments are compared as they are, and read back as they were written.
        connection.execute("SET TimeZone = 'UTC'")

    @classmethod
    def over(cls, files: Mapping[str, str]) -> Duck:
        """Over Parquet files: the pattern of the files of each table (`/…/statistics_factdossier/*/*.parquet`)."""
        connection = duckdb.connect()
        for table, pattern in files.items():
            quoted = pattern.replace("'", "''")
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{quoted}', union_by_name = true)")
        return cls(connection)

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        text = self.text_of(query)
        # It refuses a value that the text does not ask for.
        asked = {name: value for name, value in query.values.items() if re.search(rf"\${name}\b", text)}
        # Through Arrow: rows of its own would need pytz for every moment.
        table = self._connection.execute(text, asked).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def text_of(self, query: Query) -> str:
        """With `$name` for each parameter."""
        if query.key not in self._texts:
            self._texts[query.key] = compiled(
                self._compiler,
                *query.make(),
                spell=lambda name: f"${name}",
                # A join, where a list would be searched through for each row.
                spell_any=lambda column, values: f"{column} IN (SELECT unnest({values}))",
            )
        return self._texts[query.key]
