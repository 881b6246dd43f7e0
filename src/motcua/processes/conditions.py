"""Typed conditions of a process: comparisons of known facts of a dossier with values of the right type, joined by `and`.

Written as `channel = online and fee_vnd > 0`. Nothing else is understood, and nothing is guessed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from motcua.law.errors import BadInput

Facts = Mapping[str, Any]


class BadCondition(BadInput):
    """A condition with an unknown word, or a value of the wrong type."""

    code = "bad_condition"


# What a condition may ask, by its type: a set of codes, whole numbers, yes or no, or any text.
FACTS: dict[str, frozenset[str] | type] = {
    "channel": frozenset({"online", "counter", "post", "home", "kiosk", "vneid"}),
    "applicant_kind": frozenset({"citizen", "business", "organisation", "state"}),
    "return_method": frozenset({"desk", "post", "electronic"}),
    "assisted": bool,
    "received_for_others": bool,
    "sets": int,
    "papers": int,
    "fee_vnd": int,
    "supplement_rounds": int,
    "case": str,
}

FACT_TEXT = {
    "channel": "hình thức nộp",
    "applicant_kind": "loại chủ hồ sơ",
    "return_method": "hình thức nhận kết quả",
    "assisted": "nộp có hỗ trợ",
    "received_for_others": "tiếp nhận hộ nơi khác",
    "sets": "số bộ hồ sơ",
    "papers": "số giấy tờ",
    "fee_vnd": "phí, lệ phí (đồng)",
    "supplement_rounds": "số lần bổ sung",
    "case": "trường hợp",
}

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARISON = re.compile(r"\s*([a-z_]+)\s*(!=|<=|>=|=|<|>)\s*(\"[^\"]*\"|[^\s\"]+)\s*")
_AND = re.compile(r"\s+and\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")


@dataclass(frozen=True, slots=True)
class Comparison:
    fact: str
    sign: str
    value: str | int | bool

    def holds(self, facts: Facts) -> bool:
        """False where the fact is unknown: an unknown is not zero and not “no”."""
        known = facts.get(self.fact)
        return known is not None and _OPERATORS[self.sign](known, self.value)


@dataclass(frozen=True, slots=True)
class Condition:
    """True when every comparison holds."""

    comparisons: tuple[Comparison, ...]

    def holds(self, facts: Facts) -> bool:
        return all(comparison.holds(facts) for comparison in self.comparisons)


@lru_cache(maxsize=4096)
def parse_condition(text: str) -> Condition:
    """Reads a condition. Raises BadCondition that names the word and what was expected."""
    if not text.strip():
        raise BadCondition("Điều kiện trống. Cần dạng “channel = online”.")
    return Condition(tuple(_comparison(part) for part in _AND.split(text.strip())))


def _comparison(text: str) -> Comparison:
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise BadCondition(
            f"Điều kiện “{text[:80]}” không đọc được. Cần dạng “tên dấu giá_trị”, nối nhau bằng “and”,"
            " ví dụ: channel = online and fee_vnd > 0."
        )
    fact, sign, written = match.groups()
    kind = FACTS.get(fact)
    if kind is None:
        raise BadCondition(f"Điều kiện có từ lạ “{fact}”. Chỉ dùng được: {', '.join(FACTS)}.")
    return Comparison(fact, sign, _value(fact, kind, sign, written.strip('"')))


def _value(fact: str, kind: frozenset[str] | type, sign: str, written: str) -> str | int | bool:
    if kind is int:
        if not re.fullmatch(r"\d{1,15}", written):
            raise BadCondition(f"“{fact}” so với “{written[:40]}”: cần số nguyên không âm.")
        return int(written)
    if sign not in ("=", "!="):
        raise BadCondition(f"“{fact}” chỉ so bằng = hoặc !=, không dùng “{sign}”.")
    if kind is bool:
        if written not in ("true", "false"):
            raise BadCondition(f"“{fact}” so với “{written[:40]}”: cần true hoặc false.")
        return written == "true"
    if isinstance(kind, frozenset) and written not in kind:
        raise BadCondition(f"“{fact}” so với “{written[:40]}”: cần một trong {', '.join(sorted(kind))}.")
    return written
