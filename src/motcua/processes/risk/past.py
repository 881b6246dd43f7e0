"""Rows of the past, as they were known in their own minute, and how each dossier ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from motcua.dossiers.writer import calendar_of
from motcua.law.batch import arrays_of
from motcua.law.moments import DAY_MINUTES, from_minutes
from motcua.law.tables import FIRST_DAY
from motcua.law.worktime import Calendar
from motcua.processes.risk.learn import Flags, Numbers
from motcua.processes.risk.rows import Ids, Known, Rows

FAR = 10**7  # working minutes: a step without a due of its own is never late
_AFTER_ALL = 2**40  # a minute number beyond every moment
# Moments looked at of one dossier: mornings while it is open, so many at most, spread over its days.
MOMENTS = 4
_MORNING = 8 * 60
# What `Known` counts over, before its moment.
MEMORY = timedelta(days=180)
_FEW = 15
_DOUBT = 12.0  # dossiers of the agency's average that stand beside a procedure's own

_LOCAL = "(extract(epoch FROM {0}) / 60)::bigint + 420"
_DOSSIERS = f"""
SELECT d.id, d.agency_id, d.procedure_id, {_LOCAL.format("d.clock_started_at")},
       coalesce({_LOCAL.format("coalesce(d.resolved_at, d.ended_at)")}, {_AFTER_ALL}), d.resolved_at IS NOT NULL,
       {_LOCAL.format("coalesce(d.due_at, d.original_due_at)")}, {_LOCAL.format("d.original_due_at")},
       (d.channel IN ('online', 'vneid', 'kiosk'))::int, a.effective_calendar_id, (d.process <> '')::int
FROM dossiers_dossier d JOIN organizations_agency a ON a.id = d.agency_id
WHERE d.original_due_at IS NOT NULL AND d.clock_started_at >= %(first)s AND d.clock_started_at < %(last)s
  AND (%(agencies)s::bigint[] IS NULL OR d.agency_id = ANY(%(agencies)s))
ORDER BY d.id
"""
# What moved the clock: stops, and every due that was set after the first.
_CLOCK = f"""
SELECT e.dossier_id, {_LOCAL.format("e.occurred_at")}, e.kind, {_LOCAL.format("(e.data->'data'->'set'->>'due_at')::timestamptz")}
FROM dossiers_ledgerentry e JOIN dossiers_dossier d ON d.id = e.dossier_id
WHERE e.kind IN ('dossier.supplement_asked', 'dossier.payment_asked', 'dossier.suspended', 'dossier.supplemented',
                 'dossier.payment_confirmed', 'dossier.resumed', 'dossier.extended', 'dossier.papers_received')
  AND d.process <> '' AND d.original_due_at IS NOT NULL AND d.clock_started_at >= %(first)s AND d.clock_started_at < %(last)s
  AND (%(agencies)s::bigint[] IS NULL OR d.agency_id = ANY(%(agencies)s))
ORDER BY e.dossier_id, e.seq
"""
_ITEMS = f"""
SELECT w.dossier_id, coalesce(('x' || left(md5(d.process || ' ' || w.node), 13))::bit(52)::bigint, 0),
       coalesce(w.officer_id, 0), coalesce(w.agency_id, 0), w.minutes, {_LOCAL.format("w.opened_at")},
       coalesce({_LOCAL.format("w.closed_at")}, {_AFTER_ALL}), coalesce({_LOCAL.format("w.due_at")}, 0), w.token,
       coalesce(w.closed_by_id, 0)
FROM processes_workitem w JOIN dossiers_dossier d ON d.id = w.dossier_id
WHERE w.role <> '' AND d.process <> '' AND d.original_due_at IS NOT NULL AND d.clock_started_at >= %(first)s AND d.clock_started_at < %(last)s
  AND (%(agencies)s::bigint[] IS NULL OR d.agency_id = ANY(%(agencies)s))
ORDER BY w.dossier_id, w.token
"""
_STOPS = ("dossier.supplement_asked", "dossier.payment_asked", "dossier.suspended")


@dataclass(frozen=True)
class Past:
    """Dossiers, steps and stops as columns; moments are local minute numbers."""

    dossiers: dict[str, Ids]
    items: dict[str, Ids]
    clock: dict[int, list[tuple[int, str, int | None]]]
    calendars: dict[int, Calendar]


_DOSSIER_COLUMNS = (
    "id",
    "agency",
    "procedure",
    "start",
    "end",
    "resolved",
    "due",
    "first_due",
    "online",
    "calendar",
    "on_process",
)
_ITEM_COLUMNS = ("dossier", "place", "officer", "agency", "minutes", "opened", "closed", "due", "token", "closed_by")


def read_past(first: datetime, last: datetime, agency_ids: Sequence[int] | None = None) -> Past:
    """Every dossier with a due whose clock began between the moments, and the steps of those on a process; four queries."""
    given = {"first": first, "last": last, "agencies": list(agency_ids) if agency_ids is not None else None}
    clock: dict[int, list[tuple[int, str, int | None]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DOSSIERS, given)
        dossiers = _columns(cursor.fetchall(), _DOSSIER_COLUMNS)
        cursor.execute(_ITEMS, given)
        items = _columns(cursor.fetchall(), _ITEM_COLUMNS)
        cursor.execute(_CLOCK, given)
        for dossier, at, kind, due in cursor.fetchall():
            clock.setdefault(dossier, []).append((at, kind, due))
    return Past(dossiers, items, clock, calendars(dossiers["calendar"]))


def calendars(ids: Ids) -> dict[int, Calendar]:
    """Calendars by id, 0 = the national one; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, data::text FROM organizations_workcalendar WHERE id = ANY(%s)", [np.unique(ids).tolist()]
        )
        return {0: calendar_of(None)} | {id_: calendar_of(data) for id_, data in cursor.fetchall()}


def _columns(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, Ids]:
    whole = np.array([[0 if value is None else int(value) for value in row] for row in rows], dtype=np.int64)
    whole = whole.reshape(len(rows), len(names))
    return {name: whole[:, place] for place, name in enumerate(names)}


def positions(minutes: Ids, calendar: Calendar) -> Ids:
    """Working minutes from 2010 on, of local minute numbers (see `Tables.position`)."""
    t = arrays_of(calendar.tables)
    day, time = np.divmod(minutes, DAY_MINUTES)
    day = np.clip(day - FIRST_DAY, 0, len(t.pattern) - 1)
    found: Ids = t.before.take(day) + t.worked.take(t.pattern.take(day) * DAY_MINUTES + time)
    return found


def placed(minutes: Ids, calendar_ids: Ids, known: dict[int, Calendar]) -> Ids:
    """`positions`, each row by its own calendar."""
    found = np.zeros(len(minutes), dtype=np.int64)
    for id_ in np.unique(calendar_ids).tolist():
        rows = np.flatnonzero(calendar_ids == id_)
        found[rows] = positions(minutes[rows], known[id_])
    return found


@dataclass(frozen=True)
class Looked:
    """Dossiers at moments of the past. `at`: the minute; `due`: as known then; `ended_late`: how it ended, by date.

    `told_at`: the minute from which that is known for sure.
    """

    rows: Rows
    at: Ids
    due: Ids
    ended_late: Flags
    told_at: Ids

    def take(self, which: npt.NDArray[Any]) -> Looked:
        return Looked(
            self.rows.take(which), self.at[which], self.due[which], self.ended_late[which], self.told_at[which]
        )


def look(past: Past, *, now: int, seed: int = 1) -> Looked:
    """Mornings of every dossier while its clock ran and its due had not passed; those whose end is told by `now` only.

    A dossier that ended without a result (withdrawn, stopped) was neither late nor in time and is left out.
    """
    d = past.dossiers
    draw = np.random.default_rng(seed)
    starts = item_starts(past)
    chosen: list[tuple[int, int, int, int, int]] = []
    for number in range(len(d["id"])):
        begin, over, last = int(d["start"][number]), int(d["end"][number]), int(d["due"][number])
        if not d["on_process"][number] or (over < _AFTER_ALL and not d["resolved"][number]):
            continue
        if over > now and last // DAY_MINUTES >= now // DAY_MINUTES:
            continue
        story = past.clock.get(int(d["id"][number]), [])
        mornings = _mornings(begin, min(over, now), story, int(d["first_due"][number]))
        if len(mornings) > MOMENTS:
            mornings = [
                mornings[place] for place in sorted(draw.choice(len(mornings), MOMENTS, replace=False).tolist())
            ]
        for morning, known_due, rounds in mornings:
            item = item_at(past, starts, number, morning)
            if item is not None:
                chosen.append((number, morning, known_due, rounds, item))
    table = np.array(chosen, dtype=np.int64).reshape(len(chosen), 5)
    table = table[np.argsort(table[:, 1], kind="stable")]
    dossier, at, due = (table[:, column] for column in range(3))
    last_due, end = d["due"][dossier], d["end"][dossier]
    late: Flags = end // DAY_MINUTES > last_due // DAY_MINUTES
    told = np.where(late, (last_due // DAY_MINUTES + 1) * DAY_MINUTES, end)
    return Looked(rows_at(past, dossier, at, due, table[:, 3], table[:, 4]), at, due, late, told)


def item_starts(past: Past) -> tuple[Ids, Ids]:
    """Where each dossier's items begin and end in the columns."""
    return (
        np.searchsorted(past.items["dossier"], past.dossiers["id"], "left"),
        np.searchsorted(past.items["dossier"], past.dossiers["id"], "right"),
    )


def _mornings(start: int, end: int, story: list[tuple[int, str, int | None]], due: int) -> list[tuple[int, int, int]]:
    """(minute, due known then, supplement rounds so far) of each morning that counts."""
    found, paused, rounds, place = [], False, 0, 0
    day = start // DAY_MINUTES + (start % DAY_MINUTES >= _MORNING)
    while day * DAY_MINUTES + _MORNING < end:
        at = day * DAY_MINUTES + _MORNING
        while place < len(story) and story[place][0] <= at:
            _, kind, moved = story[place]
            paused = kind in _STOPS or (paused and kind in ("dossier.extended", "dossier.papers_received"))
            rounds += kind == "dossier.supplement_asked"
            due = moved or due
            place += 1
        if at // DAY_MINUTES > due // DAY_MINUTES and not paused:
            break
        if not paused:
            found.append((at, due, rounds))
        day += 1
    return found


def item_at(past: Past, starts: tuple[Ids, Ids], number: int, at: int) -> int | None:
    """The step that was open at a minute; of several the oldest."""
    items = past.items
    for place in range(int(starts[0][number]), int(starts[1][number])):
        if items["opened"][place] <= at < items["closed"][place]:
            return place
    return None


def rows_at(past: Past, dossier: Ids, at: Ids, due: Ids, rounds: Ids, item: Ids) -> Rows:
    d, items = past.dossiers, past.items
    calendar = d["calendar"][dossier]
    now = placed(at, calendar, past.calendars)
    step_due = items["due"][item]
    officer, agency = items["officer"][item], items["agency"][item]
    own = d["agency"][dossier]
    step_left = placed(np.where(step_due > 0, step_due, at), calendar, past.calendars) - now
    # In the order of opening: how often the same step of the same dossier had been opened before.
    visits = np.array([
        int(np.sum(items["place"][first:here] == items["place"][here]))
        for here, first in zip(item.tolist(), np.searchsorted(items["dossier"], d["id"][dossier]).tolist(), strict=True)
    ], dtype=float)  # fmt: skip
    day = (at // DAY_MINUTES).astype("datetime64[D]")
    return Rows(
        dossier=d["id"][dossier], agency=own, procedure=d["procedure"][dossier], place=items["place"][item], officer=officer,
        month=(day.astype("datetime64[M]").astype(np.int64) % 12) + 1,
        left=(placed(due, calendar, past.calendars) - now).astype(float),
        elapsed=(now - placed(items["opened"][item], calendar, past.calendars)).astype(float),
        allotted=items["minutes"][item].astype(float),
        step_left=np.where(step_due > 0, step_left, FAR).astype(float),
        load=open_at(np.where(officer > 0, officer, -agency), at, np.where(items["officer"] > 0, items["officer"], -items["agency"]),
                     items["opened"], items["closed"]),
        agency_open=open_at(own, at, d["agency"], d["start"], d["end"]),
        rounds=rounds.astype(float), visits=visits, online=d["online"][dossier].astype(float),
        elsewhere=(agency != own).astype(float),
    )  # fmt: skip


def open_at(key: Ids, at: Ids, keys: Ids, opened: Ids, closed: Ids) -> Numbers:
    """For each (key, moment) how many of the spans with this key were open then."""
    counted = np.zeros(len(key))
    for one in np.unique(key).tolist():
        mine, theirs = np.flatnonzero(key == one), np.flatnonzero(keys == one)
        begun = np.searchsorted(np.sort(opened[theirs]), at[mine], "right")
        over = np.searchsorted(np.sort(closed[theirs]), at[mine], "right")
        counted[mine] = begun - over
    return counted


def known_at(past: Past, at: int) -> Known:
    """What the records before a minute had taught."""
    d, items = past.dossiers, past.items
    since = at - int(MEMORY.total_seconds()) // 60
    days = _working_days(past, since, at)
    ended = np.flatnonzero((d["resolved"] > 0) & (d["end"] >= since) & (d["end"] < at))
    late = d["end"][ended] // DAY_MINUTES > d["due"][ended] // DAY_MINUTES
    # Still open and past its due is known to be late as well.
    over = np.flatnonzero(
        (d["end"] >= at) & (d["start"] < at) & (d["due"] // DAY_MINUTES < at // DAY_MINUTES) & (d["due"] >= since)
    )
    told, verdict = np.concatenate([ended, over]), np.concatenate([late, np.ones(len(over), dtype=bool)])
    overall = (float(verdict.sum()) + 1.0) / (len(verdict) + 10.0)
    by_agency: dict[int, float] = {}
    by_procedure: dict[tuple[int, int], float] = {}
    for agency in np.unique(d["agency"][told]).tolist():
        mine = d["agency"][told] == agency
        by_agency[agency] = (float(verdict[mine].sum()) + _DOUBT * overall) / (int(mine.sum()) + _DOUBT)
        for procedure in np.unique(d["procedure"][told][mine]).tolist():
            these = mine & (d["procedure"][told] == procedure)
            share = (float(verdict[these].sum()) + _DOUBT * by_agency[agency]) / (int(these.sum()) + _DOUBT)
            by_procedure[agency, procedure] = share
    done = np.flatnonzero((items["closed"] >= since) & (items["closed"] < at))
    return Known(
        overall,
        by_agency,
        by_procedure,
        _rates(items["closed_by"][done], days),
        _rates(d["agency"][ended], days),
        _to_result(past, ended),
    )


def _rates(ids: Ids, days: float) -> dict[int, float]:
    found, counts = np.unique(ids, return_counts=True)
    return {id_: number / days for id_, number in zip(found.tolist(), counts.tolist(), strict=True) if id_}


def _working_days(past: Past, since: int, at: int) -> float:
    """Working days of the national calendar from the first record to a minute."""
    first = max(since, int(past.dossiers["start"].min()) if len(past.dossiers["start"]) else since)
    tables = past.calendars[0].tables
    return float(max(1, tables.rank[tables.split(at)[0]] - tables.rank[tables.split(min(first, at))[0]]))


def _to_result(past: Past, ended: Ids) -> dict[int, tuple[float, float]]:
    d, items = past.dossiers, past.items
    result = np.full(len(d["id"]), -1, dtype=np.int64)
    result[ended] = placed(d["end"][ended], d["calendar"][ended], past.calendars)
    row = np.searchsorted(d["id"], items["dossier"])
    mine = np.flatnonzero(result[row] >= 0)
    opened = placed(items["opened"][mine], d["calendar"][row[mine]], past.calendars)
    lasted = result[row[mine]] - opened
    places = items["place"][mine]
    order = np.argsort(places, kind="stable")
    found: dict[int, tuple[float, float]] = {}
    for group in np.split(order, np.flatnonzero(np.diff(places[order])) + 1):
        if len(group) >= _FEW:
            middle, slow = np.quantile(lasted[group], (0.5, 0.8)).tolist()
            found[int(places[group[0]])] = (middle, slow)
    return found


def month_begin(at: int) -> int:
    """The first minute of the local month in which a minute lies."""
    moment = from_minutes(at)
    return at - ((moment.day - 1) * DAY_MINUTES + at % DAY_MINUTES)
