"""A report as the lines that are printed, the same in every format. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from motcua.law.moments import VIETNAM
from motcua.organizations.models import Agency
from motcua.statistics.reports.form_06a import BY_TEXT, COLUMNS, Cells, Report06a, Row

NUMBER = "Biểu số 06a"
# Whose columns are those of the form, and whose rows are units: its own number in the annex was not seen.
CONSOLIDATED = "Tổng hợp theo cơ quan, đơn vị"
TITLE = "Tình hình, kết quả giải quyết thủ tục hành chính tại cơ quan, đơn vị trực tiếp giải quyết thủ tục hành chính"
UNIT = "Đơn vị tính: Số hồ sơ TTHC"
# Heading, and the columns below it; a column by itself has its heading in `SINGLE`.
GROUPS = (
    ("Số hồ sơ nhận giải quyết", ("c3", "c4", "c5", "c6")),
    ("Số hồ sơ đã giải quyết", ("c7", "c8", "c9", "c10")),
    ("Số hồ sơ đang giải quyết", ("c11", "c12", "c13")),
)
WITHIN = ("Trong kỳ", ("c4", "c5"))
NUMBERS = tuple(f"({number})" for number in range(1, 14))
VERTICAL = "Ngành dọc (ngoài tổng số của tỉnh)"


class Kind(StrEnum):
    HEADING = "heading"
    ROW = "row"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Line:
    """`row` is the one that is printed, None for headings and totals; `vertical`: of the block outside the total."""

    kind: Kind
    serial: str
    title: str
    cells: Cells | None
    row: Row | None = None
    vertical: bool = False

    @property
    def values(self) -> list[int]:
        return [self.cells[column] for column in COLUMNS] if self.cells else []


def number_of(report: Report06a) -> str:
    """The form's number is that of a unit's own report; rows by several units print none."""
    return CONSOLIDATED if report.by == "agency" and len(report.main.rows) > 1 else NUMBER


def period_line(report: Report06a) -> str:
    return f"Kỳ báo cáo: từ ngày {report.window.first:%d/%m/%Y} đến ngày {report.window.last:%d/%m/%Y}"


def known_line(report: Report06a) -> str:
    return f"Số liệu ghi nhận đến {report.asked.as_of.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def subject_heading(report: Report06a) -> str:
    return f"{BY_TEXT[report.by]}, công việc giải quyết theo cấp" if report.by == "sector" else BY_TEXT[report.by]


def lines_of(report: Report06a) -> list[Line]:
    """By level of the agencies; sectors and procedures stand under each level that has dossiers of them."""
    lines = [*_rows(report.levels or report.main.rows), Line(Kind.TOTAL, "", "Tổng số", report.main.total)]
    if report.vertical:
        lines.append(Line(Kind.HEADING, "", VERTICAL, None, vertical=True))
        lines += [
            *_rows(report.vertical.rows, vertical=True),
            Line(Kind.TOTAL, "", "Tổng số ngành dọc", report.vertical.total, vertical=True),
        ]
    return lines


def _rows(found: Sequence[Row], *, vertical: bool = False) -> Iterator[Line]:
    order = list(Agency.Level.values)
    serial = 0
    rows = sorted(found, key=lambda row: order.index(row.level) if row.level in order else -1)
    for level, below in groupby(rows, key=lambda row: row.level):
        if level and not vertical:
            yield Line(Kind.HEADING, "", Agency.Level(level).label, None)
        for row in below:
            serial += 1
            yield Line(Kind.ROW, str(serial), row.title, row.cells, row, vertical)
