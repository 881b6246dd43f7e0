"""The map of a log as a page draws it: boxes, arrows and words with their links. Pure: SVG is the template's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.layout import (
    LABEL_HEIGHT,
    LABEL_WIDTH,
    NODE_HEIGHT,
    NODE_WIDTH,
    POINT_HEIGHT,
    POINT_WIDTH,
    Point,
    lay_out,
)
from motcua.statistics.mining.paths import END, POINT_TEXT, START, STILL, Edge
from motcua.statistics.mining.told_lines import times_text

# On a map that is read at a glance an arrow is drawn that this share of the dossiers went, in hundredths.
RARE = 5
# So many arrows, those that took the most time, are framed.
_SLOW = 3
_LINE_LETTERS, _LINES = 27, 2


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    lines: tuple[tuple[int, str], ...]
    note: str
    note_y: int
    href: str
    says: str
    point: bool

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """`way` is an SVG path; `slow` ones are framed, `back` ones lead to what was there before."""

    way: str
    thick: str
    x: int
    y: int
    frame: tuple[int, int, int, int]
    count: str
    time: str
    href: str
    says: str
    slow: bool
    back: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    hidden: int


Link = Callable[[str, str], str]


def picture(mined: Mined, link: Link, *, whole: bool) -> Picture:
    """`link` gives the address of the dossiers behind a part and key; `whole` draws rare arrows as well."""
    shown = mined.edges if whole else _frequent(mined)
    nodes = [START, *(one.key for one in mined.activities), END, STILL]
    used = {end for edge in shown for end in (edge.source, edge.target)}
    nodes = [node for node in nodes if node in used]
    weights = {(edge.source, edge.target): edge.count for edge in shown}
    layout = lay_out(nodes, weights, last=frozenset({END, STILL}), points=frozenset(POINT_TEXT))
    slow = {edge.key for edge in mined.slowest[:_SLOW]}
    most = max((edge.count for edge in shown), default=1)
    again = {edge.source: edge for edge in mined.edges if edge.source == edge.target}
    boxes = tuple(_box(mined, node, layout.centres[node], again.get(node), link) for node in nodes)
    arrows = tuple(
        _arrow(
            mined, edge, layout.ways[edge.source, edge.target], layout.labels[edge.source, edge.target],
            edge.count / most, link, edge.key in slow, (edge.source, edge.target) in layout.back,
        )
        for edge in shown
        if edge.source != edge.target
    )  # fmt: skip
    return Picture(layout.width, layout.height, boxes, arrows, len(mined.edges) - len(shown))


def _frequent(mined: Mined) -> list[Edge]:
    """What is gone often, and the most frequent arrow into and out of every place, so that none hangs in the air."""
    least = len(mined.log.traces) * RARE
    into: set[str] = set()
    out: set[str] = set()
    kept = []
    for edge in mined.edges:
        own = edge.source == edge.target
        if len(edge.cases) * 100 >= least or (not own and (edge.source not in out or edge.target not in into)):
            kept.append(edge)
        if not own:
            out.add(edge.source)
            into.add(edge.target)
    return kept


def _box(mined: Mined, node: str, centre: Point, again: Edge | None, link: Link) -> Box:
    x, y = centre
    name = mined.label(node)
    left, top = x - NODE_WIDTH // 2, y - NODE_HEIGHT // 2
    if node in POINT_TEXT:
        number = sum(edge.count for edge in mined.edges if node in (edge.source, edge.target))
        part = {START: ("all", ""), STILL: ("open", ""), END: ("finished", "")}[node]
        return Box(
            x - POINT_WIDTH // 2, y - POINT_HEIGHT // 2, POINT_WIDTH, POINT_HEIGHT, ((y + 5, f"{name} ({number})"),), "", 0,
            link(*part), f"{name}: {number} hồ sơ", True,
        )  # fmt: skip
    one = next(one for one in mined.activities if one.key == node)
    words = _wrapped(name)
    note = f"{one.count} lượt"
    if again is not None:
        note += f", {again.count} lặp liền"
    first = y - 9 * len(words)
    lines = tuple((first + 5 + 16 * place, word) for place, word in enumerate(words))
    says = f"{name}: {one.count} lượt ở {len(one.cases)} hồ sơ"
    if one.times:
        says += f"; từ lúc đến bước đến lúc xong {times_text(one.times)}"
    return Box(
        left, top, NODE_WIDTH, NODE_HEIGHT, lines, note, y + NODE_HEIGHT // 2 - 7, link("activity", node), says, False
    )


def _wrapped(name: str) -> list[str]:
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= _LINE_LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word[:_LINE_LETTERS])
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1][: _LINE_LETTERS - 1]}…"]
    return lines


def _arrow(
    mined: Mined, edge: Edge, way: Sequence[Point], label: Point, share: float, link: Link, slow: bool, back: bool
) -> Arrow:
    x, y = label
    says = f"{mined.label(edge.source)} → {mined.label(edge.target)}: {edge.count} lượt"
    times = edge.times
    if times:
        says += f"; {times_text(times)}"
    middle = (times.working or times.clock).median if times else None
    frame = (x - LABEL_WIDTH // 2, y - LABEL_HEIGHT // 2, LABEL_WIDTH, LABEL_HEIGHT)
    return Arrow(
        _curve(way), f"{1 + 5 * share:.1f}", x, y, frame, str(edge.count), "" if middle is None else short(middle),
        link("edge", edge.key), says, slow, back,
    )  # fmt: skip


def _curve(way: Sequence[Point]) -> str:
    """Through every point, upright at each."""
    (x, y), *rest = way
    parts = [f"M{x} {y}"]
    for to_x, to_y in rest:
        half = (y + to_y) // 2
        parts.append(f"V{to_y}" if to_x == x else f"C{x} {half} {to_x} {half} {to_x} {to_y}")
        x, y = to_x, to_y
    return "".join(parts)


def short(minutes: int) -> str:
    """“45p”, “2g30”, “120g”: words on an arrow are no wider."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}p"
    return f"{hours}g{rest:02}" if rest and hours < 100 else f"{hours}g"
