"""The codes behind the ids of the ledger, read when first asked for; and the agencies and procedures as figures group them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from motcua.catalog.models import Procedure, ProcedureVersion, ResultKind
from motcua.dossiers.writer import calendar_of
from motcua.law.worktime import Calendar
from motcua.organizations.models import Agency, Desk, Unit, WorkCalendar
from motcua.statistics.facts import Names
from motcua.statistics.models import DimAgency, DimProcedure


class _Asked(dict[Any, Any]):
    """A mapping that finds what it does not hold, once."""

    def __init__(self, find: Callable[[Any], Any]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: Any) -> Any:
        value = self[key] = self._find(key)
        return value

    def get(self, key: Any, default: Any = None) -> Any:
        return default if key is None else self[key]


def stored_names() -> Names:
    """For one run: what is asked for once is not asked for again."""
    return Names(
        agencies=_Asked(_agency()),
        procedures=_Asked(lambda id_: Procedure.objects.values_list("code", flat=True).get(pk=id_)),
        versions=_Asked(_version),
        desks=_Asked(lambda id_: Desk.objects.values_list("code", flat=True).get(pk=id_)),
        units=_Asked(lambda id_: Unit.objects.values_list("code", flat=True).get(pk=id_)),
        calendars=_Asked(_calendar),
    )


def _agency() -> Callable[[int], tuple[str, str]]:
    known: dict[int, tuple[str, str]] = {}
    province: str | None = None

    def find(id_: int) -> tuple[str, str]:
        nonlocal province
        if not known:
            province = province_code()
            known.update({pk: (code, province) for pk, code in Agency.objects.values_list("pk", "code")})
        if id_ not in known:
            known[id_] = (Agency.objects.values_list("code", flat=True).get(pk=id_), province or "")
        return known[id_]

    return find


def province_code() -> str:
    """The code of the province that this database is of: its first agency of provincial level without one above it."""
    top = Agency.objects.filter(parent=None, level=Agency.Level.PROVINCE).order_by("pk")
    return top.values_list("code", flat=True).first() or ""


def _version(id_: int) -> tuple[str, bool | None]:
    level = ProcedureVersion.objects.values_list("service_level", flat=True).get(pk=id_)
    return level, True if ResultKind.objects.filter(version_id=id_).exists() else None


def _calendar(id_: int | None) -> Calendar:
    if id_ is None:
        return calendar_of(None)
    data = WorkCalendar.objects.values_list("data", flat=True).get(pk=id_)
    return calendar_of(json.dumps(data, sort_keys=True))


def refresh_dimensions() -> int:
    """Agencies and procedures as they now stand; returns how many rows were made or changed. In the caller's transaction."""
    agencies = list(Agency.objects.order_by("pk").values_list("pk", "code", "name", "level", "parent_id", "path"))
    codes = {pk: code for pk, code, *_ in agencies}
    vertical = {pk for pk, _, _, level, *_ in agencies if level == Agency.Level.VERTICAL}
    province = province_code()
    rows = []
    for _, code, name, level, parent_id, path in agencies:
        above = [int(part) for part in path.strip("/").split("/") if part]
        chain = "".join(f"{codes[part]}/" for part in above if part in codes)
        rows.append(
            (code, province, name, level, bool(vertical.intersection(above)), codes.get(parent_id, ""), f"/{chain}")
        )
    procedures = Procedure.objects.values_list("code", "name", "sector__code", "sector__name")
    return _upsert(DimAgency, rows) + _upsert(DimProcedure, list(procedures))


def know(agencies: Iterable[str], procedures: Iterable[str]) -> None:
    """Make sure that these codes stand among the dimensions: those of what has just been created may not yet."""
    for model, codes in ((DimAgency, set(agencies)), (DimProcedure, set(procedures))):
        if model.objects.filter(code__in=codes).count() < len(codes):
            refresh_dimensions()
            return


def _upsert(model: type[DimAgency] | type[DimProcedure], rows: list[tuple[Any, ...]]) -> int:
    columns = [field.column for field in model._meta.concrete_fields]
    known = {row[0]: row for row in model.objects.values_list(*columns)}
    changed = [row for row in rows if known.get(row[0]) != row]
    model.objects.bulk_create(
        [model(**dict(zip(columns, row, strict=True))) for row in changed],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=columns[1:],
        batch_size=1000,
    )
    return len(changed)
