"""Whom a request comes from, for counting wrong tries."""

from __future__ import annotations

from django.http import HttpRequest

from motcua.platform.config import config


def client_address(request: HttpRequest) -> str:
    """The client's address. Behind the house's own proxy it is the last one that the proxy added: what stands before it
    was written by the client and is not believed."""
    if config().behind_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))
    return str(request.META.get("REMOTE_ADDR", ""))
