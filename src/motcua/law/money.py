"""Money is whole dong, an `int`; there is no smaller unit and no fraction."""

from __future__ import annotations

import re

from motcua.law.errors import BadInput

_SIGN = re.compile(r"\s*(?:đồng|vnđ|vnd|việt nam đồng|đ|₫)\.?$", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<mark>[.,\x20\xa0])[0-9]{3})(?:(?P=mark)[0-9]{3})*")


class BadMoney(BadInput):
    code = "bad_money"


def format_dong(amount: int) -> str:
    """`1234000` → `1.234.000 đ`."""
    return f"{amount:,}".replace(",", ".") + " đ"


def parse_dong(text: str) -> int:
    """Read `1.234.000 đ`, `1,234,000 VNĐ`, `1234000`, `50 000 đồng` as whole dong, zero or more. Raises BadMoney.

    A group that is not three digits (`1.5`, `12.34`) is refused: it may mean a fraction or millions.
    """
    bare = _SIGN.sub("", text.strip())
    if _PLAIN.fullmatch(bare):
        return int(bare)
    match = _GROUPED.fullmatch(bare)
    if match is None:
        raise BadMoney(f"Số tiền “{text}” không đọc được; cần số đồng chẵn như 1.234.000 đ.", text=text)
    return int(bare.replace(match["mark"], ""))
