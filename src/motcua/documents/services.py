"""What writes in this room: taking in and scanning files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from motcua.documents.content_types import BY_MIME, content_type_of, display_name
from motcua.documents.models import StoredFile
from motcua.documents.scanning import Clamd, StreamTooLong
from motcua.documents.storage import FileMissing, content_store
from motcua.law.errors import DomainError
from motcua.platform.config import config
from motcua.platform.jobs import Job, defer_many

MAX_UPLOAD_BYTES = 20_000_000
SCAN = "motcua.documents.tasks.scan"


class FileNotScanned(DomainError):
    """Scanning is on and this file has not been found clean yet."""

    code = "file_not_scanned"


class FileInfected(DomainError):
    code = "file_infected"


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """`name` is safe to show and to offer on download; never use it as a path."""

    sha256: str
    name: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The caller closes `stream`. `inline` = a browser may show it itself instead of saving it."""

    stream: BinaryIO
    content_type: str
    extension: str
    size: int
    inline: bool


def store_upload(stream: BinaryIO, *, name: str, at: datetime) -> StoredUpload:
    """Take in a file from outside; the same content twice is one file. Bytes are safe on disk before the row is there.

    Where scanning is on, a scan is asked for and the file cannot be opened until it was found clean. Raises
    FileTypeNotAllowed, FileTooLarge; then nothing is kept.
    """
    kind = content_type_of(stream)
    stored = content_store().put(stream, limit_bytes=MAX_UPLOAD_BYTES)
    with transaction.atomic():
        StoredFile.objects.bulk_create(
            [
                StoredFile(
                    sha256=stored.sha256,
                    size=stored.size,
                    content_type=kind.mime,
                    scan=StoredFile.Scan.OFF,
                    stored_at=at,
                )
            ],
            ignore_conflicts=True,
        )
        ask_for_scans([stored.sha256])
    return StoredUpload(stored.sha256, display_name(name, kind), stored.size, kind.mime)


def ask_for_scans(hashes: list[str] | None = None) -> int:
    """Queue a scan of every file (or of those named) that was stored while scanning was off; returns how many.

    Does nothing while scanning is off. Run as a sweep, it catches up after scanning has been switched on.
    """
    if config().clamd is None:
        return 0
    with transaction.atomic():
        unscanned = StoredFile.objects.select_for_update(skip_locked=True).filter(scan=StoredFile.Scan.OFF)
        if hashes is not None:
            unscanned = unscanned.filter(pk__in=hashes)
        found = list(unscanned.values_list("pk", flat=True)[:500])
        StoredFile.objects.filter(pk__in=found).update(scan=StoredFile.Scan.WAITING)
        defer_many([Job(SCAN, {"sha256": sha256}) for sha256 in found])
    return len(found)


def scan_file(sha256: str, *, scanner: Clamd) -> None:
    """Ask the scanner about one waiting file and keep its verdict; a file already judged is left alone.

    Raises ScannerUnavailable for the worker to try again. No transaction is open while the scanner works.
    """
    if not StoredFile.objects.filter(pk=sha256, scan=StoredFile.Scan.WAITING).exists():
        return
    judged: dict[str, str]
    with content_store().open(sha256) as stream:
        try:
            verdict = scanner.scan(stream)
            judged = {
                "scan": StoredFile.Scan.CLEAN if verdict.clean else StoredFile.Scan.INFECTED,
                "scan_note": verdict.signature[:200],
            }
        except StreamTooLong:
            # Stays unopened: the scanner's own limit must be raised first, then the file handed in again.
            judged = {"scan_note": "tệp lớn hơn giới hạn của máy quét (StreamMaxLength)"}
    StoredFile.objects.filter(pk=sha256, scan=StoredFile.Scan.WAITING).update(**judged)


def store_own(content: BinaryIO, *, content_type: str, at: datetime) -> StoredFile:
    """Keep a file that the program itself made; it needs no scan. Returns its row, in the caller's transaction."""
    stored = content_store().put(content, limit_bytes=10 * MAX_UPLOAD_BYTES)
    row, _ = StoredFile.objects.get_or_create(
        pk=stored.sha256,
        defaults={
            "size": stored.size,
            "content_type": content_type,
            "scan": StoredFile.Scan.CLEAN,
            "scan_note": "do chương trình tạo",
            "stored_at": at,
        },
    )
    return row


def open_file(sha256: str) -> OpenedFile:
    """Open stored content; that the actor may have it must be settled before.

    Raises FileMissing, FileInfected, and FileNotScanned where scanning is on and there is no clean verdict.
    """
    file = StoredFile.objects.filter(pk=sha256).first()
    if file is None:
        raise FileMissing("Không có tệp này.", sha256=sha256)
    _check_openable(file)
    kind = BY_MIME.get(file.content_type)
    return OpenedFile(
        stream=content_store().open(sha256),
        content_type=file.content_type,
        extension=kind.extension if kind else "",
        size=file.size,
        inline=file.content_type in {"application/pdf", "image/jpeg", "image/png"},
    )


def _check_openable(file: StoredFile) -> None:
    if file.scan == StoredFile.Scan.INFECTED:
        raise FileInfected("Tệp có mã độc nên đã bị khóa, không mở được.", sha256=file.sha256)
    if config().clamd is not None and file.scan != StoredFile.Scan.CLEAN:
        raise FileNotScanned("Tệp đang chờ quét mã độc. Ông/bà hãy mở lại sau ít phút.", sha256=file.sha256)


def can_stand_as_result(sha256: str) -> bool:
    """Whether content with this hash is stored, whole in the store, and may be opened: the evidence behind a result."""
    file = StoredFile.objects.filter(pk=sha256).first()
    if file is None:
        return False
    try:
        _check_openable(file)
    except DomainError:
        return False
    return content_store().holds(sha256)
