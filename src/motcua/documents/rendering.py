"""Forms to PDF and previews. Pure: the same form and context give the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import segno

from motcua.documents import contexts
from motcua.documents.form_sets import FormKind, FormTemplate
from motcua.documents.typesetting import Typesetter
from motcua.documents.wording import date_short, date_words, moment_short, moment_words, printable
from motcua.law.money import format_dong

TEMPLATES = Path(__file__).with_name("templates")
_typesetter = Typesetter(TEMPLATES)

CONTEXT_TYPES: dict[FormKind, type[contexts.Context]] = {
    FormKind.RECEIPT: contexts.Receipt,
    FormKind.SUPPLEMENT: contexts.SupplementRequest,
    FormKind.REFUSAL: contexts.Refusal,
    FormKind.APOLOGY: contexts.Apology,
    FormKind.STOP: contexts.StopNotice,
    FormKind.CONTROL_SLIP: contexts.ControlSlip,
    FormKind.REGISTER: contexts.Register,
    FormKind.RETURN_REPLY: contexts.ReturnReply,
    FormKind.RESULT_RECEIPT: contexts.ResultReceipt,
    FormKind.PROCEDURE_LIST: contexts.ProcedureList,
    FormKind.CONSULTATION: contexts.Consultation,
    FormKind.HAND_OVER: contexts.HandOverSheet,
}

_PAGE = re.compile(rb"/Type/Page(?!s)")


@dataclass(frozen=True, slots=True)
class Rendered:
    pdf: bytes
    sha256: str  # hex, of the PDF's bytes
    pages: int


def render(form: FormTemplate, context: contexts.Context) -> Rendered:
    """The paper as an archival PDF (PDF/A-2a, PDF/UA-1)."""
    midnight = datetime.combine(context.head.on, time(), UTC)
    pdf = _typesetter.pdf(f"{form.kind}.typ", _data(form, context), at=midnight)
    return Rendered(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), pages=len(_PAGE.findall(pdf)))


def preview_png(form: FormTemplate, context: contexts.Context, *, page: int = 1, ppi: int = 110) -> bytes:
    """One page (from 1) as PNG. Raises IndexError beyond the last page."""
    return _preview(form, context, page, "png", float(ppi))


def preview_svg(form: FormTemplate, context: contexts.Context, *, page: int = 1) -> bytes:
    """One page (from 1) as SVG with its letters as shapes. Raises IndexError beyond the last page."""
    return _preview(form, context, page, "svg", None)


def _preview(
    form: FormTemplate, context: contexts.Context, page: int, kind: Literal["png", "svg"], ppi: float | None
) -> bytes:
    pages = _typesetter.pictures(f"{form.kind}.typ", _data(form, context), kind=kind, ppi=ppi)
    if not 1 <= page <= len(pages):
        raise IndexError(f"page {page} of {len(pages)}")
    return pages[page - 1]


def _data(form: FormTemplate, context: contexts.Context) -> dict[str, Any]:
    expected = CONTEXT_TYPES[form.kind]
    if type(context) is not expected:
        raise TypeError(f"{form.key} takes {expected.__name__}, not {type(context).__name__}")
    return {
        "form": {"title": form.title, "number": form.number, "instrument": form.instrument, "paper": form.paper},
        "qr_svg": _qr_svg(context.head.qr),
        "context": to_data(context),
    }


def to_data(value: object, name: str = "") -> Any:
    """A context as JSON data with every moment, date and sum already worded. Fields in dong end in `_vnd`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_data(getattr(value, field.name), field.name) for field in fields(value)}
    if isinstance(value, datetime):
        return {"words": moment_words(value), "short": moment_short(value)}
    if isinstance(value, date):
        return {"words": date_words(value), "short": date_short(value)}
    if isinstance(value, tuple):
        return [to_data(item) for item in value]
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, int) and name.endswith("_vnd"):
        return format_dong(value)
    return value


@lru_cache(maxsize=256)  # drawing the code takes a third as long as the page; previews and copies repeat it
def _qr_svg(content: str) -> str:
    if not content:
        return ""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()
