"""An internal process as data: steps, gateways and flows. Frozen values, read from and written to plain JSON.

A process is a graph from one start to its ends. A step is somebody's work with an allotted time; it leaves by one of
its outcomes. A choice takes the first flow whose condition holds, else its default, and brings ways together again; a
split starts every branch, a join waits for all of them; a timer waits. `motcua.processes.checks` says whether a graph may
be published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Any

from motcua.law.errors import BadInput


class NodeKind(StrEnum):
    START = "start"
    END = "end"
    STEP = "step"
    CHOICE = "choice"
    SPLIT = "split"
    JOIN = "join"
    TIMER = "timer"


NODE_TEXT = {
    NodeKind.START: "bắt đầu",
    NodeKind.END: "kết thúc",
    NodeKind.STEP: "bước",
    NodeKind.CHOICE: "rẽ nhánh",
    NodeKind.SPLIT: "tách song song",
    NodeKind.JOIN: "gộp song song",
    NodeKind.TIMER: "chờ",
}


class StepKind(StrEnum):
    """WORK is ended by its worker; CONSULTATION asks another body, inside the total; RESULT is ended by the result itself."""

    WORK = "work"
    CONSULTATION = "consultation"
    RESULT = "result"


STEP_TEXT = {
    StepKind.WORK: "xử lý",
    StepKind.CONSULTATION: "lấy ý kiến cơ quan khác",
    StepKind.RESULT: "ban hành kết quả",
}


class Assign(StrEnum):
    """Who gets a step when it opens."""

    CLAIM = "claim"
    HEAD = "head"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    TERRITORY = "territory"
    SAME = "same"


ASSIGN_TEXT = {
    Assign.CLAIM: "người trong phòng tự nhận",
    Assign.HEAD: "lãnh đạo phòng phân công",
    Assign.ROUND_ROBIN: "lần lượt từng người",
    Assign.LEAST_LOADED: "người đang ít việc nhất",
    Assign.TERRITORY: "người phụ trách địa bàn",
    Assign.SAME: "người đã làm bước này trước đó",
}

# The roles that work on steps, by the organisation's words.
STEP_ROLES = {
    "counter_officer": "Cán bộ tiếp nhận",
    "cashier": "Thu ngân",
    "case_officer": "Cán bộ thụ lý",
    "unit_head": "Trưởng phòng",
    "desk_head": "Phụ trách bộ phận một cửa",
    "signer": "Người ký",
}

DONE = "done"
# Left by when the step's own time is over and nobody has answered: silence never stops the clock.
TIMEOUT = "timeout"


class BadDefinition(BadInput):
    """The data is not a process: a field is missing, unknown or of the wrong kind."""

    code = "bad_definition"


@dataclass(frozen=True, slots=True)
class Node:
    """A place of the graph. `minutes` are working minutes: allotted to a step, or waited by a timer.

    `agency` is the code of the agency that does the step, "" = the competent one, "desk" = the receiving desk; `unit` the
    code of its unit, "" = any. A `body` is a consulted body without an account: it answers by document and one-time link.
    """

    id: str
    kind: NodeKind
    name: str = ""
    step: StepKind = StepKind.WORK
    role: str = ""
    agency: str = ""
    unit: str = ""
    body: str = ""
    minutes: int = 0
    assign: Assign = Assign.CLAIM
    outcomes: tuple[tuple[str, str], ...] = ()
    papers: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.name or f"{NODE_TEXT[self.kind]} {self.id}"

    @property
    def ways(self) -> tuple[str, ...]:
        """Codes of the outcomes; a step without its own has the plain one."""
        return tuple(code for code, _ in self.outcomes) or (DONE,)

    def way_text(self, code: str) -> str:
        return dict(self.outcomes).get(code) or {DONE: "Hoàn thành", TIMEOUT: "Hết thời gian"}.get(code, code)


@dataclass(frozen=True, slots=True)
class Flow:
    """An arrow. From a step it is taken on `outcome` ("" = any); from a choice on `condition`, or as its `default`."""

    id: str
    source: str
    target: str
    outcome: str = ""
    condition: str = ""
    default: bool = False


@dataclass(frozen=True)
class Definition:
    """The whole graph, in the order in which people read it."""

    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...] = field(default=())

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def out(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped(self.flows, "source", self.nodes)

    @cached_property
    def into(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped(self.flows, "target", self.nodes)

    @property
    def steps(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind is NodeKind.STEP)

    @cached_property
    def text(self) -> str:
        """Canonical JSON: equal text, equal process."""
        return json.dumps(to_json(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def _grouped(flows: tuple[Flow, ...], end: str, nodes: tuple[Node, ...]) -> dict[str, tuple[Flow, ...]]:
    groups: dict[str, list[Flow]] = {node.id: [] for node in nodes}
    for flow in flows:
        groups.setdefault(getattr(flow, end), []).append(flow)
    return {key: tuple(group) for key, group in groups.items()}


def to_json(definition: Definition) -> dict[str, Any]:
    """Plain JSON; what is empty is left out."""
    return {
        "nodes": [_lean(node) for node in definition.nodes],
        "flows": [_lean(flow) for flow in definition.flows],
    }


def _lean(value: Node | Flow) -> dict[str, Any]:
    given = {}
    for spec in fields(value):
        item = getattr(value, spec.name)
        if item != spec.default:
            given[spec.name] = (
                [list(pair) if isinstance(pair, tuple) else pair for pair in item] if isinstance(item, tuple) else item
            )
    return given


def from_json(data: object) -> Definition:
    """Reads what `to_json` wrote, or what somebody else did. Raises BadDefinition that names the place."""
    if not isinstance(data, Mapping) or not set(data) <= {"nodes", "flows"}:
        raise BadDefinition("Quy trình: cần một đối tượng có “nodes” và “flows”.")
    nodes = tuple(_node(item, place) for place, item in enumerate(_list(data, "nodes"), 1))
    flows = tuple(_flow(item, place) for place, item in enumerate(_list(data, "flows"), 1))
    for what, ids in (("phần tử", [node.id for node in nodes]), ("mũi tên", [flow.id for flow in flows])):
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        if twice:
            raise BadDefinition(f"Quy trình: mã {what} “{twice[0]}” có hai lần.")
    return Definition(nodes, flows)


def _list(data: Mapping[str, object], name: str) -> list[object]:
    value = data.get(name, [])
    if not isinstance(value, list):
        raise BadDefinition(f"Quy trình: “{name}” phải là một danh sách.")
    if len(value) > 500:
        raise BadDefinition(f"Quy trình: “{name}” có {len(value)} mục, nhiều nhất là 500.")
    return value


def _node(item: object, place: int) -> Node:
    given = _given(item, Node, f"phần tử thứ {place}")
    where = f"phần tử “{given.get('name') or given['id']}”"
    given["kind"] = _of(NodeKind, given.get("kind"), where, "kind")
    for name, kind in (("step", StepKind), ("assign", Assign)):
        if name in given:
            given[name] = _of(kind, given[name], where, name)
    minutes = given.get("minutes", 0)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= 1_000_000:
        raise BadDefinition(f"Quy trình, {where}: “minutes” cần số nguyên phút làm việc từ 0 đến 1.000.000.")
    given["outcomes"] = _pairs(given.get("outcomes", []), where)
    papers = given.get("papers", [])
    if not isinstance(papers, list) or not all(isinstance(paper, str) and paper.strip() for paper in papers):
        raise BadDefinition(f"Quy trình, {where}: “papers” cần danh sách tên giấy tờ.")
    given["papers"] = tuple(papers)
    return Node(**given)


def _pairs(value: object, where: str) -> tuple[tuple[str, str], ...]:
    message = f"Quy trình, {where}: “outcomes” cần danh sách các cặp [mã, tên]."
    if not isinstance(value, list):
        raise BadDefinition(message)
    for pair in value:
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) and text.strip() for text in pair)
        ):
            raise BadDefinition(message)
    return tuple((pair[0], pair[1]) for pair in value)


def _flow(item: object, place: int) -> Flow:
    where = f"mũi tên thứ {place}"
    given = _given(item, Flow, where)
    for name in ("source", "target"):
        if not given.get(name):
            raise BadDefinition(f"Quy trình, {where}: thiếu “{name}”.")
    if not isinstance(given.get("default", False), bool):
        raise BadDefinition(f"Quy trình, {where}: “default” cần true hoặc false.")
    return Flow(**given)


def _given(item: object, shape: type[Node] | type[Flow], where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), str) or not item["id"].strip():
        raise BadDefinition(f"Quy trình, {where}: thiếu mã “id”.")
    known = {spec.name: spec for spec in fields(shape)}
    strange = sorted(set(item) - set(known))
    if strange:
        raise BadDefinition(f"Quy trình, {where}: có từ lạ “{strange[0]}”. Chỉ dùng được: {', '.join(known)}.")
    for name, value in item.items():
        texts = isinstance(known[name].default, str) or name in ("id", "kind", "source", "target")
        if texts and (not isinstance(value, str) or len(value) > 300):
            raise BadDefinition(f"Quy trình, {where}: “{name}” cần một chuỗi, nhiều nhất 300 ký tự.")
    return dict(item)


def _of(kind: type[StrEnum], value: object, where: str, name: str) -> Any:
    if value not in set(kind):
        raise BadDefinition(f"Quy trình, {where}: “{name}” là “{value}”, cần một trong {', '.join(kind)}.")
    return kind(str(value))
