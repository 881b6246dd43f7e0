"""Numbers of persons and businesses: structure only, no claim that a person exists.

Citizen number (số định danh cá nhân), 12 digits: Nghị định 137/2015/NĐ-CP Điều 13 and Thông tư 59/2021/TT-BCA Điều 4:
three digits of the place where birth was registered, one of sex and century, two of the birth year, six at random.
Tax code (mã số thuế), 10 or 13 digits: Thông tư 86/2024/TT-BTC Điều 5; its tenth digit checks the nine before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from motcua.law.errors import BadInput

REGISTRATION_PLACES: Final[dict[str, str]] = {
    "001": "Hà Nội", "002": "Hà Giang", "004": "Cao Bằng", "006": "Bắc Kạn", "008": "Tuyên Quang", "010": "Lào Cai",
    "011": "Điện Biên", "012": "Lai Châu", "014": "Sơn La", "015": "Yên Bái", "017": "Hòa Bình", "019": "Thái Nguyên",
    "020": "Lạng Sơn", "022": "Quảng Ninh", "024": "Bắc Giang", "025": "Phú Thọ", "026": "Vĩnh Phúc",
    "027": "Bắc Ninh", "030": "Hải Dương", "031": "Hải Phòng", "033": "Hưng Yên", "034": "Thái Bình", "035": "Hà Nam",
    "036": "Nam Định", "037": "Ninh Bình", "038": "Thanh Hóa", "040": "Nghệ An", "042": "Hà Tĩnh", "044": "Quảng Bình",
    "045": "Quảng Trị", "046": "Thừa Thiên Huế", "048": "Đà Nẵng", "049": "Quảng Nam", "051": "Quảng Ngãi",
    "052": "Bình Định", "054": "Phú Yên", "056": "Khánh Hòa", "058": "Ninh Thuận", "060": "Bình Thuận",
    "062": "Kon Tum", "064": "Gia Lai", "066": "Đắk Lắk", "067": "Đắk Nông", "068": "Lâm Đồng", "070": "Bình Phước",
    "072": "Tây Ninh", "074": "Bình Dương", "075": "Đồng Nai", "077": "Bà Rịa - Vũng Tàu", "079": "Hồ Chí Minh",
    "080": "Long An", "082": "Tiền Giang", "083": "Bến Tre", "084": "Trà Vinh", "086": "Vĩnh Long", "087": "Đồng Tháp",
    "089": "An Giang", "091": "Kiên Giang", "092": "Cần Thơ", "093": "Hậu Giang", "094": "Sóc Trăng",
    "095": "Bạc Liêu", "096": "Cà Mau",
}  # fmt: skip
"""Places of birth registration, codes of Quyết định 124/2004/QĐ-TTg; a merged province keeps its old codes."""

_FIRST_FOREIGN_PLACE = 101
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_SEPARATORS = re.compile(r"[\s.\-()]")


class BadNumber(BadInput):
    code = "bad_number"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """`place` is None where the first three digits are in no list we know: such a number is taken, not refused."""

    text: str
    place: str | None
    sex: Sex
    birth_year: int


def parse_citizen_number(text: str) -> CitizenNumber:
    """Read a 12-digit citizen number; blanks and dots between the digits are allowed. Raises BadNumber."""
    digits = _only_digits(text, "Số định danh", 12)
    century_and_sex = int(digits[3])
    place = REGISTRATION_PLACES.get(digits[:3])
    if place is None and int(digits[:3]) >= _FIRST_FOREIGN_PLACE:
        place = "Nước ngoài"
    return CitizenNumber(
        text=digits,
        place=place,
        sex=Sex.FEMALE if century_and_sex % 2 else Sex.MALE,
        birth_year=1900 + 100 * (century_and_sex // 2) + int(digits[4:6]),
    )


def check_citizen_number(number: CitizenNumber, *, born: date | None = None, sex: Sex | None = None) -> str | None:
    """What a declared birth date or sex contradicts in the number, as a Vietnamese sentence; None when nothing does.

    A contradiction is shown to the officer, not refused: both papers and memories err.
    """
    if born is not None and born.year != number.birth_year:
        return f"Số định danh cho năm sinh {number.birth_year}, ông/bà khai năm sinh {born.year}; đề nghị kiểm tra lại."
    if sex is not None and sex is not number.sex:
        return "Số định danh cho giới tính khác với giới tính đã khai; đề nghị kiểm tra lại."
    return None


@dataclass(frozen=True, slots=True)
class TaxCode:
    """`text` is `0101234567` or, for a dependent unit, `0101234567-001`."""

    text: str
    branch: str | None


def parse_tax_code(text: str) -> TaxCode:
    """Read a tax code of 10 or 13 digits (`-` before the last three allowed). Raises BadNumber.

    Since 1/7/2025 a person's citizen number serves as their tax code; those are read by `parse_citizen_number`.
    """
    digits = _SEPARATORS.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        raise BadNumber(f"Mã số thuế chỉ gồm chữ số; ông/bà đã nhập “{text.strip()}”.", text=text)
    if len(digits) not in (10, 13):
        raise BadNumber(
            f"Mã số thuế phải có 10 hoặc 13 chữ số; ông/bà đã nhập {len(digits)}.", text=text, given=len(digits)
        )
    if digits[9] != tax_check_digit(digits[:9]):
        raise BadNumber(f"Mã số thuế {digits[:10]} sai chữ số kiểm tra; đề nghị xem lại từng chữ số.", text=text)
    branch = digits[10:] or None
    if branch == "000":
        raise BadNumber("Ba chữ số cuối của mã số thuế 13 số phải từ 001 đến 999.", text=text)
    return TaxCode(digits[:10] + (f"-{branch}" if branch else ""), branch)


def tax_check_digit(first_nine: str) -> str:
    """The tenth digit of a tax code; empty where the nine digits admit none."""
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, first_nine, strict=True))
    check = 10 - total % 11
    return str(check) if check <= 9 else ""


_MOBILE_PREFIXES = frozenset("35789")


def normalise_phone(text: str) -> str:
    """A Vietnamese telephone number as `0912345678` (mobile) or `02438253536` (fixed). Raises BadNumber.

    `+84`, `0084` and `84` are read as the leading 0; blanks, dots and hyphens are dropped.
    """
    bare = _SEPARATORS.sub("", text)
    for country in ("+84", "0084"):
        if bare.startswith(country):
            bare = "0" + bare[len(country) :].removeprefix("0")
            break
    else:
        if bare.startswith("84") and len(bare) in (11, 12):
            bare = "0" + bare[2:]
    if not bare.isascii() or not bare.isdigit():
        raise BadNumber(f"Số điện thoại chỉ gồm chữ số; ông/bà đã nhập “{text.strip()}”.", text=text)
    if not bare.startswith("0"):
        raise BadNumber(f"Số điện thoại phải bắt đầu bằng 0 hoặc +84; ông/bà đã nhập “{text.strip()}”.", text=text)
    if bare[1:2] in _MOBILE_PREFIXES:
        expected, kind = 10, "Số di động"
    elif bare[1:2] == "2":
        expected, kind = 11, "Số máy bàn (kèm mã vùng)"
    else:
        raise BadNumber(f"Số điện thoại “{text.strip()}” không thuộc đầu số nào đang dùng.", text=text)
    if len(bare) != expected:
        raise BadNumber(f"{kind} phải có {expected} chữ số; ông/bà đã nhập {len(bare)}.", text=text, given=len(bare))
    return bare


def _only_digits(text: str, name: str, length: int) -> str:
    digits = _SEPARATORS.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        raise BadNumber(f"{name} chỉ gồm chữ số; ông/bà đã nhập “{text.strip()}”.", text=text)
    if len(digits) != length:
        raise BadNumber(f"{name} phải có {length} chữ số; ông/bà đã nhập {len(digits)}.", text=text, given=len(digits))
    return digits
