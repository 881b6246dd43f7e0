"""Vietnamese number words from 1 to 999, as written in brackets behind a figure: `15 (mười lăm) ngày`."""

from __future__ import annotations

from functools import cache

_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def value_of_words(words: str) -> int | None:
    """`hai mươi mốt` → 21; None where the words are no number of 1–999. Marks must be right, case is ignored."""
    return _table().get(" ".join(words.casefold().split()))


@cache
def _table() -> dict[str, int]:
    table = {}
    for number in range(1, 1000):
        for words in _spellings(number):
            table[words] = number
    return table


def _spellings(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    if hundreds == 0:
        return _below_hundred(rest)
    head = f"{_ONES[hundreds]} trăm"
    if rest == 0:
        return [head]
    if rest < 10:
        return [f"{head} {zero} {_ONES[rest]}" for zero in ("linh", "lẻ")]
    return [f"{head} {tail}" for tail in _below_hundred(rest)]


def _below_hundred(number: int) -> list[str]:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return [*([_ONES[ones]]), *(["bẩy"] if ones == 7 else [])]
    head = "mười" if tens == 1 else f"{_ONES[tens]} mươi"
    if ones == 0:
        return [head]
    last = [_ONES[ones]]
    if ones == 1 and tens > 1:
        last = ["mốt", "một"]
    elif ones == 4 and tens > 1:
        last = ["bốn", "tư"]
    elif ones == 5:
        last = ["lăm", "nhăm"] if tens > 1 else ["lăm"]
    return [f"{head} {word}" for word in last]
