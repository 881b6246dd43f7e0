"""When the work is done: what officers record, by weekday and hour. The table is the picture: each cell has its shade."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from motcua.board.asking import Period
from motcua.board.cells import Cell, asked_for
from motcua.board.measures import counts
from motcua.board.places import Place
from motcua.platform.presentation.words import WEEKDAYS
from motcua.statistics.figures import count_values
from motcua.statistics.tabular.table import Column, Entry, Kind, Table

MEASURE = "officer_entries"
_SHADES = 5
# Hours that always have a column, so that a quiet office still looks like one.
_OFFICE = range(7, 18)


def heat(place: Place, period: Period, as_of: datetime, *, live: bool) -> Table:
    """One query."""
    own = tuple(agency.code for agency in place.own)
    asked = replace(asked_for(MEASURE, period.window, as_of, place, live=live), agencies=own)
    values = count_values(counts(MEASURE), asked, by=("weekday", "hour"))
    told = {(day, hour): row[MEASURE] or 0 for (day, hour), row in values.items()}
    most = max(told.values(), default=0)
    hours = sorted({*_OFFICE, *(hour for _, hour in told)})

    def entry(day: int, hour: int) -> Entry:
        number = told.get((day, hour), 0)
        cell = Cell(MEASURE, period.window, as_of, place, weekday=day, hour=hour)
        shade = -(-number * _SHADES // most) if number else 0
        return Entry(number, cell.link if number else "", tone=f"heat-{shade}")

    return Table(
        "nhiet",
        "Việc theo thứ và giờ",
        (Column("Thứ"), *(Column(f"{hour}h", Kind.COUNT, MEASURE) for hour in hours)),
        [(Entry(WEEKDAYS[day].capitalize()), *(entry(day, hour) for hour in hours)) for day in range(7)],
        as_of,
        f"{place.name}, {period.title}",
        note=f"Ô đậm nhất: {most} việc." if most else "",
    )
