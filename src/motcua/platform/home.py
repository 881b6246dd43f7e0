"""The folder `MOTCUA_HOME` and who may enter it."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from motcua.law.errors import system_reason
from motcua.platform.config import BadSettings


def make_home(home: Path) -> Path:
    """Makes `home` when it is missing, open to be walked through, since the database's system user lives below it.

    Only folders made here get a mode; those that were there are never touched. Raises BadSettings where it cannot be.
    """
    with _told(home):
        for folder in _missing(home):
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
                folder.chmod(0o711)
        if not home.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return home


def home_to_make(home: Path) -> list[Path]:
    """The folders that `make_home` would make, outermost first; touches nothing. Raises BadSettings where it could not."""
    with _told(home):
        missing = _missing(home)
        nearest = missing[0].parent if missing else home
        if not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if missing and not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return missing


def _missing(home: Path) -> list[Path]:
    return [folder for folder in (home, *home.parents) if not folder.exists()][::-1]


@contextlib.contextmanager
def _told(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadSettings(
            f"MOTCUA_HOME: không tạo được thư mục {home} ({system_reason(error)}); hãy chọn nơi mà chương trình được ghi."
        ) from error


def may_enter(folder: Path, user: str) -> bool:
    """Whether `user` may walk to `folder` (to its nearest existing parent where it is not there yet).

    A user who does not exist yet counts as anyone.
    """
    try:
        uid, gid = pwd.getpwnam(user)[2:4]
    except KeyError:
        uid, gid = -1, -1
    for part in (folder, *folder.parents):
        try:
            seen = os.stat(part)
        except FileNotFoundError:
            continue
        if seen.st_uid == uid:
            needed = stat.S_IXUSR
        elif seen.st_gid == gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not seen.st_mode & needed:
            return False
    return True
