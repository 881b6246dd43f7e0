"""What every command that tells figures does first: reads the ledger to its end."""

from __future__ import annotations

from datetime import datetime

from motcua.cli.progress import counting
from motcua.platform.clock import now


def read_on() -> int:
    """Folds what the ledger has had since, under the names that agencies and procedures now have; how many entries that was."""
    # Imported here: it needs Django loaded.
    from motcua.statistics.services import catch_up, refresh

    refresh(now())
    with counting("Đọc sổ cái") as on_read:
        return catch_up(on_read)


def known_now() -> datetime:
    """Reads on, and says up to when everything is known."""
    # Imported here: it needs Django loaded.
    from motcua.statistics.knowledge import known_until

    read_on()
    return known_until(now())
