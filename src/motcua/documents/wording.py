"""How values are worded on paper: moments, dates, and text made safe for the shipped fonts."""

from __future__ import annotations

import struct
import unicodedata
from datetime import date, datetime
from functools import cache
from pathlib import Path

from motcua.law.moments import VIETNAM

FONTS = Path(__file__).with_name("fonts")
MISSING = "□"


def date_words(day: date) -> str:
    """ "ngày 05 tháng 02 năm 2026": days below 10 and months 1, 2 with a zero (NĐ 30/2020/NĐ-CP, Phụ lục I)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def moment_words(moment: datetime) -> str:
    """ "16 giờ 00 phút, ngày 26 tháng 11 năm 2026" in local time."""
    local = moment.astimezone(VIETNAM)
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {date_words(local.date())}"


def date_short(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def moment_short(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def printable(text: str) -> str:
    """Text as the shipped fonts can print it: NFC, no control or direction signs, unknown letters as a box.

    A letter without a glyph would stop the archival PDF, and an unseen direction sign could turn a name around.
    """
    kept = []
    for letter in unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " "):
        category = unicodedata.category(letter)
        if letter == "\n":
            kept.append(letter)
        elif category in ("Cc", "Cf", "Cs"):
            continue
        elif category in ("Zl", "Zp"):
            kept.append("\n")
        else:
            kept.append(letter if ord(letter) in _coverage() else MISSING)
    return "".join(kept)


@cache
def _coverage() -> frozenset[int]:
    """Code points that all four cuts of the shipped family draw."""
    return frozenset.intersection(*(_cmap(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))))


def _cmap(font: bytes) -> frozenset[int]:
    """Code points in a TrueType font's Unicode table (format 4, the one the shipped fonts carry)."""
    tables = {
        tag: offset
        for tag, _, offset, _ in (
            struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(struct.unpack_from(">H", font, 4)[0])
        )
    }
    cmap = tables[b"cmap"]
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">L", font, cmap + 4 + 8 * n + 4)[0]
        if struct.unpack_from(">H", font, start)[0] == 4:
            return _format_4(font, start)
    raise ValueError("font without a Unicode table of format 4")


def _format_4(font: bytes, start: int) -> frozenset[int]:
    segments = struct.unpack_from(">H", font, start + 6)[0] // 2
    at = start + 14
    ends = struct.unpack_from(f">{segments}H", font, at)
    starts = struct.unpack_from(f">{segments}H", font, at + 2 * segments + 2)
    deltas = struct.unpack_from(f">{segments}H", font, at + 4 * segments + 2)
    ranges_at = at + 6 * segments + 2
    offsets = struct.unpack_from(f">{segments}H", font, ranges_at)
    covered = set()
    for n in range(segments):
        for point in range(starts[n], min(ends[n], 0xFFFE) + 1):
            if offsets[n] == 0:
                glyph = point + deltas[n]
            else:
                place = ranges_at + 2 * n + offsets[n] + 2 * (point - starts[n])
                glyph = struct.unpack_from(">H", font, place)[0]
            if glyph & 0xFFFF:
                covered.add(point)
    return frozenset(covered)
