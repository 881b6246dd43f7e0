"""The `motcua` command in a process of its own, on the database of a test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command_on(database_url: str, home: Path, **environment: str) -> Run:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "motcua.cli.main", *arguments],
            env=os.environ | {"MOTCUA_DATABASE_URL": database_url, "MOTCUA_HOME": str(home)} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
