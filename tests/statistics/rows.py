"""The facts as they lie in the tables, to be compared."""

from __future__ import annotations

from typing import Any

from motcua.statistics.models import DailyCount, FactDossier, FactMove, FactPart, FactPause

TABLES = (FactDossier, FactPause, FactPart, FactMove, DailyCount)


def stored() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of facts, sorted."""
    return {
        model.__name__: sorted(
            model._default_manager.values_list(*[field.column for field in model._meta.concrete_fields]), key=repr
        )
        for model in TABLES
    }
