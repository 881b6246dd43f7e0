"""Files beside the one that is loaded: refused lines, notes. There only when there is something to say, and whole."""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any


class Aside:
    """A CSV file that is there only when something is written to it, and whole."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._target = path
        self._header = header
        self._part = path.with_name(f"{path.name}.part")
        self._file: IO[str] | None = None
        self._rows: Any = None

    @property
    def path(self) -> Path | None:
        return self._target if self._file else None

    def add(self, row: Sequence[object]) -> None:
        if self._file is None:
            self._file = open(self._part, "w", encoding="utf-8", newline="")  # noqa: SIM115
            self._rows = csv.writer(self._file, lineterminator="\n")
            self._rows.writerow(self._header)
        self._rows.writerow(row)

    def finish(self) -> None:
        """What an earlier loading of the same file left is no longer true."""
        if self._file is None:
            self._target.unlink(missing_ok=True)
            return
        self._file.close()
        os.replace(self._part, self._target)

    def abandon(self) -> None:
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)


@contextlib.contextmanager
def aside(path: Path, header: Sequence[str]) -> Iterator[Aside]:
    beside = Aside(path, header)
    try:
        yield beside
    except BaseException:
        beside.abandon()
        raise
    beside.finish()


def beside(path: Path, what: str) -> Path:
    """`ho-so.csv.gz` → `ho-so.refused.csv`."""
    name = path.name.removesuffix(".gz").removesuffix(".csv")
    return path.with_name(f"{name}.{what}.csv")
