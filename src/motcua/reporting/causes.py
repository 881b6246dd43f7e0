"""Why dossiers were late, as a statutory table: by sector and cause, with the same period of the year before."""

from __future__ import annotations

from dataclasses import dataclass

from motcua.platform.text import sort_key
from motcua.processes.charging import causes
from motcua.reporting.windows import whole
from motcua.statistics.figures import Asked, figures
from motcua.statistics.models import DimProcedure

MEASURE = "late"
NOT_CODED = "Chưa xác nhận nguyên nhân"
NO_SECTOR = "Chưa rõ lĩnh vực"


@dataclass(frozen=True, slots=True)
class CauseLine:
    """`sector` None and `cause` "": not known, not said. `before` None: nothing was recorded of that period."""

    sector: str | None
    sector_name: str
    cause: str
    cause_title: str
    count: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Causes:
    """`total` is the measure's own figure, not the sum of the lines: a test holds them equal."""

    lines: tuple[CauseLine, ...]
    total: int
    before: int | None
    confirmed: bool
    source: str


def causes_of(asked: Asked, before: Asked | None, *, vertical: bool) -> Causes:
    """Of the agencies asked for, those of one block. `before` None: no comparison."""
    now_by, before_by = (_by(one, vertical) if one else {} for one in (asked, before))
    names = dict(DimProcedure.objects.exclude(sector="").values_list("sector", "sector_name"))
    listed = causes()
    titles = {one.code: one.title for one in listed.rows}
    lines = [
        CauseLine(
            sector, names.get(sector or "", sector or NO_SECTOR) or NO_SECTOR, cause,
            titles.get(cause, cause) if cause else NOT_CODED, now_by.get((sector, cause), 0),
            before_by.get((sector, cause), 0) if before else None,
        )
        for sector, cause in {**now_by, **before_by}
    ]  # fmt: skip
    lines.sort(key=lambda line: (sort_key(line.sector_name), line.cause == "", line.cause))
    return Causes(
        tuple(lines),
        _total(asked, vertical),
        _total(before, vertical) if before else None,
        listed.confirmed,
        listed.source,
    )


def _by(asked: Asked, vertical: bool) -> dict[tuple[str | None, str], int]:
    told = figures([MEASURE], asked, by=["sector", "cause", "vertical"])
    return {
        (sector, cause): count
        for (sector, cause, outside), row in told.items()
        if outside == vertical and (count := row[MEASURE].numerator or 0)
    }


def _total(asked: Asked, vertical: bool) -> int:
    return whole([MEASURE], asked, vertical=vertical)[MEASURE].numerator or 0
