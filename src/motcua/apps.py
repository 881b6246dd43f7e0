"""The last Django app: every room is loaded before it, so what they need from each other is bound here."""

from __future__ import annotations

from django.apps import AppConfig

from motcua.wiring import wire


class WiringConfig(AppConfig):
    # The package itself: its templates/ and static/ are those shared by all faces.
    name = "motcua"
    label = "wiring"
    verbose_name = "Một cửa"

    def ready(self) -> None:
        wire()
