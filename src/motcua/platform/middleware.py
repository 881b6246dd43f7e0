"""What surrounds every request: its id and its log line, and the door where a DomainError becomes an answer."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from motcua.law.errors import DomainError
from motcua.platform import errors as pages
from motcua.platform import metrics
from motcua.platform.config import config
from motcua.platform.logs import dossier_code, request_id

_access = logging.getLogger("motcua.access")
# Where `known_host` leaves the name for the line of the log.
_FOREIGN = "motcua.foreign_host"
_GIVEN_ID = re.compile(r"[\w.-]{8,64}")

Handler = Callable[[HttpRequest], HttpResponse]


def request_context(get_response: Handler) -> Handler:
    """Gives the request an id (the proxy's, when it looks like one), answers it as `X-Request-Id`, logs the request.

    The log line has the route's pattern, not the path: a path may carry a dossier code or a token.
    """
    behind_proxy = config().behind_proxy

    def middleware(request: HttpRequest) -> HttpResponse:
        if behind_proxy:
            # The last address is the one our own proxy saw; those before it are whatever the caller wrote.
            forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
            request.META["REMOTE_ADDR"] = forwarded or request.META.get("REMOTE_ADDR", "")
        given = request.headers.get("X-Request-Id", "")
        own = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        tokens = request_id.set(own), dossier_code.set(None)
        started = time.perf_counter()
        try:
            response = get_response(request)
            seconds = time.perf_counter() - started
            match = request.resolver_match
            route = match.route if match else "-"
            metrics.observe_request(request.method or "-", route, response.status_code, seconds)
            if _FOREIGN in request.META:
                # Whoever scans the network writes anything there: a line, not an alarm with the way through the program.
                _access.warning("%s %d: tên máy lạ %r", request.method, response.status_code, request.META[_FOREIGN])
            elif not route.startswith("health/"):
                _access.info(
                    "%s %s %d",
                    request.method,
                    route,
                    response.status_code,
                    extra={"status": response.status_code, "ms": round(seconds * 1000, 1)},
                )
            response["X-Request-Id"] = own
            return response
        finally:
            request_id.reset(tokens[0])
            dossier_code.reset(tokens[1])

    return middleware


def known_host(get_response: Handler) -> Handler:
    """Turns away a request for a host that is not ours, before anything asks for the host and raises."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            request.META[_FOREIGN] = request.META.get("HTTP_HOST", "")[:100]
            return pages.foreign_host(request)
        return get_response(request)

    return middleware


class errors:  # noqa: N801  a middleware is named like the others in the settings
    """What a view lets through becomes a page or a problem document, by what the caller accepts: a DomainError, and a
    method that it does not take, of which Django would show nothing at all."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            return pages.method_not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return pages.domain_error(request, error) if isinstance(error, DomainError) else None
