"""Dossiers on mixed processes with kill -9 of web, worker and database: all finished, each step done as the engine says."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from tests.dossiers.test_kill import Town, home, live_through, town
from tests.processes.process_driver import process_of, steps_of
from tests.province import MONDAY

__all__ = ["home"]
DRIVER = "tests.processes.process_driver"
# The worker's clock: every step that is open when it looks is late already, and is told.
LATER = MONDAY + timedelta(days=90)


def check_processes(place: Town) -> None:
    lives = place.lives
    assert place.query("SELECT state, process <> '', count(*) FROM dossiers_dossier GROUP BY 1, 2") == [
        ("handed_over", True, lives)
    ]
    steps = Counter((process_of(number), name) for number in range(1, lives + 1) for name in steps_of(number))
    done = place.query(
        "SELECT substr(p.code, 3), w.node, count(*), count(w.closed_seq) FROM processes_workitem w"
        " JOIN dossiers_dossier d ON d.id = w.dossier_id JOIN catalog_procedure p ON p.id = d.procedure_id"
        " WHERE w.kind <> 'join' GROUP BY 1, 2"
    )
    # Each step was opened as often as the engine says in memory, and every one of them is closed.
    assert {(name, node): (opened, closed) for name, node, opened, closed in done} == {
        step: (count, count) for step, count in steps.items()
    }
    kinds = dict(place.query("SELECT kind, count(*) FROM dossiers_ledgerentry WHERE kind LIKE 'process.%' GROUP BY 1"))
    # By the worker's late clock a consultation may be over time before it is answered; either way it is left once.
    left = kinds.pop("process.step_done") + kinds.pop("process.timed_out", 0)
    assert left == sum(count for (_, name), count in steps.items() if name != "issue")
    assert kinds == {"process.started": lives}
    verified = json.loads(place.run("-m", "motcua.cli.main", "ledger", "verify", "--json"))
    assert (verified["dossiers"], verified["first_bad"]) == (lives, None)
    twice = "SELECT count(*) - count(DISTINCT (entry_id, recipient, channel, template)) FROM notifications_notice"
    assert place.query(twice) == [(0,)]
    check_warnings(place)


def check_warnings(place: Town) -> int:
    """Each warning once by each channel, all sent, at the gateway by one key and with one text each; returns how many."""
    told, distinct, unsent = place.query(
        "SELECT count(*), count(DISTINCT (officer_id, dossier_id, token, stage, due_at, channel)),"
        " count(*) FILTER (WHERE state <> 'sent') FROM notifications_officernotice WHERE dossier_id IS NOT NULL"
    )[0]
    assert (distinct, unsent) == (told, 0)
    batches = place.query("SELECT DISTINCT channel, batch FROM notifications_officernotice WHERE channel <> 'page'")
    lines = [json.loads(line) for line in (place.home / "outbox" / "messages.jsonl").read_text().splitlines()]
    sent = {(line["key"], line["body"]) for line in lines if line["key"].startswith("officer-notice-")}
    assert sorted(key for key, _ in sent) == sorted(f"officer-notice-{channel}-{batch}" for channel, batch in batches)
    return told


@pytest.mark.long
def test_lives_on_processes_outlive_kill_9(home: Path) -> None:
    with town(home, 60, DRIVER, LATER) as place:
        killed = live_through(place, 5)
        check_processes(place)

    assert sum(killed.values()) == 5


@pytest.mark.soak
def test_20_000_lives_on_processes_outlive_kill_9(home: Path) -> None:
    with town(home, 20_000, DRIVER, LATER) as place:
        killed = live_through(place, 90)
        check_processes(place)
        # How many steps are open at the moments when the worker looks is up to chance: thousands, never a handful.
        assert check_warnings(place) > 1_000

    assert sum(killed.values()) == 90
