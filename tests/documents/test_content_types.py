"""Types are read from content; names from outside are only ever shown."""

from __future__ import annotations

import io
import zipfile

import pytest

from motcua.documents import rendering, specimens
from motcua.documents.content_types import (
    DOCX,
    JPEG,
    ODS,
    ODT,
    PDF,
    PNG,
    XLSX,
    ContentType,
    FileTypeNotAllowed,
    content_type_of,
    display_name,
)
from motcua.documents.form_sets import FormKind, form_for


def archive(*parts: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts:
            file.writestr(name, content)
    return out.getvalue()


def ooxml(main: str, *more: tuple[str, str]) -> bytes:
    types = f'<Types><Override PartName="/x.xml" ContentType="{main}"/></Types>'
    return archive(("[Content_Types].xml", types), ("x.xml", "<x/>"), *more)


WORD = f"{DOCX.mime}.main+xml"
EXCEL = f"{XLSX.mime}.main+xml"
GOOD: list[tuple[bytes, ContentType]] = [
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", PDF),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 20, JPEG),
    (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00" + b"\x00" * 20, JPEG),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20, PNG),
    (ooxml(WORD), DOCX),
    (ooxml(EXCEL), XLSX),
    (archive(("mimetype", ODT.mime), ("content.xml", "<x/>")), ODT),
    (archive(("mimetype", ODS.mime), ("content.xml", "<x/>")), ODS),
]


@pytest.mark.parametrize(("content", "kind"), GOOD, ids=[kind.extension for _, kind in GOOD])
def test_allowed_types_are_known_by_content(content: bytes, kind: ContentType) -> None:
    stream = io.BytesIO(content)
    stream.seek(7)

    assert content_type_of(stream) == kind
    assert stream.tell() == 0


def test_our_own_papers_are_allowed() -> None:
    form, context = form_for(FormKind.REFUSAL, on=specimens.RECEIVED.date()), specimens.specimen(FormKind.REFUSAL)

    assert content_type_of(io.BytesIO(rendering.render(form, context).pdf)) == PDF
    assert content_type_of(io.BytesIO(rendering.preview_png(form, context, ppi=30))) == PNG


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ghi chu",
        b"MZ\x90\x00" + b"\x00" * 60,
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?php ?>%PDF-1.7",
        b"   %PDF-1.7",
        b"GIF89a" + b"\x00" * 20,
        archive(("a.txt", "x")),
        archive(("mimetype", "application/epub+zip")),
        ooxml("application/vnd.ms-word.document.macroEnabled.main+xml"),
        ooxml(WORD, ("word/vbaProject.bin", "x")),
        ooxml(WORD)[:-30],
        b"PK\x03\x04" + b"\x00" * 40,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40,
    ],
)
def test_everything_else_is_refused_with_what_is_accepted(content: bytes) -> None:
    with pytest.raises(FileTypeNotAllowed) as refused:
        content_type_of(io.BytesIO(content))

    assert refused.value.code == "file_type_not_allowed"
    assert "PDF, JPG, PNG, DOCX, XLSX, ODT, ODS" in refused.value.message or content == b""


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Đơn đề nghị.pdf", "Đơn đề nghị.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\an\\Giấy tờ.PDF", "Giấy tờ.pdf"),
        ("don.pdf.exe", "don.pdf.pdf"),
        ("hoa\u202efdp.exe", "hoafdp.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "tep.pdf"),
        ("...", "tep.pdf"),
        ('x<y>:"z|?*.pdf', "x_y_z_.pdf"),
        ("n" * 300 + ".pdf", "n" * 150 + ".pdf"),
        ("Thuy\u0309.pdf", "Thuỷ.pdf"),
    ],
)
def test_given_names_are_made_harmless(given: str, shown: str) -> None:
    assert display_name(given, PDF) == shown
