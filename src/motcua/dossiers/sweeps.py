"""Legal moments that pass without anybody clicking."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.commands import CloseIncomplete, Stop
from motcua.dossiers.models import Timer
from motcua.dossiers.services import give_command
from motcua.dossiers.writer import AlreadyChanged
from motcua.identity.actors import SYSTEM
from motcua.law.errors import DomainError

_BATCH = 200


def fire_timers(at: datetime) -> int:
    """Close what was not completed, stop what was not supplemented; each dossier in its own transaction.

    A timer whose dossier has moved on in the meantime is marked and forgotten. Returns how many were handled.
    """
    waiting = Timer.objects.filter(
        kind__in=[Timer.Kind.COMPLETION_DUE, Timer.Kind.SUPPLEMENT_DUE], fired_at__isnull=True, fires_at__lte=at
    ).order_by("fires_at", "id")
    handled = 0
    for timer_id, dossier_id, kind in list(waiting.values_list("id", "dossier_id", "kind")[:_BATCH]):
        command = (
            CloseIncomplete()
            if kind == Timer.Kind.COMPLETION_DUE
            else Stop(reason="Không bổ sung hồ sơ trong thời hạn yêu cầu.")
        )
        try:
            give_command(dossier_id, command, actor=SYSTEM, at=at)
        except AlreadyChanged:
            continue
        except DomainError:
            Timer.objects.filter(pk=timer_id).update(fired_at=at)
        handled += 1
    return handled
