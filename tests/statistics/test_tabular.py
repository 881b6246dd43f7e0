"""A table as csv, xlsx and pdf: the same numbers, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from openpyxl import load_workbook
from pypdf import PdfReader

from motcua.statistics.tabular.files import as_csv, as_pdf, as_xlsx
from motcua.statistics.tabular.table import Column, Entry, Kind, Table

AS_OF = datetime(2026, 11, 20, 4, 20, tzinfo=UTC)
TABLE = Table(
    "xep-hang",
    "Xếp hạng: Cấp xã",
    (Column("Cơ quan"), Column("Tiếp nhận", Kind.COUNT, "received"), Column("Tỷ lệ", Kind.PERCENT, "in_time_over_finished")),
    [
        (Entry("=HYPERLINK(\"http://x\")"), Entry(1_234_567, "/mo/"), Entry((2, 3))),
        (Entry("@Sở Xây dựng"), Entry(0), Entry((0, 0))),
        (Entry("UBND phường\v Đô Vinh\x07"), Entry(None), Entry((None, 5))),
    ],
    AS_OF,
    "Tỉnh Khánh Hòa, Tháng 11/2026",
    (Entry("Tổng số"), Entry(1_234_567), Entry((9_984, 10_000))),
    note="Cùng tỷ lệ thì cùng hạng.",
)  # fmt: skip
LINES = [
    ['\'=HYPERLINK("http://x")', 1_234_567, 66.67],
    ["'@Sở Xây dựng", 0, "chưa có số liệu"],
    ["UBND phường Đô Vinh", "chưa có số liệu", "chưa có số liệu"],
    ["Tổng số", 1_234_567, 99.84],
]


def test_csv() -> None:
    raw = as_csv(TABLE)

    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0] == ["Cơ quan", "Tiếp nhận", "Tỷ lệ (%)"]
    assert rows[1:5] == [[str(cell) for cell in line] for line in LINES]
    assert ["Tính đến 11:20 ngày 20/11/2026"] in rows


def test_xlsx() -> None:
    (sheet,) = load_workbook(io.BytesIO(as_xlsx(TABLE))).worksheets

    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "Xếp hạng: Cấp xã"
    assert cells[-5] == ["Cơ quan", "Tiếp nhận", "Tỷ lệ (%)"]
    assert cells[-4:] == LINES
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_pdf() -> None:
    made = as_pdf(TABLE)

    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    for said in ("XẾP HẠNG: CẤP XÃ", "Tính đến 11:20 ngày 20/11/2026", "1.234.567", "66,67 %", "=HYPERLINK", "Đô Vinh"):
        assert said in text
    assert as_pdf(TABLE) == made
