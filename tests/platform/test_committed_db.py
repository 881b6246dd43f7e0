"""The test house's own promise: real commits in a database of one's own, seen by other connections."""

from __future__ import annotations

import psycopg
from django.db import connection


def test_committed_db_shows_commits_to_other_connections(committed_db):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('k', 'd', now())")

    with psycopg.connect(committed_db.url) as other:
        rows = other.execute("SELECT session_key, current_database() FROM django_session").fetchall()

    assert rows == [("k", committed_db.name)]


def test_committed_db_starts_empty_each_time(committed_db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)


def test_sessions_run_in_utc(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW timezone")
        assert cursor.fetchone() == ("UTC",)
