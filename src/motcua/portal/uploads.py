"""Files through the portal's door: what is said about them on the page, storing them, sending them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse

from motcua.documents.content_types import ALLOWED
from motcua.documents.services import MAX_UPLOAD_BYTES, open_file, store_upload

RULES_TEXT: Final = (
    f"Nhận tệp PDF, ảnh JPG hoặc PNG, Word, Excel, mỗi tệp không quá {MAX_UPLOAD_BYTES // 1_000_000} MB."
)
ACCEPT: Final = ",".join(kind.extension for kind in ALLOWED)


def receive(upload: UploadedFile, *, at: datetime) -> dict[str, Any]:
    """Store one uploaded file; {sha256, name, size} as a draft keeps it. Raises BadInput in Vietnamese."""
    stored = store_upload(upload.file, name=upload.name or "", at=at)
    return {"sha256": stored.sha256, "name": stored.name, "size": stored.size}


def send(sha256: str, *, name: str) -> FileResponse:
    """A stored file, shown by the browser where it safely can; `name` comes without an extension. That this browser may
    have it is settled before. Raises FileNotScanned, FileInfected, FileMissing."""
    opened = open_file(sha256)
    return FileResponse(
        opened.stream,
        filename=name + opened.extension,
        as_attachment=not opened.inline,
        content_type=opened.content_type,
    )
