"""A report 06a as the canonical text that is hashed and kept, and that text as a report again. Pure.

The text holds every cell with the measure of each column, the window, the rule, `as_of`, the agencies counted and how far the
ledger had been read: all that is needed to print the same paper, and to compute the same question again later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from motcua.dossiers.feed import Position
from motcua.dossiers.ledger import canonical
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics.figures import Asked
from motcua.statistics.reports.form_06a import COLUMNS, Block, Notes, Report06a, Row

FORMAT = 1
# By what a closed report tells its dossiers apart.
GROUPINGS = ("sector", "agency")


@dataclass(frozen=True, slots=True)
class Frozen:
    """`reports` by grouping; they share everything but their rows."""

    period: str
    position: Position
    reports: Mapping[str, Report06a]

    @property
    def main(self) -> Report06a:
        return self.reports[GROUPINGS[0]]


def text_of(frozen: Frozen) -> str:
    report = frozen.main
    asked = report.asked
    return canonical(
        {
            "form": "06a",
            "format": FORMAT,
            "period": frozen.period,
            "position": {"xid": frozen.position.xid, "entry": frozen.position.id},
            "from": report.window.first.isoformat(),
            "to": report.window.last.isoformat(),
            "as_of": asked.as_of.astimezone(VIETNAM).isoformat(),
            "rule": report.rule,
            "agency": {"code": report.agency, "name": report.agency_name},
            "agencies": None if asked.agencies is None else list(asked.agencies),
            "apart": report.apart,
            "columns": [[column, report.columns[column]] for column in COLUMNS],
            "reports": [
                {
                    "by": by,
                    "main": _block(one.main),
                    "levels": _rows(one.levels),
                    "vertical": _block(one.vertical) if one.vertical else None,
                    "notes": one.notes.as_json(),
                }
                for by, one in frozen.reports.items()
            ],
        }
    )


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _block(block: Block) -> dict[str, Any]:
    return {"rows": _rows(block.rows), "total": [block.total[column] for column in COLUMNS]}


def _rows(rows: Sequence[Row]) -> list[list[Any]]:
    return [[row.key, row.title, row.level, [row.cells[column] for column in COLUMNS]] for row in rows]


def read(text: str) -> Frozen:
    """What `text_of` wrote."""
    told = json.loads(text)
    window = Window(date.fromisoformat(told["from"]), date.fromisoformat(told["to"]))
    as_of = datetime.fromisoformat(told["as_of"])
    agencies = told["agencies"]
    asked = Asked.of(window, now=as_of, as_of=as_of, agencies=agencies)
    reports = {
        one["by"]: Report06a(
            window=window,
            asked=asked,
            rule=told["rule"],
            by=one["by"],
            agency=told["agency"]["code"],
            agency_name=told["agency"]["name"],
            main=_read_block(one["main"]),
            vertical=_read_block(one["vertical"]) if one["vertical"] else None,
            notes=_read_notes(one["notes"]),
            columns=dict(told["columns"]),
            apart=told["apart"],
            levels=_read_rows(one["levels"]),
        )
        for one in told["reports"]
    }
    return Frozen(told["period"], Position(told["position"]["xid"], told["position"]["entry"]), reports)


def _read_block(told: dict[str, Any]) -> Block:
    return Block(_read_rows(told["rows"]), dict(zip(COLUMNS, told["total"], strict=True)))


def _read_notes(told: dict[str, Any]) -> Notes:
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Notes(**given)


def _read_rows(rows: list[list[Any]]) -> tuple[Row, ...]:
    return tuple(Row(key, title, dict(zip(COLUMNS, cells, strict=True)), level) for key, title, level, cells in rows)
