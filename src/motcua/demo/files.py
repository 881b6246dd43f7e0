"""Three sample files: a paper as an applicant scans it, a signed result, a signature as drawn on a tablet."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime

from motcua.demo.world import Samples
from motcua.documents.services import store_upload


def store_samples(at: datetime) -> Samples:
    paper = store_upload(io.BytesIO(_pdf("GIAY TO MAU - SAMPLE PAPER")), name="giay-to-mau.pdf", at=at)
    result = store_upload(io.BytesIO(_pdf("KET QUA MAU - SAMPLE RESULT")), name="ket-qua-mau.pdf", at=at)
    signature = store_upload(io.BytesIO(_drawing()), name="chu-ky.png", at=at)
    return Samples(paper.sha256, result.sha256, signature.sha256)


def _pdf(words: str) -> bytes:
    """One A4 page with one line in a built-in font, hence without marks."""
    stream = f"BT /F1 24 Tf 90 700 Td ({words}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _drawing() -> bytes:
    """A wavy line on white, as a PNG of one grey channel."""
    width, height = 240, 90
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for x in range(20, width - 20):
        middle = 45 + (x % 37 - 18) * (1 if (x // 37) % 2 else -1) + (x * x) % 7
        for y in range(middle - 1, middle + 2):
            rows[y][x] = 0
    pixels = zlib.compress(b"".join(b"\x00" + bytes(row) for row in rows))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
