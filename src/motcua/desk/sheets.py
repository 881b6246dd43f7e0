"""A list as a CSV file that opens in the officers' spreadsheet as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from motcua.platform.csv_lines import csv_lines

MOST = 20_000


def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    answer = HttpResponse(csv_lines([header, *rows]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
