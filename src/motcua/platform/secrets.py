"""Keys that the program makes for itself when none is given."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from motcua.law.errors import system_reason
from motcua.platform.config import BadSettings, Config
from motcua.platform.home import make_home

SECRET_KEY = "secret_key"


def kept_at(home: Path, name: str) -> Path:
    return home / "keys" / name


def own_key(home: Path, name: str) -> str:
    """The key kept in `home/keys/name`, made at the first call; two processes that race get the same one."""
    path = kept_at(home, name)
    try:
        make_home(home)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        if not path.exists():
            fresh = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(file.fileno())
            try:
                # A link, not a rename: the loser of a race must not replace the winner's key.
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise BadSettings(
            f"MOTCUA_HOME: không ghi được vào {home} ({system_reason(error)}); hãy chọn thư mục mà chương trình được ghi."
        ) from error


def secret_key(config: Config) -> str:
    """The key that signs sessions and tokens: the given one, else our own under the home folder."""
    return config.secret_key.get_secret_value() if config.secret_key else own_key(config.home, SECRET_KEY)
