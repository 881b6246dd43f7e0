"""Exports again and again, dying each time at another place: the processes that `test_history_kill` is about.

`python -m tests.statistics.export_driver DIR`: for each place on standard input (a line such as `file 2`) a child exports
into DIR and kills itself there; how it ended is written as a line.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from motcua.cli.session import load_django


def main() -> None:
    load_django()
    from motcua.platform.clock import now
    from motcua.statistics.history import exporting, manifest

    folder = Path(sys.argv[1])
    for line in sys.stdin:
        place, _, number = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            on_rows = _arrange(place, int(number), exporting, manifest)
            exporting.export(folder, at=now(), on_rows=on_rows)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _arrange(place: str, number: int, exporting: Any, manifest: Any) -> Any:
    calls = 0

    def counted(*rest: object) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)

    if place == "rows":
        return counted
    if place == "file":
        # A file stands there whole, and the manifest does not know of it.
        keep = exporting.manifests.keep
        exporting.manifests.keep = lambda path: (keep(path), counted())
    elif place == "published":
        replace = os.replace

        def after(*paths: Path) -> None:
            if number == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            replace(*paths)
            counted()

        manifest.os.replace = after
    return lambda rows: None


if __name__ == "__main__":
    main()
