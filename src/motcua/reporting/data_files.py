"""Lists and templates that a province may replace: its own file in MOTCUA_HOME, else the shipped one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from motcua.law.errors import BadInput
from motcua.platform.config import config


def text_of(name: str) -> str:
    """Read anew each time, so that an edit holds at once. Raises BadInput for a file that is no text."""
    own = config().home / name
    if not own.exists():
        return _shipped(name)
    try:
        return own.read_text("utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{own}: không phải chữ mã hóa UTF-8.") from None


@cache
def _shipped(name: str) -> str:
    return (files("motcua.reporting") / "data" / name).read_text("utf-8")
