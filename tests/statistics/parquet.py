"""Facts as Parquet files, as they lie in PostgreSQL or as rows at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import models

from motcua.statistics.duck import Duck
from motcua.statistics.history.rows import arrow_schema
from motcua.statistics.tables import MODELS, schema_of


def schema_of_table(model: type[models.Model]) -> pa.Schema:
    return arrow_schema(schema_of(model))


def written(folder: Path, rows: Mapping[str, Iterable[Sequence[Any]]]) -> Duck:
    """An engine over one file a table; `rows` by table in the order of its columns, none for a table not named."""
    files = {}
    for model in MODELS:
        name = model._meta.db_table
        schema = schema_of_table(model)
        lines = [dict(zip(schema.names, row, strict=True)) for row in rows.get(name, ())]
        path = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(lines, schema=schema), path)
        files[name] = str(path)
    return Duck.over(files)


def of_database(folder: Path) -> Duck:
    return written(
        folder,
        {model._meta.db_table: model._default_manager.values_list(*schema_of(model)) for model in MODELS},
    )
