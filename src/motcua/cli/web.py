"""What each web process loads: the WSGI door, and the watch that ends it with the server it belongs to."""

from __future__ import annotations

import multiprocessing

from motcua.cli.supervise import leave_with_parent
from motcua.wsgi import application

__all__ = ["application"]

# granian's processes outlive a main process that was killed with -9, and would go on answering on its port.
_main = multiprocessing.parent_process()
if _main is not None and _main.pid is not None:
    leave_with_parent(_main.pid, at_once=True)
