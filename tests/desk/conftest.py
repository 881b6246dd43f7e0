"""Fixtures of the desk's tests. Models are imported inside: this file is read before Django is set up."""

from __future__ import annotations

import pytest


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """What the desk takes for now."""
    from tests.desk.office import Clock

    clock = Clock()
    monkeypatch.setattr("motcua.desk.access.now", clock)
    return clock


@pytest.fixture
def province(db):
    from tests.desk.office import furnish
    from tests.province import build_province

    return furnish(build_province())


@pytest.fixture
def sign_in(province, clock):
    """A browser of the officer with this name."""
    from django.test import Client

    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(province.officers[name].user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of
