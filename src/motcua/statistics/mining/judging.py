"""How far the dossiers kept to their processes: which fit, which do not and where, which were broken off. Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from motcua.processes.definition import Definition
from motcua.statistics.mining.conformance import Deviation, Done, Fault, replay, steps_done
from motcua.statistics.mining.log import Event, Log, Stage, Trace

DefinitionOf = Callable[[Trace], Definition | None]


@dataclass(frozen=True, slots=True)
class Departure:
    """One kind of deviation at one step: `count` times in the dossiers `cases`; `after` is the step that fitted last.

    `label` and `after_label` are what these are called, "" = nothing fitted before.
    """

    fault: Fault
    node: str
    label: str
    after: str
    after_label: str
    count: int
    cases: tuple[int, ...]

    @property
    def key(self) -> str:
        return f"{self.fault} {self.node} > {self.after}"


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """Withdrawn or stopped while this step was open; lawful, so it counts as fitting as far as it went."""

    key: str
    label: str
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conformance:
    """Places of traces in the log. `fitting` and `deviating` together are those judged; the others say why they are not."""

    fitting: tuple[int, ...]
    deviating: tuple[int, ...]
    departures: tuple[Departure, ...]
    broken_off: tuple[BrokenOff, ...]
    without: tuple[int, ...]
    unjudged: tuple[int, ...]

    @property
    def judged(self) -> int:
        return len(self.fitting) + len(self.deviating)


def conform(log: Log, definition_of: DefinitionOf) -> Conformance:
    """Each accepted dossier against the definition that it followed; None = it followed none."""
    fitting: list[int] = []
    deviating: list[int] = []
    without: list[int] = []
    unjudged: list[int] = []
    counts: dict[Deviation, int] = defaultdict(int)
    cases: dict[Deviation, dict[int, None]] = defaultdict(dict)
    cut: dict[str, list[int]] = defaultdict(list)
    labels: dict[str, str] = dict(log.labels)
    known: dict[tuple[str, tuple[Done, ...], Stage], tuple[Deviation, ...] | None] = {}
    for place, trace in enumerate(log.traces):
        if trace.stage is Stage.BEFORE:
            continue
        definition = definition_of(trace)
        if definition is None:
            without.append(place)
            continue
        done = steps_done(trace)
        asked = definition.digest, done, trace.stage
        if asked not in known:
            known[asked] = replay(definition, done, trace.stage)
            labels |= {node.id: node.label for node in definition.nodes if node.id not in labels}
        found = known[asked]
        if found is None:
            unjudged.append(place)
            continue
        (deviating if found else fitting).append(place)
        for deviation in found:
            counts[deviation] += 1
            cases[deviation][place] = None
        for node in trace.left:
            cut[node].append(place)
    departures = [
        Departure(
            one.fault,
            one.node,
            labels.get(one.node, one.node),
            one.after,
            labels.get(one.after, one.after),
            number,
            tuple(cases[one]),
        )
        for one, number in counts.items()
    ]
    departures.sort(key=lambda one: (-one.count, one.key))
    broken = [BrokenOff(node, labels.get(node, node), tuple(found)) for node, found in cut.items()]
    broken.sort(key=lambda one: (-len(one.cases), one.key))
    return Conformance(
        tuple(fitting), tuple(deviating), tuple(departures), tuple(broken), tuple(without), tuple(unjudged)
    )


def held_against(log: Log, definition: Definition) -> Log:
    """The log with its activities taken for steps of a given process, by id or by name; what it does not know is extra.

    A log of our own that tells the step of each event keeps to that: what it did around the process is not judged.
    """
    own = any(event.node for trace in log.traces for event in trace.events)
    steps = {node.id: node.id for node in definition.steps}
    for node in definition.steps:
        steps.setdefault(_plain(node.label), node.id)

    def placed(event: Event) -> Event:
        if own:
            return event
        return replace(event, node=steps.get(event.activity) or steps.get(_plain(event.activity)) or event.activity)

    traces = tuple(replace(trace, events=tuple(placed(event) for event in trace.events)) for trace in log.traces)
    return replace(log, traces=traces)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
