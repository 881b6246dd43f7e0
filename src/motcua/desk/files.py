"""Files in and out of the desk's pages, through the documents room."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from django.http import FileResponse, HttpResponse

from motcua.documents.content_types import ACCEPTED_TEXT, ALLOWED
from motcua.documents.services import open_file, store_upload
from motcua.law.errors import BadInput

__all__ = ["ACCEPT", "ACCEPTED_TEXT", "Taken", "answer", "made_now", "printed", "take", "take_drawing"]

ACCEPT: Final = ",".join(kind.extension for kind in ALLOWED)
_DRAWING_HEAD: Final = "data:image/png;base64,"
_LARGEST_DRAWING: Final = 400_000  # characters of base64; a signature is some 20,000


@dataclass(frozen=True, slots=True)
class Taken:
    """A stored upload: its address and a name fit to show."""

    sha256: str
    name: str


def take_drawing(data_url: str, *, at: datetime) -> Taken:
    """Store what was drawn on the signature canvas. Raises BadInput for anything that is not such a picture."""
    if not data_url.startswith(_DRAWING_HEAD) or len(data_url) > _LARGEST_DRAWING:
        raise BadInput("Chữ ký không đọc được; xin ký lại.", field="signature")
    try:
        content = base64.b64decode(data_url[len(_DRAWING_HEAD) :], validate=True)
    except binascii.Error as error:
        raise BadInput("Chữ ký không đọc được; xin ký lại.", field="signature") from error
    return _store(io.BytesIO(content), "chu-ky.png", at)


def take(upload: Any, *, at: datetime) -> Taken:
    """Store an uploaded file. Raises BadInput when its content or size is not allowed."""
    return _store(upload.file, upload.name or "tep", at)


def _store(stream: BinaryIO, name: str, at: datetime) -> Taken:
    stored = store_upload(stream, name=name, at=at)
    return Taken(stored.sha256, stored.name)


def answer(sha256: str, name: str, *, save: bool = False) -> FileResponse:
    """The file as an answer that nobody keeps: shown in the browser where that is safe, else saved under `name`."""
    opened = open_file(sha256)
    shown = name if name.lower().endswith(opened.extension) else f"{name}{opened.extension}"
    response = FileResponse(
        opened.stream, as_attachment=save or not opened.inline, filename=shown, content_type=opened.content_type
    )
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# Papers of our own making, which a page of ours frames: a sandbox would keep the browser's PDF reader out.
_FRAMED: Final = "default-src 'self'; object-src 'self'; style-src 'unsafe-inline'"


def printed(sha256: str, name: str) -> FileResponse:
    """A stored paper of our own making."""
    response = answer(sha256, name)
    response["Content-Security-Policy"] = _FRAMED
    return response


def made_now(pdf: bytes, name: str) -> HttpResponse:
    """A paper that is made for this answer and kept nowhere. `name` without its extension."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = _FRAMED
    return response
