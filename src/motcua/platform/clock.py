"""The only wall clock of the house; everything else is given its moment."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from motcua.platform.config import config

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The current moment, aware, in UTC; `MOTCUA_NOW` fixes it for demos and tests."""
    fixed = config().now
    return fixed.astimezone(UTC) if fixed is not None else datetime.now(UTC)
