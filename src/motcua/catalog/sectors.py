"""Codes of sectors. The portal names a sector; its national code (`G15-TP03`) is known here for a few only."""

from __future__ import annotations

import hashlib
from typing import Final

from motcua.platform.text import search_key

NATIONAL_CODES: Final = {
    "chung khoan": "G12-TC02",
    "chung thuc": "G15-TP03",
    "cong chung": "G15-TP04",
    "hai quan": "G12-TC04",
    "boi thuong nha nuoc": "G15-TP02",
    "bao hiem": "G12-TC14",
}
"""By search key; seen in a public list of 2023 (mã ngành, lĩnh vực), unconfirmed since."""

_LONGEST_SLUG = 48


def sector_code(name: str) -> str:
    """The national code, or a code of our own made from the name (`LV-ho-tich`), the same for the same name."""
    key = search_key(name)
    if key in NATIONAL_CODES:
        return NATIONAL_CODES[key]
    slug = "-".join("".join(letter if letter.isalnum() else " " for letter in key).split())
    if len(slug) > _LONGEST_SLUG:
        slug = f"{slug[:_LONGEST_SLUG].rstrip('-')}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
    return f"LV-{slug}"
