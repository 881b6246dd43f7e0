"""Files handed in: stored by their SHA-256, their type read from their content."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import File, Router
from ninja.files import UploadedFile

from motcua.api.answers import Answer
from motcua.api.auth import Bearer
from motcua.api.models import Scope
from motcua.api.problems import PROBLEMS
from motcua.api.schemas import FileOut
from motcua.documents.services import store_upload
from motcua.law.errors import BadInput
from motcua.platform.clock import now

router = Router(tags=["files"])


@router.post("", response={201: FileOut, **PROBLEMS}, auth=Bearer(Scope.SUBMIT), operation_id="upload_file")
def upload_file(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Store a file; name its `sha256` in a paper or a result. The same content twice is one file."""
    if file.file is None:
        raise BadInput("Tệp: chưa có nội dung.", field="file")
    stored = store_upload(file.file, name=file.name or "", at=now())
    return Answer(201, {"sha256": stored.sha256, "size": stored.size, "content_type": stored.content_type}).response()
