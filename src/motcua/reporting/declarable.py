"""What may be declared: the list of figures that no ledger gives, as data, and how each is typed and printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import yaml

from motcua.law.errors import BadInput
from motcua.reporting.data_files import text_of
from motcua.statistics.ratios import NO_FIGURE, cents_text, whole_text

_LARGEST = 10**15


class Kind(StrEnum):
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Declarable:
    """`part` is the heading of the narrative report under which it stands; `confirmed` False: not checked with the guidance."""

    code: str
    part: str
    title: str
    unit: str
    kind: Kind
    source: str
    confirmed: bool

    def read(self, said: str) -> int:
        """Whole, of a percentage in hundredths. Raises BadInput (`field` value)."""
        if self.kind is Kind.PERCENT:
            found = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?", said)
            cents = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
            if not 0 <= cents <= 10_000:
                raise BadInput(
                    f"{self.title}: đã nhập “{said}”; cần một tỷ lệ từ 0 đến 100, ví dụ 95,4.", field="value"
                )
            return cents
        plain = said.replace(" ", "")
        if not re.fullmatch(r"\d{1,3}(?:\.\d{3})+|\d{1,16}", plain) or int(plain.replace(".", "")) > _LARGEST:
            raise BadInput(
                f"{self.title}: đã nhập “{said}”; cần một số nguyên từ 0 trở lên, ví dụ 1.250.", field="value"
            )
        return int(plain.replace(".", ""))

    def shown(self, value: int | None, words: str = "") -> str:
        """As it is printed, with its unit."""
        if self.kind is Kind.TEXT:
            return words or NO_FIGURE
        if value is None:
            return NO_FIGURE
        return f"{cents_text(value)} %" if self.kind is Kind.PERCENT else f"{whole_text(value)} {self.unit}"

    def typed(self, value: int | None, words: str = "") -> str:
        """As it stands in the field to be changed."""
        if self.kind is Kind.TEXT:
            return words
        if value is None:
            return ""
        return cents_text(value) if self.kind is Kind.PERCENT else whole_text(value)


@lru_cache(maxsize=8)
def read_declarable(text: str, name: str) -> tuple[Declarable, ...]:
    """The list in a file called `name`. Raises BadInput."""
    try:
        told = yaml.safe_load(text)
        found = tuple(_one(row, told) for row in told["figures"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{name}: danh mục số liệu kê khai không đọc được ({error}).") from None
    codes = [one.code for one in found]
    if len(set(codes)) != len(codes):
        raise BadInput(f"{name}: mỗi mã số liệu kê khai chỉ được viết một lần.")
    return found


def _one(row: Mapping[str, Any], told: Mapping[str, Any]) -> Declarable:
    kind = Kind(row.get("kind", "count"))
    unit = row["unit"] if kind is Kind.COUNT else {Kind.MONEY: "đồng", Kind.PERCENT: "%", Kind.TEXT: "văn bản"}[kind]
    if not re.fullmatch(r"[a-z0-9_]{1,40}", row["code"]):
        raise ValueError(f"mã {row['code']}")
    return Declarable(
        row["code"], row["part"], row["title"], unit, kind, row.get("source", told["source"]),
        bool(row.get("confirmed", told["confirmed"])),
    )  # fmt: skip


def declarable() -> tuple[Declarable, ...]:
    """The list that holds. Raises BadInput for one of the province's own that cannot be read."""
    name = "declared.yaml"
    return read_declarable(text_of(name), name)
