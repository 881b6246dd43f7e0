"""A closed report beside what it would say now, line by line, and the entries recorded since that made each difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from motcua.board.asking import title_of
from motcua.desk.access import DeskRequest, officers_only
from motcua.desk.answers import file_of
from motcua.desk.shell import show
from motcua.desk.story import KIND_TEXT
from motcua.platform.presentation.words import vn_datetime
from motcua.reporting.differences import Changed, Compared, Difference, compare
from motcua.reporting.permissions import READERS
from motcua.reporting.queries import Filed
from motcua.reporting.views.filings import found_or_404, grouping
from motcua.statistics.ratios import whole_text
from motcua.statistics.reports.form_06a import BY_TEXT, COLUMN_TEXT
from motcua.statistics.reports.lines import GROUPS, VERTICAL
from motcua.statistics.tabular.files import MOST
from motcua.statistics.tabular.table import Column, Entry, Kind, Row, Table

_GROUP_OF = {column: title for title, columns in GROUPS for column in columns}
# Named on the page; the file has them all.
_LINES, _DOSSIERS = 200, 20
_HEADS = (
    "Dòng", "Cột", "Bản chốt", "Tính lại", "Chênh", "Hồ sơ", "Nay", "Việc ghi sau khi chốt", "Xảy ra", "Ghi lúc",
)  # fmt: skip
_NUMBERS = frozenset({"Bản chốt", "Tính lại", "Chênh"})


@officers_only(READERS)
@require_safe
def differences(request: DeskRequest, filing_id: int) -> HttpResponse:
    found = found_or_404(request, filing_id)
    by = grouping(request)
    compared = compare(found.frozen, by, at=request.at)
    if form := request.GET.get("tep", ""):
        return file_of(_file(found, compared), form)
    shown = compared.differences[:_LINES]
    context = {
        "found": found,
        "filing": found.filing,
        "title": title_of(found.filing.period),
        "by": by,
        "tabs": [(name, text) for name, text in BY_TEXT.items() if name in found.frozen.reports],
        "compared": compared,
        "as_of": compared.now.asked.as_of,
        "rows": [_row(one) for one in shown],
        "hidden": len(compared.differences) - len(shown),
    }
    return show(request, "reporting/differences.html", context, current="reporting/filings")


def column_words(column: str) -> str:
    return f"({column[1:]}) {_GROUP_OF[column]}: {COLUMN_TEXT[column].lower()}"


def _title(one: Difference) -> str:
    return f"{one.title} ({VERTICAL.lower()})" if one.vertical else one.title


def signed(number: int) -> str:
    return f"+{whole_text(number)}" if number > 0 else whole_text(number)


def _row(one: Difference) -> dict[str, Any]:
    return {
        "title": _title(one),
        "column": column_words(one.column),
        "filed": one.filed,
        "now": one.now,
        "more": signed(one.more),
        "dossiers": [_dossier(changed) for changed in one.dossiers[:_DOSSIERS]],
        "hidden": max(len(one.dossiers) - _DOSSIERS, 0),
    }


def _dossier(changed: Changed) -> dict[str, Any]:
    return {
        "href": reverse("desk:ledger", args=[changed.dossier_id]),
        "code": changed.code or f"Số {changed.dossier_id}",
        "came": changed.came,
        "entries": [(KIND_TEXT.get(entry.kind, entry.kind), entry) for entry in changed.entries],
    }


def _file(found: Filed, compared: Compared) -> Table:
    one = found.filing
    return Table(
        f"chenh-lech-06a-{one.agency.code}-{one.period}".lower(),
        f"Chênh lệch so với bản chốt lần {found.copy.number}",
        tuple(Column(head, Kind.COUNT if head in _NUMBERS else Kind.TEXT) for head in _HEADS),
        list(_lines(compared))[:MOST],
        compared.now.asked.as_of,
        f"{one.agency.name}, {title_of(one.period)}; bản chốt ghi nhận đến {vn_datetime(found.copy.as_of)}",
        note=f"SHA-256 của bản chốt: {found.copy.sha256}",
    )


def _lines(compared: Compared) -> Iterator[Row]:
    """A line for each entry; of a difference without any, one that says why."""
    for one in compared.differences:
        cell = (
            Entry(_title(one)), Entry(column_words(one.column)), Entry(one.filed), Entry(one.now), Entry(one.more),
        )  # fmt: skip
        if not one.dossiers:
            yield (*cell, Entry("–"), Entry("–"), Entry("Đổi danh mục cơ quan, lĩnh vực"), Entry("–"), Entry("–"))
        for changed in one.dossiers:
            code = Entry(changed.code or f"Số {changed.dossier_id}")
            side = Entry("thêm" if changed.came else "bớt")
            for entry in changed.entries:
                told = (
                    KIND_TEXT.get(entry.kind, entry.kind),
                    vn_datetime(entry.occurred_at),
                    vn_datetime(entry.recorded_at),
                )
                yield (*cell, code, side, *(Entry(text) for text in told))
