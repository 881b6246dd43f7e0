"""What waits in the outbox is sent once, whichever channel is away for a while."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.dossiers.lives import live
from tests.province import MONDAY, build_province

from motcua.notifications.models import Notice
from motcua.notifications.providers import PermanentFailure, TemporaryFailure
from motcua.notifications.services import deliver_notices

pytestmark = pytest.mark.django_db


class Gateway:
    """Keeps what it took; fails as told."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failure: Exception | None = None

    def send(self, message) -> None:
        if self.failure is not None:
            raise self.failure
        self.taken.append(message.key)


def states() -> dict[str, str]:
    return dict(Notice.objects.values_list("channel", "state"))


def test_channel_that_is_away_does_not_make_the_others_send_twice() -> None:
    live(build_province(), until=1)
    entry = Notice.objects.values_list("entry_id", flat=True).first()
    sms, email = Gateway(), Gateway()
    email.failure = TemporaryFailure("busy")

    with pytest.raises(TemporaryFailure):
        deliver_notices(entry, providers={"sms": sms, "email": email}, at=MONDAY)
    assert states() == {"page": "sent", "sms": "sent", "email": "waiting"}

    email.failure = None
    assert deliver_notices(entry, providers={"sms": sms, "email": email}, at=MONDAY) == 1
    assert deliver_notices(entry, providers={"sms": sms, "email": email}, at=MONDAY) == 0

    assert states() == {"page": "sent", "sms": "sent", "email": "sent"}
    assert set(Counter(sms.taken + email.taken).values()) == {1}
    assert len(sms.taken + email.taken) == 2


def test_number_that_cannot_be_reached_is_marked_and_not_tried_again() -> None:
    live(build_province(), until=1)
    entry = Notice.objects.values_list("entry_id", flat=True).first()
    sms, email = Gateway(), Gateway()
    sms.failure = PermanentFailure("Không có thuê bao.")

    assert deliver_notices(entry, providers={"sms": sms, "email": email}, at=MONDAY) == 2
    assert deliver_notices(entry, providers={"sms": sms, "email": email}, at=MONDAY) == 0

    assert states() == {"page": "sent", "sms": "failed", "email": "sent"}
    assert Notice.objects.get(channel="sms").failure == "Không có thuê bao."
