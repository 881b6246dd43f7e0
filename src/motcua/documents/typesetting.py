"""Templates of a folder to PDF and pictures with Typst and the shipped fonts. The same data gives the same bytes."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

import typst

from motcua.documents.wording import FONTS

# PDF/A-2a keeps the paper readable for as long as it must be kept, PDF/UA-1 lets a screen reader read it.
_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


class Typesetter:
    """One for the process and folder: it keeps fonts and parsed templates, and state between calls, so it does one at a time.

    What a person typed reaches Typst only as JSON data, never as source, so `#set` or `*x*` in a name prints literally.
    """

    def __init__(self, templates: Path) -> None:
        self._templates = templates
        self._one_at_a_time = threading.Lock()

    def pdf(self, template: str, data: object, *, at: datetime) -> bytes:
        """An archival PDF (PDF/A-2a, PDF/UA-1), made at that moment."""
        with self._one_at_a_time:
            made = self._compiler.compile(
                str(self._templates / template),
                format="pdf",
                sys_inputs=_inputs(data),
                pdf_standards=_STANDARDS,
                timestamp=at.astimezone(UTC).replace(microsecond=0),
            )
        if not isinstance(made, bytes):
            raise TypeError("Typst gave no single PDF")
        return made

    def pictures(
        self, template: str, data: object, *, kind: Literal["png", "svg"], ppi: float | None = None
    ) -> list[bytes]:
        """Each page as a picture."""
        with self._one_at_a_time:
            made = self._compiler.compile(
                str(self._templates / template), format=kind, ppi=ppi, sys_inputs=_inputs(data)
            )
        return [bytes(page or b"") for page in (made if isinstance(made, list) else [made])]

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return typst.Compiler(root=str(self._templates), font_paths=[str(FONTS)], ignore_system_fonts=True)


def _inputs(data: object) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False)}
