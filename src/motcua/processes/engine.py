"""How tokens move through a process: pure, from a marking and what was done to the next marking.

A token stands at a step or a timer, or waits at a join. Gateways hold nothing: they are passed in the same move. Whoever
stores the tokens gives each an id; here a new token is known by its place only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from motcua.law.errors import DomainError
from motcua.processes.conditions import Facts, parse_condition
from motcua.processes.definition import TIMEOUT, Definition, Flow, Node, NodeKind

# A gateway chain that long goes in a circle; `checks` refuses such a process, data from elsewhere may not have been checked.
_MOST_PASSED = 1_000


class NotThere(DomainError):
    """The token is not where the move expects it, or the outcome is not one of its step."""

    code = "step_not_open"


class Stuck(DomainError):
    """The process leads nowhere from here."""

    code = "process_stuck"


@dataclass(frozen=True, slots=True)
class Token:
    """`id` is unique in a dossier; `flow` the arrow by which it came, which a join counts."""

    id: int
    node: str
    flow: str = ""


@dataclass(slots=True)
class Advance:
    """`closed` tokens are gone, `opened` are new ones (node, flow). `ended`: nothing is left to do."""

    closed: list[int] = field(default_factory=list)
    opened: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False


def start(definition: Definition, facts: Facts) -> Advance:
    """The first tokens of a dossier."""
    begin = next((node for node in definition.nodes if node.kind is NodeKind.START), None)
    if begin is None:
        raise Stuck("Quy trình không có điểm bắt đầu.")
    advance = Advance()
    _Run(definition, (), facts, advance).leave(begin, definition.out[begin.id])
    return advance


def finish(definition: Definition, tokens: Iterable[Token], token_id: int, outcome: str, facts: Facts) -> Advance:
    """The token leaves its step by `outcome` (or its timer). Raises NotThere; then nothing has moved."""
    standing = tuple(tokens)
    token = next((token for token in standing if token.id == token_id), None)
    if token is None:
        raise NotThere("Bước này không còn mở: có người đã hoàn thành, hoặc hồ sơ đã được chuyển đi.")
    node = definition.by_id[token.node]
    if node.kind is NodeKind.JOIN:
        raise NotThere("Nhánh này đã xong, đang chờ các nhánh khác.")
    flows = definition.out[node.id]
    if node.kind is NodeKind.STEP:
        flows = taken_on(node, flows, outcome)
        if not flows:
            known = ", ".join(f"“{node.way_text(way)}”" for way in node.ways)
            raise NotThere(f"Bước “{node.label}” không có kết quả “{outcome}”. Chọn một trong: {known}.")
    advance = Advance(closed=[token.id])
    rest = tuple(other for other in standing if other.id != token.id)
    _Run(definition, rest, facts, advance).leave(node, flows[:1])
    advance.ended = not advance.opened and len(advance.closed) == len(standing)
    return advance


def taken_on(node: Node, flows: Iterable[Flow], outcome: str) -> tuple[Flow, ...]:
    """The flows of a step for an outcome: those that name it, else those that name none; a timeout must be named."""
    named = tuple(flow for flow in flows if flow.outcome == outcome)
    if named or outcome == TIMEOUT or outcome not in node.ways:
        return named
    return tuple(flow for flow in flows if not flow.outcome)


Chooser = Callable[[Node, tuple[Flow, ...]], Flow]


class _Run:
    """Passes gateways until every moving token stands somewhere."""

    def __init__(self, definition: Definition, standing: tuple[Token, ...], facts: Facts, advance: Advance) -> None:
        self.definition = definition
        self.standing = standing
        self.facts = facts
        self.advance = advance
        self.passed = 0

    def leave(self, node: Node, flows: tuple[Flow, ...]) -> None:
        if not flows:
            raise Stuck(f"“{node.label}” không dẫn đến đâu.")
        for flow in flows:
            self._arrive(flow)

    def _arrive(self, flow: Flow) -> None:
        self.passed += 1
        node = self.definition.by_id.get(flow.target)
        if node is None or self.passed > _MOST_PASSED:
            raise Stuck(f"Mũi tên “{flow.id}” không dẫn đến bước nào.")
        out = self.definition.out[node.id]
        match node.kind:
            case NodeKind.END:
                return
            case NodeKind.STEP | NodeKind.TIMER:
                self.advance.opened.append((node.id, flow.id))
            case NodeKind.CHOICE:
                self.leave(node, (self._chosen(node, out),))
            case NodeKind.SPLIT:
                self.leave(node, out)
            case NodeKind.JOIN:
                self._join(node, flow, out)
            case NodeKind.START:
                raise Stuck(f"Mũi tên “{flow.id}” quay về điểm bắt đầu.")

    def _chosen(self, node: Node, flows: tuple[Flow, ...]) -> Flow:
        for flow in flows:
            if flow.condition and parse_condition(flow.condition).holds(self.facts):
                return flow
        default = flows[0] if len(flows) == 1 else next((flow for flow in flows if flow.default), None)
        if default is None:
            raise Stuck(f"“{node.label}” không có nhánh mặc định.")
        return default

    def _join(self, node: Node, flow: Flow, out: tuple[Flow, ...]) -> None:
        waiting = [token for token in self.standing if token.node == node.id and token.id not in self.advance.closed]
        fresh = [place for place in self.advance.opened if place[0] == node.id]
        came = {flow.id, *(token.flow for token in waiting), *(via for _, via in fresh)}
        if came != {arrow.id for arrow in self.definition.into[node.id]}:
            self.advance.opened.append((node.id, flow.id))
            return
        # One token of each arrow goes on as one.
        for arrow in came - {flow.id}:
            if (node.id, arrow) in self.advance.opened:
                self.advance.opened.remove((node.id, arrow))
            else:
                self.advance.closed.append(next(token.id for token in waiting if token.flow == arrow))
        self.leave(node, out)
