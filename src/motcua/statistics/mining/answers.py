"""A log looked through: every number with the dossiers behind it, by the same rows that the number was counted from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from motcua.law.errors import BadInput
from motcua.statistics.mining.conformance import FAULT_TEXT
from motcua.statistics.mining.durations import Ruler, Taken, Times
from motcua.statistics.mining.judging import Conformance, DefinitionOf, conform
from motcua.statistics.mining.log import Log, Trace
from motcua.statistics.mining.offices import HandOver, hand_overs
from motcua.statistics.mining.paths import (
    POINT_TEXT,
    Activity,
    Edge,
    Rework,
    Variant,
    activities,
    edges,
    rework,
    slowest,
    variants,
)
from motcua.statistics.ratios import percent_cents, shares_cents

ALL = "all"


@dataclass(frozen=True)
class Mined:
    """Everything that is asked of a log; parts are counted when they are first looked at."""

    log: Log
    definition_of: DefinitionOf

    @cached_property
    def variants(self) -> list[Variant]:
        return variants(self.log)

    @cached_property
    def variant_shares(self) -> list[int]:
        """Hundredths of a percent, together 100,00 %."""
        return shares_cents([len(one.cases) for one in self.variants])

    @cached_property
    def edges(self) -> list[Edge]:
        return edges(self.log)

    @cached_property
    def activities(self) -> list[Activity]:
        return activities(self.log)

    @cached_property
    def slowest(self) -> list[Edge]:
        return slowest(self.edges)

    @cached_property
    def slow_shares(self) -> list[int]:
        """Of the working time of all dossiers, of the clock time where that is not known."""
        timed = [edge.times for edge in self.slowest if edge.times is not None]
        if all(times.working for times in timed):
            return shares_cents([times.working.total for times in timed if times.working])
        return shares_cents([times.clock.total for times in timed])

    @cached_property
    def rework(self) -> list[Rework]:
        return rework(self.log)

    @cached_property
    def hand_overs(self) -> list[HandOver]:
        return hand_overs(self.log)

    @cached_property
    def conformance(self) -> Conformance:
        return conform(self.log, self.definition_of)

    @cached_property
    def lead(self) -> Times | None:
        """From the first to the last event of the dossiers that are finished."""
        ruler, taken = Ruler(self.log), Taken()
        for trace in self.log.traces:
            if trace.events and not trace.open:
                taken.add(ruler.between(trace.events[0].at, trace.events[-1].at, trace.agency))
        return taken.times()

    @cached_property
    def open(self) -> tuple[int, ...]:
        return tuple(place for place, trace in enumerate(self.log.traces) if trace.open)

    def label(self, activity: str) -> str:
        return POINT_TEXT.get(activity) or self.log.label(activity)

    def behind(self, part: str, key: str = "") -> tuple[Trace, ...]:
        """Exactly the dossiers that a number was counted from. Raises BadInput for one that is not there."""
        return tuple(self.log.traces[place] for place in self._row(part, key)[0])

    def times_of(self, part: str, key: str = "") -> int:
        """The number itself: more than its dossiers where something happened in one of them several times."""
        return self._row(part, key)[1]

    def _row(self, part: str, key: str) -> tuple[Sequence[int], int]:
        for name, row_key, cases, number in self._numbers():
            if (name, row_key) == (part, key):
                return cases, number
        raise BadInput(f"Không có số liệu nào mang khóa “{part} {key}” trong kỳ này.", part=part, key=key)

    def _numbers(self) -> Iterator[tuple[str, str, Sequence[int], int]]:
        found = self.conformance
        finished = tuple(place for place, trace in enumerate(self.log.traces) if not trace.open)
        whole: tuple[tuple[str, str, Sequence[int]], ...] = (
            (ALL, "", range(len(self.log.traces))),
            ("open", "", self.open),
            ("finished", "", finished),
            ("fitting", "", found.fitting),
            ("deviating", "", found.deviating),
            ("without", "", found.without),
            ("unjudged", "", found.unjudged),
            *(("variant", one.key, one.cases) for one in self.variants),
            *(("rework", one.key, one.cases) for one in self.rework),
            *(("broken_off", one.key, one.cases) for one in found.broken_off),
        )
        yield from ((part, key, cases, len(cases)) for part, key, cases in whole)
        yield from (("edge", edge.key, edge.cases, edge.count) for edge in self.edges)
        yield from (("activity", one.key, one.cases, one.count) for one in self.activities)
        yield from (("over", one.key, one.over, one.over_count) for one in self.activities)
        yield from (("office", one.key, one.cases, one.count) for one in self.hand_overs)
        yield from (("deviation", one.key, one.cases, one.count) for one in found.departures)

    def as_json(self) -> dict[str, Any]:
        """Percents are hundredths of a percent as whole numbers, times whole minutes, dossiers their codes."""
        found = self.conformance
        return {
            "title": self.log.title,
            "dossiers": len(self.log.traces),
            "open": len(self.open),
            "notes": list(self.log.notes),
            "lead": _times(self.lead),
            "variants": [
                {
                    "key": one.key,
                    "path": [self.label(activity) for activity in one.path],
                    "count": len(one.cases),
                    "share": share,
                    "open": one.open,
                    "times": _times(one.times),
                    "dossiers": self._codes(one.cases),
                }
                for one, share in zip(self.variants, self.variant_shares, strict=True)
            ],
            "edges": [
                {
                    "from": self.label(edge.source),
                    "to": self.label(edge.target),
                    "count": edge.count,
                    "times": _times(edge.times),
                    "dossiers": self._codes(edge.cases),
                }
                for edge in self.edges
            ],
            "bottlenecks": [
                {"from": self.label(edge.source), "to": self.label(edge.target), "share": share}
                for edge, share in zip(self.slowest, self.slow_shares, strict=True)
            ],
            "activities": [
                {
                    "key": one.key,
                    "name": self.label(one.key),
                    "count": one.count,
                    "times": _times(one.times),
                    "until_taken": _times(one.waited),
                    "over_time": one.over_count,
                    "dossiers": self._codes(one.cases),
                }
                for one in self.activities
            ],
            "rework": [
                {
                    "name": self.label(one.key),
                    "extra": one.extra,
                    "at_once": one.direct,
                    "returns": one.returns,
                    "undone": one.undone,
                    "dossiers": self._codes(one.cases),
                }
                for one in self.rework
            ],
            "hand_overs": [
                {
                    "from": self.log.office(one.source),
                    "to": self.log.office(one.target),
                    "count": one.count,
                    "until_taken": _times(one.until_taken),
                    "until_done": _times(one.until_done),
                    "dossiers": self._codes(one.cases),
                }
                for one in self.hand_overs
            ],
            "conformance": {
                "judged": found.judged,
                "fitting": len(found.fitting),
                "share": percent_cents(len(found.fitting), found.judged) if found.judged else None,
                "without_process": self._codes(found.without),
                "not_judged": self._codes(found.unjudged),
                "deviations": [
                    {
                        "what": FAULT_TEXT[one.fault],
                        "step": one.label,
                        "after": one.after_label,
                        "count": one.count,
                        "dossiers": self._codes(one.cases),
                    }
                    for one in found.departures
                ],
                "broken_off": [{"step": one.label, "dossiers": self._codes(one.cases)} for one in found.broken_off],
            },
        }

    def _codes(self, cases: Iterable[int]) -> list[str]:
        return [self.log.traces[place].case for place in cases]


def _times(times: Times | None) -> dict[str, object] | None:
    return times.as_json() if times else None
