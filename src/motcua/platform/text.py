"""Vietnamese text as the house stores and finds it: NFC everywhere, search keys without marks and case."""

from __future__ import annotations

import unicodedata

_NO_BAR = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})


def nfc(text: str) -> str:
    """The one form in which text is stored and compared; keyboards and imports also send decomposed letters."""
    return unicodedata.normalize("NFC", text)


def search_key(text: str) -> str:
    """`Đăng ký khai sinh` → `dang ky khai sinh`: no marks, lower case, one blank between words.

    Computed here and stored, because the embedded server has neither unaccent nor pg_trgm; a query must go through
    this same function. `đ` has no decomposition, hence the table; the eth is what Latin-1 imports put in its place.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(bare.translate(_NO_BAR).casefold().split())
