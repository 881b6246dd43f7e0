"""What additive measures count on each day, kept beside the facts: boards read these instead of scanning.

A change of dossiers takes away what they counted and adds what they count now, both by the measure's own condition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache

import ibis
import ibis.expr.types as ir
from django.db import connection

from motcua.law.errors import BadInput
from motcua.statistics.compiling import any_of
from motcua.statistics.engines import Query, postgres
from motcua.statistics.expressions import any_counts, left_to_ask
from motcua.statistics.measures import MEASURES, Count, Fact
from motcua.statistics.models import FAR, WHOLE_DAY, DailyCount
from motcua.statistics.tables import END, START, dossiers, moves

# measure, day, hour, agency.
Key = tuple[str, date, int, str]

_EVER = {"start": datetime(1, 1, 1, tzinfo=UTC), "end": FAR}
_DOSSIERS = any_of("dossiers", "int64")
# By what kept counts can be told apart, in SQL over their table.
_DIMENSIONS = {
    "day": "day",
    "weekday": "(extract(isodow FROM day)::int - 1)",
    "hour": "hour",
    "agency": "agency",
}


@cache
def daily_counts() -> dict[tuple[Fact, str], tuple[Count, ...]]:
    """The counts that are kept by day, by their fact and the moment that says which day."""
    kept = [one for one in MEASURES.values() if isinstance(one, Count) and one.daily]
    found: dict[tuple[Fact, str], tuple[Count, ...]] = {}
    for count in kept:
        if count.moment is None or count.fact not in (Fact.DOSSIER, Fact.MOVE) or count.amount or count.distinct:
            raise ValueError(f"measure {count.name} cannot be kept by day")
        found[count.fact, count.moment] = (*found.get((count.fact, count.moment), ()), count)
    return found


def counted_of(dossier_ids: Sequence[int]) -> Counter[Key]:
    """What these dossiers and their entries, as known now, count on which day."""
    found: Counter[Key] = Counter()
    for (fact, moment), counts in daily_counts().items():
        query = Query(
            ("daily", fact, moment), _maker(fact, moment, counts), _EVER | {_DOSSIERS.get_name(): list(dossier_ids)}
        )
        for day, hour, agency, *values in postgres.run(query):
            for count, value in zip(counts, values, strict=True):
                if value:
                    found[count.name, day, hour, agency] = value
    return found


def _maker(fact: Fact, moment: str, counts: Sequence[Count]) -> Callable[[], tuple[ir.Table, Sequence[ir.Scalar]]]:
    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        if fact is Fact.DOSSIER:
            view = dossiers.filter(dossiers.known_to == ibis.literal(FAR)).mutate(hour=ibis.literal(WHOLE_DAY))
        else:
            view = moves
        view = view.filter(view.dossier_id == _DOSSIERS)
        kept = view.filter(any_counts(counts, view))
        left = zip(counts, left_to_ask(counts, kept), strict=True)
        values = [kept.count(where=holds).name(count.name) for count, holds in left]
        return kept.group_by(kept[f"{moment}_on"], kept.hour, kept.agency).aggregate(values), (START, END, _DOSSIERS)

    return make


_ADD = """
INSERT INTO statistics_dailycount (measure, day, hour, agency, value)
SELECT * FROM unnest(%s::text[], %s::date[], %s::smallint[], %s::text[], %s::bigint[])
ON CONFLICT (measure, day, hour, agency) DO UPDATE SET value = statistics_dailycount.value + EXCLUDED.value
"""
_CLEAR = """
DELETE FROM statistics_dailycount c USING unnest(%s::text[], %s::date[], %s::smallint[], %s::text[])
  AS t (measure, day, hour, agency)
WHERE (c.measure, c.day, c.hour, c.agency) = (t.measure, t.day, t.hour, t.agency) AND c.value = 0
"""


def change(before: Counter[Key], after: Counter[Key]) -> None:
    """Add the difference, in the caller's transaction; a day on which nothing is left has no row."""
    difference = Counter(after)
    difference.subtract(before)
    rows = [(*key, value) for key, value in sorted(difference.items()) if value]
    if not rows:
        return
    *keys, values = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [*keys, values])
        if min(values) < 0:
            cursor.execute(_CLEAR, keys)


def is_kept(count: Count, by: Sequence[str]) -> bool:
    """Whether what is kept can tell the count by these dimensions."""
    return count.daily and all(name in _DIMENSIONS and (name != "hour" or count.fact is Fact.MOVE) for name in by)


def by_day(
    counts: Sequence[Count],
    first: date,
    last: date,
    *,
    agencies: Sequence[str] | None = None,
    by: Sequence[str] = ("day",),
) -> dict[tuple[object, ...], dict[str, int]]:
    """The kept counts of the days from `first` to `last`, as known now, by any of day, weekday, hour and agency.

    `agencies`: only these (codes). The sum over a window's days is the measure's figure for the window. Raises BadInput
    for a measure that is not kept so.
    """
    for count in counts:
        if not is_kept(count, by):
            raise BadInput(f"Chỉ tiêu “{count.title}” không được giữ theo ngày như vậy.", field="measure")
    columns = ", ".join(("measure", *(_DIMENSIONS[name] for name in by)))
    within = "" if agencies is None else " AND agency = ANY(%(agencies)s)"
    names = [count.name for count in counts]
    found: dict[tuple[object, ...], dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, sum(value)::bigint FROM {DailyCount._meta.db_table}"
            f" WHERE measure = ANY(%(names)s) AND day BETWEEN %(first)s AND %(last)s{within} GROUP BY {columns}",
            {"names": names, "first": first, "last": last, "agencies": list(agencies or ())},
        )
        for name, *key, value in cursor.fetchall():
            found.setdefault(tuple(key), dict.fromkeys(names, 0))[name] = value
    return found
