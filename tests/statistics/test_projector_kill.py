"""kill -9 of the projector again and again while entries come: what it goes on to make is what the ledger says."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.dossiers.lives import live
from tests.province import build_province, later
from tests.statistics.histories import history
from tests.statistics.rows import stored

from motcua.dossiers.models import LedgerEntry
from motcua.statistics.checking import check
from motcua.statistics.models import Reader
from motcua.statistics.services import catch_up, rebuild

ROOT = Path(__file__).parents[2]
KILLS = 25


@pytest.mark.long
def test_a_projector_killed_again_and_again_leaves_the_facts_of_the_ledger(committed_db, tmp_path: Path) -> None:
    province = build_province()
    history(province)
    chance = random.Random(9)
    environment = os.environ | {"MOTCUA_DATABASE_URL": committed_db.url, "MOTCUA_HOME": str(tmp_path)}
    stood = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.statistics.project_driver"], cwd=ROOT, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as driver:  # fmt: skip
        assert driver.stdin
        assert driver.stdout
        for number in range(KILLS):
            driver.stdin.write(f"{chance.randint(0, 40)}\n")
            driver.stdin.flush()
            # While it folds.
            if number % 4 == 0:
                live(province, until=4, start=later(hours=number))
            assert driver.stdout.readline() == f"{-signal.SIGKILL}\n"
            stood += Reader.objects.values_list("entry_id", flat=True)
        driver.stdin.close()

    assert stood == sorted(stood)
    assert len(set(stood)) > 3
    catch_up()
    found = check()
    assert found.holds
    assert found.entries == LedgerEntry.objects.count()
    after = stored()
    rebuild()
    assert after == stored()
