"""`bench figures`: form 06a, every measure and the index qd766 over a nation's dossiers in Parquet, engine beside engine.

Ours is the one definition of each measure, compiled for DuckDB. `ratio` is hand-written DuckDB SQL of the same form / ours,
over the same files. Polars and Spark stand beside where they are installed; PostgreSQL holds some provinces only (about
`--postgres-rows` dossiers), since filling it takes longer than all the rest, and ours over just these stands beside it. Each
side is a process of its own: seconds are medians with files in memory, on PostgreSQL and Spark those of a first question;
memory is the peak of the process. A side whose cells of form 06a are not those of all others fails the measure. `growth` is
ours and the hand-written one over a tenth, a third and all of the provinces.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
from bench._nation import PROVINCES, write_nation

from motcua.cli.session import load_django

ROWS = int(os.environ.get("MOTCUA_BENCH_ROWS", "10000000"))
POSTGRES_ROWS = min(ROWS, int(os.environ.get("MOTCUA_BENCH_POSTGRES_ROWS", "1000000")))
_ROUNDS = 3
_ROOT = Path(__file__).parents[1]
_OPTIONAL = {"polars": "polars", "spark": "pyspark"}
# A tenth and a third of the provinces.
_GROWING = (3, 11)
_WHOLE = ("statistics_dimagency", "statistics_dimprocedure")
Files = dict[str, list[str]]


def run() -> dict[str, Any]:
    """`ratio` is hand-written / ours; 0.667 is the goal of at most 1.5 times."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        # The server of one side may run as another user, who has to pass through.
        Path(folder).chmod(0o711)
        os.environ |= {"MOTCUA_HOME": folder, "MOTCUA_LOG_LEVEL": "WARNING"}
        load_django()
        return _measure(Path(folder))


def _measure(folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    files = write_nation(folder, ROWS)
    return _measured(folder, files, round(time.perf_counter() - began, 1))


def _measured(folder: Path, files: Files, written: float) -> dict[str, Any]:
    whole = _of_provinces(folder, files, PROVINCES)
    sides = {side: _side(side, whole) for side in ("ours", "by_hand")}
    missing = []
    for side, package in _OPTIONAL.items():
        if find_spec(package) is None:
            missing.append(f"{side}: {package} is not installed")
            sys.stderr.write(missing[-1] + "\n")
        else:
            sides[side] = _side(side, whole)
    _same(sides)
    growth = {}
    for provinces in _GROWING:
        some = _of_provinces(folder, files, provinces)
        pair = {side: _side(side, some) for side in ("ours", "by_hand")}
        _same(pair)
        growth[f"{some['dossiers']}"] = _grown(pair)
    growth[f"{whole['dossiers']}"] = _grown(sides)
    few = _of_provinces(folder, files, max(1, round(PROVINCES * POSTGRES_ROWS / ROWS)))
    live = {side: _side(side, few) for side in ("ours", "postgres")}
    _same(live)
    return {
        "ratio": round(sides["by_hand"]["06a"] / sides["ours"]["06a"], 3),
        "goals": {"times_by_hand": 1.5},
        "times_by_hand": round(sides["ours"]["06a"] / sides["by_hand"]["06a"], 2),
        "dossiers": whole["dossiers"],
        "parquet_mb": whole["mb"],
        "written_seconds": written,
        "sides": {side: _shown(told) for side, told in sides.items()},
        "missing": missing,
        "at_postgres_rows": {"dossiers": few["dossiers"]} | {side: _shown(told) for side, told in live.items()},
        "growth": growth,
    }


def _of_provinces(folder: Path, files: Files, count: int) -> dict[str, Any]:
    """The first provinces alone, each with as many dossiers as any; told in a file, since the names are many."""
    wanted = {f"province=H{number:02d}" for number in range(1, count + 1)}
    some = {
        table: [path for path in paths if table in _WHOLE or wanted.intersection(Path(path).parts)]
        for table, paths in files.items()
    }
    told = folder / f"provinces{count}.json"
    told.write_text(json.dumps({"files": some, "rounds": _ROUNDS}))
    size = sum(Path(path).stat().st_size for paths in some.values() for path in paths)
    # Every dossier has one message.
    messages = duckdb.read_parquet(some["statistics_factmessage"], hive_partitioning=False).count("*").fetchone()
    assert messages is not None
    return {"path": told, "dossiers": messages[0], "mb": round(size / 1e6)}


def _side(side: str, there: dict[str, Any]) -> dict[str, Any]:
    sys.stderr.write(f"{side}\n")
    done = subprocess.run(
        [sys.executable, "-m", "bench._figures_side", side, str(there["path"])],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    sys.stderr.write(f"{_shown(found)}\n")
    return found


def _same(sides: dict[str, dict[str, Any]]) -> None:
    """Cells of form 06a, and where a side can tell every measure, those too; a database of ours has no messages."""
    ours = sides["ours"]
    for side, told in sides.items():
        if told["digest"] != ours["digest"]:
            raise AssertionError(f"form 06a: {side} and ours differ")
        if told.get("points", ours["points"]) != ours["points"]:
            raise AssertionError(f"qd766: {side} and ours differ")
        for name, figure in told.get("figures", {}).items():
            if figure != ours["figures"][name] and not (side == "postgres" and figure[0] in (0, None)):
                raise AssertionError(f"{name}: {side} has {figure}, ours {ours['figures'][name]}")


def _shown(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in ("digest", "figures")}


def _grown(sides: dict[str, dict[str, Any]]) -> dict[str, Any]:
    ours = sides["ours"]
    told = {name: ours[name] for name in ("06a", "every_measure", "qd766", "peak_mb")}
    return told | {"by_hand_06a": sides["by_hand"]["06a"]}
