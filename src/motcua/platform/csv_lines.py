"""A table as CSV that the officers' spreadsheet opens as it is."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from motcua.platform.text import no_formula

# Spreadsheets take UTF-8 only behind this mark.
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a file in UTF-8: Vietnamese letters stay, no cell can be taken for a formula, None is empty."""
    writer = csv.writer(_Echo())
    yield _MARK
    for row in rows:
        yield writer.writerow([no_formula(cell) if isinstance(cell, str) else cell for cell in row])
