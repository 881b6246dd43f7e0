"""Jobs of the outbox."""

from __future__ import annotations

from django.db import OperationalError
from procrastinate import RetryStrategy

from motcua.notifications.officer_notices import DELIVER, deliver_to_officer
from motcua.notifications.providers import MessageProvider, TemporaryFailure
from motcua.notifications.providers.outbox_file import OutboxFile
from motcua.notifications.services import deliver_notices
from motcua.platform.clock import now
from motcua.platform.config import config
from motcua.platform.jobs import task


def providers() -> dict[str, MessageProvider]:
    outbox = OutboxFile(config().home / "outbox" / "messages.jsonl")
    return {"sms": outbox, "email": outbox}


_RETRY = RetryStrategy(max_attempts=20, exponential_wait=2, retry_exceptions={TemporaryFailure, OperationalError})


@task(name="motcua.notifications.tasks.deliver", retry=_RETRY)
def deliver(entry_id: int) -> None:
    deliver_notices(entry_id, providers=providers(), at=now())


@task(name=DELIVER, retry=_RETRY)
def deliver_officer(officer_id: int) -> None:
    deliver_to_officer(officer_id, providers=providers(), at=now())
