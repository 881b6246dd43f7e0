"""Form 06a as a table of a page: its lines, each number a link to what it counts, and the same period a year before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from motcua.desk.access import DeskRequest, said
from motcua.statistics.reports import lines as printed
from motcua.statistics.reports.form_06a import COLUMN_TEXT, COLUMNS, Block, Report06a

Link = Callable[[dict[str, str]], str]


def table_of(report: Report06a, link: Link, before: Report06a | None = None) -> dict[str, Any]:
    """What `reporting/_form_06a.html` shows; `link` makes an address of what tells a cell apart."""
    rows: list[dict[str, Any]] = []
    for line in printed.lines_of(report):
        cells = [
            (value, link(_asked(report, line, column)) if value else "")
            for column, value in zip(COLUMNS, line.values, strict=line.cells is not None)
        ]
        rows.append({"kind": line.kind.value, "serial": line.serial, "title": line.title, "cells": cells})
        if before is not None and line.kind is printed.Kind.TOTAL:
            rows.append(_earlier(before.vertical if line.vertical else before.main))
    return {
        "subject": printed.subject_heading(report),
        "groups": [(title, len(columns)) for title, columns in printed.GROUPS],
        "heads": list(COLUMN_TEXT.values()),
        "within": printed.WITHIN[0],
        "numbers": printed.NUMBERS,
        "rows": rows,
        "notes": report.notes.texts,
    }


def _earlier(block: Block | None) -> dict[str, Any]:
    """The total of the year before; without cells where nothing was recorded of it."""
    told = block is not None and any(block.total.values())
    return {
        "kind": "before",
        "serial": "",
        "title": "Cùng kỳ năm trước",
        "cells": [(block.total[column], "") for column in COLUMNS] if block is not None and told else [],
    }


def _asked(report: Report06a, line: printed.Line, column: str) -> dict[str, str]:
    asked: dict[str, str] = {"theo": report.by, "cot": column}
    if line.row is not None:
        asked["dong"] = line.row.key
        # Where the line is one level's part of a sector, so is what it opens into.
        if report.by != "agency" and line.row.level:
            asked["cap"] = line.row.level
    if line.vertical:
        asked["nganh-doc"] = "1"
    return asked


def cell_of(request: DeskRequest, by: str, apart: bool) -> Mapping[str, Any]:
    """The dimensions of a cell of an address, as `_asked` wrote them; `apart` as of the report."""
    given: dict[str, Any] = {}
    if "dong" in request.GET:
        # An empty key is what was not told: a code of its own.
        given[by] = said(request.GET, "dong")
    if level := said(request.GET, "cap"):
        given["level"] = level
    if apart:
        given["vertical"] = said(request.GET, "nganh-doc") == "1"
    return given
