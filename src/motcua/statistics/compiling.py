"""Expressions as the text of an engine, once, with a place left for each parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler


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


# A parameter named so stands for a list: `column == any_of(...)` holds where the column is one of its values.
_ANY = "any_"


def any_of(name: str, kind: str) -> ir.Scalar:
    """A parameter whose value is a list of values of a type; it may only be compared with a column by `==`."""
    return ibis.param(kind).name(f"{_ANY}{name}")


def compiled(
    compiler: SQLGlotCompiler,
    expression: ir.Table,
    parameters: Sequence[ir.Scalar],
    spell: Callable[[str], str],
    spell_any: Callable[[str, str], str],
    escape: Callable[[str], str] = lambda text: text,
) -> str:
    """The text with `spell(name)` where a parameter stands; `escape` is done to the rest.

    `spell_any(column, value)` says in the engine's words that a column is one of a list of values.
    Ibis puts a value in the place of each parameter. So each gets a value that nothing else has, and what the compiler
    made of that value is then found again in the tree and taken out.
    """
    marks = {parameter.get_name(): _mark(place, parameter) for place, parameter in enumerate(parameters)}
    tree = compiler.to_sqlglot(expression, params={parameter: marks[parameter.get_name()] for parameter in parameters})
    made = {
        name: _made_of(compiler, mark, parameter)
        for (name, mark), parameter in zip(marks.items(), parameters, strict=True)
    }

    def without_values(node: sge.Expression) -> sge.Expression:
        for name, value in made.items():
            if name.startswith(_ANY):
                if isinstance(node, sge.EQ) and node.expression == value:
                    return sge.Var(this=spell_any(node.this.sql(compiler.dialect), _token(name)))
            elif node == value:
                return sge.Var(this=_token(name))
        return node

    text = escape(tree.transform(without_values).sql(compiler.dialect))
    for name in made:
        text = text.replace(_token(name), spell(name))
    return text


def _token(name: str) -> str:
    return f"\ue000{name}\ue001"


def _mark(place: int, parameter: ir.Scalar) -> Any:
    kind = parameter.type()
    moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(days=place)
    if kind.is_timestamp():
        return moment
    if kind.is_date():
        return moment.date()
    if kind.is_integer():
        return 31_000 + place
    if kind.is_string():
        return f"\ue002{place}\ue002"
    raise TypeError(f"no parameter of {kind}")


def _made_of(compiler: SQLGlotCompiler, mark: Any, parameter: ir.Scalar) -> sge.Expression:
    selected = compiler.to_sqlglot(ibis.literal(mark, type=parameter.type()).name("mark"))
    column = selected.expressions[0]
    made = column.this if isinstance(column, sge.Alias) else column
    assert isinstance(made, sge.Expression)
    return made
