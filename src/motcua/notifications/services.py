"""Sending what waits in the outbox, and reminding of results that nobody has fetched."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from motcua.dossiers.models import Timer
from motcua.law.rules import UNCOLLECTED_REMINDER_DAYS
from motcua.notifications.messages import compose
from motcua.notifications.models import Notice
from motcua.notifications.providers import Message, MessageProvider, PermanentFailure
from motcua.notifications.subscriber import insert_notices, rows_of
from motcua.platform.jobs import defer_many
from motcua.processes.apologies import note_delivered

log = logging.getLogger("motcua.notifications")


def deliver_notices(entry_id: int, *, providers: dict[str, MessageProvider], at: datetime) -> int:
    """Send what still waits of one entry; returns how many were sent. Raises TemporaryFailure for the worker to retry.

    Sent is marked after the provider took it: a kill in between sends again with the same key, never loses.
    """
    waiting = Notice.objects.filter(entry_id=entry_id, state=Notice.State.WAITING).select_related("dossier__submitter")
    told: dict[str, list[int]] = defaultdict(list)
    promised: list[tuple[int, str]] = []
    try:
        for notice in waiting.order_by("id"):
            dossier = notice.dossier
            assert dossier.submitter is not None  # of an imported dossier nobody is told
            subject, body = compose(notice.template, dossier, dossier.code)
            if notice.channel != Notice.Channel.PAGE:
                address = dossier.submitter.phone if notice.channel == Notice.Channel.SMS else dossier.submitter.email
                try:
                    providers[notice.channel].send(Message(f"notice-{notice.pk}", address, subject, body))
                except PermanentFailure as failure:
                    _mark([notice.pk], state=Notice.State.FAILED, failure=failure.message[:300])
                    continue
            told[body].append(notice.pk)
            if notice.template == "promised":
                promised.append((dossier.pk, notice.channel))
    finally:
        # Also when one channel is away for a while: what the others took is not sent again.
        with transaction.atomic():
            sent = sum(_mark(ids, state=Notice.State.SENT, sent_at=at, body=body) for body, ids in told.items())
            for dossier_id, channel in promised:
                note_delivered([dossier_id], channel, at=at)
    return sent


def _mark(ids: list[int], **done: Any) -> int:
    return Notice.objects.filter(pk__in=ids, state=Notice.State.WAITING).update(**done)


def remind_uncollected(at: datetime) -> int:
    """Remind, on days 3, 10 and 30 after the result came to the return desk, those who have not come; set-based.

    Returns how many dossiers were looked at.
    """
    with transaction.atomic():
        due = list(
            Timer.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(kind=Timer.Kind.UNCOLLECTED, fired_at__isnull=True, fires_at__lte=at)
            .values_list(
                "id",
                "dossier_id",
                "dossier__result_at_desk_at",
                "dossier__submitter__phone",
                "dossier__submitter__email",
            )[:500]
        )
        if not due:
            return 0
        entries = _resolve_entries([row[1] for row in due])
        rows: list[tuple[Any, ...]] = []
        for timer_id, dossier_id, at_desk, phone, email in due:
            if at_desk is None or dossier_id not in entries:
                Timer.objects.filter(pk=timer_id).update(fired_at=at)
                continue
            days, following = _reminder_days(at_desk, at)
            Timer.objects.filter(pk=timer_id).update(**({"fires_at": following} if following else {"fired_at": at}))
            if days is not None:
                template = f"uncollected_{days}"
                rows += rows_of(entries[dossier_id], dossier_id, template, at, phone=bool(phone), email=bool(email))
        defer_many(insert_notices(rows))
    return len(due)


def _reminder_days(at_desk: datetime, at: datetime) -> tuple[int | None, datetime | None]:
    """The reminder that is due at `at` (its day number), and the moment of the next one."""
    moments = [(days, at_desk + timedelta(days=days)) for days in UNCOLLECTED_REMINDER_DAYS]
    past = [days for days, moment in moments if moment <= at]
    coming = [moment for _, moment in moments if moment > at]
    return (past[-1] if past else None), (coming[0] if coming else None)


def _resolve_entries(dossier_ids: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dossier_id, max(id) FROM dossiers_ledgerentry WHERE kind = 'dossier.resolved' AND dossier_id = ANY(%s) GROUP BY 1",
            [dossier_ids],
        )
        return dict(cursor.fetchall())
