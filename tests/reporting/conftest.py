"""Fixtures of the tests of reports. Models are imported inside: this file is read before Django is set up."""

from __future__ import annotations

import pytest


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """What the pages take for now."""
    from tests.desk.office import Clock
    from tests.reporting.office import LATER

    clock = Clock(LATER)
    monkeypatch.setattr("motcua.desk.access.now", clock)
    return clock


@pytest.fixture
def province(committed_db, clock):
    """A week of two agencies and a vertical one, and the officers who close its reports."""
    from tests.reporting.office import staffed

    return staffed()


@pytest.fixture
def sign_in(province):
    """A browser of the officer with this name."""
    from django.test import Client

    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(province.officers[name].user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of
