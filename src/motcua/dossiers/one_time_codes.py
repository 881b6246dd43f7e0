"""The one-time code by which a receiver proves at the desk to hold the applicant's phone: six digits, five tries, 15 minutes.

Only an HMAC of the code is kept. Asking again replaces the code before; a used, expired or tired-out code never counts.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from motcua.dossiers.models import Dossier, OneTimeCode
from motcua.identity.digest import search_digest
from motcua.law.errors import DomainError
from motcua.law.lifecycle import State
from motcua.platform.numbers import whole_number
from motcua.platform.presentation.words import mask_phone

LIFE: Final = timedelta(minutes=15)
TRIES: Final = 5
# Waits between two requests, so that nobody is flooded with messages.
PAUSE: Final = timedelta(seconds=30)


class CodeNotSent(DomainError):
    """No code can be sent: no phone, no result at the desk, or one was sent a moment ago."""

    code = "one_time_code_not_sent"


class WrongCode(DomainError):
    """The code is wrong, used up or too old."""

    code = "one_time_code_wrong"


@dataclass(frozen=True, slots=True)
class RequestedCode:
    """`text` goes to the phone and nowhere else: not to a log, not to the page. `key` is the message's idempotency key."""

    key: str
    phone: str
    text: str
    masked_phone: str
    expires_at: datetime


def request_one_time_code(dossier: Dossier, *, at: datetime) -> RequestedCode:
    """Make a new code for the submitter's phone; the caller sends `text` after the commit. Raises CodeNotSent.

    `dossier` comes with its submitter and has been found visible to the actor.
    """
    if dossier.state != State.RESOLVED or dossier.result_at_desk_at is None:
        raise CodeNotSent("Chỉ gửi mã khi kết quả đã ở nơi trả.", field="one_time_code")
    phone = dossier.submitter.phone
    if not phone:
        raise CodeNotSent("Hồ sơ không có số điện thoại của người nộp nên không gửi mã được.", field="one_time_code")
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        # The dossier's row is the lock: two clicks at once send one code.
        Dossier.objects.select_for_update().only("id").get(pk=dossier.pk)
        if OneTimeCode.objects.filter(dossier_id=dossier.pk, created_at__gt=at - PAUSE).exists():
            raise CodeNotSent(
                "Mã vừa được gửi. Xin chờ nửa phút rồi gửi lại nếu chưa nhận được.", field="one_time_code"
            )
        OneTimeCode.objects.filter(dossier_id=dossier.pk, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
        made = OneTimeCode.objects.create(
            dossier_id=dossier.pk, digest=_digest(dossier.pk, code), created_at=at, expires_at=at + LIFE
        )
    text = f"Mã nhận kết quả hồ sơ {dossier.code} là {code}, dùng trong 15 phút. Chỉ đọc mã cho cán bộ khi đã nhận kết quả."
    return RequestedCode(f"code-{made.pk}", phone, text, mask_phone(phone), made.expires_at)


def check_one_time_code(dossier: Dossier, typed: str, *, at: datetime) -> str:
    """Use the code up. Returns the proof's reference for the ledger. Raises WrongCode after counting the try.

    The try is counted even when the caller's later work fails: a code that was right once does not come back.
    """
    with transaction.atomic():
        living = (
            OneTimeCode.objects.select_for_update()
            .filter(dossier_id=dossier.pk, used_at__isnull=True, expires_at__gt=at, tries__lt=TRIES)
            .order_by("-id")
            .first()
        )
        if living is not None:
            right = hmac.compare_digest(bytes(living.digest), _digest(dossier.pk, "".join(typed.split())))
            changes = {"used_at": at} if right else {}
            OneTimeCode.objects.filter(pk=living.pk).update(tries=F("tries") + 1, **changes)
    if living is None:
        raise WrongCode("Không còn mã nào dùng được. Bấm “Gửi mã” để gửi mã mới.", field="one_time_code")
    if not right:
        left = TRIES - living.tries - 1
        again = f"Còn {left} lần thử." if left else "Mã này đã bị khóa; bấm “Gửi mã” để gửi mã mới."
        raise WrongCode(f"Mã chưa đúng. {again}", field="one_time_code")
    return f"code:{living.pk}"


def _digest(dossier_id: int, code: str) -> bytes:
    marked = search_digest("one_time_code", f"{dossier_id}:{code}")
    assert marked is not None
    return marked


def check_used(dossier_id: int, reference: str) -> None:
    """Raises WrongCode unless `reference` names a code of this dossier that was typed right: what a hand-over rests on."""
    kind, _, number = reference.partition(":")
    used = OneTimeCode.objects.filter(pk=whole_number(number) or 0, dossier_id=dossier_id, used_at__isnull=False)
    if not (kind == "code" and used.exists()):
        raise WrongCode("Mã một lần làm bằng chứng chưa được gửi và kiểm tra cho hồ sơ này.", field="one_time_code")
