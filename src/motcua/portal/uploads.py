"""Files through the portal's door: what is said about them on the page, storing them, sending them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse

from motcua.documents.content_types import ALLOWED, content_type_of, display_name
from motcua.documents.models import StoredFile
from motcua.documents.storage import content_store

MAX_UPLOAD_BYTES: Final = 20_000_000
RULES_TEXT: Final = f"Nhận tệp PDF, ảnh JPG hoặc PNG, Word, Excel, mỗi tệp không quá {MAX_UPLOAD_BYTES // 1_000_000} MB."
ACCEPT: Final = ",".join(kind.extension for kind in ALLOWED)


def receive(upload: UploadedFile, *, at: datetime) -> dict[str, Any]:
    """Store one uploaded file; {sha256, name, size} as a draft keeps it. Raises BadInput in Vietnamese."""
    kind = content_type_of(upload.file)
    stored = content_store().put(upload.file, limit_bytes=MAX_UPLOAD_BYTES)
    StoredFile.objects.get_or_create(
        sha256=stored.sha256,
        defaults={"size": stored.size, "content_type": kind.mime, "scan": StoredFile.Scan.OFF, "stored_at": at},
    )
    return {"sha256": stored.sha256, "name": display_name(upload.name or "", kind), "size": stored.size}


def send(sha256: str, *, name: str) -> FileResponse:
    """A stored file as a download that the browser may show. Raises what the documents room raises when it may not be opened."""
    row = StoredFile.objects.get(sha256=sha256)
    return FileResponse(content_store().open(sha256), filename=name, content_type=row.content_type)
