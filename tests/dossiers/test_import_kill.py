"""kill -9 in the middle of a loading, again and again: started anew it goes on, nothing lost, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench._other_system import write_dossiers
from django.db import connection

from motcua.dossiers.checkpoints import CheckpointStore
from motcua.dossiers.importing.mapping import FileMapping
from motcua.dossiers.importing.services import import_dossiers
from motcua.dossiers.models import Dossier, LedgerEntry
from motcua.dossiers.verify import verify_ledger

ROOT = Path(__file__).parents[2]
ROWS, CHUNK = 3_000, 100
# Told of so many chunks, the process is killed: at once when it begins, and while one of the next is on its way.
KILLED_AFTER = (1, 4, 9)


@pytest.mark.long
def test_a_loading_killed_again_and_again_ends_as_if_it_never_was(committed_db, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    write_dossiers(path, ROWS)
    # The last line contradicts the first, whichever process meets it.
    with path.open("a", encoding="utf-8") as file:
        first = path.read_text().splitlines()[1]
        file.write(f"{first.rsplit(',', 1)[0]},1\n{first}\n")
    environment = os.environ | {"MOTCUA_DATABASE_URL": committed_db.url, "MOTCUA_HOME": str(tmp_path)}
    stood = []
    for told in KILLED_AFTER:
        with subprocess.Popen(
            [sys.executable, "-m", "tests.dossiers.import_driver", str(path), str(CHUNK)], cwd=ROOT, env=environment,
            stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout
            for _ in range(told):
                assert process.stdout.readline()
            process.kill()
        connection.close()
        stood.append(Dossier.objects.count())
        assert LedgerEntry.objects.count() == stood[-1]

    report = import_dossiers(path, mapping=FileMapping(), at=datetime(2026, 11, 20, tzinfo=UTC), chunk=CHUNK)

    assert stood == sorted(stood)
    assert stood[0] < stood[-1] < ROWS
    assert all(count % CHUNK == 0 for count in stood)
    assert (report.read, report.new, report.unchanged, report.advanced, report.refused) == (
        ROWS + 2, ROWS - stood[-1], stood[-1] + 1, 0, 1,
    )  # fmt: skip
    assert (Dossier.objects.count(), LedgerEntry.objects.filter(seq=1).count(), LedgerEntry.objects.count()) == (
        ROWS,
    ) * 3
    assert sorted(found.name for found in tmp_path.iterdir() if found.name.startswith("d.")) == [
        "d.csv",
        "d.refused.csv",
    ]
    assert verify_ledger(CheckpointStore(tmp_path / "checkpoints", "khoa")).holds
