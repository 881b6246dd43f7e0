"""The rows behind a number, page by page: the same condition that counted them, behind the last row shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from motcua.board.cells import Cell
from motcua.statistics import expressions
from motcua.statistics.engines import Query, postgres
from motcua.statistics.tables import PARAMETERS

PAGE_SIZE = 50
_AFTER = ibis.param("int64").name("after")


def rows_after(cell: Cell, after: int = 0, limit: int = PAGE_SIZE) -> list[dict[str, Any]]:
    """At most `limit` rows by name of column, in the order of their number, behind the row with the number `after`."""
    count, given = cell.count, cell.dimensions
    fixed = {name: value for name, value in given.items() if isinstance(value, bool)}
    rest = [name for name in given if name not in fixed]

    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        expression, parameters = expressions.opened(count, fixed, rest)
        key = expressions.ORDER[count.fact][0]
        page = expression.filter(expression[key] > _AFTER).order_by(key).limit(limit)
        return page, [*PARAMETERS, *parameters.values(), _AFTER]

    values = cell.asked.values | {f"cell_{name}": given[name] for name in rest} | {"after": after}
    query = Query(("board", count.name, tuple(fixed.items()), tuple(rest), limit), make, values)
    columns = expressions.OPENED[count.fact]
    return [dict(zip(columns, row, strict=True)) for row in postgres.run(query)]


def number_of(cell: Cell, row: dict[str, Any]) -> int:
    """By what rows are told apart and pages go on."""
    return int(row[expressions.ORDER[cell.count.fact][0]])
