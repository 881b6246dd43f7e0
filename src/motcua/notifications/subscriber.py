"""Which ledger entries are told to the applicant, and how: rows only, inserted in the move's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from motcua.dossiers.ports import EntryEvent, PastEvent
from motcua.notifications.messages import compose
from motcua.platform.copying import copy_rows
from motcua.platform.database import prepared_cursor
from motcua.platform.jobs import Job

# Ledger kind → message template; an entry that is not here is not told.
TEMPLATES = {
    "dossier.submitted": "submitted",
    "dossier.accepted": "accepted",
    "dossier.completion_asked": "completion_asked",
    "dossier.completed": "completed",
    "dossier.refused": "refused",
    "dossier.closed_incomplete": "closed_incomplete",
    "dossier.papers_received": "papers_received",
    "dossier.supplement_asked": "supplement_asked",
    "dossier.supplemented": "supplemented",
    "dossier.payment_asked": "payment_asked",
    "dossier.payment_confirmed": "payment_confirmed",
    "dossier.suspended": "suspended",
    "dossier.resumed": "resumed",
    "dossier.extended": "extended",
    "dossier.promised": "promised",
    "dossier.resolved": "resolved",
    "dossier.result_received": "result_received",
    "dossier.returned": "returned",
    "dossier.result_sent": "result_sent",
    "dossier.handed_over": "handed_over",
    "dossier.withdrawal_requested": "withdrawal_requested",
    "dossier.withdrawal_declined": "withdrawal_declined",
    "dossier.withdrawn": "withdrawn",
    "dossier.stopped": "stopped",
    "dossier.rectified": "rectified",
}

DELIVER = "motcua.notifications.tasks.deliver"


def notice_rows(event: EntryEvent) -> list[tuple[Any, ...]]:
    """The notices of one entry: on the look-up page always, by phone and mail where the submitter gave them."""
    template = TEMPLATES.get(event.kind)
    if template is None or (event.kind == "dossier.rectified" and not event.told):
        return []
    return rows_of(
        event.entry_id, event.dossier_id, template, event.recorded_at, phone=event.has_phone, email=event.has_email
    )


def rows_of(
    entry_id: int, dossier_id: int, template: str, at: datetime, *, phone: bool, email: bool
) -> list[tuple[Any, ...]]:
    """One row of COLUMNS for each channel by which the submitter can be reached."""
    channels = ["page", *(["sms"] if phone else []), *(["email"] if email else [])]
    return [(entry_id, dossier_id, "submitter", channel, template, "waiting", at, "", "") for channel in channels]


COLUMNS = ("entry_id", "dossier_id", "recipient", "channel", "template", "state", "created_at", "body", "failure")


def tell_applicant(events: list[EntryEvent]) -> list[Job]:
    """Insert the notices of the entries and ask for their delivery."""
    return insert_notices([row for event in events for row in notice_rows(event)])


def insert_notices(rows: Sequence[tuple[Any, ...]]) -> list[Job]:
    """Insert rows of COLUMNS, each notice once; returns the jobs that deliver them, for the caller to defer."""
    if not rows:
        return []
    slots = f"({', '.join(['%s'] * len(COLUMNS))})"
    with prepared_cursor() as cursor:
        cursor.execute(
            f"INSERT INTO notifications_notice ({', '.join(COLUMNS)}) VALUES {', '.join([slots] * len(rows))} ON CONFLICT DO NOTHING",
            [value for row in rows for value in row],
        )
    return [Job(DELIVER, {"entry_id": entry_id}) for entry_id in sorted({row[0] for row in rows})]


def keep_told(events: Sequence[PastEvent]) -> None:
    """Store the notices of past entries as sent at their time, worded by the dossier as it stood then."""
    rows = []
    for past in events:
        notices = notice_rows(past.event)
        if notices:
            _, body = compose(TEMPLATES[past.event.kind], past.dossier, past.code)
            rows += [(*row[:5], "sent", row[6], body, "", row[6]) for row in notices]
    copy_rows("notifications_notice", (*COLUMNS, "sent_at"), rows)
