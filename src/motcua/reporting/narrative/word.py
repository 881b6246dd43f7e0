"""The narrative report as a document that officers go on editing; the same content as the PDF, piece by piece."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from motcua.platform.text import xml_text
from motcua.reporting.narrative.content import Chart, Grid, Narrative, Paragraph, Told
from motcua.reporting.narrative.pdf import picture, sources_grid

_FONT = "Times New Roman"
# Millimetres between the margins of a page.
_ROOM, _WIDE_ROOM = 162, 273
_CENTER, _LEFT, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT


def document(report: Narrative) -> bytes:
    """A .docx file; a number and the mark of its note are runs of their own."""
    made: Any = Document()
    _styles(made)
    _page(made.sections[0], wide=False)
    _head(made, report)
    for section in report.sections:
        made.add_heading(f"{section.number}. {section.title}", section.depth)
        for paragraph in section.paragraphs:
            _paragraph(made, paragraph)
    for text, style in (("THỦ TRƯỞNG CƠ QUAN", {"bold": True}), ("(Ký, ghi rõ họ tên)", {"italic": True})):
        _line(made, text, align=_RIGHT, **style)
    if report.charts:
        made.add_page_break()
        made.add_heading("Biểu đồ", 1)
        for chart in report.charts:
            _chart(made, chart)
    wide = False
    for place, grid in enumerate((*report.annexes, sources_grid(report)), 1):
        if grid.wide or wide:
            _page(made.add_section(WD_SECTION.NEW_PAGE), wide=grid.wide)
        wide = grid.wide
        made.add_heading(f"Phụ lục {place}. {grid.title}", 1)
        _grid(made, grid)
    made.core_properties.title = xml_text(report.name)
    made.core_properties.author = ""
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _styles(made: Any) -> None:
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(13)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    normal.paragraph_format.space_after = Pt(6)
    for level in (1, 2):
        style = made.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.bold = _FONT, Pt(13), True
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # The template's own headings name a theme's font, which would win.
        for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{name}"), None)
        fonts.set(qn("w:eastAsia"), _FONT)


def _page(section: Any, *, wide: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    section.left_margin = Mm(12) if wide else Mm(30)
    section.right_margin = Mm(12) if wide else Mm(18)
    section.top_margin = section.bottom_margin = Mm(20)


def _head(made: Any, report: Narrative) -> None:
    table = made.add_table(rows=2, cols=2)
    texts = (
        (report.agency.upper(), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Số: ……/BC-……", "Độc lập - Tự do - Hạnh phúc"),
    )
    for row, line in zip(table.rows, texts, strict=True):
        for place, (cell, text) in enumerate(zip(row.cells, line, strict=True)):
            cell.width = Mm(62 if place == 0 else 100)
            _fill(cell, text, bold=not text.startswith("Số"), size=12, align=_CENTER)
    _line(made, report.title.upper(), bold=True, size=14)
    _line(made, report.period, bold=True)
    _line(
        made,
        f"{report.window}. {report.known}. Số nhỏ trong ngoặc dẫn đến nguồn của từng con số ở phụ lục cuối;"
        f" so cùng kỳ năm trước: {report.compared}.",
        italic=True,
        size=11,
    )


def _line(
    made: Any, text: str, *, bold: bool = False, italic: bool = False, size: float = 13, align: Any = _CENTER
) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(xml_text(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _paragraph(made: Any, said: Paragraph) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(8)
    for piece in said.pieces:
        if isinstance(piece, Told):
            paragraph.add_run(xml_text(piece.text))
            paragraph.add_run(f"[{piece.note}]").font.superscript = True
        else:
            paragraph.add_run(xml_text(piece))


def _chart(made: Any, chart: Chart) -> None:
    shape = made.add_picture(io.BytesIO(picture(chart)), width=Mm(160))
    shape._inline.docPr.set("descr", xml_text(chart.words))
    _line(made, chart.title, size=11)


def _grid(made: Any, grid: Grid) -> None:
    size = 8 if len(grid.heads) > 10 else 9 if len(grid.heads) > 7 else 11
    table = made.add_table(rows=1 + len(grid.rows), cols=len(grid.heads))
    table.style = "Table Grid"
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    # Looked up once: the library searches the whole table for each cell that it is asked for.
    cells = [row.cells for row in table.rows]
    for cell, text in zip(cells[0], grid.heads, strict=True):
        _fill(cell, text, bold=True, size=size, align=_CENTER)
    for place, row in enumerate(grid.rows):
        for cell, text, number in zip(cells[place + 1], row, grid.numbers, strict=True):
            _fill(cell, text, bold=place in grid.strong, size=size, align=_RIGHT if number else _LEFT)
    table.autofit = False
    room = _WIDE_ROOM if grid.wide else _ROOM
    for column, width in zip(table.columns, grid.widths, strict=True):
        column.width = Mm(room * width / sum(grid.widths))
    if grid.note:
        _line(made, grid.note, italic=True, size=11, align=_LEFT)


def _fill(cell: Any, text: str, *, bold: bool = False, size: float = 11, align: Any = _LEFT) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(xml_text(text))
    run.bold, run.font.size = bold, Pt(size)
