"""Where the servers of the tests keep their files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30


def server_folder(prefix: str) -> Path:
    """A new folder that a server's user may pass through; in memory where there is room, for a new database is a thousand
    small files. What kill -9 leaves behind is the same there: only a failing machine would lose more.
    """
    roomy = _MEMORY.is_dir() and min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available) >= _ROOM
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))
    folder.chmod(0o711)
    return folder
