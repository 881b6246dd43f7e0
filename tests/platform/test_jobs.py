"""Jobs live and die with the caller's transaction, and outlive their worker."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, transaction
from procrastinate.exceptions import ConnectorException

from motcua.platform import jobs
from motcua.platform.jobs import (
    Job,
    defer_many,
    register_sweep,
    requeue_stalled,
    run_sweeps,
    run_worker,
    sweep_forever,
    told_in_the_end,
)


def rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


LOSE_ONCE = """
CREATE SEQUENCE lost_once;
CREATE FUNCTION lose_connection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status = 'succeeded' AND nextval('lost_once') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lose_once BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION lose_connection();
"""
NO_LOSS = "DROP TRIGGER lose_once ON procrastinate_jobs; DROP FUNCTION lose_connection; DROP SEQUENCE lost_once"


def test_the_end_of_a_job_is_told_again_when_the_connection_is_lost(committed_db, note_task, caplog):
    with connection.cursor() as cursor:
        cursor.execute(LOSE_ONCE)
    try:
        defer_many([Job(note_task, {"key": "a"})])
        run_worker(until_empty=True)

        assert rows("SELECT status::text, attempts FROM procrastinate_jobs") == [("succeeded", 1)]
        assert "the end of a job waits for the database" in caplog.text
    finally:
        with connection.cursor() as cursor:
            cursor.execute(NO_LOSS)


def fails(*causes: type[psycopg.Error]) -> Callable[[], Awaitable[None]]:
    """Fails by each of the causes in turn, then tells."""
    left = list(causes)

    async def tell() -> None:
        if left:
            raise ConnectorException from left.pop(0)()

    return tell


def test_what_was_heard_or_taken_back_is_not_told_again(caplog):
    lost, refused = psycopg.OperationalError, psycopg.errors.RaiseException

    assert asyncio.run(told_in_the_end(fails(lost, refused))()) is None
    assert asyncio.run(told_in_the_end(fails(refused, lost, lost))()) is None
    assert caplog.text.count("the end of a job came late") == 2
    with pytest.raises(ConnectorException):
        asyncio.run(told_in_the_end(fails(lost, psycopg.errors.UndefinedTable))())


@pytest.mark.django_db
def test_defer_many_inserts_all_jobs_by_one_statement(note_task, django_assert_num_queries):
    with django_assert_num_queries(1):
        ids = defer_many([Job(note_task, {"key": "một"}), Job(note_task, {"key": "hai"}, queue="mail", lock="h1")])

    assert rows("SELECT id, queue_name, task_name, lock, args, status::text FROM procrastinate_jobs ORDER BY id") == [
        (ids[0], "default", note_task, None, '{"key": "một"}', "todo"),
        (ids[1], "mail", note_task, "h1", '{"key": "hai"}', "todo"),
    ]


@pytest.mark.django_db
def test_defer_many_nothing_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert defer_many([]) == []


@pytest.mark.django_db
def test_defer_many_unknown_task_defers_none(note_task):
    with pytest.raises(KeyError, match="no_such"):
        defer_many([Job(note_task, {"key": "a"}), Job("no_such")])

    assert rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_jobs_of_a_rolled_back_transaction_do_not_exist(committed_db, note_task):
    def defer_and_fail() -> None:
        with transaction.atomic():
            defer_many([Job(note_task, {"key": "a"})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        defer_and_fail()

    assert rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_worker_does_each_job_once(committed_db, note_task):
    defer_many([Job(note_task, {"key": str(number)}) for number in range(5)])

    run_worker(until_empty=True)

    assert rows("SELECT session_key FROM django_session ORDER BY 1") == [(str(number),) for number in range(5)]
    assert rows("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1") == [("succeeded", 5)]


def leave_doing(heartbeat: str) -> int:
    """A job as kill -9 leaves it: `doing`, its worker last heard at `heartbeat` (an SQL expression)."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({heartbeat}) RETURNING id")
        worker = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s RETURNING id", [worker])
        return cursor.fetchone()[0]


def test_job_of_a_dead_worker_is_taken_back_and_done(committed_db, note_task):
    defer_many([Job(note_task, {"key": "a"})])
    job = leave_doing("now() - interval '31 seconds'")
    run_worker(until_empty=True)
    assert rows("SELECT status::text FROM procrastinate_jobs") == [("doing",)], "shown first: nobody else takes it back"

    assert requeue_stalled(silent_seconds=30) == [job]
    run_worker(until_empty=True)

    assert rows("SELECT status::text, attempts FROM procrastinate_jobs") == [("succeeded", 2)]
    assert rows("SELECT session_key FROM django_session") == [("a",)]


def test_job_whose_worker_was_forgotten_is_taken_back(committed_db, note_task):
    defer_many([Job(note_task, {"key": "a"})])
    job = leave_doing("now()")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")

    assert requeue_stalled(silent_seconds=30) == [job]


def test_job_of_a_living_worker_is_left_alone(committed_db, note_task):
    defer_many([Job(note_task, {"key": "a"})])
    leave_doing("now() - interval '20 seconds'")

    assert requeue_stalled(silent_seconds=30) == []
    assert rows("SELECT status::text FROM procrastinate_jobs") == [("doing",)]


def test_sweeps_get_the_given_moment_and_a_name_is_taken_once(monkeypatch):
    monkeypatch.setattr(jobs, "_sweeps", {})
    seen = []
    moment = datetime(2026, 11, 21, 1, tzinfo=UTC)
    register_sweep("timers", lambda at: seen.append(at) or 3)

    assert run_sweeps(moment) == {"timers": 3}
    assert seen == [moment]
    with pytest.raises(ValueError, match="timers"):
        register_sweep("timers", lambda at: 0)


def test_a_sweep_that_the_database_refuses_does_not_stop_the_others(committed_db, monkeypatch, caplog):
    monkeypatch.setattr(jobs, "_sweeps", {})
    leaving = threading.Event()

    def refused(at: object) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM procrastinate_jobs")
        return 0

    def last(at: object) -> int:
        leaving.set()
        return 1

    register_sweep("refused", refused)
    register_sweep("last", last)
    sweeping = threading.Thread(target=sweep_forever, args=(leaving,))
    sweeping.start()
    sweeping.join(60)

    assert leaving.is_set()
    leaving.set()
    assert "sweep refused failed" in caplog.text
