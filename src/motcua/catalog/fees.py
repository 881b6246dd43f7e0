"""Reads the fee of one channel. One whole amount that always holds is read; a rate, a reduction or several are not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from motcua.law.channel_rows import NO_INFORMATION, ChannelRow

_AMOUNT = re.compile(r"(?P<number>[0-9][0-9.,]*)\s?(?P<currency>.+)")
_DONG = {"VNĐ", "VND", "Việt Nam Đồng", "đồng"}
_MONEY = re.compile(
    r"(?<![0-9.,/])(?P<number>[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+)\s*(?:đồng|đ|vnđ|vnd)(?!\w)", re.IGNORECASE
)
_MILLIONS = re.compile(r"(?<![0-9.,/])(?P<number>[0-9]{1,4})\s*triệu\s*đồng", re.IGNORECASE)
_NOTHING = re.compile(r"[-\s.]*(?:không(?:\s+có|\s+quy\s+định|\s+thu)?)?[\s.;]*", re.IGNORECASE)
_WHOLE = re.compile(
    r"/?\s*(?:hồ\s+sơ|lần(?:\s+cấp)?|trường\s+hợp|giấy(?:\s+(?:phép|chứng\s+nhận))?|chứng\s+chỉ|thẻ|"
    r"(?:01\s+)?giấy\s+chứng\s+nhận|(?:01\s+)?lần(?:\s+cấp)?)[\s.)]*",
    re.IGNORECASE,
)
_REDUCED = re.compile(r"(?<!\w)(?:miễn|giảm|áp\s+dụng\s+mức|tối\s+thiểu|tối\s+đa|%|bằng\s+[0-9])", re.IGNORECASE)
_CASE = re.compile(r"đối\s+với|trường\s+hợp|(?<!\w)(?:trên|dưới|từ)\s+[0-9]", re.IGNORECASE)
_LABEL = re.compile(r"[\s*+(-]*(?:theo|thông\s+tư|căn\s+cứ|mức|phí|lệ\s+phí|đồng|/)", re.IGNORECASE)
_EXEMPT = re.compile(r"[-\s(]*miễn\s+(?:lệ\s+)?phí", re.IGNORECASE)
_PER = re.compile(r"(?:đồng|đ|vnđ)\s*/\s*(?P<per>.{1,30})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fee:
    """`dong` None = not one plain amount; `text` is what is printed, verbatim; `doubt` says in Vietnamese why not."""

    dong: int | None
    text: str
    doubt: str = ""
    suggestion: int | None = None


def read_fee(row: ChannelRow) -> Fee:
    """The fee of a row; a fee that has run into the time is settled together with the time and is no doubt of its own."""
    if row.run:
        return Fee(None, _text(row.run, row.fee_note))
    text = _text(row.fee, row.fee_note)
    prose = f"{row.fee_note} {row.description}"
    stated = _stated(prose)
    if row.fee == NO_INFORMATION:
        if stated:
            return Fee(None, "", "cổng không ghi phí nhưng phần mô tả có số tiền", _only(stated))
        return Fee(None, "")
    if row.fee == "Miễn phí":
        if stated or not _is_plain_exemption(row.fee_note):
            return Fee(None, text, "ghi miễn phí nhưng ghi chú nói có mức thu hoặc do nơi khác quy định", _only(stated))
        return Fee(0, text)
    return _amount(row.fee, text, prose, stated)


def _amount(cell: str, text: str, prose: str, stated: set[int]) -> Fee:
    match = _AMOUNT.fullmatch(cell)
    assert match is not None  # a fee cell is one of the three shapes that `channel_rows` lets through
    if match["currency"] not in _DONG:
        return Fee(None, text, f"phí ghi bằng {match['currency']}, không phải đồng")
    amount = int(re.sub(r"[.,]", "", match["number"]))
    if amount * 1000 in stated and amount < 10_000:
        return Fee(None, text, "số tiền nhỏ khác thường; ghi chú cho số gấp nghìn lần", amount * 1000)
    if 0 < amount < 1000:
        return Fee(None, text, "số tiền nhỏ khác thường")
    if stated - {amount}:
        return Fee(None, text, "phần mô tả còn ghi mức thu khác", amount)
    if _REDUCED.search(prose):
        return Fee(None, text, "có miễn, giảm hoặc cách tính riêng", amount)
    note = text.partition("(")[2]
    if _CASE.search(note) or not (_NOTHING.fullmatch(note) or _LABEL.match(note) or amount in stated):
        return Fee(None, text, "mức thu chỉ nêu cho một trường hợp", amount)
    if not _is_for_the_whole(text, prose):
        return Fee(None, text, "thu theo đơn vị, không phải một mức cho cả hồ sơ", amount)
    return Fee(amount, text)


def _is_for_the_whole(text: str, prose: str) -> bool:
    bracket = text.partition("(")[2].rstrip(")")
    if bracket.startswith("/"):
        return _WHOLE.fullmatch(bracket) is not None
    return all(_WHOLE.match(match["per"]) for match in _PER.finditer(prose))


def _is_plain_exemption(note: str) -> bool:
    """An exemption for some people only says that others pay."""
    if _NOTHING.fullmatch(note):
        return True
    return bool(_EXEMPT.match(note)) and not (_CASE.search(note) or re.search(r"cho\s+người", note, re.IGNORECASE))


def _stated(prose: str) -> set[int]:
    amounts = {int(re.sub(r"[.,]", "", match["number"])) for match in _MONEY.finditer(prose)}
    amounts |= {int(match["number"]) * 1_000_000 for match in _MILLIONS.finditer(prose)}
    return amounts - {0}


def _only(amounts: set[int]) -> int | None:
    return next(iter(amounts)) if len(amounts) == 1 else None


def _text(cell: str, note: str) -> str:
    return f"{cell} ({' '.join(note.split())})" if note and not _NOTHING.fullmatch(note) else cell
