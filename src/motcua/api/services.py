"""Tokens of callers. The token itself is shown once; only its SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from motcua.api.models import ApiToken, Scope
from motcua.law.errors import BadInput
from motcua.organizations.models import Officer


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def create_token(
    *, name: str, scopes: Sequence[str], officer: Officer | None, at: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token; returns the row and the secret to hand over. Raises BadInput for a name or a scope that does not fit."""
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise BadInput(
            f"Quyền {', '.join(unknown) or 'trống'} không có; cần một trong: {', '.join(Scope.values)}.", scopes=unknown
        )
    if officer is None and {Scope.WORK, Scope.EVENTS} & set(scopes):
        raise BadInput("Quyền work và events cần gắn với một cán bộ.", scopes=list(scopes))
    longest = ApiToken._meta.get_field("name").max_length or 0
    if not name.strip() or len(name) > longest or not name.isprintable():
        raise BadInput(f"NAME: tên của mã truy cập cần từ 1 đến {longest} ký tự, trên một dòng.")
    secret = f"mc_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        name=name,
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        officer=officer,
        created_at=at,
        expires_at=expires_at,
    )
    return token, secret


def revoke_token(token: ApiToken, *, at: datetime) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at)
