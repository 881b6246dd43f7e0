"""`linked_parts`: what agencies did in dossiers that are counted elsewhere. A measure of its own, never added to theirs.

A part is a step of a process done at another agency than the competent one, or by a body outside. It is timed by its own
limit on its own calendar, and charged to who does it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.law.verdict import Verdict, verdict_by_date
from motcua.organizations.models import Agency
from motcua.processes.definition import TIMEOUT
from motcua.processes.items import TAKEN_BACK, UNDONE


@dataclass(frozen=True, slots=True)
class Part:
    """`agency` is the code of who does it, `body` the name of one outside; exactly one is given."""

    dossier_id: int
    token: int
    agency: str
    body: str
    name: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    silent: bool

    @property
    def who(self) -> str:
        return self.agency or self.body

    def verdict(self, end: datetime) -> Verdict | None:
        """By date, as reports count; silence is late, whenever it was noted. None where the step has no limit."""
        if self.due_at is None:
            return None
        if self.silent:
            return Verdict.OVERDUE
        return verdict_by_date(self.closed_at or end, self.due_at)


@dataclass(slots=True)
class PartCount:
    """`received` = early + on_time + late + no_limit + open_in_time + open_late."""

    who: str
    name: str
    received: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    no_limit: int = 0
    open_in_time: int = 0
    open_late: int = 0


_PARTS = """
SELECT w.dossier_id, w.token, coalesce(a.code, ''), CASE WHEN a.id IS NULL THEN coalesce(q.body, w.name) ELSE '' END, w.name,
       w.opened_at, w.due_at, CASE WHEN w.closed_at < %(to)s THEN w.closed_at END, w.outcome = %(timeout)s
FROM processes_workitem w
JOIN dossiers_dossier d ON d.id = w.dossier_id
LEFT JOIN organizations_agency a ON a.id = w.agency_id
LEFT JOIN LATERAL (SELECT b.body FROM processes_bodyquestion b WHERE b.dossier_id = w.dossier_id AND b.token = w.token
                   ORDER BY b.id DESC LIMIT 1) q ON true
WHERE w.role <> '' AND w.agency_id IS DISTINCT FROM d.agency_id AND w.outcome <> ALL(%(undone)s)
  AND w.opened_at < %(to)s AND (w.closed_at IS NULL OR w.closed_at >= %(from)s)
  AND (%(all)s OR d.agency_id = ANY(%(agencies)s) OR w.agency_id = ANY(%(agencies)s))
ORDER BY w.dossier_id, w.token
"""


def parts(actor: Actor, first: date, last: date) -> list[Part]:
    """The parts that were open at any time of the days `first` to `last` (local, both included), of the actor's agencies:
    those they did for others, and those that others did for them. Raises BadInput for a window turned round."""
    if last < first:
        raise BadInput(f"Khoảng thời gian: ngày cuối {last:%d/%m/%Y} trước ngày đầu {first:%d/%m/%Y}.", field="to")
    if last.year == date.max.year:
        raise BadInput(f"Khoảng thời gian: sau {last:%d/%m/%Y} không còn ngày nào; xin xem lại năm.", field="to")
    given: dict[str, Any] = {
        "from": datetime.combine(first, time(), VIETNAM),
        "to": datetime.combine(last + timedelta(days=1), time(), VIETNAM),
        "timeout": TIMEOUT,
        "undone": [UNDONE, TAKEN_BACK],
        "all": actor.kind is ActorKind.SYSTEM,
        "agencies": sorted(actor.scope),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, given)
        return [Part(*row) for row in cursor.fetchall()]


def linked_parts(actor: Actor, first: date, last: date, at: datetime) -> list[PartCount]:
    """The measure: one row for each agency or body that did parts, in the order of codes. `at` cuts a window that runs."""
    found = parts(actor, first, last)
    end = min(at, datetime.combine(last + timedelta(days=1), time(), VIETNAM))
    names = dict(Agency.objects.filter(code__in={part.agency for part in found}).values_list("code", "name"))
    return _counted(found, names, end)


_CLOSED = {Verdict.EARLY: "early", Verdict.ON_TIME: "on_time", Verdict.OVERDUE: "late"}


def _counted(found: Iterable[Part], names: dict[str, str], end: datetime) -> list[PartCount]:
    rows: dict[str, PartCount] = {}
    for part in found:
        row = rows.setdefault(part.who, PartCount(part.who, names.get(part.agency, part.body)))
        row.received += 1
        verdict = part.verdict(end)
        if part.closed_at is not None:
            column = "no_limit" if verdict is None else _CLOSED[verdict]
        else:
            column = "open_late" if part.due_at is not None and end > part.due_at else "open_in_time"
        setattr(row, column, getattr(row, column) + 1)
    return [rows[who] for who in sorted(rows)]


def by_dossier(found: Iterable[Part]) -> dict[int, list[Part]]:
    """The dossiers behind a figure."""
    groups: dict[int, list[Part]] = defaultdict(list)
    for part in found:
        groups[part.dossier_id].append(part)
    return dict(groups)
