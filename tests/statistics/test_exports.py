"""The papers of form 06a from a report made by hand: names stay what they are, whatever they look like."""

from __future__ import annotations

import io
from datetime import date, datetime

import docx
import openpyxl
import pypdf
import pytest

from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics.figures import Asked
from motcua.statistics.reports.form_06a import COLUMNS, Block, Notes, Report06a, Row, measures_by_column
from motcua.statistics.reports.lines import Kind, lines_of
from motcua.statistics.reports.pdf import pdf
from motcua.statistics.reports.spreadsheet import spreadsheet
from motcua.statistics.reports.word import document

NAMES = ("=1+1", "#set text(red)", "*đậm* & <b>xã</b>", "@SUM(A1)")


@pytest.fixture
def report() -> Report06a:
    cells = {column: 1_000 + place for place, column in enumerate(COLUMNS)}
    rows = tuple(Row(f"H32.{place}", name, cells, "commune") for place, name in enumerate(NAMES))
    window = Window(date(2026, 9, 1), date(2026, 9, 30))
    return Report06a(
        window=window,
        asked=Asked.of(window, now=datetime(2026, 11, 22, 10, tzinfo=VIETNAM)),
        rule="date",
        by="agency",
        agency="",
        agency_name="Toàn tỉnh",
        main=Block(rows, {column: 4 * count for column, count in cells.items()}),
        vertical=None,
        notes=Notes(0, 0, 0, 0, 0, 0, 0, texts=("=ghi chú",)),
        columns=measures_by_column("date"),
        apart=True,
    )


def test_lines_stand_below_their_level(report: Report06a) -> None:
    assert [(line.kind, line.serial, line.title) for line in lines_of(report)] == [
        (Kind.HEADING, "", "Cấp xã"),
        *((Kind.ROW, str(place), name) for place, name in enumerate(NAMES, 1)),
        (Kind.TOTAL, "", "Tổng số"),
    ]


def test_no_name_becomes_a_formula(report: Report06a) -> None:
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(report)))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert set(NAMES) <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert all(type(cell.value) is int for cell in cells if cell.data_type == "n")


def test_no_name_is_read_as_markup(report: Report06a) -> None:
    text = pypdf.PdfReader(io.BytesIO(pdf(report))).pages[0].extract_text()
    (table,) = docx.Document(io.BytesIO(document(report))).tables

    titles = [row.cells[1].text for row in table.rows]
    for name in NAMES:
        assert name in text
        assert name in titles
    assert pdf(report) == pdf(report)
    assert "1.010" in text
