"""kill -9 in the middle of an export, at one place after the other: what was there stays, the next run makes it whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from tests.province import MONDAY, build_province, later
from tests.statistics.exported import files_counting, files_there, rows_exported, rows_stored
from tests.statistics.histories import history

from motcua.statistics.history.exporting import export
from motcua.statistics.history.reading import open_history
from motcua.statistics.services import catch_up, project, refresh

ROOT = Path(__file__).parents[2]
# Before anything is there; while rows are read; with some files there; before and after the manifest is put in its place.
PLACES = ("rows 1", "rows 4", "file 1", "file 6", "published 0", "published 1")


@pytest.mark.long
def test_an_export_killed_at_any_place_loses_and_doubles_nothing(committed_db, tmp_path: Path) -> None:
    history(build_province())
    refresh(MONDAY)
    folder = tmp_path / "x"
    environment = os.environ | {"MOTCUA_DATABASE_URL": committed_db.url, "MOTCUA_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.statistics.export_driver", str(folder)], cwd=ROOT, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as driver:  # fmt: skip
        assert driver.stdin
        assert driver.stdout
        project(MONDAY, 20)
        _killed(driver, "rows 3")
        assert files_counting_or_none(folder) == set()
        export(folder, at=later(days=1))
        stood = rows_stored()
        project(MONDAY, 12)
        for place in PLACES:
            connection.close()
            _killed(driver, place)
            published = place == "published 1"
            assert rows_exported(folder) == (rows_stored() if published else stood), place
        driver.stdin.close()
    catch_up()
    export(folder, at=later(days=2))

    assert rows_exported(folder) == rows_stored()
    assert files_there(folder) == files_counting(folder)
    assert open_history([folder]).manifests[0].run == 3


def _killed(driver: subprocess.Popen[str], place: str) -> None:
    assert driver.stdin
    assert driver.stdout
    driver.stdin.write(f"{place}\n")
    driver.stdin.flush()
    assert driver.stdout.readline() == f"{-signal.SIGKILL}\n", place


def files_counting_or_none(folder: Path) -> set[str]:
    from motcua.statistics.history.manifest import read

    found = read(folder)
    assert found is not None
    return {file.path for file in found.files}
