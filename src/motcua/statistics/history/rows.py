"""Rows of PostgreSQL as Arrow tables, at the speed of COPY."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
from django.db import connection

# What is held at once; a row takes about half a kilobyte.
_AT_ONCE = 32 << 20

_TYPES = {
    "int64": pa.int64(), "int32": pa.int32(), "int16": pa.int16(), "boolean": pa.bool_(), "date": pa.date32(),
    "string": pa.string(), "timestamp('UTC')": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


def arrow_schema(columns: Mapping[str, str]) -> pa.Schema:
    """From types in the words of Ibis."""
    return pa.schema([(name, _TYPES[kind]) for name, kind in columns.items()])


def tables_of(select: str, values: Sequence[Any], columns: Mapping[str, str]) -> Iterator[pa.Table]:
    """The rows of a SELECT that gives these columns in this order."""
    schema = arrow_schema(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)", values) as copy:
        held = io.BytesIO()
        # Each piece is a row.
        for row in copy:
            held.write(row)
            if held.tell() >= _AT_ONCE:
                yield _read(held, schema)
                held = io.BytesIO()
        if held.tell():
            yield _read(held, schema)


def _read(held: io.BytesIO, schema: pa.Schema) -> pa.Table:
    held.seek(0)
    return pc.read_csv(
        held,
        read_options=pc.ReadOptions(column_names=schema.names),
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(
            column_types=schema,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            # COPY writes an empty text as "", and nothing at all for null.
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
