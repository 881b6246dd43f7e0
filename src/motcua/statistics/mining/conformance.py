"""Whether a trace could have come from a process: the cheapest alignment of the two on the typed definition. Pure.

A step that the process demands and the trace lacks is `skipped`, one that the trace has and the process does not allow
there is `extra`; every other move costs nothing. Conditions of choices are not judged, for the facts they ask are not in the
log: any of their ways is allowed. A timer that the log does not tell has passed by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from heapq import heappop, heappush
from itertools import count

from motcua.processes.definition import TIMEOUT, Definition, Flow, Node, NodeKind, StepKind
from motcua.processes.engine import taken_on
from motcua.statistics.mining.log import Stage, Trace

# Beyond so many situations a trace has so little to do with the process that nobody learns from the answer.
_MOST_STATES = 50_000
# Of explanations with equally many deviations the one that keeps more of the trace.
_PRICE_SKIPPED, _PRICE_EXTRA = 1_000_000, 1_000_001


class Fault(StrEnum):
    SKIPPED = "skipped"
    EXTRA = "extra"


FAULT_TEXT = {Fault.SKIPPED: "bỏ qua bước", Fault.EXTRA: "làm ngoài quy trình"}


@dataclass(frozen=True, slots=True)
class Deviation:
    """`node` is a step of the process, or an activity that it does not know; `after` the last one that fitted, "" = none."""

    fault: Fault
    node: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A step as the trace tells it: `outcome` "" = not told, then any way out of it is allowed."""

    node: str
    outcome: str = ""


# Where tokens stand: (node, arrow by which it came where a join counts arrows). Published processes never put two in one.
Marking = frozenset[tuple[str, str]]
_NOTHING: Marking = frozenset()


def steps_done(trace: Trace) -> tuple[Done, ...]:
    """What stands of the trace's steps, in the order of the record: what was taken back did not happen."""
    events = sorted((event for event in trace.events if event.node and not event.undone), key=lambda event: event.seq)
    return tuple(Done(event.node, event.outcome) for event in events)


def replay(definition: Definition, done: Sequence[Done], stage: Stage = Stage.ENDED) -> tuple[Deviation, ...] | None:
    """The fewest deviations that explain the trace, none = it fits. None = not judged: too far from the process.

    A trace that still runs or was broken off need not have come to the end. The definition is one that may be published.
    """
    return _Replay(definition).align(tuple(done), stage)


class _Replay:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.settled = cache(self._settled)

    def align(self, done: tuple[Done, ...], stage: Stage) -> tuple[Deviation, ...] | None:
        order = count()
        heap: list[tuple[int, int, int, Marking, int, tuple[Deviation, ...], str]] = []
        for marking in self.settled(self._begin()):
            heappush(heap, (0, 0, next(order), marking, 0, (), ""))
        seen: set[tuple[Marking, int]] = set()
        while heap and len(seen) < _MOST_STATES:
            cost, _, _, marking, place, found, after = heappop(heap)
            if (marking, place) in seen:
                continue
            seen.add((marking, place))
            if place == len(done) and (stage is not Stage.ENDED or not marking):
                return found
            for price, following, next_place, fault, last in self._moves(marking, place, done):
                if (following, next_place) not in seen:
                    told = (*found, Deviation(*fault, after)) if fault else found
                    heappush(
                        heap,
                        (cost + price, -next_place, next(order), following, next_place, told, last or after),
                    )
        return None

    def _moves(
        self, marking: Marking, place: int, done: tuple[Done, ...]
    ) -> Iterator[tuple[int, Marking, int, tuple[Fault, str] | None, str]]:
        """(price, marking, place in the trace, deviation, step that fitted) one move away."""
        by_id = self.definition.by_id
        if place < len(done):
            here = done[place]
            if (here.node, "") in marking and by_id[here.node].kind is not NodeKind.JOIN:
                for following in self._left(marking, here.node, self._ways(by_id[here.node], here.outcome)):
                    yield 0, following, place + 1, None, here.node
            if here.node in by_id and by_id[here.node].kind is NodeKind.TIMER:
                # The record may tell a timer that a step's own time ran beside.
                yield 0, marking, place + 1, None, ""
            else:
                yield _PRICE_EXTRA, marking, place + 1, (Fault.EXTRA, here.node), ""
        for node_id, _ in sorted(marking):
            node = by_id[node_id]
            if node.kind is NodeKind.TIMER:
                for following in self._left(marking, node_id, self.definition.out[node_id]):
                    yield 0, following, place, None, ""
            elif node.kind is NodeKind.STEP:
                for following in self._left(marking, node_id, self.definition.out[node_id]):
                    yield _PRICE_SKIPPED, following, place, (Fault.SKIPPED, node_id), ""

    def _ways(self, node: Node, outcome: str) -> tuple[Flow, ...]:
        out = self.definition.out[node.id]
        if node.kind is not NodeKind.STEP or not outcome:
            return out
        if node.step is StepKind.RESULT and outcome not in node.ways:
            # Ended by the result or the negative one, which are not ways of the step itself.
            return tuple(flow for flow in out if flow.outcome != TIMEOUT)
        return taken_on(node, out, outcome)

    def _left(self, marking: Marking, node_id: str, flows: Sequence[Flow]) -> Iterator[Marking]:
        for flow in flows:
            yield from self.settled(self._put(marking - {(node_id, "")}, (flow,)))

    def _begin(self) -> Marking:
        start = next(node for node in self.definition.nodes if node.kind is NodeKind.START)
        return self._put(_NOTHING, self.definition.out[start.id])

    def _put(self, rest: Marking, flows: Sequence[Flow]) -> Marking:
        by_id = self.definition.by_id
        arrived = {
            (flow.target, flow.id if by_id[flow.target].kind is NodeKind.JOIN else "")
            for flow in flows
            if by_id[flow.target].kind is not NodeKind.END
        }
        return rest | arrived

    def _settled(self, marking: Marking) -> tuple[Marking, ...]:
        """Every marking of steps, timers and waiting joins that the gateways lead to; a choice may go any way."""
        found: dict[Marking, None] = {}
        seen = {marking}
        waiting = [marking]
        while waiting:
            here = waiting.pop()
            after = self._passed(here)
            if after is None:
                found[here] = None
            for following in after or ():
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return tuple(found)

    def _passed(self, marking: Marking) -> list[Marking] | None:
        """One gateway further; None = every token stands where something is to be done."""
        definition = self.definition
        for place in sorted(marking):
            node_id, _ = place
            kind, out = definition.by_id[node_id].kind, definition.out[node_id]
            if kind is NodeKind.SPLIT:
                return [self._put(marking - {place}, out)]
            if kind is NodeKind.CHOICE:
                return [self._put(marking - {place}, (flow,)) for flow in out]
            if kind is NodeKind.JOIN:
                came = frozenset(other for other in marking if other[0] == node_id)
                if len(came) == len(definition.into[node_id]):
                    return [self._put(marking - came, out)]
        return None
