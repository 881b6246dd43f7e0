"""Tasks of the tests' own, registered once: a task cannot be taken out of the app again."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def note_task():
    """A task that writes its `key` as a session row, so that a test counts how often it was done."""
    from motcua.platform import jobs

    name = "tests.platform.note"
    if name not in jobs.app.tasks:

        @jobs.task(name=name)
        def note(key: str) -> None:
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO django_session VALUES (%s, '', now())", [key])

    return name
