"""Default deny: every operation names the scope it needs, and a caller without a valid token gets nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from motcua.api.models import ApiDossier, ApiToken, Scope
from motcua.api.services import digest_of
from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import DomainError
from motcua.law.moments import VIETNAM
from motcua.organizations.queries import actor_of
from motcua.platform.clock import now


class SignInNeeded(DomainError):
    code = "sign_in_needed"


class ScopeMissing(DomainError):
    code = "not_allowed"


class Bearer(HttpBearer):
    """`Authorization: Bearer mc_…` with a scope. The token row is left on `request.auth`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        header = request.headers.get("Authorization", "")
        kind, _, secret = header.partition(" ")
        token = find_token(secret.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise SignInNeeded("Cần mã truy cập hợp lệ trong tiêu đề Authorization: Bearer.")
        if self.scope not in token.scopes:
            raise ScopeMissing(f"Mã truy cập này không có quyền “{self.scope.value}”.", scope=self.scope.value)
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return find_token(token)


def find_token(secret: str) -> ApiToken | None:
    if not secret.startswith("mc_"):
        return None
    at = now()
    token = ApiToken.objects.select_related("officer").filter(digest=digest_of(secret), revoked_at__isnull=True).first()
    return token if token and (token.expires_at is None or token.expires_at > at) else None


def actor_for(token: ApiToken, dossier_id: int | None = None) -> Actor:
    """Whom a token acts as. Without an officer: the applicant of the dossiers it handed in, here of `dossier_id`."""
    if token.officer is not None:
        return actor_of(token.officer, now().astimezone(VIETNAM).date(), now())
    own = ApiDossier.objects.filter(token=token, dossier_id=dossier_id).values_list("dossier_id", flat=True)
    return Actor(kind=ActorKind.APPLICANT, id=token.pk, dossiers=frozenset(own if dossier_id else ()))
