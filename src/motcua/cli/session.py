"""What a command that needs the database stands on: a running server, loaded Django, this code's tables, base data."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import motcua
from motcua.platform.config import Config, config
from motcua.platform.postgres import Cluster


@contextlib.contextmanager
def database(
    *, keep_alive: bool = False, with_django: bool = True, say: Callable[[str], None] = lambda line: None
) -> Iterator[Config]:
    """The database is ready inside this block. Raises DomainError where it cannot be.

    The house's own is made, started, migrated and filled with the base data; parallel commands share it. A given one
    (MOTCUA_DATABASE_URL) must be migrated already: changing a server of others is a command of its own. `say` is told
    what takes longer; `keep_alive` is for commands that serve. A command that hands over to processes of its own does
    without Django (`with_django=False`), unless there is something to prepare.
    """
    settings = config()
    if with_django or settings.database_url:
        load_django()
    if settings.database_url:
        from motcua.platform.schema import require_migrated

        require_migrated(settings)
        yield settings
        return
    with Cluster.at(settings.home).running(keep_alive=keep_alive) as cluster:
        prepare_own(settings, cluster, say)
        yield settings


def load_django() -> None:
    # Imported here: the commands of the law kernel do without Django.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motcua.platform.settings")
    import django

    django.setup()


def prepare_own(settings: Config, cluster: Cluster, say: Callable[[str], None]) -> None:
    """Migrates the own database and loads the base data, unless this very code has done so already."""
    mark = settings.home / "prepared"
    state = f"{code_state()} {cluster.identity()}"
    with open(settings.home / "prepare.lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text() == state:
            return
        say("Đang tạo bảng và nạp dữ liệu nền…")
        load_django()
        # Imported here: Django must be loaded first.
        from motcua.platform.schema import migrate

        migrate(settings)
        load_base_data()
        mark.write_text(state)


def load_base_data() -> None:
    """What the program ships for every province; loading again changes nothing."""
    # Imported here: Django must be loaded first.
    from motcua.catalog.services import load_base_data as load_catalog
    from motcua.organizations.importers import load_base_data as load_units
    from motcua.processes.joined_data import load_joined

    load_units()
    load_catalog()
    load_joined()


def code_state() -> str:
    """A digest of what decides tables and base data: migrations and shipped data, by name, size and moment."""
    root = Path(motcua.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*root.glob("*/migrations/*.py"), *root.glob("*/data/**/*")]):
        seen = path.stat()
        digest.update(f"{path.relative_to(root)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()
