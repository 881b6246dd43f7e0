"""Codes printed on papers: dossiers, agencies, procedures, sectors.

Dossier code (mã số hồ sơ): Thông tư 01/2018/TT-VPCP Điều 19, identifiers by QCVN 102 (old order, `000.00.16.H32`) and
since 22/7/2020 by Quyết định 20/2020/QĐ-TTg (new order, `H32.16`), amended by Quyết định 09/2025/QĐ-TTg.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from motcua.law.errors import BadInput

MAX_AGENCY_LENGTH = 35
"""Longest agency identifier, Quyết định 20/2020/QĐ-TTg."""

_NEW_ORDER = re.compile(r"[A-Z][0-9]{2}(?:\.[A-Z0-9]{1,6}){0,3}")
_OLD_ORDER = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([A-Z][0-9]{2})")
_DOSSIER = re.compile(r"(?P<agency>[A-Z0-9.]+)-(?P<day>[0-9]{6})-(?P<serial>[0-9]{4,7})")
_PROCEDURE = re.compile(r"(?P<base>[1-9]\.[0-9]{6})(?:\.(?P<owner>(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)?[A-Z][0-9]{2}))?")
_SECTOR = re.compile(r"[A-Z][0-9]{2}-[A-Z]{2}[0-9]{2,3}")
_RESULT = re.compile(r"KQ\.[A-Z][0-9]{2}\.[0-9]{6}|(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)[A-Z][0-9]{2}-KQ[0-9]+")


class BadCode(BadInput):
    code = "bad_code"


def _tidy(text: str) -> str:
    return text.strip().upper()


@dataclass(frozen=True, slots=True, order=True)
class AgencyCode:
    """An agency identifier (mã định danh điện tử) in the new, top-down order: `H32`, `H32.16`, `H15.50.05.13`."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read either order; `000.00.16.H32` becomes `H32.16`. Raises BadCode."""
        tidy = _tidy(text)
        if old := _OLD_ORDER.fullmatch(tidy):
            return cls(_top_down(*old.groups()))
        if len(tidy) <= MAX_AGENCY_LENGTH and _NEW_ORDER.fullmatch(tidy):
            return cls(tidy)
        raise BadCode(
            f"Mã định danh cơ quan “{text}” không đúng; cần dạng H32.16 hoặc dạng cũ 000.00.16.H32.", text=text
        )

    @property
    def levels(self) -> tuple[str, ...]:
        """From the top unit down: `("H32", "16")`."""
        return tuple(self.text.split("."))

    @property
    def top(self) -> str:
        """Code of the ministry (`Gxx`), the province (`Hxx`) or another level-1 body."""
        return self.levels[0]

    @property
    def parent(self) -> AgencyCode | None:
        head, dot, _ = self.text.rpartition(".")
        return AgencyCode(head) if dot else None

    def is_within(self, other: AgencyCode) -> bool:
        """Whether this unit is `other` or stands below it."""
        return self.levels[: len(other.levels)] == other.levels

    def old_order(self) -> str | None:
        """The form of before 22/7/2020, `000.00.16.H32`; None where that form cannot hold the identifier."""
        levels = self.levels
        widths = (2, 2, 3)
        below = levels[1:]
        if len(below) > len(widths) or any(
            not part.isdigit() or len(part) > width for part, width in zip(below, widths, strict=False)
        ):
            return None
        second, third, fourth = ((below[i] if i < len(below) else "").zfill(width) for i, width in enumerate(widths))
        return f"{fourth}.{third}.{second}.{levels[0]}"

    def __str__(self) -> str:
        return self.text


def _top_down(fourth: str, third: str, second: str, top: str) -> str:
    """Zero groups of the old order are places without a unit, dropped from the bottom up."""
    levels = [top, second, third, fourth]
    while levels[-1].strip("0") == "":
        levels.pop()
    return ".".join(levels)


@dataclass(frozen=True, slots=True, order=True)
class DossierCode:
    """`H32.16-261121-0001`: identifier of the competent agency, day of receipt (local), serial of that day from 1.

    `text` is the code as it was printed and is never rewritten; `agency` is in the new order whichever way that was.
    Serials of ministry systems have 6 or 7 digits whose first two name the ministry.
    """

    text: str
    agency: AgencyCode
    day: date
    serial: int

    @property
    def prefix(self) -> str:
        """What the daily counter is kept by, `H32.16-261121`."""
        return self.text.rpartition("-")[0]

    def __str__(self) -> str:
        return self.text


def make_dossier_code(agency: AgencyCode | str, day: date, serial: int) -> DossierCode:
    """The code of the `serial`-th dossier (from 1) that `agency` takes on `day` (local date). Raises BadCode."""
    unit = agency if isinstance(agency, AgencyCode) else AgencyCode.parse(agency)
    if not 1 <= serial <= 9_999_999:
        raise BadCode(f"Số thứ tự hồ sơ trong ngày phải từ 1 đến 9999999, không phải {serial}.", serial=serial)
    return DossierCode(f"{unit}-{day:%y%m%d}-{serial:04d}", unit, day, serial)


def parse_dossier_code(text: str) -> DossierCode:
    """Read a code in either identifier order; the century is 2000. Raises BadCode."""
    tidy = _tidy(text)
    match = _DOSSIER.fullmatch(tidy)
    if match is None:
        raise BadCode(f"Mã hồ sơ “{text}” không đúng; cần dạng H32.16-261121-0001.", text=text)
    digits = match["day"]
    try:
        day = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        raise BadCode(
            f"Mã hồ sơ “{text}” có ngày “{digits}” không có thật; cần sáu chữ số năm, tháng, ngày.", text=text
        ) from None
    serial = int(match["serial"])
    if serial == 0:
        raise BadCode(f"Mã hồ sơ “{text}” có số thứ tự 0; số thứ tự bắt đầu từ 0001.", text=text)
    return DossierCode(tidy, AgencyCode.parse(match["agency"]), day, serial)


@dataclass(frozen=True, slots=True, order=True)
class ProcedureCode:
    """Code of an administrative procedure: `1.001193`, with a local suffix `1.000948.H38` or `….000.00.00.H22`."""

    base: str
    owner: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises BadCode. The owner keeps only its level-1 code, so both suffix forms are equal."""
        match = _PROCEDURE.fullmatch(_tidy(text))
        if match is None:
            raise BadCode(f"Mã thủ tục hành chính “{text}” không đúng; cần dạng 1.001193.", text=text)
        owner = match["owner"]
        return cls(match["base"], owner[-3:] if owner else None)

    def __str__(self) -> str:
        return f"{self.base}.{self.owner}" if self.owner else self.base


def is_sector_code(text: str) -> bool:
    """Whether `text` is a national sector code (mã ngành, lĩnh vực) such as `G15-TP03`."""
    return _SECTOR.fullmatch(text) is not None


def is_result_code(text: str) -> bool:
    """Whether `text` is a code of a result kind: `KQ.G15.000107`, or the older `000.00.00.G04-KQ3006`."""
    return _RESULT.fullmatch(text) is not None
