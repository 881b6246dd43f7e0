"""The `motcua` command on the database of a test: in a process of its own, or in this one, which has all loaded already."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command_on(database_url: str, home: Path, **environment: str) -> Run:
    """As a person starts it. Three seconds each: for what is about processes."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "motcua.cli.main", *arguments],
            env=os.environ | _settings(database_url, home) | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def command_here(database_url: str, home: Path, **environment: str) -> Run:
    """The same entry, arguments, streams and exit code in this process; `database_url` is where it is connected to."""
    from motcua.cli.main import main
    from motcua.platform.config import config

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        terminated = signal.getsignal(signal.SIGTERM)
        with (
            mock.patch.dict(os.environ, _settings(database_url, home) | environment),
            mock.patch.object(sys, "argv", ["motcua", *arguments]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            config.cache_clear()
            try:
                main()
            except SystemExit as left:
                code = left.code
            finally:
                signal.signal(signal.SIGTERM, terminated)
        config.cache_clear()
        said, faults = (stream.buffer.getvalue().decode() for stream in (out, err))
        return subprocess.CompletedProcess(arguments, code, said, faults)

    return run


def _settings(database_url: str, home: Path) -> dict[str, str]:
    return {"MOTCUA_DATABASE_URL": database_url, "MOTCUA_HOME": str(home)}
