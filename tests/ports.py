"""Ports for servers that are asked again and again until they answer."""

from __future__ import annotations

import contextlib
import random
import socket


def lasting_port() -> int:
    """A free port below those that outgoing connections are given.

    Nobody else gets it between two starts, and a client that asks before the server listens cannot be given the very same
    port as its own end: it would be connected to itself, and read its own question as the answer.
    """
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
