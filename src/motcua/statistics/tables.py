"""The facts as Ibis sees them, under the same names on every engine, and what a measure may look at in them.

Unbound: nothing here knows where the rows lie. In a measure stand only comparisons of columns, so that engines cannot
disagree: no date, zone or interval function, no average, no float (`statistics.facts` has computed what would need one).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import ibis
import ibis.expr.types as ir
from django.db import models

from motcua.statistics.models import DimAgency, DimProcedure, FactDossier, FactMessage, FactMove, FactPart, FactPause

_MOMENT = "timestamp('UTC')"
_TYPES: dict[type[models.Field[Any, Any]], str] = {
    models.BigIntegerField: "int64",
    models.PositiveIntegerField: "int64",
    models.IntegerField: "int32",
    models.PositiveSmallIntegerField: "int16",
    models.SmallIntegerField: "int16",
    models.BooleanField: "boolean",
    models.DateTimeField: _MOMENT,
    models.DateField: "date",
    models.CharField: "string",
    models.TextField: "string",
}


def schema_of(model: type[models.Model]) -> dict[str, str]:
    """Column → Ibis type, in the table's order."""
    return {field.column or "": _TYPES[type(field)] for field in model._meta.concrete_fields}


def _table(model: type[models.Model]) -> ir.Table:
    return ibis.table(schema_of(model), name=model._meta.db_table)


MODELS: tuple[type[models.Model], ...] = (
    FactDossier, FactPause, FactPart, FactMove, FactMessage, DimAgency, DimProcedure,
)  # fmt: skip

dossiers = _table(FactDossier)
pauses = _table(FactPause)
parts = _table(FactPart)
moves = _table(FactMove)
messages = _table(FactMessage)
agencies = _table(DimAgency)
procedures = _table(DimProcedure)

# What is asked: the window [START, END), what was known at AS_OF, the agencies below a path ("/" = all).
START = ibis.param(_MOMENT).name("start")
END = ibis.param(_MOMENT).name("end")
AS_OF = ibis.param(_MOMENT).name("as_of")
SCOPE = ibis.param("string").name("scope")
PARAMETERS = (START, END, AS_OF, SCOPE)


AGENCY_COLUMNS = frozenset({"agency_level", "vertical"})
PROCEDURE_COLUMNS = frozenset({"sector"})


def dossier_view(wanted: Collection[str] = (), *, with_pauses: bool = False) -> ir.Table:
    """Dossiers as known at AS_OF; `paused`: the clock stands at END. `wanted` columns of agency and procedure are joined."""
    view = _placed(dossiers.filter(dossiers.known_from <= AS_OF, dossiers.known_to > AS_OF), wanted)
    if not with_pauses:
        return view
    standing = pauses.filter(
        pauses.known_from <= AS_OF, pauses.known_to > AS_OF, pauses.paused_from < END, pauses.paused_to >= END
    )
    # Pauses told by another system may overlap; a dossier stands still once.
    still = standing.select(still_province=standing.province, still_dossier=standing.dossier_id).distinct()
    joined = view.left_join(still, [view.province == still.still_province, view.dossier_id == still.still_dossier])
    return joined.mutate(paused=joined.still_dossier.notnull())


def move_view(wanted: Collection[str] = ()) -> ir.Table:
    """Ledger entries known at AS_OF."""
    return _placed(moves.filter(moves.known_from <= AS_OF), wanted)


def part_view(wanted: Collection[str] = ()) -> ir.Table:
    """Parts of other agencies known at AS_OF; `agency` is the one that does the part."""
    return _placed(parts.filter(parts.known_from <= AS_OF), wanted)


def message_view(wanted: Collection[str] = ()) -> ir.Table:
    """Messages sent by AS_OF."""
    return _placed(messages.filter(messages.known_from <= AS_OF), wanted)


def _placed(facts: ir.Table, wanted: Collection[str]) -> ir.Table:
    """Those of agencies in SCOPE. A dimension is joined only where it is asked for: every column costs, in every engine."""
    within = agencies.filter(agencies.path.startswith(SCOPE))
    placed = facts.semi_join(within, facts.agency == within.code)
    if AGENCY_COLUMNS.intersection(wanted):
        places = agencies.select(place=agencies.code, agency_level=agencies.level, vertical=agencies.vertical)
        placed = placed.join(places, placed.agency == places.place)
    if PROCEDURE_COLUMNS.intersection(wanted):
        kinds = procedures.select(kind_of=procedures.code, sector=procedures.sector)
        placed = placed.left_join(kinds, placed.procedure == kinds.kind_of)
    return placed
