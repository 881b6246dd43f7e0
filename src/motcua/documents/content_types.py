"""What a file really is, read from its content; the name and the declared type of an upload are never believed."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

import puremagic

from motcua.law.errors import BadInput


@dataclass(frozen=True, slots=True)
class ContentType:
    mime: str
    extension: str  # with the dot
    name: str  # Vietnamese


PDF = ContentType("application/pdf", ".pdf", "PDF")
JPEG = ContentType("image/jpeg", ".jpg", "ảnh JPEG")
PNG = ContentType("image/png", ".png", "ảnh PNG")
DOCX = ContentType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", "Word (docx)")
XLSX = ContentType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", "Excel (xlsx)")
ODT = ContentType("application/vnd.oasis.opendocument.text", ".odt", "văn bản OpenDocument (odt)")
ODS = ContentType("application/vnd.oasis.opendocument.spreadsheet", ".ods", "bảng tính OpenDocument (ods)")

ALLOWED: tuple[ContentType, ...] = (PDF, JPEG, PNG, DOCX, XLSX, ODT, ODS)
BY_MIME = {kind.mime: kind for kind in ALLOWED}
ACCEPTED_TEXT = "PDF, JPG, PNG, DOCX, XLSX, ODT, ODS"

# Main part of an OOXML file → type; the macro-enabled sorts (docm, xlsm) have other content types and stay out.
_OOXML = {
    f"{DOCX.mime}.main+xml": DOCX,
    f"{XLSX.mime}.main+xml": XLSX,
}
_HEAD_BYTES = 8192
_LARGEST_INDEX_BYTES = 1_000_000
_MOST_PARTS = 10_000


class FileTypeNotAllowed(BadInput):
    """The content is not one of the allowed types, or is not what it pretends to be."""

    code = "file_type_not_allowed"


def content_type_of(stream: BinaryIO) -> ContentType:
    """The type of a seekable stream, left at its start. Raises FileTypeNotAllowed; an empty file has no type."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if not head:
        raise FileTypeNotAllowed("Tệp rỗng, không có nội dung.")
    claims = _claims(head)
    for kind in (PDF, JPEG, PNG):
        if kind.mime in claims:
            return kind
    if head.startswith(b"PK\x03\x04"):
        found = _office_type(stream)
        stream.seek(0)
        if found is not None:
            return found
    seen = ", ".join(sorted(set(claims.values()) - {""}))
    raise FileTypeNotAllowed(
        f"Nội dung tệp {f'là loại {seen}, ' if seen else ''}không thuộc các loại được nhận: {ACCEPTED_TEXT}.", seen=seen
    )


def _claims(head: bytes) -> dict[str, str]:
    """Types (with an extension) whose signature stands at the very start; a signature further inside is a disguise."""
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return {}
    best = max(match.confidence for match in matches)
    return {match.mime_type: match.extension for match in matches if match.offset == 0 and match.confidence == best}


def _office_type(stream: BinaryIO) -> ContentType | None:
    """What kind of office document a ZIP container is; None = another archive. Only its index is read."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if len(names) > _MOST_PARTS or any(name.endswith("vbaProject.bin") for name in names):
                return None
            if "[Content_Types].xml" in names:
                index = _read_small(archive, "[Content_Types].xml").decode("utf-8", "replace")
                declared = set(re.findall(r'ContentType\s*=\s*"([^"]+)"', index))
                return next((kind for main, kind in _OOXML.items() if main in declared), None)
            if "mimetype" in names:
                return {ODT.mime: ODT, ODS.mime: ODS}.get(_read_small(archive, "mimetype").decode("ascii", "replace"))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None  # damaged, encrypted or packed in an unknown way: nothing we could name
    return None


def _read_small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return io.BytesIO(part.read(_LARGEST_INDEX_BYTES)).getvalue()


def display_name(given: str, kind: ContentType) -> str:
    """A name to show and to offer on download: last path part, no control or direction signs, extension of the content.

    Never used as a path. An empty or unusable name becomes "tep".
    """
    last = PurePosixPath(given.replace("\\", "/")).name
    clean = "".join(
        letter for letter in unicodedata.normalize("NFC", last) if unicodedata.category(letter)[0] != "C"
    ).strip(" .")
    stem = clean[: -len(PurePosixPath(clean).suffix)] if PurePosixPath(clean).suffix else clean
    stem = re.sub(r'[<>:"/|?*]+', "_", stem).strip(" .")[:150]
    return (stem or "tep") + kind.extension
