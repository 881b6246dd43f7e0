"""Where the places and arrows of a map stand: layers from above, arrows that lead back turned round, words with room of their own. Pure.

The usual layered drawing: break cycles along the most frequent ways, give each place the layer of its longest way, let an
arrow hold a place in every layer that it passes and its words one of them, order the layers so that few arrows cross, then
set them as straight as their room allows. Whole points, y downwards; the same graph gives the same picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Pair = tuple[str, str]
Point = tuple[int, int]

NODE_WIDTH, NODE_HEIGHT = 190, 58
POINT_WIDTH, POINT_HEIGHT = 130, 36
LABEL_WIDTH, LABEL_HEIGHT = 64, 34
_PASSING = 12
_GAP, _SPACE, _MARGIN = 14, 20, 20
_SWEEPS = 12


@dataclass(frozen=True)
class Layout:
    """`centres` of the places, `labels` of the words of each arrow, `ways` through which it goes, from its source to its target."""

    width: int
    height: int
    centres: Mapping[str, Point]
    labels: Mapping[Pair, Point]
    ways: Mapping[Pair, tuple[Point, ...]]
    back: frozenset[Pair]


@dataclass(slots=True)
class _Item:
    """A place, or what an arrow holds in a layer."""

    width: int
    height: int
    weight: int = 1
    x: float = 0
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)


def lay_out(
    nodes: Sequence[str],
    weights: Mapping[Pair, int],
    *,
    last: frozenset[str] = frozenset(),
    points: frozenset[str] = frozenset(),
) -> Layout:
    """`weights` are the arrows with how often each is gone; `nodes` in the order in which walks begin.

    `last` stand lowest; `points` are smaller than other places.
    """
    arrows = sorted((pair for pair in weights if pair[0] != pair[1]), key=lambda pair: (-weights[pair], pair))
    back = _back(nodes, arrows)
    ahead = [(target, source) if (source, target) in back else (source, target) for source, target in arrows]
    layer = _layers(nodes, ahead, last)
    items, chains = _chains(nodes, points, arrows, ahead, layer, weights)
    rows = _ordered(items, layer)
    _place(items, rows)
    return _drawn(nodes, items, rows, chains, arrows, back)


def _back(nodes: Sequence[str], arrows: Sequence[Pair]) -> frozenset[Pair]:
    """The arrows that close a circle in a walk along the most frequent ways first."""
    out: dict[str, list[str]] = defaultdict(list)
    for source, target in arrows:
        out[source].append(target)
    found: set[Pair] = set()
    done: set[str] = set()
    for begin in nodes:
        if begin in done:
            continue
        on_way, stack = {begin}, [(begin, iter(out[begin]))]
        while stack:
            here, ways = stack[-1]
            following = next(ways, None)
            if following is None:
                stack.pop()
                on_way.discard(here)
                done.add(here)
            elif following in on_way:
                found.add((here, following))
            elif following not in done:
                on_way.add(following)
                stack.append((following, iter(out[following])))
    return frozenset(found)


def _layers(nodes: Sequence[str], ahead: Sequence[Pair], last: frozenset[str]) -> dict[str, int]:
    """The layer of each place; between two layers of places lies one of words, so places have even numbers."""
    into: dict[str, list[str]] = defaultdict(list)
    out: dict[str, list[str]] = defaultdict(list)
    for source, target in ahead:
        into[target].append(source)
        out[source].append(target)
    missing = {node: len(into[node]) for node in nodes}
    layer = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not missing[node]]
    while ready:
        here = ready.pop(0)
        for target in out[here]:
            layer[target] = max(layer[target], layer[here] + 2)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    lowest = max(layer.values(), default=0)
    for node in last & set(nodes):
        if not out[node]:
            layer[node] = lowest
    return layer


def _chains(
    nodes: Sequence[str],
    points: frozenset[str],
    arrows: Sequence[Pair],
    ahead: Sequence[Pair],
    layer: dict[str, int],
    weights: Mapping[Pair, int],
) -> tuple[dict[str, _Item], dict[Pair, list[str]]]:
    """Every item by its name, and for each arrow (as given) its items from above; `layer` learns those of the arrows."""
    most = max(weights.values(), default=1)
    items = {
        node: _Item(POINT_WIDTH, POINT_HEIGHT, 2) if node in points else _Item(NODE_WIDTH, NODE_HEIGHT, 2)
        for node in nodes
    }
    chains: dict[Pair, list[str]] = {}
    for number, (arrow, (top, bottom)) in enumerate(zip(arrows, ahead, strict=True)):
        chain = [top]
        for at in range(layer[top] + 1, layer[bottom]):
            name = f"\x00{number} {at}"
            words = at == layer[top] + 1
            size = LABEL_WIDTH if words else _PASSING, LABEL_HEIGHT if at % 2 else NODE_HEIGHT
            items[name] = _Item(*size, 1 + 24 * weights[arrow] // most)
            layer[name] = at
            chain.append(name)
        chain.append(bottom)
        for above, below in pairwise(chain):
            items[above].down.append(below)
            items[below].up.append(above)
        chains[arrow] = chain
    return items, chains


def _ordered(items: Mapping[str, _Item], layer: Mapping[str, int]) -> list[list[str]]:
    """The layers from above, each ordered so that few arrows cross; of several sweeps the best."""
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in items:
        rows[layer[name]].append(name)
    best, fewest = [list(row) for row in rows], _crossings(rows, items)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            place = {name: at for other in rows for at, name in enumerate(other)}
            row.sort(key=lambda name: _middle([place[near] for near in _near(items[name], down)], place[name]))
        crossings = _crossings(rows, items)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _near(item: _Item, down: bool) -> list[str]:
    return item.up if down else item.down


def _middle(places: Sequence[int], own: int) -> float:
    return sum(places) / len(places) if places else own


def _crossings(rows: Sequence[Sequence[str]], items: Mapping[str, _Item]) -> int:
    count = 0
    for above, below in pairwise(rows):
        place = {name: at for at, name in enumerate(below)}
        ends = [(at, place[target]) for at, name in enumerate(above) for target in items[name].down]
        count += sum(
            1
            for first, (a, x) in enumerate(ends)
            for b, y in ends[first + 1 :]
            if (a < b and x > y) or (a > b and x < y)
        )
    return count


def _place(items: Mapping[str, _Item], rows: Sequence[Sequence[str]]) -> None:
    """Sets `x`: each layer as near as its order and room allow to what it is joined with above, then below, and so on.

    By the median of these and not their mean, so that a frequent way stands upright instead of leaning.
    """
    for row in rows:
        at = 0.0
        for name in row:
            items[name].x = at + items[name].width / 2
            at += items[name].width + _GAP
    for sweep in range(2 * _SWEEPS + 1):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            _settle([items[name] for name in row], [_wanted(items, items[name], down) for name in row])


def _wanted(items: Mapping[str, _Item], item: _Item, down: bool) -> tuple[float, int]:
    near = sorted((items[name].x, items[name].weight * item.weight) for name in _near(item, down))
    if not near:
        return item.x, 1
    whole = sum(pull for _, pull in near)
    so_far = 0
    for x, pull in near:
        so_far += pull
        if 2 * so_far >= whole:
            return x, whole
    raise AssertionError("unreachable")


def _settle(row: Sequence[_Item], wanted: Sequence[tuple[float, int]]) -> None:
    """The least moved places that keep order and distance: neighbours that would overlap are set as one block."""
    blocks: list[tuple[float, float, int]] = []
    offsets, at = [], 0.0
    for place, item in enumerate(row):
        if place:
            at += (row[place - 1].width + item.width) / 2 + _GAP
        offsets.append(at)
    for (x, weight), offset in zip(wanted, offsets, strict=True):
        block = ((x - offset) * weight, float(weight), 1)
        while blocks and blocks[-1][0] / blocks[-1][1] > block[0] / block[1]:
            total, mass, size = blocks.pop()
            block = (total + block[0], mass + block[1], size + block[2])
        blocks.append(block)
    base = [total / mass for total, mass, size in blocks for _ in range(size)]
    for item, start, offset in zip(row, base, offsets, strict=True):
        item.x = start + offset


def _drawn(
    nodes: Sequence[str],
    items: Mapping[str, _Item],
    rows: Sequence[Sequence[str]],
    chains: Mapping[Pair, list[str]],
    arrows: Sequence[Pair],
    back: frozenset[Pair],
) -> Layout:
    left = min((item.x - item.width / 2 for item in items.values()), default=0) - _MARGIN
    right = max((item.x + item.width / 2 for item in items.values()), default=0) + _MARGIN
    middle: dict[str, int] = {}
    y = _MARGIN
    for at, row in enumerate(rows):
        high = NODE_HEIGHT if at % 2 == 0 else LABEL_HEIGHT
        middle |= dict.fromkeys(row, y + high // 2)
        y += high + _SPACE
    centres = {node: (round(items[node].x - left), middle[node]) for node in nodes}
    labels, ways = {}, {}
    ports = _ports(items, chains, left)
    for arrow in arrows:
        top, *between, bottom = chains[arrow]
        way = [(ports[arrow, True], middle[top] + items[top].height // 2)]
        for name in between:
            # Through its layer it goes upright; what it moves aside it moves between two layers.
            x, half = round(items[name].x - left), items[name].height // 2
            way += [(x, middle[name] - half), (x, middle[name] + half)]
        way.append((ports[arrow, False], middle[bottom] - items[bottom].height // 2))
        labels[arrow] = (round(items[between[0]].x - left), middle[between[0]])
        ways[arrow] = tuple(reversed(way)) if arrow in back else tuple(way)
    return Layout(round(right - left), y - _SPACE + _MARGIN, centres, labels, ways, back)


def _ports(items: Mapping[str, _Item], chains: Mapping[Pair, list[str]], left: float) -> dict[tuple[Pair, bool], int]:
    """Where each arrow leaves the upper place (True) and meets the lower one (False): side by side along the edge."""
    sides: dict[tuple[str, bool], list[tuple[float, Pair]]] = defaultdict(list)
    for arrow, chain in chains.items():
        sides[chain[0], True].append((items[chain[1]].x, arrow))
        sides[chain[-1], False].append((items[chain[-2]].x, arrow))
    found: dict[tuple[Pair, bool], int] = {}
    for (name, above), ends in sides.items():
        room = items[name].width - 30
        for place, (_, arrow) in enumerate(sorted(ends), 1):
            found[arrow, above] = round(items[name].x - left - room / 2 + room * place / (len(ends) + 1))
    return found
