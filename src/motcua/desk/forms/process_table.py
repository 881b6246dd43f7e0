"""A process as a table that anybody can fill in: a row for each element, its ways out inside the row.

`rows_of` shows a definition, `read_rows` takes what was typed, `definition_of` makes it a definition again. A row that is
only looked at and saved comes back as it was. What cannot be read stays in its field with the reason beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from motcua.platform.text import nfc
from motcua.processes.bpmn_reader import outcome_code
from motcua.processes.checks import hours_text
from motcua.processes.definition import (
    DONE,
    TIMEOUT,
    Assign,
    BadDefinition,
    Definition,
    Flow,
    Node,
    NodeKind,
    StepKind,
    from_json,
)

MOST_ROWS = 80
_MOST_WAYS = 12

KINDS = {
    "work": "Bước xử lý",
    "consultation": "Bước lấy ý kiến",
    "result": "Bước ban hành kết quả",
    "choice": "Rẽ nhánh theo điều kiện",
    "split": "Tách song song",
    "join": "Gộp song song",
    "timer": "Chờ",
    "end": "Kết thúc",
}
START = "start"
STEPS = frozenset(StepKind)
_ONE_WAY = frozenset({START, "join", "timer"})
_PLAIN = "Hoàn thành"

_HOURS = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*(?:giờ|h|g)?(?:\s*(\d{1,2})\s*(?:phút|ph|p|'))?", re.IGNORECASE)
_MINUTES = re.compile(r"(\d{1,7})\s*(?:phút|ph|p|')", re.IGNORECASE)


@dataclass(slots=True)
class Way:
    """A way out: `text` is the name of an outcome or a condition; `other` the time-out of a step, the default of a choice."""

    flow: str = ""
    code: str = ""
    text: str = ""
    other: bool = False
    target: str = ""


@dataclass(slots=True)
class Row:
    id: str
    kind: str
    name: str = ""
    role: str = ""
    agency: str = ""
    unit: str = ""
    body: str = ""
    time: str = ""
    assign: str = Assign.CLAIM.value
    papers: str = ""
    ways: list[Way] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def is_step(self) -> bool:
        return self.kind in STEPS

    @property
    def has_time(self) -> bool:
        return self.is_step or self.kind == "timer"

    @property
    def aside(self) -> str:
        """What stands folded away below the row, in one line."""
        place = {"desk": "nơi tiếp nhận"}.get(self.agency, self.agency)
        return "; ".join(filter(None, (place, self.unit, self.body, ", ".join(self.papers.split("\n")))))

    @property
    def offered(self) -> list[Way]:
        """The ways as the page shows them, with an empty one to fill in."""
        if self.kind == "end" or (self.kind in _ONE_WAY and self.ways):
            return self.ways
        return [*self.ways, Way()]


def rows_of(definition: Definition) -> list[Row]:
    """The start first, then as people read the process."""
    rows = [_row(definition, node) for node in definition.nodes]
    return sorted(rows, key=lambda row: row.kind != START)


def _row(definition: Definition, node: Node) -> Row:
    kind = node.step.value if node.kind is NodeKind.STEP else node.kind.value
    return Row(
        node.id, kind, node.name, node.role, node.agency, node.unit, node.body,
        hours_text(node.minutes) if node.minutes else "", node.assign.value, "\n".join(node.papers),
        list(_ways(node, definition.out[node.id])),
    )  # fmt: skip


def _ways(node: Node, flows: Sequence[Flow]) -> Iterable[Way]:
    if node.kind is not NodeKind.STEP:
        for flow in flows:
            yield Way(flow.id, "", flow.condition, flow.default, flow.target)
        return
    for code, text in node.outcomes:
        own = [flow for flow in flows if flow.outcome == code]
        for flow in own:
            yield Way(flow.id, code, text, False, flow.target)
        if not own:
            yield Way("", code, text)
    named = dict(node.outcomes)
    for flow in flows:
        if flow.outcome == TIMEOUT:
            yield Way(flow.id, "", "", True, flow.target)
        elif flow.outcome not in named:
            text = {"": "", DONE: _PLAIN}.get(flow.outcome, flow.outcome)
            yield Way(flow.id, flow.outcome, text, False, flow.target)


def read_rows(values: QueryDict) -> list[Row]:
    """What was typed, as it was typed; times that cannot be read are named in `errors`."""
    count = _number(values.get("rows", ""))
    rows = []
    for at in range(min(count, MOST_ROWS)):
        get = _getter(values, at)
        kind = get("kind") if get("kind") in (*KINDS, START) else "work"
        row = Row(
            get("id"), kind, get("name"), get("role"), _code(get("agency")), _code(get("unit")), get("body"), get("time"),
            get("assign") or Assign.CLAIM.value, get("papers"),
        )  # fmt: skip
        for number in range(min(_number(get("ways")), _MOST_WAYS)):
            way = Way(
                get(f"w-{number}-flow"), get(f"w-{number}-code"), get(f"w-{number}-text"), bool(get(f"w-{number}-other")),
                get(f"w-{number}-to"),
            )  # fmt: skip
            if way.target or (way.text and row.is_step):
                row.ways.append(way)
        if row.has_time and row.time and read_time(row.time) is None:
            row.errors["time"] = f"“{row.time[:30]}” không đọc được. Ghi giờ làm việc, ví dụ 8, 1,5 hoặc 1 giờ 30 phút."
        rows.append(row)
    return rows


def _getter(values: QueryDict, at: int) -> Callable[[str], str]:
    def get(name: str) -> str:
        text = nfc(values.get(f"r-{at}-{name}", "")[:2000]).strip()
        keep = "\n" if name == "papers" else ""
        return "".join(char for char in text if char.isprintable() or char in keep)

    return get


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _code(text: str) -> str:
    """The code before the name that a list of suggestions puts behind it."""
    return text.split(" ")[0]


def read_time(text: str) -> int | None:
    """Working minutes of “8”, “1,5 giờ”, “1 giờ 30 phút”, “90 phút”; None for anything else. Empty is 0."""
    text = text.strip()
    if not text:
        return 0
    if match := _MINUTES.fullmatch(text):
        return int(match[1])
    if match := _HOURS.fullmatch(text):
        hours, part, minutes = match.groups()
        of_hour = int((part or "0").ljust(2, "0")) * 60
        if of_hour % 100 or (part and minutes):
            return None
        return int(hours) * 60 + of_hour // 100 + int(minutes or 0)
    return None


def definition_of(rows: Sequence[Row], before: Definition) -> Definition:
    """The rows as a definition, its arrows in the order that they had `before`. Raises BadDefinition."""
    if not rows:
        raise BadDefinition("Bảng gửi lên không có dòng nào; hãy mở lại trang rồi sửa tiếp.")
    nodes: list[dict[str, object]] = []
    flows: list[dict[str, object]] = []
    taken = {way.flow for row in rows for way in row.ways if way.flow}
    ids = iter(f"flow_{number}" for number in range(1, 10_000))
    for row in rows:
        nodes.append(_node(row, before.by_id.get(row.id)))
        for way in row.ways:
            if not way.target:
                continue
            id_ = way.flow or next(free for free in ids if free not in taken)
            given: dict[str, object] = {"id": id_, "source": row.id, "target": way.target}
            if row.is_step:
                given["outcome"] = TIMEOUT if way.other else way.code
            elif row.kind == "choice":
                given |= {"default": True} if way.other else {"condition": way.text}
            flows.append({key: value for key, value in given.items() if value != ""})
    order = {flow.id: at for at, flow in enumerate(before.flows)}
    flows.sort(key=lambda flow: order.get(str(flow["id"]), len(order)))
    places = {node.id: at for at, node in enumerate(before.nodes)}
    unmoved = [row.id for row in rows] == [row.id for row in rows_of(before)]
    if unmoved:
        nodes.sort(key=lambda node: places[str(node["id"])])
    return from_json({"nodes": nodes, "flows": flows})


def _node(row: Row, before: Node | None) -> dict[str, object]:
    kind = NodeKind.STEP.value if row.is_step else row.kind
    node: dict[str, object] = {"id": row.id, "kind": kind, "name": row.name}
    if row.is_step:
        papers = [" ".join(line.split()) for line in row.papers.splitlines() if line.strip()]
        node |= {
            "step": row.kind, "role": row.role, "agency": row.agency, "unit": row.unit,
            "body": row.body if row.kind == StepKind.CONSULTATION else "", "assign": row.assign, "papers": papers,
            "outcomes": _outcomes(row, before),
        }  # fmt: skip
    if row.has_time:
        node["minutes"] = read_time(row.time) or 0
    return node


def _outcomes(row: Row, before: Node | None) -> list[list[str]]:
    """Named ways in their order; gives a code to each that has none. The plain “Hoàn thành” needs no name of its own."""
    named = [way for way in row.ways if way.text and not way.other]
    for way in row.ways:
        if not way.text and way.code and not way.other:
            way.code = ""
    plain = all(way.code == DONE and way.text == _PLAIN for way in named)
    if plain and not (before and before.outcomes):
        return []
    found: dict[str, str] = {}
    for way in named:
        if not way.code:
            same = next((code for code, text in found.items() if text == way.text), "")
            way.code = same or outcome_code(way.text, [other.code for other in named if other.code])
        found.setdefault(way.code, way.text)
    return [[code, text] for code, text in found.items()]


def change(rows: list[Row], what: str) -> str:
    """Do what a row's button says (`after:3`, `remove:3`, `up:3`, `down:3`); the id of the row to look at then, or ""."""
    verb, _, place = what.partition(":")
    at = _number(place)
    if verb not in ("after", "remove", "up", "down") or not place.isdecimal() or at >= len(rows):
        return ""
    if verb == "after":
        return _insert(rows, at)
    if rows[at].kind == START:
        return ""
    if verb == "remove":
        _remove(rows, at)
        return rows[min(at, len(rows) - 1)].id
    other = at - 1 if verb == "up" else at + 1
    if 1 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
        return rows[other].id
    return rows[at].id


def _insert(rows: list[Row], at: int) -> str:
    """A new step below a row; where the row has one way out, the step stands on that way."""
    if len(rows) >= MOST_ROWS:
        return ""
    taken = {row.id for row in rows}
    id_ = next(f"step_{number}" for number in range(1, MOST_ROWS + 2) if f"step_{number}" not in taken)
    new = Row(id_, "work", role="case_officer")
    ways = [way for way in rows[at].ways if way.target]
    if len(ways) == 1:
        new.ways.append(Way(target=ways[0].target))
        ways[0].target = id_
    elif not ways and rows[at].kind != "end":
        rows[at].ways.append(Way(target=id_))
    rows.insert(at + 1, new)
    return id_


def _remove(rows: list[Row], at: int) -> None:
    """Without the row; what led to it leads to where it led, where that is one place."""
    gone = rows.pop(at)
    targets = {way.target for way in gone.ways if way.target and way.target != gone.id}
    onward = targets.pop() if len(targets) == 1 else ""
    for row in rows:
        for way in row.ways:
            if way.target == gone.id:
                way.target = onward if onward != row.id else ""
        row.ways = [way for way in row.ways if way.target or (way.text and row.is_step)]
