"""Fixtures of the board's tests. Models are imported inside: this file is read before Django is set up."""

from __future__ import annotations

import pytest


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """What the pages take for now."""
    from django.core.cache import cache
    from tests.board.office import FRIDAY
    from tests.desk.office import Clock

    clock = Clock(FRIDAY)
    monkeypatch.setattr("motcua.desk.access.now", clock)
    monkeypatch.setattr("motcua.board.views.asked.now", clock)
    monkeypatch.setattr("motcua.board.views.public.now", clock)
    cache.clear()
    return clock


@pytest.fixture
def province(committed_db, clock):
    """A week of two agencies and a vertical one, folded into facts."""
    from tests.board.office import live_a_week

    return live_a_week()


@pytest.fixture
def sign_in(province):
    """A browser of the officer with this name."""
    from django.test import Client

    def client_of(name: str) -> Client:
        client = Client()
        client.force_login(province.officers[name].user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return client_of
