"""A database for one measure: in a folder that goes with it, migrated, and Django loaded."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_database(*, administrator: bool = True, durable: bool = True) -> Iterator[None]:
    """Models may be imported inside only. `administrator`: connected as who may also copy rows past the triggers."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        # The server may run as another user, who has to pass through.
        Path(folder).chmod(0o711)
        os.environ |= {"MOTCUA_HOME": folder, "MOTCUA_NOW": "2026-11-20T09:00:00+07:00", "MOTCUA_LOG_LEVEL": "WARNING"}
        os.environ.pop("MOTCUA_DATABASE_URL", None)
        from motcua.cli.session import load_django
        from motcua.platform.config import config
        from motcua.platform.postgres import Cluster

        config.cache_clear()
        with Cluster.at(Path(folder), durable=durable).running() as cluster:
            load_django()
            from motcua.platform.database import connected_to
            from motcua.platform.schema import migrate

            migrate(config())
            if not administrator:
                yield
                return
            with connected_to(cluster.url_of("postgres", "motcua"), config()):
                yield
