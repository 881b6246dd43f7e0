"""How long a printed form takes: every kind rendered many times, beside a bare page of the same engine."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from statistics import median
from typing import Any

import typst

from motcua.documents import rendering, specimens
from motcua.documents.form_sets import FormKind, form_for
from motcua.documents.wording import FONTS

ON = date(2026, 11, 21)
BARE = '#set page("a5")\n#set text(font: "Tinos", size: 11pt)\n' + "Giấy tiếp nhận hồ sơ số {n}, hẹn trả kết quả. " * 25


def run(rounds: int = 40) -> dict[str, Any]:
    """Median milliseconds a page, each rendering with another number so that nothing is answered from memory.

    The reference is the engine's floor: a plain page with as much text, no layout, no archival standard, no QR code.
    """
    forms = {str(kind): _form(kind, rounds) for kind in FormKind}
    return {
        "ms_per_page": forms,
        "pages_per_second": round(1000 / median(forms.values()), 1),
        "reference_bare_page_ms": _bare(rounds),
    }


def _form(kind: FormKind, rounds: int) -> float:
    form, context = form_for(kind, on=ON), specimens.specimen(kind)
    times = []
    for n in range(rounds + 1):
        numbered = replace(context, head=replace(context.head, number=f"{n}/TTPVHCC"))
        start = time.perf_counter()
        pages = rendering.render(form, numbered).pages
        times.append((time.perf_counter() - start) / pages)
    return _median_ms(times[1:])


def _bare(rounds: int) -> float:
    compiler = typst.Compiler(font_paths=[str(FONTS)], ignore_system_fonts=True)
    times = []
    for n in range(rounds + 1):
        source = BARE.replace("{n}", str(n)).encode()
        start = time.perf_counter()
        compiler.compile(source, format="pdf")
        times.append(time.perf_counter() - start)
    return _median_ms(times[1:])


def _median_ms(seconds: list[float]) -> float:
    return round(median(seconds) * 1000, 2)
