"""Background jobs: deferred inside the caller's transaction, taken back when their worker died, timers swept.

A job carries ids only. A room's jobs stand in its `tasks.py`, made with `@task(...)`; they run at least once, so each
asks first whether its work is already done.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager

from motcua.platform.clock import now
from motcua.platform.config import config
from motcua.platform.database import prepared_cursor

_log = logging.getLogger("motcua.jobs")


class TemporaryFailure(Exception):
    """The outside did not answer or was busy; the same job may succeed later."""


# 2, 4, 8 … seconds: about half an hour of a provider's or the database's absence is bridged.
_RETRY = RetryStrategy(max_attempts=10, exponential_wait=2, retry_exceptions=[TemporaryFailure, OperationalError])


def task(**options: Any) -> Any:
    """Makes a function in a room's `tasks.py` a job, tried again on TemporaryFailure and on a lost database."""
    # Asked for at each call: before Django is ready `app` stands for another object than after.
    return app.task(**{"retry": _RETRY} | options)


@dataclass(frozen=True, slots=True)
class Job:
    """One job to be done: the task's full name (`motcua.notifications.tasks.send`) and its arguments, JSON values.

    `at` is the earliest moment; `lock` lets only one job with it run at a time, in order.
    """

    task: str
    args: dict[str, Any] = field(default_factory=dict)
    queue: str = "default"
    priority: int = 0
    at: datetime | None = None
    lock: str | None = None


def defer_many(jobs: Sequence[Job]) -> list[int]:
    """Defers all jobs by one statement in the caller's transaction; returns their ids in no order.

    They exist when the transaction commits, and not otherwise. Raises KeyError for a task that no room has.
    """
    if not jobs:
        return []
    for name in {job.task for job in jobs}:
        if name not in app.tasks:
            raise KeyError(name)
    rows = [
        {
            "queue_name": job.queue,
            "task_name": job.task,
            "priority": job.priority,
            "lock": job.lock,
            "args": job.args,
            "scheduled_at": job.at.isoformat() if job.at else None,
        }
        for job in jobs
    ]
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_defer_jobs_v1(array_agg(job))"
            " FROM jsonb_populate_recordset(NULL::procrastinate_job_to_defer_v1, %s::jsonb) AS job",
            [json.dumps(rows, ensure_ascii=False)],
        )
        ids: list[int] = cursor.fetchone()[0]
    return ids


def requeue_stalled(*, silent_seconds: float) -> list[int]:
    """Gives back the jobs of workers that have not been heard for `silent_seconds`, and forgets these workers.

    After kill -9 a job stays `doing` for ever: procrastinate finds such jobs and leaves it to us to take them back.
    Returns the ids. A job whose worker lives, however slow, is never touched. Several processes may call it at once.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH stalled AS MATERIALIZED ("
            " SELECT job.id FROM procrastinate_jobs job"
            " LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id"
            " WHERE job.status = 'doing' AND (worker.id IS NULL"
            " OR worker.last_heartbeat < now() - make_interval(secs => %s))"
            " ORDER BY job.id FOR UPDATE OF job SKIP LOCKED)"
            " SELECT id, procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM stalled ORDER BY id",
            [silent_seconds],
        )
        requeued = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT procrastinate_prune_stalled_workers_v1(%s)", [silent_seconds])
    if requeued:
        _log.warning("took back %d jobs of silent workers", len(requeued))
    return requeued


Sweep = Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class _Registered:
    every_seconds: float
    run: Sweep


_sweeps: dict[str, _Registered] = {}


def register_sweep(name: str, run: Sweep, *, every_seconds: float = 1.0) -> None:
    """A room's periodic work on due rows (legal timers, checkpoints): `run(now)` returns how many rows it handled.

    Registered in `wiring.py`. Runs in one worker at a time, in its own transactions. Raises ValueError for a taken
    name.
    """
    if name in _sweeps and _sweeps[name].run is not run:
        raise ValueError(f"sweep {name} is registered twice")
    _sweeps[name] = _Registered(every_seconds, run)


def run_sweeps(moment: datetime) -> dict[str, int]:
    """Every registered sweep once, in order of registration; rows handled by each. For tests and demos."""
    return {name: sweep.run(moment) for name, sweep in list(_sweeps.items())}


def sweep_forever(leaving: threading.Event) -> None:
    """Requeues stalled jobs and runs the sweeps until `leaving` is set; a failing one is logged and tried again.

    Of several workers the one that holds the advisory lock sweeps; when it dies the server frees the lock and another
    takes over.
    """
    silent = config().jobs_stalled_seconds
    due: dict[str, float] = {}
    while not leaving.is_set():
        try:
            if _leads():
                _sweep_once(due, silent)
        except DatabaseError as error:
            _log.warning("sweep waits for the database: %s", error.__class__.__name__)
            connection.close()
        leaving.wait(1.0)
    connection.close()


_LEADER_KEY = 0x73776570  # "swep"


def _leads() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid = pg_backend_pid() FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [_LEADER_KEY]
        )
        holders = [row[0] for row in cursor.fetchall()]
        if holders:
            return any(holders)
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LEADER_KEY])
        return bool(cursor.fetchone()[0])


def _sweep_once(due: dict[str, float], silent: float) -> None:
    jobs = {"stalled jobs": _Registered(max(1.0, silent / 3), lambda _: len(requeue_stalled(silent_seconds=silent)))}
    for name, sweep in (jobs | _sweeps).items():
        if due.get(name, 0.0) > time.monotonic():
            continue
        try:
            sweep.run(now())
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # the edge of a background loop: one room's fault must not stop the others' timers
            _log.exception("sweep %s failed", name)
        due[name] = time.monotonic() + sweep.every_seconds


def run_worker(*, concurrency: int = 2, until_empty: bool = False, queues: Sequence[str] | None = None) -> None:
    """Works off jobs until stopped by SIGINT or SIGTERM, or until no job is left; sweeps beside it.

    A lost database is waited for. Must run in the main thread, where signals arrive.
    """
    leaving = threading.Event()
    sweeper = threading.Thread(target=sweep_forever, args=(leaving,), name="sweeps", daemon=True)
    if not until_empty:
        sweeper.start()
    try:
        while True:
            try:
                _work(concurrency, until_empty, queues)
                return
            except (ConnectorException, psycopg.OperationalError) as error:
                if until_empty:
                    raise
                _log.warning("worker waits for the database: %s", error.__class__.__name__)
                time.sleep(1.0)
    finally:
        leaving.set()
        if sweeper.is_alive():
            sweeper.join(timeout=5)
        connections.close_all()


# For so many seconds the end of a job waits for the database; a worker that cannot tell by then has ended itself.
_TELLING_SECONDS = 60


def told_in_the_end(tell: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """`tell` again while the database is away: it says what became of a job.

    procrastinate says it once. Lost, the job would stay `doing` with a worker that lives, and nobody would take it back.
    """

    async def told(*args: Any, **kwargs: Any) -> None:
        for _ in range(_TELLING_SECONDS):
            try:
                return await tell(*args, **kwargs)
            except ConnectorException as error:
                if isinstance(error.__cause__, psycopg.errors.RaiseException):
                    # Heard before, and only the answer was lost; or the job had been taken back from a silent worker.
                    _log.warning("the end of a job came late: %s", error.__cause__)
                    return None
                if not isinstance(error.__cause__, (psycopg.OperationalError, psycopg.InterfaceError)):
                    raise
            _log.warning("the end of a job waits for the database")
            await asyncio.sleep(1.0)
        return await tell(*args, **kwargs)

    return told


def _work(concurrency: int, until_empty: bool, queues: Sequence[str] | None) -> None:
    silent = config().jobs_stalled_seconds
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        manager = worker_app.job_manager
        for name in ("finish_job", "retry_job"):
            setattr(manager, name, told_in_the_end(partial(getattr(JobManager, name), manager)))
        worker_app.run_worker(
            concurrency=concurrency,
            wait=not until_empty,
            queues=queues,
            # A notification can be lost with its connection; a second of polling stands behind it.
            fetch_job_polling_interval=1.0,
            update_heartbeat_interval=max(1.0, silent / 3),
            stalled_worker_timeout=silent,
            install_signal_handlers=not until_empty,
        )
