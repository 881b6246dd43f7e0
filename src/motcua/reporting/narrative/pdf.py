"""The narrative report as an archival PDF, and its charts as pictures, set by Typst with the shipped fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from motcua.documents.typesetting import Typesetter
from motcua.documents.wording import printable
from motcua.reporting.narrative.content import SOURCE_HEADS, Chart, Grid, Narrative, Piece, source_rows

_typesetter = Typesetter(Path(__file__).parent.parent / "templates")
_PPI = 200


def pdf(report: Narrative) -> bytes:
    """PDF/A-2a, PDF/UA-1."""
    data = {
        "name": printable(report.name),
        "title": report.title,
        "agency": printable(report.agency),
        "period": report.period,
        "window": report.window,
        "compared": report.compared,
        "known": report.known,
        "sections": [
            {
                "number": section.number,
                "title": printable(section.title),
                "depth": section.depth,
                "paragraphs": [[_piece(piece) for piece in one.pieces] for one in section.paragraphs],
            }
            for section in report.sections
        ],
        "charts": [_chart(chart) for chart in report.charts],
        "annexes": [_grid(grid) for grid in (*report.annexes, sources_grid(report))],
    }
    return _typesetter.pdf("narrative.typ", data, at=report.as_of)


def picture(chart: Chart) -> bytes:
    """A chart as a PNG."""
    return _typesetter.pictures("picture.typ", _chart(chart), kind="png", ppi=_PPI)[0]


def sources_grid(report: Narrative) -> Grid:
    return Grid(
        "Nguồn của từng con số",
        SOURCE_HEADS,
        (False, False, False, True, True, True, True, False),
        (2, 10, 18, 5, 5, 6, 6, 6),
        tuple(source_rows(report.sources)),
        wide=True,
    )


def _piece(piece: Piece) -> Any:
    return printable(piece) if isinstance(piece, str) else {"text": printable(piece.text), "note": piece.note}


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "words": printable(chart.words),
        "bars": [{"label": printable(bar.label), "text": bar.text, "permille": bar.permille} for bar in chart.bars],
    }


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "title": grid.title,
        "heads": list(grid.heads),
        "numbers": list(grid.numbers),
        "rows": [[printable(cell) for cell in row] for row in grid.rows],
        "strong": sorted(grid.strong),
        "wide": grid.wide,
        "widths": list(grid.widths),
        "note": printable(grid.note),
    }
