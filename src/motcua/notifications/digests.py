"""The digest of a morning: what is due today, what is late, what waits, in one message to each officer, head and leader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from motcua.dossiers.writer import calendar_of
from motcua.law.clock import clock_start
from motcua.law.moments import VIETNAM, local_day
from motcua.notifications.officer_notices import Told, insert
from motcua.notifications.recipients import People
from motcua.notifications.warnings import DIGEST
from motcua.platform.database import prepared_cursor


@dataclass(frozen=True, slots=True)
class Load:
    """What lies with somebody: due later today, past its due, and everything that is open."""

    today: int
    late: int
    open: int

    def text(self) -> str:
        """“3 việc đến hạn hôm nay, 1 quá hạn, 12 đang chờ”; what there is none of is left out."""
        said = [
            f"{number} {word}"
            for number, word in ((self.today, "việc đến hạn hôm nay"), (self.late, "quá hạn"), (self.open, "đang chờ"))
            if number
        ]
        return ", ".join(said) or "không có việc nào đang chờ"


def first_working_minute(day: date, calendar_text: str | None) -> datetime | None:
    """When the office opens on a day; None on a day off."""
    opening = clock_start(datetime(day.year, day.month, day.day, tzinfo=VIETNAM), calendar_of(calendar_text))
    return opening if local_day(opening) == day else None


# Agencies without their digest of the day, by calendar. An agency of a past or a coming time gets none.
_AGENCIES = """
SELECT a.id, c.data::text FROM organizations_agency a
LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
WHERE a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
  AND NOT EXISTS (SELECT FROM notifications_digest g WHERE g.agency_id = a.id AND g.day = %(day)s)
"""

_MARK = """
INSERT INTO notifications_digest (agency_id, day, made_at)
SELECT id, %s, %s FROM unnest(%s::bigint[]) AS t (id) ON CONFLICT DO NOTHING RETURNING agency_id
"""

# What runs, from the watched moments: steps count for who has them and for their unit, whole dossiers for those who keep
# one without a process, and for the agency.
_LOADS = """
WITH running AS (
  SELECT w.*, coalesce(w.unit_id, o.unit_id) AS room, (w.token > 0 OR d.process = '') AS is_work
  FROM notifications_watch w JOIN dossiers_dossier d ON d.id = w.dossier_id
  LEFT JOIN organizations_officer o ON o.id = w.officer_id
  WHERE w.agency_id = ANY(%(agencies)s)
)
SELECT CASE WHEN GROUPING(officer_id) = 0 THEN 'officer' WHEN GROUPING(room) = 0 THEN 'unit' ELSE 'agency' END,
       agency_id, room, officer_id,
       count(*) FILTER (WHERE is_work AND due_at >= %(at)s AND due_at < %(tomorrow)s),
       count(*) FILTER (WHERE is_work AND due_at < %(at)s),
       count(*) FILTER (WHERE is_work),
       count(*) FILTER (WHERE token = 0 AND due_at >= %(at)s AND due_at < %(tomorrow)s),
       count(*) FILTER (WHERE token = 0 AND due_at < %(at)s),
       count(*) FILTER (WHERE token = 0)
FROM running
GROUP BY GROUPING SETS ((agency_id, officer_id), (agency_id, room), (agency_id))
"""


def send_digests(at: datetime) -> int:
    """The sweep: from the first working minute of each agency's day on, once a day; returns how many agencies were told.

    The mark of the day and the messages are one transaction; of two workers one finds the mark set.
    """
    day = local_day(at)
    due = _open_agencies(day, at)
    if not due:
        return 0
    with transaction.atomic():
        with prepared_cursor() as cursor:
            cursor.execute(_MARK, [day, at, due])
            marked = [row[0] for row in cursor.fetchall()]
        if marked:
            insert(list(_messages(marked, day, at)), at)
    return len(marked)


def _open_agencies(day: date, at: datetime) -> list[int]:
    with prepared_cursor() as cursor:
        cursor.execute(_AGENCIES, {"day": day})
        rows = cursor.fetchall()
    opening = {text: first_working_minute(day, text) for text in {row[1] for row in rows}}
    return [id_ for id_, text in rows if (begins := opening[text]) is not None and begins <= at]


def _messages(agencies: list[int], day: date, at: datetime) -> Iterator[Told]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    given = {"agencies": agencies, "at": at, "tomorrow": midnight + timedelta(days=1)}
    people = People(agencies, day)
    parts: dict[int, list[str]] = defaultdict(list)
    with prepared_cursor() as cursor:
        cursor.execute(_LOADS, given)
        rows = cursor.fetchall()
    # Own work first, then the unit's, then the agency's: one message, whatever somebody is.
    for what in ("officer", "unit", "agency"):
        for kind, agency_id, room, officer_id, *numbers in rows:
            if kind != what:
                continue
            work, whole = Load(*numbers[:3]), Load(*numbers[3:])
            if what == "officer" and officer_id is not None and work.open:
                parts[officer_id].append(f"Việc của ông/bà: {work.text()}.")
            elif what == "unit" and room is not None and work.open:
                for head in people.heads(agency_id, room):
                    parts[head].append(f"Phòng: {work.text()}.")
            elif what == "agency" and whole.open:
                for leader in people.leaders(agency_id):
                    parts[leader].append(f"Hồ sơ của cơ quan: {whole.text()}.")
    for officer_id, said in sorted(parts.items()):
        yield officer_id, None, 0, DIGEST, midnight, " ".join(dict.fromkeys(said))
