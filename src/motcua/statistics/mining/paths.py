"""The ways that dossiers really went: variants, what directly follows what and how long that took, what is done again. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from motcua.statistics.mining.durations import Ruler, Taken, Times
from motcua.statistics.mining.log import Event, Log

# Where a way begins, ends, or stands while the dossier is open. No activity is called so.
START, END, STILL = ":start", ":end", ":open"
POINT_TEXT = {START: "Bắt đầu", END: "Kết thúc", STILL: "Đang mở"}


@dataclass(frozen=True, slots=True)
class Variant:
    """Dossiers that went one and the same way; `cases` are places in the log, `open` how many of them still go on."""

    key: str
    path: tuple[str, ...]
    cases: tuple[int, ...]
    open: int
    times: Times | None


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` was done next after `source`, `count` times; the times are from the end of one to the end of the other."""

    source: str
    target: str
    count: int
    cases: tuple[int, ...]
    times: Times | None

    @property
    def key(self) -> str:
        return f"{self.source} > {self.target}"


@dataclass(frozen=True, slots=True)
class Activity:
    """`times` are from the opening of a step to its end, without the pauses of the clock; `waited` until somebody took it up.

    None where the record knows one moment only. `over` are the dossiers in which it took longer than it was given.
    """

    key: str
    count: int
    cases: tuple[int, ...]
    times: Times | None
    waited: Times | None
    over: tuple[int, ...]
    over_count: int


@dataclass(frozen=True, slots=True)
class Rework:
    """What was done more than once in a dossier: `extra` times beyond the first, `direct` of them at once again.

    The others are returns: something else lay between. `undone` of all its times were taken back or set aside.
    """

    key: str
    cases: tuple[int, ...]
    extra: int
    direct: int
    undone: int

    @property
    def returns(self) -> int:
        return self.extra - self.direct


def variant_key(path: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(path).encode()).hexdigest()[:16]


def variants(log: Log) -> list[Variant]:
    """The most frequent way first."""
    ruler = Ruler(log)
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, trace in enumerate(log.traces):
        found[trace.path].append(place)
    made = []
    for path, cases in found.items():
        taken = Taken()
        for place in cases:
            trace = log.traces[place]
            if trace.events:
                taken.add(ruler.between(trace.events[0].at, trace.events[-1].at, trace.agency))
        still = sum(log.traces[place].open for place in cases)
        made.append(Variant(variant_key(path), path, tuple(cases), still, taken.times()))
    return sorted(made, key=lambda one: (-len(one.cases), one.path))


@dataclass(slots=True)
class _Counting:
    count: int = 0
    over_count: int = 0
    cases: dict[int, None] = field(default_factory=dict)
    over: dict[int, None] = field(default_factory=dict)
    times: Taken = field(default_factory=Taken)
    waited: Taken = field(default_factory=Taken)


def edges(log: Log) -> list[Edge]:
    """The directly-follows graph with its beginnings and ends; the most frequent first."""
    ruler = Ruler(log)
    found: dict[tuple[str, str], _Counting] = defaultdict(_Counting)
    for place, trace in enumerate(log.traces):
        if not trace.events:
            continue
        before: Event | None = None
        for event in trace.events:
            edge = found[before.activity if before else START, event.activity]
            edge.count += 1
            edge.cases[place] = None
            if before is not None:
                edge.times.add(ruler.between(before.at, event.at, event.agency))
            before = event
        last = found[trace.events[-1].activity, STILL if trace.open else END]
        last.count += 1
        last.cases[place] = None
    made = [
        Edge(source, target, one.count, tuple(one.cases), one.times.times()) for (source, target), one in found.items()
    ]
    return sorted(made, key=lambda edge: (-edge.count, edge.source, edge.target))


def slowest(made: Iterable[Edge]) -> list[Edge]:
    """Where the time goes: together these take the whole time of all dossiers, the longest first."""
    timed = [edge for edge in made if edge.times is not None and edge.times.clock.total]
    return sorted(timed, key=lambda edge: (-_weight(edge), edge.source, edge.target))


def _weight(edge: Edge) -> int:
    assert edge.times is not None
    return (edge.times.working or edge.times.clock).total


def activities(log: Log) -> list[Activity]:
    """In the order of how often they were done."""
    ruler = Ruler(log)
    found: dict[str, _Counting] = defaultdict(_Counting)
    for place, trace in enumerate(log.traces):
        for event in trace.events:
            one = found[event.activity]
            one.count += 1
            one.cases[place] = None
            if event.begun is None:
                continue
            took = ruler.between(event.begun, event.at, event.agency, trace.pauses)
            one.times.add(took)
            if event.taken is not None:
                one.waited.add(ruler.between(event.begun, event.taken, event.agency, trace.pauses))
            if event.minutes and took[1] is not None and took[1] > event.minutes:
                one.over_count += 1
                one.over[place] = None
    made = [
        Activity(
            key, one.count, tuple(one.cases), one.times.times(), one.waited.times(), tuple(one.over), one.over_count
        )
        for key, one in found.items()
    ]
    return sorted(made, key=lambda one: (-one.count, one.key))


def rework(log: Log) -> list[Rework]:
    """What is done again most, first; without what never is."""
    extra: dict[str, int] = defaultdict(int)
    direct: dict[str, int] = defaultdict(int)
    undone: dict[str, int] = defaultdict(int)
    cases: dict[str, dict[int, None]] = defaultdict(dict)
    for place, trace in enumerate(log.traces):
        seen: set[str] = set()
        before = ""
        for event in trace.events:
            if event.activity in seen:
                extra[event.activity] += 1
                direct[event.activity] += event.activity == before
                cases[event.activity][place] = None
            if event.undone:
                undone[event.activity] += 1
                cases[event.activity][place] = None
            seen.add(event.activity)
            before = event.activity
    made = [Rework(key, tuple(found), extra[key], direct[key], undone[key]) for key, found in cases.items()]
    return sorted(made, key=lambda one: (-one.extra, -one.undone, one.key))
