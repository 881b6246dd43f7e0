"""What the tests of warnings share: a dossier on a process, its plan and its sweep."""

from __future__ import annotations

from datetime import datetime

from motcua.law.moments import VIETNAM
from motcua.notifications.models import OfficerNotice, Watch
from motcua.notifications.officer_notices import warn
from motcua.notifications.watching import plan


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def pass_time(dossier_id: int, at: datetime) -> None:
    """What the two sweeps do, the reader of the ledger taken at its word: in a test's transaction it sees nothing yet."""
    plan([dossier_id], at)
    warn(at)


def told(dossier_id: int | None = None) -> list[tuple[str, int, str]]:
    """(officer, token, stage) of every notice on the page, oldest first."""
    found = OfficerNotice.objects.filter(channel="page").select_related("officer__user").order_by("id")
    if dossier_id is not None:
        found = found.filter(dossier_id=dossier_id)
    return [(notice.officer.user.username, notice.token, notice.stage) for notice in found]


def watched(dossier_id: int) -> dict[int, datetime | None]:
    """Next moment by token."""
    return dict(Watch.objects.filter(dossier_id=dossier_id).values_list("token", "next_at"))
