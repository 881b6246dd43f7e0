"""Biểu 06a as an archival PDF, set by Typst with the shipped fonts; the same report gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from motcua.documents.typesetting import Typesetter
from motcua.documents.wording import printable
from motcua.statistics.ratios import whole_text
from motcua.statistics.reports import lines
from motcua.statistics.reports.form_06a import COLUMN_TEXT, Report06a

_typesetter = Typesetter(Path(__file__).with_name("templates"))


def pdf(report: Report06a) -> bytes:
    """PDF/A-2a, PDF/UA-1."""
    data = {
        "name": f"{lines.number_of(report)}: {printable(report.agency_name)}",
        "number": lines.number_of(report),
        "agency": printable(report.agency_name),
        "title": lines.TITLE,
        "period": lines.period_line(report),
        "known": lines.known_line(report),
        "unit": lines.UNIT,
        "subject": lines.subject_heading(report),
        "groups": [title for title, _ in lines.GROUPS],
        "within": lines.WITHIN[0],
        "heads": list(COLUMN_TEXT.values()),
        "numbers": list(lines.NUMBERS),
        "lines": [
            {
                "kind": line.kind.value,
                "serial": line.serial,
                "title": printable(line.title),
                "values": [whole_text(value) for value in line.values],
            }
            for line in lines.lines_of(report)
        ],
        "notes": [printable(text) for text in report.notes.texts],
    }
    return _typesetter.pdf("form_06a.typ", data, at=report.asked.as_of)
