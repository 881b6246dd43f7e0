"""Jobs of the outbox."""

from __future__ import annotations

from motcua.exchange import services
from motcua.exchange.models import OutMessage
from motcua.exchange.providers.http import HttpSystem
from motcua.platform.clock import now
from motcua.platform.jobs import task


# Never retried by the queue: the message itself says when it is tried again.
@task(name=services.TALK)
def talk(message_id: int) -> None:
    address = OutMessage.objects.values_list("partner__address", flat=True).get(pk=message_id)
    services.talk(message_id, HttpSystem(address), now())
