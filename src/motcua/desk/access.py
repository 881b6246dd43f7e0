"""Who may enter which page of the desk. Default deny: a view without one of these marks fails the whole-app test.

The officer and the actor are made once a request; what may be done to one dossier is asked of `dossiers.permissions`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from motcua.dossiers.permissions import READING_ROLES, NotAllowed
from motcua.identity.actors import Actor
from motcua.organizations.models import Officer, Role
from motcua.organizations.queries import actor_of, officers_in_post
from motcua.platform.clock import now
from motcua.platform.presentation.words import local
from motcua.processes.definition import STEP_ROLES
from motcua.processes.permissions import PUBLISHERS as PUBLISHERS

POST_KEY = "desk_post"

OPEN = "open"  # anybody: the sign-in page
SIGNED_IN = "signed_in"  # an account, before its post is chosen
READERS = READING_ROLES
RECEIVERS = frozenset({Role.COUNTER_OFFICER, Role.DESK_HEAD})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
# Who follows how procedures are made easier.
REFORM_READERS = PUBLISHERS | {Role.LEADER, Role.INSPECTOR, Role.DESK_HEAD, Role.UNIT_HEAD}
# Who works on the steps of internal processes.
WORKERS = frozenset(STEP_ROLES)
# Who plans the work of others: simulation, late risk, what changes if.
LOOKERS_AHEAD = frozenset(
    {Role.ADMINISTRATOR, Role.REFORM_OFFICER, Role.LEADER, Role.UNIT_HEAD, Role.DESK_HEAD, Role.INSPECTOR}
)
# Who looks at the ways that the dossiers of his scope went.
MINERS = frozenset({Role.LEADER, Role.REFORM_OFFICER, Role.UNIT_HEAD, Role.DESK_HEAD})
# Who closes, signs or looks at reports, each over his own agencies.
REPORT_READERS = frozenset(
    {Role.REFORM_OFFICER, Role.DESK_HEAD, Role.UNIT_HEAD, Role.SIGNER, Role.LEADER, Role.INSPECTOR}
)
ANY_POST = frozenset(Role)


class DeskRequest(HttpRequest):
    """A request that has passed `officers_only`."""

    officer: Officer
    actor: Actor
    at: datetime
    posts: list[Officer]


View = Callable[..., HttpResponseBase]


def everybody(view: View) -> View:
    view.may_enter = OPEN  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """An account that is signed in; `request.posts` are the posts it holds today."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        _see_posts(request)
        return view(request, *args, **kwargs)

    guarded.may_enter = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def officers_only(roles: frozenset[str]) -> Callable[[View], View]:
    """Officers who hold one of the roles anywhere today. Raises NotAllowed for the others."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            _see_posts(request)
            officer = _chosen(request)
            if officer is None:
                return redirect("desk:posts")
            request.officer = officer
            request.actor = actor_of(officer, local(request.at).date(), request.at)
            if not holds(request.actor, *roles):
                raise NotAllowed("Vị trí của ông/bà không dùng trang này.")
            return view(request, *args, **kwargs)

        guarded.may_enter = roles  # type: ignore[attr-defined]
        return guarded

    return mark


def _see_posts(request: Any) -> None:
    request.at = now()
    request.posts = list(officers_in_post(request.user.pk, local(request.at).date()).order_by("id"))
    if not request.posts:
        raise NotAllowed("Tài khoản của ông/bà hiện không giữ vị trí công tác nào. Xin liên hệ người quản trị.")


def _chosen(request: Any) -> Officer | None:
    if len(request.posts) == 1:
        return request.posts[0]  # type: ignore[no-any-return]
    kept = request.session.get(POST_KEY)
    return next((post for post in request.posts if post.pk == kept), None)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:
        # A part of a page that stands open: the sign-in page must not be put in its place.
        return HttpResponse(status=401)
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{query}" if query else settings.LOGIN_URL)


def said(values: QueryDict, name: str, *, limit: int = 300) -> str:
    """A value of the address or of a bare form: one line, trimmed, without the control signs no text column takes."""
    return " ".join("".join(char if char.isprintable() else " " for char in values.get(name, "")[:limit]).split())


def holds(actor: Actor, *roles: str) -> bool:
    """Whether the actor has one of the roles anywhere: his own, or on behalf of another."""
    return any(grant.role in roles for hat in actor.hats for grant in hat.grants)
