"""Dues of many open dossiers at once: plain ones as columns, those with stops, extensions or two stages one by one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motcua.dossiers.stops import dues
from motcua.law.batch import UNIT_CODES, arrays_of, count_columns
from motcua.law.clock import Extension, Pause, same_day_due
from motcua.law.limits import Limit, Unit
from motcua.law.moments import from_minutes, to_minutes
from motcua.law.policies import Policy
from motcua.law.worktime import Calendar

Minutes = npt.NDArray[np.int64]
_UNITS = list(UNIT_CODES)
# A dossier without a limit of its own is due at the closing of its day.
NO_LIMIT = 0


@dataclass(frozen=True)
class Open:
    """Open dossiers as columns. `amount` 0 = no limit (same-day); `second` 0 = one stage; units as `law.batch.UNIT_CODES`.

    `calendar` and `policy` are numbers that `due_of` gets the meaning of. `due`: as it stands on record, local minutes.
    """

    id: Minutes
    agency: Minutes
    calendar: Minutes
    policy: Minutes
    start: Minutes
    amount: Minutes
    unit: Minutes
    second: Minutes
    second_unit: Minutes
    due: Minutes

    def __len__(self) -> int:
        return len(self.id)


Stops = Mapping[int, tuple[list[Pause], list[Extension]]]


def due_of(
    opened: Open,
    calendars: Mapping[int, Calendar],
    policies: Mapping[int, Policy],
    stops: Stops,
    limit: tuple[int, int] | None = None,
) -> Minutes:
    """The due of each row by the given calendars, -1 where none can be computed; `limit` (amount, unit) instead of their own."""
    amount = opened.amount if limit is None else np.full(len(opened), limit[0], dtype=np.int64)
    unit = opened.unit if limit is None else np.full(len(opened), limit[1], dtype=np.int64)
    second = opened.second if limit is None else np.zeros(len(opened), dtype=np.int64)
    stopped = np.isin(opened.id, np.array(list(stops), dtype=np.int64))
    plain = (amount > 0) & (second == 0) & ~stopped
    found = np.full(len(opened), -1, dtype=np.int64)
    for calendar in np.unique(opened.calendar).tolist():
        tables = arrays_of(calendars[calendar].tables)
        for policy in np.unique(opened.policy).tolist():
            rows = np.flatnonzero(plain & (opened.calendar == calendar) & (opened.policy == policy))
            if len(rows):
                due, gap = count_columns(tables, opened.start[rows], amount[rows], unit[rows], policies[policy])
                found[rows] = np.where(gap, -1, due)
    for row in np.flatnonzero(~plain).tolist():
        calendar = calendars[int(opened.calendar[row])]
        start = from_minutes(int(opened.start[row]))
        if amount[row] == NO_LIMIT:
            if int(opened.id[row]) not in stops:
                found[row] = to_minutes(same_day_due(start, calendar))
            continue
        limits = [Limit(int(amount[row]), _UNITS[unit[row]])]
        if second[row]:
            limits.append(Limit(int(second[row]), _UNITS[opened.second_unit[row]]))
        pauses, extensions = stops.get(int(opened.id[row]), ([], []))
        closed = [pause for pause in pauses if pause.end is not None]
        policy = policies[int(opened.policy[row])]
        found[row] = to_minutes(dues(start, limits, calendar, policy, closed, extensions)[-1].at)
    return found


def unit_code(unit: str) -> int:
    return UNIT_CODES[Unit(unit)]
