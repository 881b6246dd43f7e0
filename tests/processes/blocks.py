"""Sound processes grown from blocks, and a model of them that knows nothing of graphs and tokens.

A block is a step, blocks in sequence, blocks at once, a decision whose outcome picks a block, or a block that may be done
again. `draw` makes the graph; `Play` runs the block itself, by recursion, and says which steps are open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import strategies as st
from tests.processes.build import node, result, step

from motcua.processes.definition import Definition, Flow, Node, NodeKind


@dataclass(frozen=True)
class Block:
    """`kind`: step, line, both, decide (its children are the outcomes) or again (one child, then on or again)."""

    kind: str
    children: tuple[Block, ...] = ()


STEP = Block("step")


def blocks() -> st.SearchStrategy[Block]:
    some = lambda inner: st.lists(inner, min_size=2, max_size=3).map(tuple)  # noqa: E731
    return st.recursive(
        st.just(STEP),
        lambda inner: st.one_of(
            st.builds(Block, st.just("line"), some(inner)),
            st.builds(Block, st.just("both"), some(inner)),
            st.builds(Block, st.just("decide"), some(inner)),
            st.builds(Block, st.just("again"), inner.map(lambda child: (child,))),
        ),
        max_leaves=8,
    )


@dataclass
class _Drawing:
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def add(self, drawn: Node) -> str:
        self.nodes.append(drawn)
        return drawn.id

    def link(self, source: str, target: str, outcome: str = "") -> None:
        self.flows.append(Flow(f"f{len(self.flows)}", source, target, outcome))


def draw(block: Block) -> Definition:
    """The graph. Steps are called s0, s1, … in the order in which `Play` meets them first."""
    drawing, names = _Drawing(), count()
    drawing.add(node("start", "start"))
    entry, exits = _draw(block, drawing, names)
    drawing.link("start", entry)
    drawing.add(result("issue"))
    drawing.add(node("end", "end"))
    _merge(drawing, exits, "issue")
    drawing.link("issue", "end")
    return Definition(tuple(drawing.nodes), tuple(drawing.flows))


_Exit = tuple[str, str]


def _merge(drawing: _Drawing, exits: list[_Exit], target: str) -> None:
    for source, outcome in exits:
        drawing.link(source, target, outcome)


def _draw(block: Block, drawing: _Drawing, names: Iterator[int]) -> tuple[str, list[_Exit]]:
    number = next(names)
    match block.kind:
        case "step":
            return drawing.add(step(f"s{number}")), [(f"s{number}", "")]
        case "line":
            first, exits = _draw(block.children[0], drawing, names)
            for child in block.children[1:]:
                entry, after = _draw(child, drawing, names)
                _merge(drawing, exits, entry)
                exits = after
            return first, exits
        case "both":
            split, join = drawing.add(node(f"p{number}", "split")), drawing.add(node(f"j{number}", "join"))
            for child in block.children:
                entry, exits = _draw(child, drawing, names)
                drawing.link(split, entry)
                _merge(drawing, [_one(drawing, exits)], join)
            return split, [(join, "")]
        case "decide":
            ways = tuple((f"way{place}", f"Hướng {place}") for place in range(len(block.children)))
            asked = drawing.add(step(f"s{number}", outcomes=ways))
            together: list[_Exit] = []
            for (way, _), child in zip(ways, block.children, strict=True):
                entry, exits = _draw(child, drawing, names)
                drawing.link(asked, entry, way)
                together += exits
            return asked, together
        case _:
            entry, exits = _draw(block.children[0], drawing, names)
            asked = drawing.add(step(f"s{number}", outcomes=(("on", "Đi tiếp"), ("redo", "Làm lại"))))
            _merge(drawing, exits, asked)
            drawing.link(asked, entry, "redo")
            return entry, [(asked, "on")]


def _one(drawing: _Drawing, exits: list[_Exit]) -> _Exit:
    """A join counts arrows, so exclusive ways are brought together before it."""
    if len(exits) == 1:
        return exits[0]
    merge = drawing.add(Node(f"m{len(drawing.nodes)}", NodeKind.CHOICE))
    _merge(drawing, exits, merge)
    return merge, ""


class Play:
    """The block itself at work. `open` = names of the open steps; `finish` is given one of them."""

    def __init__(self, block: Block) -> None:
        self.root = _part(block, count())
        self.root.begin()

    @property
    def open(self) -> list[str]:
        return sorted(self.root.open())

    @property
    def done(self) -> bool:
        return self.root.state == "done"

    def ways(self, name: str) -> list[str]:
        return self.root.find(name).ways

    def finish(self, name: str, way: str) -> None:
        self.root.finish(name, way)


class _Part:
    def __init__(self, block: Block, names: Iterator[int]) -> None:
        self.kind = block.kind
        self.name = f"s{next(names)}"
        self.children = [_part(child, names) for child in block.children]
        self.state = "idle"
        self.asking = False
        self.chosen: _Part | None = None

    @property
    def ways(self) -> list[str]:
        if self.kind == "decide":
            return [f"way{place}" for place in range(len(self.children))]
        return ["on", "redo"] if self.kind == "again" else ["done"]

    def begin(self) -> None:
        self.state, self.asking, self.chosen = "open", self.kind in ("step", "decide"), None
        for child in self.children:
            child.state = "idle"
        if self.kind in ("line", "again"):
            self.children[0].begin()
        elif self.kind == "both":
            for child in self.children:
                child.begin()

    def open(self) -> list[str]:
        if self.state != "open":
            return []
        own = [self.name] if self.asking else []
        return own + [name for child in self.children for name in child.open()]

    def find(self, name: str) -> Any:
        if self.name == name:
            return self
        return next((found for child in self.children if (found := child.find(name))), None)

    def finish(self, name: str, way: str) -> None:
        if self.asking and self.name == name:
            self.asking = False
            if self.kind == "decide":
                self.chosen = self.children[int(way.removeprefix("way"))]
                self.chosen.begin()
            elif way == "redo":
                self.begin()
            else:
                self.state = "done"
            return
        holder = next(child for child in self.children if name in child.open())
        holder.finish(name, way)
        if holder.state == "done":
            self._child_done(holder)

    def _child_done(self, child: _Part) -> None:
        match self.kind:
            case "line":
                after = self.children.index(child) + 1
                if after < len(self.children):
                    self.children[after].begin()
                else:
                    self.state = "done"
            case "both":
                if all(other.state == "done" for other in self.children):
                    self.state = "done"
            case "decide":
                self.state = "done"
            case "again":
                self.asking = True


def _part(block: Block, names: Iterator[int]) -> _Part:
    return _Part(block, names)
