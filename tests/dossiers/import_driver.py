"""Loads a file of dossiers in small chunks and says when each stands: the process that `test_import_kill` kills.

`python -m tests.dossiers.import_driver FILE CHUNK`
"""

from __future__ import annotations

import sys
from pathlib import Path

from motcua.cli.session import load_django


def main() -> None:
    load_django()
    from motcua.dossiers.importing.mapping import FileMapping
    from motcua.dossiers.importing.services import import_dossiers
    from motcua.platform.clock import now

    def say(done: int, total: int) -> None:
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()

    say(0, 0)
    import_dossiers(Path(sys.argv[1]), mapping=FileMapping(), at=now(), progress=say, chunk=int(sys.argv[2]))


if __name__ == "__main__":
    main()
