"""What a filed report would say now: line by line, with the dossiers and the ledger entries that made each difference.

Both numbers are the same measures over the same window and agencies, once as known when the report was closed, once as known
now; what stands between them was recorded since. Only dossiers with such entries are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis.expr.types as ir
from django.db.models import Q

from motcua.reporting.frozen import Frozen
from motcua.statistics import expressions
from motcua.statistics.compiling import any_of
from motcua.statistics.engines import Query, postgres
from motcua.statistics.figures import Asked
from motcua.statistics.knowledge import known_until
from motcua.statistics.measures import Count, measure
from motcua.statistics.models import DimProcedure, FactDossier, FactMove
from motcua.statistics.reports.form_06a import COLUMNS, Block, Report06a, report_06a
from motcua.statistics.tables import PARAMETERS

# The line of the total; a line of its own may have an empty key (no sector is known).
TOTAL = None
# Dossiers in one query.
_MANY = 5_000
_DOSSIERS = any_of("dossiers", "int64")


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry recorded after the report was closed."""

    seq: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """A dossier that is counted now and was not, or the other way round (`came` False)."""

    dossier_id: int
    code: str
    came: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell; `key` None = the line of the total. No `dossiers`: names or places of agencies and sectors have changed."""

    vertical: bool
    key: str | None
    title: str
    column: str
    filed: int
    now: int
    dossiers: tuple[Changed, ...]

    @property
    def more(self) -> int:
        return self.now - self.filed


@dataclass(frozen=True, slots=True)
class Compared:
    by: str
    filed: Report06a
    now: Report06a
    differences: tuple[Difference, ...]


def compare(frozen: Frozen, by: str, *, at: datetime) -> Compared:
    """The copy beside the same report as known at `at`."""
    filed = frozen.reports[by]
    as_of = known_until(at)
    now = report_06a(filed.window, now=as_of, agency=filed.agency, by=by, rule=filed.rule)
    cells = list(_differing(filed, now))
    made = _made(filed, now, {(vertical, column) for vertical, _, _, column, _, _ in cells})
    return Compared(
        by,
        filed,
        now,
        tuple(
            Difference(vertical, key, title, column, before, after, made.get((vertical, column, key), ()))
            for vertical, key, title, column, before, after in cells
        ),
    )


_Cell = tuple[bool, str | None, str, str, int, int]


def _differing(filed: Report06a, now: Report06a) -> Iterator[_Cell]:
    """Line by line as they are printed, each with its columns in their order."""
    for vertical in (False, True):
        before, after = (
            _lines(filed.vertical if vertical else filed.main),
            _lines(now.vertical if vertical else now.main),
        )
        for key, title in {**_titles(before), **_titles(after)}.items():
            for column in COLUMNS:
                old, new = (lines.get(key, ("", {}))[1].get(column, 0) for lines in (before, after))
                if old != new:
                    yield vertical, key, title, column, old, new


def _lines(block: Block | None) -> dict[str | None, tuple[str, dict[str, int]]]:
    if block is None:
        return {}
    rows: dict[str | None, tuple[str, dict[str, int]]] = {row.key: (row.title, row.cells) for row in block.rows}
    return rows | {TOTAL: ("Tổng số", block.total)}


def _titles(lines: Mapping[str | None, tuple[str, Any]]) -> dict[str | None, str]:
    return {key: title for key, (title, _) in lines.items()}


def _made(
    filed: Report06a, now: Report06a, wanted: set[tuple[bool, str]]
) -> dict[tuple[bool, str, str | None], tuple[Changed, ...]]:
    """By block, column and line: the dossiers that are on one side only."""
    if not wanted:
        return {}
    since = _entries_since(filed.asked, now.asked)
    found: dict[tuple[bool, str, str | None], list[Changed]] = {}
    for vertical, column in sorted(wanted):
        before, after = (_counted(one, column, vertical, sorted(since)) for one in (filed, now))
        for came, mine, others in ((True, after, before), (False, before, after)):
            for (dossier_id, key), code in mine.items():
                if (dossier_id, key) not in others:
                    changed = Changed(dossier_id, code, came, since[dossier_id])
                    found.setdefault((vertical, column, key), []).append(changed)
    return {key: tuple(sorted(rows, key=lambda one: (one.code, one.dossier_id))) for key, rows in found.items()}


def _entries_since(filed: Asked, now: Asked) -> dict[int, tuple[Entry, ...]]:
    """By dossier that was or came to be of these agencies, what became known in between; entries in their order."""
    known = {"known_from__gt": filed.as_of, "known_from__lte": now.as_of}
    versions = FactDossier.objects.filter(known_to__gt=filed.as_of)
    versions = versions.filter(Q(known_from__gt=filed.as_of) | Q(known_to__lte=now.as_of))
    if filed.agencies is not None and now.agencies is not None:
        versions = versions.filter(agency__in={*filed.agencies, *now.agencies})
    rows = FactMove.objects.filter(dossier_id__in=versions.values("dossier_id"), **known).order_by("dossier_id", "seq")
    found: dict[int, list[Entry]] = {}
    for dossier_id, seq, kind, occurred_at, recorded_at in rows.values_list(
        "dossier_id", "seq", "kind", "occurred_at", "recorded_at"
    ).iterator():
        found.setdefault(dossier_id, []).append(Entry(seq, kind, occurred_at, recorded_at))
    return {dossier_id: tuple(entries) for dossier_id, entries in found.items()}


def _counted(
    report: Report06a, column: str, vertical: bool, dossier_ids: Sequence[int]
) -> dict[tuple[int, str | None], str]:
    """Of these dossiers those that the column counts, by dossier and line (that of the total as well), with their code."""
    count = measure(report.columns[column])
    assert isinstance(count, Count)
    fixed = {"vertical": vertical} if report.apart else {}
    found: dict[tuple[int, str | None], str] = {}
    for place in range(0, len(dossier_ids), _MANY):
        for row in _rows(count, fixed, report.asked, dossier_ids[place : place + _MANY]):
            for key in (row[report.by], TOTAL):
                found[row["dossier_id"], key] = row["code"]
    return found


def _rows(count: Count, fixed: Mapping[str, bool], asked: Asked, dossier_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What the measure opens into, of these dossiers alone."""

    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        expression, _ = expressions.opened(count, fixed, (), asked.cut)
        return expression.filter(expression["dossier_id"] == _DOSSIERS), [*PARAMETERS, _DOSSIERS]

    query = Query(
        ("reporting", count.name, tuple(fixed.items()), asked.cut), make,
        asked.values | {_DOSSIERS.get_name(): list(dossier_ids)},
    )  # fmt: skip
    columns = expressions.OPENED[count.fact]
    rows = [dict(zip(columns, row, strict=True)) for row in postgres.run(query)]
    sectors = dict(
        DimProcedure.objects.filter(code__in={row["procedure"] for row in rows}).values_list("code", "sector")
    )
    return [row | {"sector": sectors.get(row["procedure"], "")} for row in rows]
