"""The dossiers behind a number of a report, page by page: the same condition that counted them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.urls import reverse

from motcua.desk.access import DeskRequest, said
from motcua.law.lifecycle import STATE_TEXT, State
from motcua.organizations.models import Agency
from motcua.platform.numbers import whole_number
from motcua.platform.presentation.words import mark
from motcua.statistics.figures import Asked, count_values, open_rows
from motcua.statistics.measures import Count, measure
from motcua.statistics.models import DimProcedure

PAGE = 50


def opened_rows(
    request: DeskRequest, name: str, asked: Asked, cell: Mapping[str, Any], *, about: str
) -> dict[str, Any]:
    """What `reporting/rows.html` shows; `number` is counted as on the page that led here."""
    typed = said(request.GET, "sau")
    after = whole_number(typed)
    if typed and after is None:
        raise Http404(typed)
    count = measure(name)
    assert isinstance(count, Count)
    found = open_rows(name, asked, cell, after=after, limit=PAGE + 1)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    told = count_values([count], asked, by=tuple(cell)).get(tuple(cell.values()), {})
    agencies = dict(Agency.objects.filter(code__in={row["agency"] for row in rows}).values_list("code", "name"))
    names = dict(DimProcedure.objects.filter(code__in={row["procedure"] for row in rows}).values_list("code", "name"))
    query = request.GET.copy()
    query.pop("sau", None)
    shown = rows[:PAGE]
    return {
        "count": count,
        "number": told.get(name) or 0,
        "about": about,
        "as_of": asked.as_of,
        "rows": [
            {
                "href": reverse("desk:ledger", args=[row["dossier_id"]]),
                "code": row["code"] or f"Số {row['dossier_id']}",
                "agency": agencies.get(row["agency"], row["agency"]),
                "procedure": names.get(row["procedure"], row["procedure"]),
                "state": STATE_TEXT[State(row["state"])],
                "accepted_at": row["accepted_at"],
                "due_at": row["due_at"],
                "finished_at": row["finished_at"],
                "verdict": mark(row["verdict_date"]).word if row["verdict_date"] else "",
            }
            for row in shown
        ],
        "older": f"{query.urlencode()}&sau={shown[-1]['dossier_id']}" if len(rows) > PAGE else "",
        "newer": query.urlencode() if after else "",
    }
