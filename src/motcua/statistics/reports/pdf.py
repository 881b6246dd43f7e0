"""Biểu 06a as an archival PDF, set by Typst with the shipped fonts; the same report gives the same bytes."""

from __future__ import annotations

import json
import threading
from datetime import UTC
from functools import cache
from pathlib import Path

import typst

from motcua.documents.rendering import PDF_STANDARDS
from motcua.documents.wording import FONTS, printable
from motcua.statistics.ratios import whole_text
from motcua.statistics.reports import lines
from motcua.statistics.reports.form_06a import COLUMN_TEXT, Report06a

_TEMPLATES = Path(__file__).with_name("templates")
_one_at_a_time = threading.Lock()  # the compiler keeps state between calls


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(_TEMPLATES), font_paths=[str(FONTS)], ignore_system_fonts=True)


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
    with _one_at_a_time:
        made = _compiler().compile(
            str(_TEMPLATES / "form_06a.typ"),
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=PDF_STANDARDS,
            timestamp=report.asked.as_of.astimezone(UTC).replace(microsecond=0),
        )
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single PDF")
    return made
