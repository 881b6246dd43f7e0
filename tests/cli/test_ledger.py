"""`motcua ledger` as a person and a script meet it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from tests.command import Run, command_here
from tests.dossiers.lives import live
from tests.province import build_province

from motcua.dossiers import ledger
from motcua.dossiers.chain import Chain, StoredEntry

MOMENT = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    return command_here(committed_db.url, tmp_path)


def test_checkpoint_then_verify_then_damage(motcua) -> None:
    moved = live(build_province(), until=2)

    made = motcua("ledger", "checkpoint", "--json")
    whole = motcua("ledger", "verify", "--json")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_dossier SET due_at = due_at + interval '1 day'")
    damaged = motcua("ledger", "verify", "--dossier", moved.code, "--json")
    unknown = motcua("ledger", "verify", "--dossier", "H1-1")

    mark = json.loads(made.stdout)["checkpoint"]
    assert (mark["number"], mark["dossiers"], mark["entries"]) == (1, 1, 2)
    said = json.loads(whole.stdout)
    assert whole.returncode == 0, whole.stderr
    assert (said["dossiers"], said["entries"], said["first_bad"], said["bad"]) == (1, 2, None, 0)
    assert said["checkpoint"]["root"] == mark["root"]
    bad = json.loads(damaged.stdout)["first_bad"]
    assert damaged.returncode == 1
    assert (bad["what"], bad["dossier"], bad["message"]) == (
        "dossier_differs", moved.code, "Dữ liệu hồ sơ khác sổ cái ở: due_at.",
    )  # fmt: skip
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr == "Không có hồ sơ nào mang mã “H1-1”.\n"


@pytest.mark.parametrize(("told", "agrees"), [({}, True), ({"calendar": 3}, True), ({"calendar": 4}, False)])
def test_an_entry_from_before_the_calendar_was_told_is_no_witness_of_it(told, agrees) -> None:
    said = {
        "kind": "submitted", "occurred_at": ledger.moment_text(MOMENT), "recorded_at": ledger.moment_text(MOMENT),
        "from": "draft", "to": "submitted", "data": {"sets": 1, "set": {}} | told, "private": {},
    }  # fmt: skip
    text = json.dumps(said)
    chain = Chain(7)
    chain.add(
        StoredEntry(
            1,
            "submitted",
            MOMENT,
            MOMENT,
            ledger.FORMAT,
            text,
            ledger.GENESIS,
            ledger.entry_hash(7, 1, ledger.GENESIS, text),
        )
    )

    assert chain.faults == []
    assert chain.agrees("calendar_id", 3) is agrees
    assert not chain.agrees("sets", 2)
