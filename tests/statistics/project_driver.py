"""Folds the ledger on and on in small steps until it dies: the processes that `test_projector_kill` is about.

`python -m tests.statistics.project_driver`: for each number on standard input a child folds, and kills itself before its
statement of that number; how it ended is written as a line.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from motcua.cli.session import load_django

_STEP = 7


def main() -> None:
    load_django()
    from django.db import connection

    from motcua.platform.clock import now
    from motcua.statistics.daily import daily_counts
    from motcua.statistics.services import project

    # What takes a second to load is loaded once, for all children.
    daily_counts()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            left = int(line)

            def counted(execute: Any, *statement: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return execute(*statement)

            with connection.execute_wrapper(counted):
                while True:
                    project(now(), _STEP)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
