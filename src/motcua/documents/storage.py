"""Where stored bytes lie: addressed by their SHA-256, written once, never changed.

Bytes are on disk, synced and renamed, before the row that names them is committed. A crash in between leaves bytes
without a row, which is harmless.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from motcua.law.errors import BadInput, DomainError

CHUNK = 1024 * 1024


class FileTooLarge(BadInput):
    code = "file_too_large"


class FileMissing(DomainError):
    """A row names content that the store does not hold: an accident of operation, not of the user."""

    code = "file_missing"


@dataclass(frozen=True, slots=True)
class Stored:
    sha256: str  # hex
    size: int  # bytes


class ContentStore(Protocol):
    def put(self, stream: BinaryIO, *, limit_bytes: int) -> Stored:
        """Store everything from the stream's start; the same content twice is stored once. Raises FileTooLarge."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Raises FileMissing."""
        ...

    def holds(self, sha256: str) -> bool: ...

    def remove(self, sha256: str) -> None:
        """Gone for good; content that is not there is no error."""
        ...


def path_of(sha256: str) -> str:
    """`ab/cd/abcd…`: two levels keep a folder small; a hash is the only part of a path that ever comes from outside."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise FileMissing("Không có tệp này.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


class LocalStore:
    """A folder. Bytes go to a temporary file beside, are synced, then renamed into place, then the folder is synced."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, stream: BinaryIO, *, limit_bytes: int) -> Stored:
        waiting = self.root / "tmp"
        waiting.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = waiting / secrets.token_hex(16)
        try:
            with open(part, "xb") as out:
                stored = _copy(stream, out.write, limit_bytes)
                out.flush()
                os.fsync(out.fileno())
            part.chmod(0o440)
            target = self.root / path_of(stored.sha256)
            _make_synced(target.parent, self.root)
            os.replace(part, target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        try:
            return open(self.root / path_of(sha256), "rb")
        except FileNotFoundError as error:
            raise FileMissing("Nội dung tệp không còn trong kho.", sha256=sha256) from error

    def holds(self, sha256: str) -> bool:
        return (self.root / path_of(sha256)).is_file()

    def remove(self, sha256: str) -> None:
        path = self.root / path_of(sha256)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _sync_folder(path.parent)


class RemoteStore:
    """Any other Django storage (S3). The content is spooled first, as its address is only known at its end."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def put(self, stream: BinaryIO, *, limit_bytes: int) -> Stored:
        with tempfile.SpooledTemporaryFile(max_size=8 * CHUNK) as spool:
            stored = _copy(stream, spool.write, limit_bytes)
            if not self.holds(stored.sha256):
                spool.seek(0)
                self.storage.save(path_of(stored.sha256), File(spool))
        return stored

    def open(self, sha256: str) -> BinaryIO:
        try:
            return cast("BinaryIO", self.storage.open(path_of(sha256), "rb"))
        except FileNotFoundError as error:
            raise FileMissing("Nội dung tệp không còn trong kho.", sha256=sha256) from error

    def holds(self, sha256: str) -> bool:
        return bool(self.storage.exists(path_of(sha256)))

    def remove(self, sha256: str) -> None:
        self.storage.delete(path_of(sha256))


def content_store() -> ContentStore:
    """The store of this installation: Django's default storage, by our own careful writer where it is a folder."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        return LocalStore(Path(storage.location))
    return RemoteStore(storage)


def _copy(stream: BinaryIO, write: Callable[[bytes], object], limit_bytes: int) -> Stored:
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit_bytes:
            raise FileTooLarge(
                f"Tệp lớn quá {limit_bytes // 1_000_000} MB. Ông/bà hãy nén hoặc tách thành nhiều tệp nhỏ hơn.",
                limit_bytes=limit_bytes,
            )
        digest.update(chunk)
        write(chunk)
    return Stored(digest.hexdigest(), size)


def _make_synced(folder: Path, root: Path) -> None:
    """Make the folder and sync each new name upwards, so that a power cut cannot lose the way to the content."""
    missing = [part for part in (folder, folder.parent) if not part.is_dir() and part != root]
    folder.mkdir(parents=True, exist_ok=True)
    for part in missing:
        _sync_folder(part.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
