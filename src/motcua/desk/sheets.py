"""A list as a CSV file that opens in the officers' spreadsheet as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from motcua.platform.text import no_formula

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
MOST = 20_000


def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """UTF-8 with its mark, so that Vietnamese letters stay; no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    answer = HttpResponse(_BOM + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _plain(cell: object) -> object:
    if isinstance(cell, str):
        return no_formula(cell)
    return "" if cell is None else cell
