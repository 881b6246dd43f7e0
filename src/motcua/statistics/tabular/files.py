"""A table as a file that people go on with: numbers stay numbers, no name can be taken for a formula."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from motcua.documents.typesetting import Typesetter
from motcua.documents.wording import printable
from motcua.platform.csv_lines import csv_lines
from motcua.platform.text import no_formula, xml_text
from motcua.statistics.tabular.table import Entry, Kind, Table

_FONT = "Times New Roman"
_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FORMATS = {Kind.COUNT: "#,##0", Kind.PERCENT: "0.00", Kind.POINTS: "0.00"}
_NUMBER, _WORDS = Alignment(horizontal="right", vertical="top"), Alignment(vertical="top", wrap_text=True)
# Rows of an export of dossiers; beyond it the file says so.
MOST = 20_000


def _heads(table: Table) -> list[str]:
    return [f"{column.label} (%)" if column.kind is Kind.PERCENT else column.label for column in table.columns]


def _defused(value: str | int | float) -> str | int | float:
    """A name that begins like a formula stays a name."""
    return no_formula(xml_text(value)) if isinstance(value, str) else value


def _values(row: tuple[Entry, ...]) -> list[str | int | float]:
    return [_defused(entry.plain) for entry in row]


def _about(table: Table) -> list[str]:
    return [text for text in (table.about, table.known, table.note) if text]


def as_csv(table: Table) -> bytes:
    below = [[_defused(line)] for line in (table.title, *_about(table))]
    return "".join(csv_lines([_heads(table), *map(_values, table.lines), [], *below])).encode()


def as_xlsx(table: Table) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Số liệu"
    for line, text in enumerate((table.title, *_about(table)), 1):
        sheet.cell(line, 1, _defused(text)).font = Font(
            name=_FONT, bold=line == 1, italic=line > 1, size=13 if line == 1 else 11
        )
    head = len(_about(table)) + 3
    for place, text in enumerate(_heads(table), 1):
        cell = sheet.cell(head, place, text)
        cell.font, cell.border = Font(name=_FONT, bold=True), _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for line, row in enumerate(table.lines, head + 1):
        for place, (column, value) in enumerate(zip(table.columns, _values(row), strict=True), 1):
            cell = sheet.cell(line, place, value)
            cell.font, cell.border = Font(name=_FONT, bold=row is table.total), _BOX
            cell.alignment = _NUMBER if column.num else _WORDS
            if not isinstance(value, str):
                cell.number_format = _FORMATS.get(column.kind, "General")
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = 12 * (1 if column.num else column.width)
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.properties.title = table.title
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_typesetter = Typesetter(Path(__file__).with_name("templates"))


def as_pdf(table: Table) -> bytes:
    """PDF/A-2a, PDF/UA-1."""
    data = {
        "title": printable(table.title),
        "about": printable(table.about),
        "known": table.known,
        "note": printable(table.note),
        "heads": [column.label for column in table.columns],
        "widths": [0 if column.num else column.width for column in table.columns],
        "rows": [[printable(entry.text) for entry in row] for row in table.rows],
        "total": [printable(entry.text) for entry in table.total or ()],
    }
    return _typesetter.pdf("table.typ", data, at=table.as_of)


FORMATS: dict[str, tuple[str, Callable[[Table], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "pdf": ("application/pdf", as_pdf),
}
