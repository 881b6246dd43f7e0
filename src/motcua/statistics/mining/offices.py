"""Waiting between offices: from the last thing done at one desk, unit or agency to the next one at another. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from motcua.statistics.mining.durations import Ruler, Taken, Times
from motcua.statistics.mining.log import Event, Log


@dataclass(frozen=True, slots=True)
class HandOver:
    """A dossier went from one office to another, `count` times.

    `until_taken` is the wait until somebody there took it up, where the record says when; `until_done` until the first
    thing was done there.
    """

    source: str
    target: str
    count: int
    cases: tuple[int, ...]
    until_taken: Times | None
    until_done: Times | None

    @property
    def key(self) -> str:
        return f"{self.source} > {self.target}"


def hand_overs(log: Log) -> list[HandOver]:
    """The one that takes the most time first. What the applicant or the system does lies at no office and is passed over."""
    ruler = Ruler(log)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    cases: dict[tuple[str, str], dict[int, None]] = defaultdict(dict)
    taken: dict[tuple[str, str], Taken] = defaultdict(Taken)
    done: dict[tuple[str, str], Taken] = defaultdict(Taken)
    for place, trace in enumerate(log.traces):
        before: Event | None = None
        last: Event | None = None
        for event in trace.events:
            if event.office and before is not None and before.office != event.office:
                assert last is not None
                pair = before.office, event.office
                counts[pair] += 1
                cases[pair][place] = None
                # The applicant's own time in between is not the offices'.
                done[pair].add(ruler.between(last.at, event.at, event.agency))
                if event.taken is not None and event.taken >= last.at:
                    taken[pair].add(ruler.between(last.at, event.taken, event.agency))
            if event.office:
                before = event
            last = event
    made = [
        HandOver(source, target, count, tuple(cases[source, target]), taken[source, target].times(),
                 done[source, target].times())
        for (source, target), count in counts.items()
    ]  # fmt: skip
    return sorted(made, key=lambda one: (-_weight(one), one.source, one.target))


def _weight(one: HandOver) -> int:
    assert one.until_done is not None
    return (one.until_done.working or one.until_done.clock).total
