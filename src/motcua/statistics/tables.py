"""The facts as Ibis sees them, under the same names on every engine, and what a measure may look at in them.

Unbound: nothing here knows where the rows lie. In a measure stand only comparisons of columns, so that engines cannot
disagree: no date, zone or interval function, no average, no float (`statistics.facts` has computed what would need one).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
from django.db import models

from motcua.statistics.compiling import any_of
from motcua.statistics.models import (
    FAR,
    DimAgency,
    DimProcedure,
    FactDossier,
    FactMessage,
    FactMove,
    FactPart,
    FactPause,
)

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


def moment(name: str) -> ir.Scalar:
    """A parameter whose value is a moment."""
    return ibis.param(_MOMENT).name(name)


# What is asked: the window [START, END), what was known at AS_OF, the agencies whose dossiers are counted.
START, END, AS_OF = moment("start"), moment("end"), moment("as_of")
AGENCIES = any_of("agencies", "string")
PARAMETERS = (START, END, AS_OF, AGENCIES)


AGENCY_COLUMNS = frozenset({"agency_level", "vertical"})
PROCEDURE_COLUMNS = frozenset({"sector"})


@dataclass(frozen=True, slots=True)
class Cut:
    """Which rows a view has. `within`: only of AGENCIES, else of all. `live`: all that is in the facts now, and AS_OF is
    not looked at; the same rows as at an AS_OF after which nothing has been recorded, and indexes of the present serve."""

    within: bool = False
    live: bool = False


def dossier_view(cut: Cut, wanted: Collection[str] = (), *, with_pauses: bool = False) -> ir.Table:
    """Dossiers as known then; `paused`: the clock stands at END. `wanted` columns of agency and procedure are joined."""
    view = _placed(_known(dossiers, cut), cut, wanted)
    return with_standstill(view, cut, END, "paused") if with_pauses else view


def with_standstill(view: ir.Table, cut: Cut, at: ir.Scalar, name: str) -> ir.Table:
    """With a column `name`: whether the clock stands at `at`."""
    standing = _known(pauses, cut).filter(pauses.paused_from < at, pauses.paused_to >= at)
    # Pauses told by another system may overlap; a dossier stands still once.
    still = standing.select(still_province=standing.province, still_dossier=standing.dossier_id).distinct()
    joined = view.left_join(still, [view.province == still.still_province, view.dossier_id == still.still_dossier])
    return joined.mutate(**{name: joined.still_dossier.notnull()}).drop("still_province", "still_dossier")


def move_view(cut: Cut, wanted: Collection[str] = ()) -> ir.Table:
    """Ledger entries known then."""
    return _placed(_recorded(moves, cut), cut, wanted)


def part_view(cut: Cut, wanted: Collection[str] = ()) -> ir.Table:
    """Parts of other agencies known then; `agency` is the one that does the part."""
    return _placed(_recorded(parts, cut), cut, wanted)


def message_view(cut: Cut, wanted: Collection[str] = ()) -> ir.Table:
    """Messages sent by then."""
    return _placed(_recorded(messages, cut), cut, wanted)


def _known(versions: ir.Table, cut: Cut) -> ir.Table:
    if cut.live:
        return versions.filter(versions.known_to == ibis.literal(FAR))
    return versions.filter(versions.known_from <= AS_OF, versions.known_to > AS_OF)


def _recorded(facts: ir.Table, cut: Cut) -> ir.Table:
    return facts if cut.live else facts.filter(facts.known_from <= AS_OF)


def _placed(facts: ir.Table, cut: Cut, wanted: Collection[str]) -> ir.Table:
    """Those of AGENCIES. A dimension is joined only where it is asked for: every column costs, in every engine."""
    # A list of codes, no join with the agencies: the planner takes a prefix of their paths for one agency, and reads all facts for each.
    placed = facts.filter(facts.agency == AGENCIES) if cut.within else facts
    if AGENCY_COLUMNS.intersection(wanted):
        places = agencies.select(place=agencies.code, agency_level=agencies.level, vertical=agencies.vertical)
        placed = placed.join(places, placed.agency == places.place)
    if PROCEDURE_COLUMNS.intersection(wanted):
        kinds = procedures.select(kind_of=procedures.code, sector=procedures.sector)
        placed = placed.left_join(kinds, placed.procedure == kinds.kind_of)
    return placed
