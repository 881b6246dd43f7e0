"""Fixtures of the portal's tests. Models are imported inside: this file is read before Django is set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def province(db):
    from tests.portal.house import build_public_province

    return build_public_province()


@pytest.fixture
def set_config(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Give one setting another value for one test."""
    from motcua.platform.config import config

    def set_value(name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        config.cache_clear()

    yield set_value
    monkeypatch.undo()
    config.cache_clear()
