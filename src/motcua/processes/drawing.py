"""Where the elements of a process stand in its picture: as a drawing tool left them, or laid out here in columns.

Whole points, y downwards. The layout is the usual layered one: a column for each step of the way, arrows that skip a column
keep a row of their own there, arrows that lead back run above everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from motcua.processes.definition import TIMEOUT, Definition, Flow, NodeKind
from motcua.processes.loops import back_flows

Point = tuple[int, int]
Box = tuple[int, int, int, int]  # x, y, width, height

SIZES = {NodeKind.STEP: (140, 80), NodeKind.START: (36, 36), NodeKind.END: (36, 36), NodeKind.TIMER: (36, 36)}
_GATEWAY = (50, 50)
_CLOCK = 36
_COLUMN, _ROW, _LANE = 210, 140, 24
_MARGIN = 60
# Words on an arrow as the viewers of the field wrap them.
_LABEL, _LINE, _LINE_LETTERS = 90, 14, 15


@dataclass(frozen=True)
class Drawing:
    """Boxes by node id, boxes of the clocks on steps by step id, waypoints by flow id."""

    boxes: Mapping[str, Box] = field(default_factory=dict)
    clocks: Mapping[str, Box] = field(default_factory=dict)
    ways: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "boxes": {id_: list(box) for id_, box in self.boxes.items()},
            "clocks": {id_: list(box) for id_, box in self.clocks.items()},
            "ways": {id_: [list(point) for point in way] for id_, way in self.ways.items()},
        }


def from_json(data: Mapping[str, Any]) -> Drawing:
    """Reads what `to_json` wrote; an empty mapping is an empty drawing."""

    def box(value: list[int]) -> Box:
        return (value[0], value[1], value[2], value[3])

    return Drawing(
        {id_: box(value) for id_, value in data.get("boxes", {}).items()},
        {id_: box(value) for id_, value in data.get("clocks", {}).items()},
        {id_: tuple((point[0], point[1]) for point in way) for id_, way in data.get("ways", {}).items()},
    )


def arranged(definition: Definition, drawn: Drawing | None = None) -> Drawing:
    """A place for every element: the given drawing where it places every node, else a layout of our own."""
    if drawn is None or any(node.id not in drawn.boxes for node in definition.nodes):
        return lay_out(definition)
    timed = {flow.source for flow in _known(definition) if flow.outcome == TIMEOUT}
    boxes = {node.id: drawn.boxes[node.id] for node in definition.nodes}
    clocks = {id_: drawn.clocks.get(id_) or clock_box(boxes[id_]) for id_ in boxes if id_ in timed}
    ways = {}
    for flow in _known(definition):
        begin = clocks[flow.source] if flow.outcome == TIMEOUT else boxes[flow.source]
        ways[flow.id] = drawn.ways.get(flow.id) or (_right(begin), _left(boxes[flow.target]))
    return Drawing(boxes, clocks, ways)


def clock_box(box: Box) -> Box:
    """On the lower edge of its step, near the right corner."""
    x, y, width, height = box
    return (x + width - _CLOCK - 8, y + height - _CLOCK // 2, _CLOCK, _CLOCK)


def label_box(way: Sequence[Point], text: str) -> Box:
    """Room for the words on an arrow: above the middle of its longest level stretch."""
    level = [(abs(bx - ax), (ax + bx) // 2, ay) for (ax, ay), (bx, by) in pairwise(way) if ay == by]
    _, x, y = max(level, default=(0, *way[0]))
    height = _LINE * -(-len(text) // _LINE_LETTERS)
    return (x - _LABEL // 2, y - height - 4, _LABEL, height)


def _known(definition: Definition) -> Iterator[Flow]:
    return (flow for flow in definition.flows if flow.source in definition.by_id and flow.target in definition.by_id)


def _right(box: Box) -> Point:
    return (box[0] + box[2], box[1] + box[3] // 2)


def _left(box: Box) -> Point:
    return (box[0], box[1] + box[3] // 2)


def columns(definition: Definition) -> tuple[dict[str, int], frozenset[str]]:
    """The column of each node (its longest way from a beginning), and the arrows that lead back."""
    back = back_flows(definition)
    ahead = [flow for flow in _known(definition) if flow.id not in back]
    missing = {node.id: 0 for node in definition.nodes}
    for flow in ahead:
        missing[flow.target] += 1
    column = dict.fromkeys(missing, 0)
    ready = [node.id for node in definition.nodes if not missing[node.id]]
    while ready:
        here = ready.pop(0)
        for flow in definition.out[here]:
            if flow.id in back or flow.target not in column:
                continue
            column[flow.target] = max(column[flow.target], column[here] + 1)
            missing[flow.target] -= 1
            if not missing[flow.target]:
                ready.append(flow.target)
    return column, back


def reading_order(definition: Definition) -> tuple[str, ...]:
    """Node ids as people read the picture: column by column, from above."""
    column, back = columns(definition)
    rows = _rows(definition, column, back)
    return tuple(sorted(column, key=lambda id_: (column[id_], rows[id_, column[id_]])))


# (node or flow id, column) → row: an arrow has a row in every column it passes.
_Rows = dict[tuple[str, int], int]


def _rows(definition: Definition, column: Mapping[str, int], back: frozenset[str]) -> _Rows:
    rows: _Rows = {}
    taken: dict[int, set[int]] = {}
    place = {node.id: at for at, node in enumerate(definition.nodes)}
    for at in range(max(column.values(), default=0) + 1):
        wanted: list[tuple[int, bool, bool, int, str]] = []
        for node in definition.nodes:
            if column[node.id] == at:
                from_ = [
                    rows[_before(flow, column, at)] for flow in definition.into[node.id] if _ahead(flow, column, back)
                ]
                late = bool(definition.into[node.id]) and all(f.outcome == TIMEOUT for f in definition.into[node.id])
                wanted.append((min(from_, default=0), False, late, place[node.id], node.id))
        for order, flow in enumerate(definition.flows):
            if _ahead(flow, column, back) and column[flow.source] < at < column[flow.target]:
                wanted.append((rows[_before(flow, column, at)], True, flow.outcome == TIMEOUT, order, f"→{flow.id}"))
        for row, _, _, _, id_ in sorted(wanted):
            free = row
            while free in taken.setdefault(at, set()):
                free += 1
            taken[at].add(free)
            rows[id_, at] = free
    return rows


def _ahead(flow: Flow, column: Mapping[str, int], back: frozenset[str]) -> bool:
    return flow.id not in back and flow.source in column and flow.target in column


def _before(flow: Flow, column: Mapping[str, int], at: int) -> tuple[str, int]:
    """What the arrow passes in the column before `at`."""
    return (flow.source, at - 1) if column[flow.source] == at - 1 else (f"→{flow.id}", at - 1)


def lay_out(definition: Definition) -> Drawing:
    """A picture of our own; the same definition gives the same one."""
    column, back = columns(definition)
    rows = _rows(definition, column, back)
    top = _MARGIN + _LANE * (sum(flow.id in back for flow in _known(definition)) + 1) + 40

    def middle(at: int, row: int) -> Point:
        return (_MARGIN + 70 + at * _COLUMN, top + row * _ROW)

    boxes: dict[str, Box] = {}
    for node in definition.nodes:
        x, y = middle(column[node.id], rows[node.id, column[node.id]])
        width, height = SIZES.get(node.kind, _GATEWAY)
        boxes[node.id] = (x - width // 2, y - height // 2, width, height)
    clocks = {flow.source: clock_box(boxes[flow.source]) for flow in _known(definition) if flow.outcome == TIMEOUT}
    ways: dict[str, tuple[Point, ...]] = {}
    lane = top - 40
    for flow in _known(definition):
        begin, gap = _begin(flow, boxes, clocks, column, rows)
        if flow.id in back:
            lane -= _LANE
            ways[flow.id] = _tidy([*begin, *_round(flow, begin, gap, lane, boxes, column, rows)])
            continue
        points = list(begin)
        for at in range(column[flow.source] + 1, column[flow.target] + 1):
            passed = flow.target if at == column[flow.target] else f"→{flow.id}"
            y = middle(at, rows[passed, at])[1]
            if y != points[-1][1]:
                turn = gap + (at - 1 - column[flow.source]) * _COLUMN
                points += [(turn, points[-1][1]), (turn, y)]
        ways[flow.id] = _tidy([*points, _left(boxes[flow.target])])
    return Drawing(boxes, clocks, ways)


def _begin(
    flow: Flow, boxes: Mapping[str, Box], clocks: Mapping[str, Box], column: Mapping[str, int], rows: _Rows
) -> tuple[list[Point], int]:
    """The first points of an arrow, and the x between its column and the next, apart for each row."""
    box = boxes[flow.source]
    row = rows[flow.source, column[flow.source]]
    gap = box[0] + box[2] // 2 + _COLUMN // 2 + (row % 3 - 1) * 8
    if flow.outcome != TIMEOUT:
        return [_right(box)], gap
    clock = clocks[flow.source]
    x, below = clock[0] + _CLOCK // 2, clock[1] + _CLOCK
    return [(x, below), (x, below + 14)], gap + 4


def _round(
    flow: Flow,
    begin: list[Point],
    gap: int,
    lane: int,
    boxes: Mapping[str, Box],
    column: Mapping[str, int],
    rows: _Rows,
) -> Iterator[Point]:
    """The rest of an arrow that leads back: up between two columns, along its lane, down to its target."""
    box = boxes[flow.target]
    yield (gap, begin[-1][1])
    yield (gap, lane)
    x = box[0] + box[2] // 2
    if rows[flow.target, column[flow.target]] == 0:
        yield (x, lane)
        yield (x, box[1])
        return
    x -= _COLUMN // 2 + 12
    yield (x, lane)
    yield (x, box[1] + box[3] // 2)
    yield _left(box)


def _tidy(points: list[Point]) -> tuple[Point, ...]:
    """Without points on the straight line between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return tuple(kept)
