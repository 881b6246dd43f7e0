"""Which pattern suits a procedure: the rules of `data/patterns.toml`, in order. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from motcua.platform.text import search_key
from motcua.processes.checks import DAY_MINUTES
from motcua.processes.patterns import PATTERNS_FILE, pattern_of

# Where the province meets a procedure that several levels perform.
_LEVELS: Final = ("province", "commune", "ministry", "other")


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a procedure the choice depends on.

    `minutes`: working minutes of its shortest limit, None = the catalogue states none. `channels` as in the catalogue,
    `papers` the number of papers asked for, `agency` the texts of its competent and performing agency.
    """

    name: str
    sector: str
    levels: tuple[str, ...]
    channels: frozenset[str]
    minutes: int | None
    same_day: bool
    papers: int
    fee: bool
    agency: str

    @property
    def level(self) -> str:
        return next((level for level in _LEVELS if level in self.levels), "other")


def choose(traits: Traits) -> tuple[str, str]:
    """(code of the pattern, why in Vietnamese). The same traits always give the same answer."""
    text = _Text(search_key(traits.name), search_key(traits.sector), search_key(traits.agency))
    for rule in _rules():
        fits = traits.minutes is None or pattern_of(rule.pattern).least_minutes <= traits.minutes
        if fits and all(_TESTS[name](traits, text, value) for name, value in rule.conditions):
            return rule.pattern, rule.because
    raise LookupError(f"{PATTERNS_FILE.name}: no rule for {traits}")


@dataclass(frozen=True, slots=True)
class _Text:
    name: str
    sector: str
    agency: str


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: str
    because: str
    conditions: tuple[tuple[str, Any], ...]


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    return tuple(_rule(item) for item in tomllib.loads(PATTERNS_FILE.read_text(encoding="utf-8"))["rule"])


def _rule(item: Mapping[str, Any]) -> _Rule:
    conditions = {name: value for name, value in item.items() if name not in ("pattern", "because")}
    unknown = sorted(set(conditions) - set(_TESTS))
    if unknown:
        raise ValueError(f"{PATTERNS_FILE.name}: unknown condition {unknown[0]!r} of a rule for {item['pattern']}")
    return _Rule(pattern_of(item["pattern"]).code, item["because"], tuple(conditions.items()))


def _has(text: str, words: Iterable[str]) -> bool:
    """Whole words: `khai` is not in `khai thác` only where the rule says so, but never in `khaic`."""
    return any(re.search(rf"\b{re.escape(word)}\b", text) for word in words)


def _begins(text: str, words: Iterable[str]) -> bool:
    return text.startswith(tuple(words))


_TESTS: Final[Mapping[str, Callable[[Traits, _Text, Any], bool]]] = {
    "same_day": lambda traits, text, value: traits.same_day is value,
    "level": lambda traits, text, value: traits.level == value,
    "levels": lambda traits, text, value: set(value) <= set(traits.levels),
    "sectors": lambda traits, text, value: _begins(text.sector, value),
    "not_sectors": lambda traits, text, value: not _begins(text.sector, value),
    "agencies": lambda traits, text, value: _has(text.agency, value),
    "not_agencies": lambda traits, text, value: not _has(text.agency, value),
    "names": lambda traits, text, value: _has(text.name, value),
    "not_names": lambda traits, text, value: not _has(text.name, value),
    "only_channels": lambda traits, text, value: traits.channels == frozenset(value),
    "fee": lambda traits, text, value: traits.fee is value,
    "papers_at_least": lambda traits, text, value: traits.papers >= value,
    "no_limit": lambda traits, text, value: (traits.minutes is None) is value,
    "days_at_least": lambda traits, text, value: traits.minutes is not None and traits.minutes >= value * DAY_MINUTES,
    "days_at_most": lambda traits, text, value: traits.minutes is not None and traits.minutes <= value * DAY_MINUTES,
}
