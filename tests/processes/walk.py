"""A dossier on a process, in memory; and every way through a process with each loop at most once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from motcua.processes import engine
from motcua.processes.definition import TIMEOUT, Definition, Flow, Node, NodeKind
from motcua.processes.engine import Token, taken_on
from motcua.processes.loops import back_flows


class Walk:
    """Tokens numbered as they open. `steps` are the open steps and timers, sorted; joins wait beside them."""

    def __init__(self, definition: Definition, **facts: object) -> None:
        self.definition, self.facts = definition, facts
        self.tokens: list[Token] = []
        self.count = 0
        self.ended = False
        self._take(engine.start(definition, facts))

    def _take(self, advance: engine.Advance) -> None:
        self.tokens = [token for token in self.tokens if token.id not in advance.closed]
        for place, via in advance.opened:
            self.count += 1
            self.tokens.append(Token(self.count, place, via))
        self.ended = advance.ended

    @property
    def at(self) -> list[str]:
        return sorted(token.node for token in self.tokens)

    @property
    def steps(self) -> list[str]:
        return [place for place in self.at if self.definition.by_id[place].kind is not NodeKind.JOIN]

    def finish(self, place: str, outcome: str = "done") -> None:
        token = next(token for token in self.tokens if token.node == place)
        self._take(engine.finish(self.definition, self.tokens, token.id, outcome, self.facts))


def without_conditions(definition: Definition) -> Definition:
    """Each choice as a step that may go any of its ways: so every arrow can be walked whatever the facts."""
    nodes, flows = [], []
    choices = {
        node.id for node in definition.nodes if node.kind is NodeKind.CHOICE and len(definition.out[node.id]) > 1
    }
    for node in definition.nodes:
        ways = tuple((flow.id, flow.id) for flow in definition.out[node.id])
        nodes.append(Node(node.id, NodeKind.STEP, node.label, outcomes=ways) if node.id in choices else node)
    for flow in definition.flows:
        flows.append(replace(flow, outcome=flow.id, condition="", default=False) if flow.source in choices else flow)
    return Definition(tuple(nodes), tuple(flows))


def ways(definition: Definition, most: int = 20_000) -> Iterator[list[str]]:
    """Every walk from start to end as the arrows it took out of steps and into what opened, each loop at most once.

    Of parallel branches one order is walked. Raises AssertionError where a walk gets stuck, or there are more than `most`.
    """
    free = without_conditions(definition)
    loops = back_flows(free)
    found = 0
    waiting: list[tuple[tuple[Token, ...], int, list[str]]] = []
    begin = Walk(free)
    waiting.append((tuple(begin.tokens), begin.count, [token.flow for token in begin.tokens]))
    while waiting:
        tokens, count, taken = waiting.pop()
        moving = [token for token in tokens if free.by_id[token.node].kind is not NodeKind.JOIN]
        assert moving, f"stuck after {taken}"
        token = moving[0]
        node = free.by_id[token.node]
        outcomes = ["done"] if node.kind is NodeKind.TIMER else [*node.ways]
        if any(flow.outcome == TIMEOUT for flow in free.out[node.id]):
            outcomes.append(TIMEOUT)
        for outcome in outcomes:
            arrow = _arrow(free, node, outcome)
            passed = _loops_of(free, arrow, loops)
            if any(loop in taken for loop in passed):
                continue
            advance = engine.finish(free, tokens, token.id, outcome, {})
            after = [other for other in tokens if other.id not in advance.closed]
            after += [Token(count + place, where, via) for place, (where, via) in enumerate(advance.opened, 1)]
            way = [*taken, *dict.fromkeys([arrow.id, *passed, *(via for _, via in advance.opened)])]
            if advance.ended:
                found += 1
                assert found <= most, "too many ways"
                yield way
            else:
                waiting.append((tuple(after), count + len(advance.opened), way))


def _arrow(definition: Definition, node: Node, outcome: str) -> Flow:
    out = definition.out[node.id]
    return out[0] if node.kind is NodeKind.TIMER else taken_on(node, out, outcome)[0]


def _loops_of(definition: Definition, arrow: Flow, loops: frozenset[str]) -> list[str]:
    """The returning arrows that are passed at once with an arrow: itself, or behind a merge."""
    passed = [arrow.id] if arrow.id in loops else []
    node = definition.by_id[arrow.target]
    if node.kind is NodeKind.CHOICE and len(definition.out[node.id]) == 1:
        passed += _loops_of(definition, definition.out[node.id][0], loops)
    return passed
