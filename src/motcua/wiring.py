"""The only module that binds what a lower room needs to what a higher room has.

Loaded as the last Django app: when it is ready every room is, and an unbound port fails here, at the start.
"""

from __future__ import annotations

from django.apps import AppConfig


def bind() -> None:
    """Binds ports, subscribers and sweeps; safe to call again."""


class WiringConfig(AppConfig):
    # The package itself: its templates/ and static/ are those shared by all faces.
    name = "motcua"
    label = "wiring"
    verbose_name = "Một cửa"

    def ready(self) -> None:
        bind()
