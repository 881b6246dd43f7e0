"""The library of patterns: internal processes with shares instead of times, allotted for a limit. Pure.

The patterns stand in `data/patterns.toml`; a province changes a process, not a pattern.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from motcua.law.errors import BadInput
from motcua.processes.checks import hours_text, longest_path
from motcua.processes.definition import Assign, Definition, Flow, Node, NodeKind, StepKind

PATTERNS_FILE: Final = Path(__file__).parent / "data" / "patterns.toml"

QUANTUM = 15
"""Working minutes: no step gets less, every time is a multiple of it."""

# Times of long limits are round ones; a unit is used where the limit holds at least so many of it.
_ROUND = (240, 120, 60, 30)
_ENOUGH = 40

PROVINCE = "province"
_FLOW = re.compile(r"(?P<source>\w+) > (?P<target>\w+)(?: : (?P<outcome>\w+)| \? (?P<condition>.+))?")


class LimitTooShort(BadInput):
    """Not even the least time of each step fits the limit."""

    code = "limit_too_short"


@dataclass(frozen=True)
class Pattern:
    """`drawn` has shares where a process has minutes. `usual_minutes` stand in for a limit that is not stated."""

    code: str
    name: str
    says: str
    drawn: Definition
    usual_minutes: int
    least_minutes: int


@lru_cache(maxsize=1)
def patterns() -> Mapping[str, Pattern]:
    """By code, in the order of the file."""
    read = (_pattern(item) for item in tomllib.loads(PATTERNS_FILE.read_text(encoding="utf-8"))["pattern"])
    return MappingProxyType({pattern.code: pattern for pattern in read})


def pattern_of(code: str) -> Pattern:
    """Raises BadInput for an unknown code."""
    found = patterns().get(code)
    if found is None:
        raise BadInput(f"Không có mẫu quy trình “{code}”. Chọn một trong: {', '.join(patterns())}.", pattern=code)
    return found


def instantiate(pattern: Pattern, minutes: int, *, province: str = "") -> Definition:
    """The pattern as a process whose longest path uses a limit of so many working minutes.

    `province` is the code of the agency that acts for the Province People's Committee; without one its steps fall to the
    competent agency. Raises LimitTooShort.
    """
    if minutes < pattern.least_minutes:
        raise LimitTooShort(
            f"Mẫu “{pattern.name}” cần ít nhất {hours_text(pattern.least_minutes)} làm việc, thời hạn chỉ có {hours_text(minutes)}.",
            pattern=pattern.code,
        )
    placed = (replace(node, agency=province) if node.agency == PROVINCE else node for node in pattern.drawn.nodes)
    return fit(Definition(tuple(placed), pattern.drawn.flows), minutes)


def fit(definition: Definition, minutes: int) -> Definition:
    """The same process with its times in the same proportion, so that the longest path takes `minutes`, rounded down to 15.

    Also shortens a process to a shorter limit. Raises LimitTooShort.
    """
    shares = {node.id: node.minutes for node in definition.nodes if node.minutes}
    whole = minutes // QUANTUM * QUANTUM
    longest = longest_path(definition).minutes
    times = {id_: _rounded(share * whole // longest, whole) for id_, share in shares.items()}
    return _with(definition, _filled(definition, _cut(definition, times, whole), shares, whole))


def _rounded(minutes: int, whole: int) -> int:
    unit = next((unit for unit in _ROUND if whole >= _ENOUGH * unit and minutes >= unit), QUANTUM)
    return max(QUANTUM, minutes // unit * unit)


def _cut(definition: Definition, times: dict[str, int], whole: int) -> dict[str, int]:
    """The least time of small steps may have made the way too long: the largest on it give way."""
    while True:
        longest = longest_path(_with(definition, times))
        if longest.minutes <= whole:
            return times
        largest = max((id_ for id_ in longest.nodes if id_ in times), key=lambda id_: (times[id_], id_))
        if times[largest] <= QUANTUM:
            raise LimitTooShort(
                f"Quy trình cần ít nhất {hours_text(longest.minutes)} làm việc, thời hạn chỉ có {hours_text(whole)}."
            )
        times = times | {largest: times[largest] - QUANTUM}


def _filled(definition: Definition, times: dict[str, int], shares: Mapping[str, int], whole: int) -> dict[str, int]:
    """What rounding left goes to the largest steps of the longest way, and to those that run beside one of them."""
    for id_ in sorted(times, key=lambda id_: (-shares[id_], id_)):
        longest = longest_path(_with(definition, times))
        passes = longest.nodes.count(id_)
        if not passes:
            continue
        more = (whole - longest.minutes) // passes // QUANTUM * QUANTUM
        raised = times | {
            other: times[id_] + more for other in times if shares[other] == shares[id_] and other not in longest.nodes
        }
        times = _first_within(
            definition, whole, raised | {id_: times[id_] + more}, times | {id_: times[id_] + more}, times
        )
    return times


def _first_within(definition: Definition, whole: int, *choices: dict[str, int]) -> dict[str, int]:
    return next(times for times in choices if longest_path(_with(definition, times)).minutes <= whole)


def _with(definition: Definition, times: Mapping[str, int]) -> Definition:
    nodes = tuple(replace(node, minutes=times[node.id]) if node.id in times else node for node in definition.nodes)
    return Definition(nodes, definition.flows)


def _pattern(item: Mapping[str, Any]) -> Pattern:
    nodes = (
        Node("start", NodeKind.START),
        *(_node(given) for given in item["nodes"]),
        Node("end", NodeKind.END),
    )
    drawn = Definition(nodes, tuple(_flows(item["flows"])))
    least = longest_path(_with(drawn, {node.id: QUANTUM for node in drawn.nodes if node.minutes})).minutes
    return Pattern(item["code"], item["name"], item["says"], drawn, item["usual_hours"] * 60, least)


def _node(given: Mapping[str, Any]) -> Node:
    return Node(
        id=given["id"],
        kind=NodeKind(given.get("kind", "step")),
        name=given["name"],
        step=StepKind(given.get("step", "work")),
        role=given.get("role", ""),
        agency=given.get("at", ""),
        body=given.get("body", ""),
        minutes=given.get("share", 0),
        assign=Assign(given.get("assign", "claim")),
        outcomes=tuple(given.get("outcomes", {}).items()),
        papers=tuple(given.get("papers", ())),
    )


def _flows(texts: Iterable[str]) -> Iterable[Flow]:
    for number, text in enumerate(texts, 1):
        match = _FLOW.fullmatch(text)
        if match is None:
            raise ValueError(f"{PATTERNS_FILE.name}: {text!r} is not an arrow")
        condition = match["condition"] or ""
        yield Flow(
            f"f{number}", match["source"], match["target"], match["outcome"] or "", "" if condition == "else" else condition,
            condition == "else",
        )  # fmt: skip
