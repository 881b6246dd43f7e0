"""Which arrows of a process lead back to an earlier place, and which of its places lie before another."""

from __future__ import annotations

from collections.abc import Iterable

from motcua.processes.definition import Definition, NodeKind


def back_flows(definition: Definition) -> frozenset[str]:
    """The arrows that close a loop in a walk, deepest first, from the start, then from whatever that walk has not met.

    Stands any graph that can be drawn, faulty ones included.
    """
    found: set[str] = set()
    done: set[str] = set()
    begins = sorted(
        definition.nodes, key=lambda node: (node.kind is not NodeKind.START, bool(definition.into[node.id]))
    )
    for begin in begins:
        if begin.id in done:
            continue
        on_way = {begin.id}
        stack = [(begin.id, iter(definition.out[begin.id]))]
        while stack:
            here, flows = stack[-1]
            flow = next(flows, None)
            if flow is None:
                stack.pop()
                on_way.discard(here)
                done.add(here)
            elif flow.target in on_way:
                found.add(flow.id)
            elif flow.target in definition.by_id and flow.target not in done:
                on_way.add(flow.target)
                stack.append((flow.target, iter(definition.out[flow.target])))
    return frozenset(found)


def goes_back(definition: Definition, node_id: str, opened: Iterable[str]) -> bool:
    """Whether who finished a step chose a way that opens itself or an earlier step again: work is sent back.

    Where a step has one way only, the process leads back by itself, and nobody owes a reason for it.
    """
    if len(definition.by_id[node_id].ways) < 2:
        return False
    back = back_flows(definition)
    before, waiting = {node_id}, [node_id]
    while waiting:
        for flow in definition.into[waiting.pop()]:
            if flow.id not in back and flow.source not in before:
                before.add(flow.source)
                waiting.append(flow.source)
    return any(place in before and definition.by_id[place].kind is NodeKind.STEP for place in opened)
