"""The catalogue's flattened table of channels, split back into rows.

The national portal prints one row per way of handing in: channel, time, fee, description. Exports glue all cells of
all rows together, as in `Trực tuyến3 Ngày làm việcMiễn phíDịch vụ bưu chính5 Ngày làm việcMiễn phí(Không có)`.
A row begins where a channel's name is followed at once by a time cell and a fee cell; the same words inside prose
(“nộp Trực tiếp tại …”) are followed by a blank or by something that is no cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HEADER: Final = "Hình thức nộpThời gianPhí, lệ phíMô tả"

CHANNELS: Final = {"Trực tuyến": "online", "Trực tiếp": "counter", "Dịch vụ bưu chính": "post"}
"""Name on the portal → our code."""

NO_INFORMATION: Final = "Không có thông tin"

_NAMES = "|".join(CHANNELS)
_CURRENCY = r"(?:VNĐ|VND|Việt Nam Đồng|đồng|[A-Z]{3})"
_FEE = rf"(?P<fee>Miễn phí|{NO_INFORMATION}|[0-9][0-9.,]*\s?{_CURRENCY})"
_COUNTED = r"[0-9]+(?:[.,][0-9]+)?\s?(?:Ngày làm việc|Ngày|Giờ làm việc|Giờ|Phút|Tuần|Tháng|Năm)"
_ROW = re.compile(
    rf"(?P<channel>{_NAMES})"
    rf"(?:(?P<counted>{_COUNTED}){_FEE}"
    rf"|(?P<bare>[0-9]{{1,4}})(?P<plain_fee>Miễn phí|{NO_INFORMATION})"
    rf"|(?P<run>[0-9][0-9.,]*)\s?(?P<currency>{_CURRENCY})"
    rf"|(?P<words>(?=[A-ZÀ-ỴĐ])[^0-9\n]{{2,200}}?){_FEE.replace('fee>', 'last_fee>')})"
)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One row. Texts are verbatim; `time` is empty and `run` set where number and fee stand together without a mark.

    `run` is `1100 VNĐ`, of which nobody can say where the time ends. `fee_note` stands in brackets behind the fee.
    """

    channel: str
    time: str
    run: str
    fee: str
    fee_note: str
    description: str


def is_flattened(text: str) -> bool:
    """Whether `text` is such a table (with or without its header) rather than a bare limit."""
    return text.startswith(HEADER) or _ROW.match(text.lstrip()) is not None


def split_rows(text: str) -> tuple[tuple[ChannelRow, ...], str]:
    """Rows in their order, and what stands before the first row and belongs to none (empty when all was understood)."""
    body = text.removeprefix(HEADER)
    starts = list(_ROW.finditer(body))
    if not starts:
        return (), body.strip()
    ends = [match.start() for match in starts[1:]] + [len(body)]
    rows = tuple(_row(match, body[match.end() : end]) for match, end in zip(starts, ends, strict=True))
    return rows, body[: starts[0].start()].strip()


def _row(match: re.Match[str], rest: str) -> ChannelRow:
    note, description = _bracketed(rest)
    run = f"{match['run']} {match['currency']}" if match["run"] else ""
    return ChannelRow(
        channel=CHANNELS[match["channel"]],
        time=(match["counted"] or match["bare"] or match["words"] or "").strip(),
        run=run,
        fee=match["fee"] or match["plain_fee"] or match["last_fee"] or "",
        fee_note=note,
        description=description.strip(),
    )


def _bracketed(rest: str) -> tuple[str, str]:
    """Text of the bracket at the very start and what follows; a bracket never closed takes all that is left."""
    if not rest.startswith("("):
        return "", rest
    depth = 0
    for position, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return rest[1:position].strip(), rest[position + 1 :]
    return rest[1:].strip(), ""
