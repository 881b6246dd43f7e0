"""Vietnamese text as the house stores and finds it: NFC everywhere, search keys without marks and case."""

from __future__ import annotations

import re
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


_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Without the control signs that no XML may hold, and so no file of an office program: names come from everywhere."""
    return _NO_XML.sub("", text)


def no_formula(text: str) -> str:
    """For a cell of a spreadsheet: what begins like a formula stays a name."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the dictionary's order after no tone
_PRIMARY = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}


def sort_key(text: str) -> str:
    """The dictionary order of Vietnamese as a string that sorts by code points (`COLLATE "C"`).

    Letters first (a ă â … d đ …), then the tones of the whole text. Stored beside a name where a list is sorted: the
    embedded server is built without ICU, so no Vietnamese collation exists there.
    """
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", text.casefold()):
        bare = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in bare if mark in _TONES), "")
        letter = unicodedata.normalize("NFC", bare.replace(tone, "")) if tone else char
        letters.append(_PRIMARY.get(letter, letter))
        tones.append(str(_TONES.index(tone) + 1) if tone else "0")
    # The tab is below the blank, so that "An" comes before "An Bình" whatever the tones.
    return "".join(letters) + "\t" + "".join(tones)
