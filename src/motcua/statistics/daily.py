"""What additive measures count on each day, kept beside the facts: boards read these instead of scanning.

A change of dossiers takes away what they counted and adds what they count now, both by the measure's own condition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache, reduce

import ibis
import ibis.expr.types as ir
from django.db import connection

from motcua.law.errors import BadInput
from motcua.statistics.engines import Query, postgres
from motcua.statistics.measures import MEASURES, Count, Fact
from motcua.statistics.models import FAR, DailyCount
from motcua.statistics.tables import END, START, dossiers

# measure, day, agency, procedure, channel.
Key = tuple[str, date, str, str, str]

_EVER = {"start": datetime(1, 1, 1, tzinfo=UTC), "end": FAR}
# Stands for any of the dossiers that are asked about.
_ONE = ibis.param("int64").name("ids")


@cache
def daily_counts() -> dict[str, tuple[Count, ...]]:
    """The counts that are kept by day, by the moment that says which day."""
    kept = [one for one in MEASURES.values() if isinstance(one, Count) and one.daily]
    found: dict[str, tuple[Count, ...]] = {}
    for count in kept:
        if count.moment is None or count.fact is not Fact.DOSSIER or count.amount or count.distinct:
            raise ValueError(f"measure {count.name} cannot be kept by day")
        found[count.moment] = (*found.get(count.moment, ()), count)
    return found


def counted_of(dossier_ids: Sequence[int]) -> Counter[Key]:
    """What these dossiers, as known now, count on which day."""
    found: Counter[Key] = Counter()
    for moment, counts in daily_counts().items():
        query = Query(("daily", moment), _maker(moment, counts), _EVER | {"ids": list(dossier_ids)})
        with connection.cursor() as cursor:
            # A list, not a join: right after COPY the planner knows nothing of the rows, and would join each with each.
            cursor.execute(postgres.text_of(query).replace("%(ids)s", "ANY(%(ids)s)"), query.values)
            for day, agency, procedure, channel, *values in cursor.fetchall():
                for count, value in zip(counts, values, strict=True):
                    if value:
                        found[count.name, day, agency, procedure, channel] = value
    return found


def _maker(moment: str, counts: Sequence[Count]) -> Callable[[], tuple[ir.Table, Sequence[ir.Scalar]]]:
    def make() -> tuple[ir.Table, Sequence[ir.Scalar]]:
        view = dossiers.filter(dossiers.known_to == ibis.literal(FAR), dossiers.dossier_id == _ONE)
        kept = view.filter(reduce(lambda one, other: one | other, [count.where(view) for count in counts]))
        keys = [kept[f"{moment}_on"], kept.agency, kept.procedure, kept.channel]
        values = [kept.count(where=count.where(kept)).name(count.name) for count in counts]
        return kept.group_by(keys).aggregate(values), (START, END, _ONE)

    return make


_ADD = """
INSERT INTO statistics_dailycount (measure, day, agency, procedure, channel, value)
SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (measure, day, agency, procedure, channel) DO UPDATE SET value = statistics_dailycount.value + EXCLUDED.value
"""
_CLEAR = """
DELETE FROM statistics_dailycount c USING unnest(%s::text[], %s::date[], %s::text[], %s::text[], %s::text[])
  AS t (measure, day, agency, procedure, channel)
WHERE (c.measure, c.day, c.agency, c.procedure, c.channel) = (t.measure, t.day, t.agency, t.procedure, t.channel)
  AND c.value = 0
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


def by_day(
    names: Sequence[str],
    first: date,
    last: date,
    *,
    agencies: Sequence[str] | None = None,
    by: Sequence[str] = ("day",),
) -> dict[tuple[object, ...], dict[str, int]]:
    """The kept counts of the days from `first` to `last`, as known now, by any of day, agency, procedure and channel.

    `agencies`: only these (codes). The sum over a window's days is the measure's figure for the window. Raises BadInput
    for a measure that is not kept by day.
    """
    kept = {count.name for counts in daily_counts().values() for count in counts}
    for name in names:
        if name not in kept:
            raise BadInput(f"Chỉ tiêu “{name}” không được giữ theo ngày.", field="measure")
    for name in by:
        if name not in ("day", "agency", "procedure", "channel"):
            raise BadInput(f"Số theo ngày không tách theo “{name}” được.", field="by")
    columns = ", ".join(("measure", *by))
    within = "" if agencies is None else " AND agency = ANY(%(agencies)s)"
    found: dict[tuple[object, ...], dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, sum(value)::bigint FROM {DailyCount._meta.db_table}"
            f" WHERE measure = ANY(%(names)s) AND day BETWEEN %(first)s AND %(last)s{within} GROUP BY {columns}",
            {"names": list(names), "first": first, "last": last, "agencies": list(agencies or ())},
        )
        for name, *key, value in cursor.fetchall():
            found.setdefault(tuple(key), dict.fromkeys(names, 0))[name] = value
    return found
