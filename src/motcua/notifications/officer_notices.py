"""Warnings to officers: the sweep that finds what is due and tells it once, their sending, and that they were read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from motcua.dossiers.writer import calendar_of
from motcua.identity.actors import Actor
from motcua.law.moments import local_day
from motcua.notifications.escalation import Place, escalate, where_of
from motcua.notifications.messages import moment_words
from motcua.notifications.models import OfficerNotice
from motcua.notifications.providers import Message, MessageProvider, PermanentFailure
from motcua.notifications.recipients import People, channels_of
from motcua.notifications.warning_settings import SettingsInForce
from motcua.notifications.warnings import PHASE_TEXT, Phase, Reader, Settings, due_warnings, phase_of
from motcua.notifications.watching import RUNNING_STATES
from motcua.platform.database import prepared_cursor
from motcua.platform.jobs import Job, defer_many
from motcua.processes.apologies import draft

DELIVER = "motcua.notifications.tasks.deliver_to_officer"

# One index scan over what is due, then three look-ups by key for each row. What the row says is compared with what holds
# now: a due or an owner that changed a moment ago is told when it has been planned anew, not from the old row.
DUE = """
SELECT w.id, w.dossier_id, w.token, w.started_at, w.due_at, w.agency_id, coalesce(w.unit_id, o.unit_id), w.officer_id, a.path,
       a.name, c.data::text, coalesce(d.code, '#' || d.id), d.agency_id, ca.level, coalesce(d.unit_id, keeper.unit_id), d.officer_id,
       i.name, i.kind, i.agency_id,
       d.state = ANY(%(running)s) AND CASE WHEN w.token = 0 THEN d.due_at = w.due_at
         ELSE i.due_at = w.due_at AND i.officer_id IS NOT DISTINCT FROM w.officer_id END IS TRUE, i.following
FROM (SELECT * FROM notifications_watch WHERE next_at <= %(at)s ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) w
JOIN dossiers_dossier d ON d.id = w.dossier_id
JOIN organizations_agency a ON a.id = w.agency_id
JOIN organizations_agency ca ON ca.id = d.agency_id
LEFT JOIN organizations_workcalendar c ON c.id = a.effective_calendar_id
LEFT JOIN organizations_officer o ON o.id = w.officer_id
LEFT JOIN organizations_officer keeper ON keeper.id = d.officer_id
LEFT JOIN LATERAL (
  SELECT i.name, i.kind, i.agency_id, i.due_at, i.officer_id, i.following FROM processes_workitem i
  WHERE i.dossier_id = w.dossier_id AND i.closed_at IS NULL AND i.role <> '' AND (w.token = 0 OR i.token = w.token)
  ORDER BY i.due_at, i.token LIMIT 1
) i ON true
"""


@dataclass(frozen=True, slots=True)
class DueRow:
    """A watched moment whose next stage has come, with what holds now around it. `live` = it still stands so; `following` its step."""

    id: int
    dossier_id: int
    token: int
    started_at: datetime
    due_at: datetime
    agency_id: int
    unit_id: int | None
    officer_id: int | None
    path: str
    agency_name: str
    calendar: str | None
    code: str
    competent_id: int
    level: str
    keeper_unit_id: int | None
    keeper_id: int | None
    step: str | None
    kind: str | None
    step_agency_id: int | None
    live: bool
    following: list[int] | None

    @property
    def fault_id(self) -> int | None:
        """The agency in whose hands it is late; None = a body without an account."""
        if self.kind is None:
            return self.competent_id
        return self.step_agency_id


def warn(at: datetime, limit: int = 5000, rounds: int = 20) -> int:
    """The sweep: tell every stage that has come by `at`, each batch in its own transaction; returns how many rows were due.

    Told once whatever happens: the row's next moment moves in the same transaction, two workers never take the same row,
    and the unique constraint of the notices stands behind both.
    """
    handled = 0
    for _ in range(rounds):
        with transaction.atomic():
            rows = _due(at, limit)
            if rows:
                _tell(rows, at)
        handled += len(rows)
        if len(rows) < limit:
            break
    return handled


def _due(at: datetime, limit: int) -> list[DueRow]:
    with prepared_cursor() as cursor:
        cursor.execute(DUE, {"at": at, "limit": limit, "running": RUNNING_STATES})
        return [DueRow(*row) for row in cursor.fetchall()]


def _tell(rows: list[DueRow], at: datetime) -> None:
    settings = SettingsInForce(local_day(at))
    stages: list[tuple[DueRow, str]] = []
    moved: list[tuple[int, datetime | None]] = []
    for row in rows:
        if not row.live:
            continue
        ladder = due_warnings(
            row.started_at, row.due_at, settings.of(row.path), calendar_of(row.calendar), at, whole=not row.token
        )
        moved.append((row.id, ladder.following.at if ladder.following else None))
        if ladder.now is not None:
            stages.append((row, ladder.now.stage))
    drafted = draft(sorted({row.dossier_id for row, stage in stages if not row.token and _asks_apology(stage)}), at=at)
    told = [(row, stage) for row, stage in stages if phase_of(stage) is not Phase.APOLOGY or row.dossier_id in drafted]
    agencies = {id_ for row, _ in told for id_ in (row.agency_id, row.competent_id, row.fault_id) if id_ is not None}
    people = People(agencies, local_day(at))
    insert(
        [
            (officer_id, row.dossier_id, row.token, stage, row.due_at, _words(row, stage))
            for row, stage in told
            for officer_id in sorted(_readers(row, stage, settings.of(row.path), people))
        ],
        at,
    )
    with prepared_cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_watch w SET next_at = m.next_at"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS m (id, next_at) WHERE w.id = m.id",
            [[id_ for id_, _ in moved], [moment for _, moment in moved]],
        )
        # The reader of the ledger is about to plan these anew and must find no row that it could take for told.
        cursor.execute("DELETE FROM notifications_watch WHERE id = ANY(%s)", [[row.id for row in rows if not row.live]])


def _asks_apology(stage: str) -> bool:
    return phase_of(stage) is not Phase.AHEAD


def _readers(row: DueRow, stage: str, settings: Settings, people: People) -> set[int]:
    told = {
        officer
        for reader in settings.tells[phase_of(stage)]
        for officer in _who(reader, row.agency_id, row.unit_id, row.officer_id, people)
    }
    where = where_of(fault_agency=row.fault_id, competent_agency=row.competent_id, level=row.level)
    for one in escalate(where, stage):
        if one.place is Place.COMPETENT:
            told.update(_who(one.reader, row.competent_id, row.keeper_unit_id, row.keeper_id, people))
        elif row.fault_id is not None:
            told.update(_who(one.reader, row.fault_id, None, row.officer_id, people))
    if row.token and phase_of(stage) is Phase.LATE:
        told.update(row.following or ())
    return told


def _who(reader: Reader, agency_id: int, unit_id: int | None, officer_id: int | None, people: People) -> Iterable[int]:
    match reader:
        case Reader.OFFICER if officer_id is not None:
            return (officer_id,)
        case Reader.LEADER:
            return people.leaders(agency_id)
    # What nobody has yet is its head's to give; a small agency has none but its leader.
    return people.heads(agency_id, unit_id) or people.leaders(agency_id)


def _words(row: DueRow, stage: str) -> str:
    phase = phase_of(stage)
    what = f"hồ sơ {row.code}" if not row.token else f"hồ sơ {row.code}, bước “{row.step}”"
    held = f", đang ở {row.agency_name}" if phase is Phase.LATE else ""
    asked = " Cần nêu lý do và ký văn bản xin lỗi, hẹn lại." if phase is Phase.APOLOGY else ""
    word = PHASE_TEXT[phase]
    return f"{word[0].upper()}{word[1:]}: {what}, hạn {moment_words(row.due_at)}{held}.{asked}"


# (officer, dossier or None, token, stage, due, words)
Told = tuple[int, int | None, int, str, datetime, str]

_INSERT = """
INSERT INTO notifications_officernotice
  (officer_id, dossier_id, token, stage, due_at, body, channel, state, created_at, sent_at)
SELECT officer_id, dossier_id, token, stage, due_at, body, channel,
       CASE channel WHEN 'page' THEN 'sent' ELSE 'waiting' END, %s, CASE channel WHEN 'page' THEN %s END
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])
  AS t (officer_id, dossier_id, token, stage, due_at, body, channel)
ON CONFLICT DO NOTHING RETURNING officer_id, channel
"""


def insert(told: Sequence[Told], at: datetime) -> int:
    """Insert notices by every channel of their officers, those already told left out; asks for their sending.

    Returns how many rows are new. In the caller's transaction.
    """
    if not told:
        return 0
    channels = channels_of({row[0] for row in told})
    rows = [(*row, channel) for row in told for channel in channels.get(row[0], ())]
    with prepared_cursor() as cursor:
        cursor.execute(_INSERT, [at, at, *(list(column) for column in zip(*rows, strict=True))])
        new = cursor.fetchall()
    send = sorted({officer_id for officer_id, channel in new if channel != OfficerNotice.Channel.PAGE})
    defer_many([Job(DELIVER, {"officer_id": id_}, lock=f"officer-{id_}") for id_ in send])
    return len(new)


_SHOWN = 5

_GATHER = """
UPDATE notifications_officernotice n SET batch = g.batch
FROM (
  SELECT channel, max(id) AS batch FROM notifications_officernotice
  WHERE officer_id = %s AND state = 'waiting' AND batch IS NULL GROUP BY channel
) g
WHERE n.officer_id = %s AND n.state = 'waiting' AND n.batch IS NULL AND n.channel = g.channel AND n.id <= g.batch
"""


def deliver_to_officer(officer_id: int, *, providers: dict[str, MessageProvider], at: datetime) -> int:
    """Send an officer what waits for him, one message by each channel; returns how many notices were sent.

    Raises TemporaryFailure for the worker to retry. Sent is marked after the provider took it; which notices go together is
    written before, so that the message of a worker killed in between is sent again as it was, and the provider knows its key.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GATHER, [officer_id, officer_id])
    waiting: dict[tuple[str, int | None], list[OfficerNotice]] = defaultdict(list)
    found = OfficerNotice.objects.filter(officer_id=officer_id, state=OfficerNotice.State.WAITING, batch__isnull=False)
    for notice in found.select_related("officer").order_by("id"):
        waiting[notice.channel, notice.batch].append(notice)
    sent = 0
    for (channel, batch), notices in waiting.items():
        officer = notices[0].officer
        address = officer.phone if channel == OfficerNotice.Channel.SMS else officer.email
        key = f"officer-notice-{channel}-{batch}"
        done: dict[str, Any] = {"state": OfficerNotice.State.SENT, "sent_at": at}
        try:
            providers[channel].send(Message(key, address, _subject(notices), _joined(notices)))
        except PermanentFailure as failure:
            done = {"state": OfficerNotice.State.FAILED, "failure": failure.message[:300]}
        changed = OfficerNotice.objects.filter(
            pk__in=[notice.pk for notice in notices], state=OfficerNotice.State.WAITING
        ).update(**done)
        sent += changed if done["state"] == OfficerNotice.State.SENT else 0
    return sent


def _subject(notices: list[OfficerNotice]) -> str:
    return "Nhắc việc" if len(notices) == 1 else f"Nhắc việc: {len(notices)} việc"


def _joined(notices: list[OfficerNotice]) -> str:
    lines = [notice.body for notice in notices[:_SHOWN]]
    rest = len(notices) - _SHOWN
    return "\n".join([*lines, *([f"Và {rest} việc khác trên trang Nhắc việc."] if rest > 0 else [])])


UNREAD_CAP = 99


def unread_count(officer_id: int) -> int:
    """How many notices the officer has not read; counted up to one beyond the cap."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM notifications_officernotice"
            " WHERE officer_id = %s AND channel = 'page' AND read_at IS NULL LIMIT %s) unread",
            [officer_id, UNREAD_CAP + 1],
        )
        return int(cursor.fetchone()[0])


def mark_read(actor: Actor, ids: Iterable[int] | None, *, at: datetime) -> int:
    """The officer has read these of his notices, None = all of them; returns how many were unread. A second time: none."""
    mine = OfficerNotice.objects.filter(
        officer_id=actor.id, channel=OfficerNotice.Channel.PAGE, read_at__isnull=True, created_at__lte=at
    )
    return (mine if ids is None else mine.filter(pk__in=list(ids))).update(read_at=at)


def inbox(actor: Actor, *, unread: bool = False, before: int = 0, size: int = 50) -> Iterator[OfficerNotice]:
    """The officer's notices, newest first, `size` + 1 of them at most; `before` = the id where the page before ended."""
    mine = OfficerNotice.objects.filter(officer_id=actor.id, channel=OfficerNotice.Channel.PAGE)
    if unread:
        mine = mine.filter(read_at__isnull=True)
    if before:
        mine = mine.filter(pk__lt=before)
    return iter(mine.select_related("dossier").order_by("-id")[: size + 1])
