"""A write that is sent twice happens once: the answer of the first is kept with its key, in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from motcua.api.answers import Answer
from motcua.api.models import ApiToken, IdempotentCall
from motcua.law.errors import BadInput, DomainError
from motcua.platform.clock import now


class KeyReused(DomainError):
    """The key was used for another call."""

    code = "idempotency_key_reused"


def once(request: HttpRequest, token: ApiToken, call: Callable[[], Answer]) -> HttpResponse:
    """Run `call`, or give its stored answer when this token has sent the same key and request before.

    Refusals by a rule are answers too and are kept; an unexpected error rolls everything back, so a retry starts anew.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return _run(call).response()
    if len(key) > 200 or not key.isprintable():
        raise BadInput("Idempotency-Key: cần từ 1 đến 200 ký tự in được.", field="Idempotency-Key")
    mark = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).digest()
    with transaction.atomic():
        if not _reserve(token, key, mark):
            return _stored(token, key, mark)
        answer = _run(call)
        IdempotentCall.objects.filter(token=token, key=key).update(status=answer.status, body=answer.body)
    return answer.response()


def _run(call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    except DomainError as error:
        return Answer.of_error(error)


def _reserve(token: ApiToken, key: str, mark: bytes) -> bool:
    """Insert the key; a concurrent holder of it is waited for, so two equal calls never both run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_idempotentcall (token_id, key, request, created_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [token.pk, key, mark, now()],
        )
        return bool(cursor.rowcount == 1)


def _stored(token: ApiToken, key: str, mark: bytes) -> HttpResponse:
    earlier = IdempotentCall.objects.get(token=token, key=key)
    if bytes(earlier.request) != mark:
        raise KeyReused("Idempotency-Key này đã dùng cho một lời gọi khác.", key=key)
    body: Any = earlier.body
    return Answer(earlier.status or 200, body).response()
