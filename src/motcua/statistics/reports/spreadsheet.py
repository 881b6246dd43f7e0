"""Biểu 06a as a spreadsheet that people go on calculating with: numbers are numbers, nothing is a formula."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from motcua.platform.text import xml_text
from motcua.statistics.reports import lines
from motcua.statistics.reports.form_06a import COLUMN_TEXT, COLUMNS, Report06a

_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTER = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_WIDTH = 2 + len(COLUMNS)
_FONT = "Times New Roman"
# Row of the first heading line of the table.
_TABLE = 6


def spreadsheet(report: Report06a) -> bytes:
    """An .xlsx file: the form on the first sheet, its notes on the second."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "06a"
    _heading(sheet, report)
    _table_heading(sheet, report)
    _lines(sheet, report)
    _layout(sheet)
    notes = book.create_sheet("Ghi chú")
    notes.column_dimensions["A"].width = 120
    for row, text in enumerate(report.notes.texts, 1):
        _put(notes.cell(row, 1), text)
    book.properties.title = xml_text(f"{lines.number_of(report)}: {report.agency_name}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(cell: Any, value: int | str | None) -> None:
    cell.value = xml_text(value) if isinstance(value, str) else value
    if isinstance(value, str):
        # A name that begins like a formula stays a name.
        cell.data_type = "s"


def _heading(sheet: Worksheet, report: Report06a) -> None:
    texts = [
        f"{lines.number_of(report)} – {report.agency_name}",
        lines.TITLE.upper(),
        lines.period_line(report),
        lines.known_line(report),
        lines.UNIT,
    ]
    for row, text in enumerate(texts, 1):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=_WIDTH)
        cell = sheet.cell(row, 1)
        _put(cell, text)
        cell.font = Font(name=_FONT, bold=row <= 2, italic=row > 2, size=14 if row == 2 else 12)
        cell.alignment = _CENTER if row > 1 else _LEFT


def _table_heading(sheet: Worksheet, report: Report06a) -> None:
    for column, text in ((1, "STT"), (2, lines.subject_heading(report))):
        sheet.merge_cells(start_row=_TABLE, start_column=column, end_row=_TABLE + 2, end_column=column)
        sheet.cell(_TABLE, column, text)
    for title, under in lines.GROUPS:
        first = _place(under[0])
        sheet.merge_cells(start_row=_TABLE, start_column=first, end_row=_TABLE, end_column=_place(under[-1]))
        sheet.cell(_TABLE, first, title)
    title, within = lines.WITHIN
    sheet.merge_cells(
        start_row=_TABLE + 1, start_column=_place(within[0]), end_row=_TABLE + 1, end_column=_place(within[-1])
    )
    sheet.cell(_TABLE + 1, _place(within[0]), title)
    for column in COLUMNS:
        row = _TABLE + 2 if column in within else _TABLE + 1
        if column not in within:
            sheet.merge_cells(start_row=row, start_column=_place(column), end_row=row + 1, end_column=_place(column))
        sheet.cell(row, _place(column), COLUMN_TEXT[column])
    for column, text in enumerate(lines.NUMBERS, 1):
        sheet.cell(_TABLE + 3, column, text)
    for row in sheet.iter_rows(_TABLE, _TABLE + 3, 1, _WIDTH):
        for cell in row:
            cell.font, cell.alignment, cell.border = Font(name=_FONT, bold=True, size=11), _CENTER, _BOX


def _place(column: str) -> int:
    return int(column[1:])


def _lines(sheet: Worksheet, report: Report06a) -> None:
    for row, line in enumerate(lines.lines_of(report), _TABLE + 4):
        values = [int(line.serial) if line.serial else None, line.title, *line.values]
        for column in range(1, _WIDTH + 1):
            cell = sheet.cell(row, column)
            _put(cell, values[column - 1] if column <= len(values) else None)
            cell.font = Font(name=_FONT, bold=line.kind is not lines.Kind.ROW, size=11)
            cell.alignment, cell.border = (_LEFT if column == 2 else _CENTER), _BOX
            if column > 2:
                cell.number_format = "#,##0"


def _layout(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 6
    sheet.column_dimensions["B"].width = 46
    for column in range(3, _WIDTH + 1):
        sheet.column_dimensions[sheet.cell(_TABLE + 3, column).column_letter].width = 11
    sheet.freeze_panes = sheet.cell(_TABLE + 4, 3)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_TABLE}:{_TABLE + 3}"
