"""Every address of the program; a face adds its own include here."""

from __future__ import annotations

from django.urls import include, path

from motcua.api.api import api
from motcua.platform.health import live, ready
from motcua.platform.metrics import metrics_view

urlpatterns = [
    path("health/live", live),
    path("health/ready", ready),
    path("metrics", metrics_view),
    path("api/v1/", api.urls),
    path("", include("motcua.board.urls")),
    path("", include("motcua.reporting.urls")),
    path("", include("motcua.desk.urls")),
    path("", include("motcua.portal.urls")),
]

handler400 = "motcua.platform.errors.bad_request"
handler403 = "motcua.platform.errors.forbidden"
handler404 = "motcua.platform.errors.not_found"
handler500 = "motcua.platform.errors.server_error"
