"""Invented applicants. Names are common words of names, numbers are of series that no one holds, streets do not exist."""

from __future__ import annotations

import random

from motcua.dossiers.commands import BusinessData, PartyData
from motcua.law.persons import tax_check_digit
from motcua.platform.text import search_key

_FAMILIES = (
    "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Huỳnh", "Võ", "Phan", "Trương", "Bùi", "Đặng", "Đỗ", "Ngô",
    "Hồ", "Dương", "Đinh", "Mấu", "Cao", "Lương", "Tô", "Mai", "Thái", "Đoàn", "Châu", "Pi Năng", "Bo Bo", "Ka Dá",
)  # fmt: skip
_WOMEN = (
    ("Thị", "Ngọc", "Thu", "Kim", "Bích", "Minh", "Thanh", "Hồng", "Diệu"),
    ("Hòa", "Lan", "Hương", "Mai", "Thủy", "Nga", "Tuyết", "Yến", "Trang", "Phượng", "Hạnh", "Loan", "Vy", "Thảo", "Oanh", "Quyên"),
)  # fmt: skip
_MEN = (
    ("Văn", "Hữu", "Đức", "Quốc", "Minh", "Công", "Xuân", "Thanh", "Trọng"),
    ("An", "Bình", "Cường", "Dũng", "Hải", "Hùng", "Khánh", "Lâm", "Long", "Nam", "Phúc", "Quân", "Sơn", "Tâm", "Thắng", "Vinh"),
)  # fmt: skip
_TRADES = (
    "Biển Xanh", "Trầm Hương", "Yến Sào Mẫu", "Nắng Gió", "Hòn Chồng", "Cát Trắng", "Muối Trắng", "Bình Minh Nam Trung Bộ",
    "Hải Đăng", "Vịnh Mẫu", "Tháp Cổ", "Sông Cái", "Đồi Cát", "Rừng Dừa", "Gốm Mẫu", "San Hô",
)  # fmt: skip
_FORMS = ("Công ty TNHH", "Công ty TNHH MTV", "Công ty Cổ phần", "Doanh nghiệp tư nhân", "Hợp tác xã")


def full_name(rng: random.Random) -> tuple[str, bool]:
    """A name, and whether it is a woman's."""
    woman = rng.random() < 0.48
    middles, givens = _WOMEN if woman else _MEN
    return f"{rng.choice(_FAMILIES)} {rng.choice(middles)} {rng.choice(givens)}", woman


class People:
    """Hands out persons and businesses, each with numbers of its own."""

    def __init__(self, rng: random.Random, *, first: int = 0) -> None:
        self._rng = rng
        self._serial = first

    def person(self, place: str, *, with_phone: bool = True) -> PartyData:
        """Somebody of `place`. Most have a phone, a quarter a mail address of a domain that is reserved for examples."""
        rng = self._rng
        self._serial += 1
        name, woman = full_name(rng)
        year = rng.randint(1955, 2006)
        century = (2 if year >= 2000 else 0) + woman
        mail = f"{search_key(name).replace(' ', '.')}.{self._serial}@example.com" if rng.random() < 0.25 else ""
        return PartyData(
            full_name=name,
            identity_number=f"056{century}{year % 100:02d}{self._serial:06d}",
            birth_year=year,
            phone=f"0900{self._serial:06d}" if with_phone and rng.random() < 0.94 else "",
            email=mail,
            address=f"{rng.randint(1, 98)} đường Mẫu số {rng.randint(1, 30)}, {place}",
        )

    def business(self, place: str, *, state: bool = False) -> BusinessData:
        rng = self._rng
        self._serial += 1
        name = (
            f"Trường Tiểu học Mẫu số {self._serial}"
            if state
            else f"{rng.choice(_FORMS)} {rng.choice(_TRADES)} {self._serial}"
        )
        return BusinessData(
            name=name,
            tax_code=_tax_code(self._serial),
            phone=f"09001{self._serial:05d}",
            email=f"lien-he.{self._serial}@example.com",
            address=f"{rng.randint(1, 98)} đường Mẫu số {rng.randint(1, 30)}, {place}",
        )


def _tax_code(serial: int) -> str:
    """A well-formed number; where nine digits admit no check digit the next ones are taken."""
    for first in range(420000000 + serial * 3, 420000000 + serial * 3 + 3):
        check = tax_check_digit(str(first))
        if check:
            return f"{first}{check}"
    raise AssertionError("three neighbours without a check digit do not occur")
