"""What differs between two processes, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from motcua.processes.checks import hours_text, longest_path
from motcua.processes.definition import (
    ASSIGN_TEXT,
    NODE_TEXT,
    STEP_ROLES,
    STEP_TEXT,
    Definition,
    Flow,
    Node,
    NodeKind,
)


def diff(a: Definition, b: Definition) -> list[str]:
    """One sentence for each change from `a` to `b`, in the order of the process; empty = the same process.

    A step is the same one by its id, or where the ids differ (a process drawn anew) by its name. Ids of arrows, and the
    order of elements, say nothing to people and are not compared.
    """
    pairs = _pairs(a, b)
    sentences = [*_nodes(a, b, pairs), *_flows(a, b, pairs)]
    before, after = _minutes(a), _minutes(b)
    if sentences and before != after:
        sentences.append(f"Đường dài nhất: {_time(before)} → {_time(after)}.")
    return sentences


def _minutes(definition: Definition) -> int | None:
    """None for a draft that has no way from start to end yet."""
    ready = (
        sum(node.kind is NodeKind.START for node in definition.nodes) == 1
        and all(end in definition.by_id for flow in definition.flows for end in (flow.source, flow.target))
        and longest_path(definition).minutes >= 0
    )
    return longest_path(definition).minutes if ready else None


def _time(minutes: int | None) -> str:
    return "chưa tính được" if minutes is None else hours_text(minutes)


def _pairs(a: Definition, b: Definition) -> dict[str, str]:
    """Ids of `a` with their ids in `b`."""
    pairs = {node.id: node.id for node in a.nodes if node.id in b.by_id and b.by_id[node.id].kind is node.kind}
    free = {(node.kind, node.name): node.id for node in reversed(b.nodes) if node.id not in pairs.values()}
    for node in a.nodes:
        found = free.get((node.kind, node.name)) if node.id not in pairs else None
        if found is not None and found not in pairs.values():
            pairs[node.id] = found
    return pairs


def _nodes(a: Definition, b: Definition, pairs: dict[str, str]) -> Iterator[str]:
    back = {new: old for old, new in pairs.items()}
    for node in a.nodes:
        if node.id not in pairs:
            yield f"Bỏ {_called(node)}."
    for node in b.nodes:
        if node.id not in back:
            yield f"Thêm {_called(node)}{_detail(node)}."
            continue
        changes = list(_changes(a.by_id[back[node.id]], node))
        if changes:
            yield f"{_called(node, capital=True)}: {'; '.join(changes)}."


def _called(node: Node, *, capital: bool = False) -> str:
    kind = NODE_TEXT[node.kind]
    kind = kind[0].upper() + kind[1:] if capital else kind
    return f"{kind} “{node.name or node.id}”"


def _detail(node: Node) -> str:
    if node.kind is not NodeKind.STEP:
        return ""
    return f" ({STEP_ROLES.get(node.role, node.role or 'chưa có vai trò').lower()}, {hours_text(node.minutes)})"


def _changes(old: Node, new: Node) -> Iterator[str]:
    if old.name != new.name:
        yield f"đổi tên từ “{old.name}”"
    if old.minutes != new.minutes:
        yield f"thời gian {hours_text(old.minutes)} → {hours_text(new.minutes)}"
    if old.step is not new.step:
        yield f"loại bước {STEP_TEXT[old.step]} → {STEP_TEXT[new.step]}"
    if old.role != new.role:
        yield f"vai trò {_role(old)} → {_role(new)}"
    for word, before, after in (
        ("nơi thực hiện", _agency(old.agency), _agency(new.agency)),
        ("phòng", old.unit or "bất kỳ", new.unit or "bất kỳ"),
        ("cơ quan được hỏi", old.body or "không", new.body or "không"),
    ):
        if before != after:
            yield f"{word} {before} → {after}"
    if old.assign is not new.assign:
        yield f"giao việc: {ASSIGN_TEXT[old.assign]} → {ASSIGN_TEXT[new.assign]}"
    yield from _listed("kết quả", _outcomes(old), _outcomes(new))
    yield from _listed("giấy tờ phải lập", old.papers, new.papers)


def _role(node: Node) -> str:
    return STEP_ROLES.get(node.role, node.role or "trống").lower()


def _agency(code: str) -> str:
    return {"": "cơ quan có thẩm quyền", "desk": "nơi tiếp nhận"}.get(code, code)


def _outcomes(node: Node) -> tuple[str, ...]:
    return tuple(text for _, text in node.outcomes)


def _listed(word: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    if added := [item for item in new if item not in old]:
        yield f"thêm {word} “{'”, “'.join(added)}”"
    if removed := [item for item in old if item not in new]:
        yield f"bỏ {word} “{'”, “'.join(removed)}”"


def _flows(a: Definition, b: Definition, names: dict[str, str]) -> Iterator[str]:
    """Arrows by what they join and on what they are taken; those of a step that came or went follow from it."""
    kept = set(names.values())
    old = {(names.get(flow.source, ""), names.get(flow.target, ""), *_taken(flow)): flow for flow in a.flows}
    new = {(flow.source, flow.target, *_taken(flow)): flow for flow in b.flows}
    for key, flow in old.items():
        if "" not in key[:2] and key not in new:
            yield f"Bỏ đường đi {_way(a, flow)}."
    for key, flow in new.items():
        if key not in old and (flow.source in kept or flow.target in kept):
            yield f"Thêm đường đi {_way(b, flow)}."


def _taken(flow: Flow) -> tuple[str, str, bool]:
    return flow.outcome, flow.condition, flow.default


def _way(definition: Definition, flow: Flow) -> str:
    source, target = definition.by_id.get(flow.source), definition.by_id.get(flow.target)
    ends = f"“{source.label if source else flow.source}” → “{target.label if target else flow.target}”"
    if flow.outcome:
        return f"{ends} khi “{source.way_text(flow.outcome) if source else flow.outcome}”"
    if flow.condition:
        return f"{ends} khi {flow.condition}"
    return f"{ends} khi không có điều kiện nào đúng" if flow.default else ends
