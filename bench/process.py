"""`bench process`: full lives whose steps go through the process engine, beside bare SQL that leaves the same rows.

The method and the bars of `bench lifecycle`; a life is submit, accept (the process starts), two steps, resolve, hand over.
"""

from __future__ import annotations

from typing import Any

from bench.lifecycle import compare


def run() -> dict[str, Any]:
    """See `bench.lifecycle.run`."""
    return compare("bench._process_ours", "bench._process_bare")
