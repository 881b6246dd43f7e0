"""The kinds of standing still. A room above registers its own in `motcua.wiring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motcua.processes.inspection.rules import Rule

Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StuckKind:
    """One kind: its words and numbers, and the statement that finds it.

    `sql` selects (dossier_id, agency_id, since, detail) with named parameters: those of `given(values, at)` and, where the
    rule has a number `hours` and `working`, the arrays `calendars` and `cutoffs`: by counting calendar (0 = national) the
    moment since which that many working hours have passed.
    """

    rule: Rule
    sql: str
    given: Callable[[Values, datetime], dict[str, Any]] = lambda values, at: {}
    working: bool = False

    @property
    def key(self) -> str:
        return self.rule.key


_kinds: dict[str, StuckKind] = {}


def register_kind(kind: StuckKind) -> None:
    """Safe to call again with the same kind. Raises ValueError for a key that another one has."""
    known = _kinds.get(kind.key)
    if known is not None and known.sql != kind.sql:
        raise ValueError(f"stuck kind {kind.key} is registered twice")
    _kinds[kind.key] = kind


def kinds() -> dict[str, StuckKind]:
    return dict(_kinds)
