"""Biểu 06a as a document that officers go on editing."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from motcua.platform.text import xml_text
from motcua.statistics.ratios import whole_text
from motcua.statistics.reports import lines
from motcua.statistics.reports.form_06a import COLUMN_TEXT, COLUMNS, Report06a

_FONT = "Times New Roman"
_HEADING_ROWS = 4
_WIDTHS = (11, 66, *[17.5] * len(COLUMNS))


def document(report: Report06a) -> bytes:
    """A .docx file, A4 landscape; the table's heading is repeated on every page."""
    made = Document()
    _page(made)
    _line(made, f"{lines.number_of(report)} – {report.agency_name}", bold=True, align=WD_ALIGN_PARAGRAPH.LEFT)
    _line(made, lines.TITLE.upper(), bold=True, size=13)
    for text in (lines.period_line(report), lines.known_line(report), lines.UNIT):
        _line(made, text, italic=True)
    _table(made, report)
    _line(made, "Ghi chú", bold=True, align=WD_ALIGN_PARAGRAPH.LEFT)
    for text in report.notes.texts:
        _line(made, f"- {text}", align=WD_ALIGN_PARAGRAPH.LEFT)
    made.core_properties.title = xml_text(f"{lines.number_of(report)}: {report.agency_name}")
    made.core_properties.author = ""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _page(made: Any) -> None:
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(13)
    section.top_margin = section.bottom_margin = Mm(15)
    style = made.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after = Pt(0)


def _line(
    made: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: float = 11,
    align: Any = WD_ALIGN_PARAGRAPH.CENTER,
) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(xml_text(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _table(made: Any, report: Report06a) -> None:
    found = lines.lines_of(report)
    table = made.add_table(rows=_HEADING_ROWS + len(found), cols=2 + len(COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    # Looked up once: the library searches the whole table for each cell that it is asked for.
    cells = [row.cells for row in table.rows]
    _heading(cells, report)
    for row in table.rows[:_HEADING_ROWS]:
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)
    for place, line in enumerate(found, _HEADING_ROWS):
        bold = line.kind is not lines.Kind.ROW
        _fill(cells[place][0], line.serial, bold=bold)
        _fill(cells[place][1], line.title, bold=bold, align=WD_ALIGN_PARAGRAPH.LEFT)
        for column, value in enumerate(line.values, 2):
            _fill(cells[place][column], whole_text(value), bold=bold)
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Mm(width)


def _heading(cells: list[Any], report: Report06a) -> None:
    for column, text in ((0, "STT"), (1, lines.subject_heading(report))):
        _fill(cells[0][column].merge(cells[2][column]), text, bold=True)
    for title, under in lines.GROUPS:
        _fill(cells[0][_place(under[0])].merge(cells[0][_place(under[-1])]), title, bold=True)
    title, within = lines.WITHIN
    _fill(cells[1][_place(within[0])].merge(cells[1][_place(within[-1])]), title, bold=True)
    for column in COLUMNS:
        cell = cells[2][_place(column)]
        _fill(cell if column in within else cells[1][_place(column)].merge(cell), COLUMN_TEXT[column], bold=True)
    for column, text in enumerate(lines.NUMBERS):
        _fill(cells[3][column], text, italic=True)


def _place(column: str) -> int:
    return int(column[1:]) - 1


def _fill(
    cell: Any, text: str, *, bold: bool = False, italic: bool = False, align: Any = WD_ALIGN_PARAGRAPH.CENTER
) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    run = paragraph.add_run(xml_text(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(10)
