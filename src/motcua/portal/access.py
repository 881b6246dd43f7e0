"""What a citizen's browser may see: the drafts it began and the dossiers it proved to know, kept in its session.

There is no citizen account here. A dossier opens by its code and a proof, by the key in the receipt's QR code, or because
this browser handed it in; the session remembers that until it ends.
"""

from __future__ import annotations

import uuid

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.http import HttpRequest

from motcua.identity.actors import Actor, ActorKind
from motcua.law.errors import BadInput, DomainError

_DOSSIERS = "portal_dossiers"
_DRAFTS = "portal_drafts"
_RESUME_SALT = "motcua.portal.resume"
# A draft lives 30 days; its link need not live longer.
_RESUME_SECONDS = 30 * 24 * 3600
_KEPT = 50


class NotYours(DomainError):
    """The browser has not proved that it may see this; answered as if it did not exist."""

    code = "not_found"


def grant_dossier(session: SessionBase, dossier_id: int) -> None:
    _keep(session, _DOSSIERS, dossier_id)


def grant_draft(session: SessionBase, key: uuid.UUID) -> None:
    _keep(session, _DRAFTS, str(key))


def drop_draft(session: SessionBase, key: uuid.UUID) -> None:
    session[_DRAFTS] = [kept for kept in session.get(_DRAFTS, []) if kept != str(key)]


def _keep(session: SessionBase, name: str, value: int | str) -> None:
    kept = [old for old in session.get(name, []) if old != value]
    session[name] = [value, *kept][:_KEPT]


def dossier_ids(session: SessionBase) -> list[int]:
    """Newest first."""
    return list(session.get(_DOSSIERS, []))


def draft_keys(session: SessionBase) -> list[uuid.UUID]:
    """Newest first."""
    return [uuid.UUID(key) for key in session.get(_DRAFTS, [])]


def actor(request: HttpRequest) -> Actor:
    """The applicant behind this browser: may act on the dossiers it proved to know, on no other."""
    return Actor(kind=ActorKind.APPLICANT, name="Người nộp hồ sơ", dossiers=frozenset(dossier_ids(request.session)))


def resume_token(key: uuid.UUID) -> str:
    """What a link carries to open a draft on another device."""
    return signing.dumps(str(key), salt=_RESUME_SALT)


def read_resume_token(token: str) -> uuid.UUID:
    """Raises BadInput for a forged, damaged or expired link."""
    try:
        return uuid.UUID(signing.loads(token, salt=_RESUME_SALT, max_age=_RESUME_SECONDS))
    except (signing.BadSignature, ValueError) as error:
        raise BadInput("Đường dẫn mở lại bản nháp không đúng hoặc đã quá 30 ngày. Xin nộp lại từ đầu.") from error
