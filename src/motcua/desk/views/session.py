"""Signing in and out, and choosing the post where a user holds several."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods, require_safe

from motcua.desk.access import (
    ADMINISTRATORS,
    ANY_POST,
    POST_KEY,
    PUBLISHERS,
    READERS,
    RECEIVERS,
    DeskRequest,
    everybody,
    holds,
    officers_only,
    signed_in,
)
from motcua.desk.inbox_pages import BY_INBOX
from motcua.desk.queue_pages import pages_of
from motcua.desk.shell import workplace_at
from motcua.dossiers.queues import Queue
from motcua.organizations.models import Role
from motcua.platform import errors
from motcua.processes.inboxes import Inbox
from motcua.processes.queries import inbox_counts

# The queue a day begins with, by the first role that the post holds.
_FIRST = (
    (Role.COUNTER_OFFICER, Queue.ONLINE),
    (Role.DESK_HEAD, Queue.ONLINE),
    (Role.CASE_OFFICER, Queue.MINE),
    (Role.UNIT_HEAD, Queue.UNIT),
)


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "Tên đăng nhập hoặc mật khẩu chưa đúng. Mật khẩu phân biệt chữ hoa, chữ thường.",
        "inactive": "Tài khoản này đã bị khóa. Xin liên hệ người quản trị.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Tên đăng nhập"
        self.fields["password"].label = "Mật khẩu"
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control"
            field.error_messages["required"] = f"Chưa nhập {'tên đăng nhập' if name == 'username' else 'mật khẩu'}."
        if isinstance(self.fields["password"].widget, forms.PasswordInput):
            self.fields["password"].widget.attrs["autocomplete"] = "current-password"


sign_in = everybody(
    LoginView.as_view(
        template_name="desk/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
        next_page=reverse_lazy("desk:home"),
    )
)
sign_out = everybody(LogoutView.as_view(next_page=reverse_lazy("desk:sign_in")))


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What django-axes answers after too many wrong passwords for one name from one address."""
    return errors.answer(
        request,
        429,
        code="too_many_requests",
        detail="Đã nhập sai mật khẩu nhiều lần. Xin chờ 15 phút rồi thử lại, hoặc liên hệ người quản trị.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def posts(request: DeskRequest) -> HttpResponse:
    if request.method == "POST":
        chosen = next((post for post in request.posts if str(post.pk) == request.POST.get("post")), None)
        if chosen is not None:
            request.session[POST_KEY] = chosen.pk
            return redirect("desk:home")
    context = {
        "posts": request.posts,
        "chosen": request.session.get(POST_KEY),
        "fault": "Chọn một vị trí để bắt đầu làm việc." if request.method == "POST" else "",
    }
    return render(request, "desk/posts.html", context, status=422 if request.method == "POST" else 200)


@officers_only(ANY_POST)
@require_safe
def home(request: DeskRequest) -> HttpResponse:
    """The first page of a working day: the queue that the post works from."""
    actor = request.actor
    if (waiting := _waiting_steps(request)) and not holds(actor, *RECEIVERS):
        return redirect("desk:inbox", waiting)
    if holds(actor, *READERS):
        first = next((queue for role, queue in _FIRST if holds(actor, role)), Queue.OPEN)
        slugs = {page.queue: page.slug for page in pages_of(actor)}
        return redirect("desk:queue", slugs.get(first, slugs[Queue.OPEN]))
    if holds(actor, *ADMINISTRATORS):
        return redirect("desk:review")
    return redirect("desk:processes" if holds(actor, *PUBLISHERS) else "desk:posted")


def _waiting_steps(request: DeskRequest) -> str:
    """The first inbox in which something waits for this officer; empty where no step of a process does."""
    place = workplace_at(request)
    counts = inbox_counts(place, request.at)
    waiting = (inbox for inbox in (Inbox.MINE, Inbox.TO_ASSIGN, Inbox.TO_TAKE) if counts.get(inbox.value))
    first = next(waiting, None)
    return BY_INBOX[first].slug if first is not None else ""
