"""Reading a BPMN 2.0 file, also one drawn elsewhere (bpmn.io, Camunda Modeler). The file is distrusted.

What a process cannot hold is an error that names it, line by line; nothing is guessed. What only explains the picture (notes,
data, groups) is left out and said so. A step without role or time is read as it is: the checks will name it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from defusedxml.common import DTDForbidden, EntitiesForbidden, ExternalReferenceForbidden
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from motcua.law.errors import BadInput
from motcua.processes.bpmn import (
    BOUNDS,
    DIAGRAM,
    EXPORTER,
    GIVEN,
    MODEL,
    OURS,
    POINTS,
    outcome_condition,
)
from motcua.processes.conditions import BadCondition, parse_condition
from motcua.processes.definition import STEP_ROLES, TIMEOUT, Definition, NodeKind, from_json
from motcua.processes.drawing import Box, Drawing, Point, reading_order

LARGEST_BYTES = 2_000_000
_DEEPEST = 60
_MOST_ELEMENTS = 20_000
_MOST_NAMED = 20

_TASKS = {"task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask"}
_EVENTS = {"startEvent": NodeKind.START, "endEvent": NodeKind.END, "intermediateCatchEvent": NodeKind.TIMER}
_GATEWAYS = {"exclusiveGateway", "parallelGateway"}
_NODES = _TASKS | set(_EVENTS) | _GATEWAYS
# Explains the picture and moves nothing.
_SILENT = {
    "documentation": "chú giải",
    "textAnnotation": "ghi chú",
    "association": "đường nối ghi chú",
    "group": "khung nhóm",
    "category": "nhóm",
    "dataObject": "dữ liệu",
    "dataObjectReference": "dữ liệu",
    "dataStoreReference": "kho dữ liệu",
    "dataInputAssociation": "dữ liệu vào",
    "dataOutputAssociation": "dữ liệu ra",
    "ioSpecification": "dữ liệu vào ra",
    "property": "thuộc tính",
    "extensionElements": "",
    "auditing": "",
    "monitoring": "",
    "incoming": "",
    "outgoing": "",
}
_PERFORMERS = {"potentialOwner", "humanPerformer", "performer", "resourceRole"}
_TEXT = {
    "subProcess": "quy trình con",
    "callActivity": "gọi quy trình khác",
    "adHocSubProcess": "quy trình con tự do",
    "transaction": "giao dịch",
    "inclusiveGateway": "cổng bao hàm (OR)",
    "complexGateway": "cổng phức hợp",
    "eventBasedGateway": "cổng theo sự kiện",
    "intermediateThrowEvent": "sự kiện phát ra",
    "multiInstanceLoopCharacteristics": "bước lặp nhiều lần",
    "standardLoopCharacteristics": "bước tự lặp",
    "messageEventDefinition": "sự kiện tin nhắn",
    "signalEventDefinition": "sự kiện tín hiệu",
    "errorEventDefinition": "sự kiện lỗi",
    "escalationEventDefinition": "sự kiện báo lên",
    "terminateEventDefinition": "kết thúc ngay mọi nhánh",
    "compensateEventDefinition": "sự kiện bù",
    "conditionalEventDefinition": "sự kiện theo điều kiện",
    "cancelEventDefinition": "sự kiện hủy",
    "linkEventDefinition": "sự kiện nối trang",
    "timerEventDefinition": "hẹn giờ",
}
_DURATION = re.compile(r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,7})M)?(?:0+S)?")
_WRAPPED = re.compile(r"\s*(?:[$#]\{(?P<braced>.*)\}|=(?P<plain>.*))\s*", re.DOTALL)
_OUTCOME = re.compile(r'\s*outcome\s*={1,2}\s*(?:"(?P<quoted>[^"]+)"|(?P<word>\w+))\s*')


class BadBpmn(BadInput):
    """The file cannot be read as a process; `faults` are all the reasons found, one line each."""

    code = "bad_bpmn"

    def __init__(self, faults: list[str]) -> None:
        more = f" (và {len(faults) - 1} chỗ khác)" if len(faults) > 1 else ""
        super().__init__(faults[0] + more, faults=faults)
        self.faults = faults


@dataclass(frozen=True)
class Imported:
    """`left_out` says in words what of the picture was not taken, and how lanes and decisions were read."""

    definition: Definition
    drawing: Drawing
    name: str
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What the organisation calls its units and agencies, folded by `fold`, with their codes: lanes are matched with it."""

    units: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[str, str] = field(default_factory=dict)


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


_ROLES = {fold(word): role for role, text in STEP_ROLES.items() for word in (role, text)}


@dataclass(slots=True)
class _Element:
    space: str
    tag: str
    given: dict[str, str]
    line: int
    children: list[_Element] = field(default_factory=list)
    text: str = ""

    def own(self, tag: str) -> Iterator[_Element]:
        """Children that are BPMN's, by tag."""
        return (child for child in self.children if child.space == MODEL and child.tag == tag)

    def walk(self) -> Iterator[_Element]:
        waiting = [self]
        while waiting:
            here = waiting.pop()
            yield here
            waiting += reversed(here.children)

    @property
    def word(self) -> str:
        """How a message names it."""
        name = " ".join(self.given.get("name", "").split()) or self.given.get("id", "")
        return f"dòng {self.line}, {_TEXT.get(self.tag, self.tag)}" + (f" “{name[:80]}”" if name else "")


def read(data: bytes, words: Words | None = None) -> Imported:
    """Raises BadBpmn with every reason, or BadDefinition for a value that no process takes."""
    return _Reader(_parse(data), words or Words()).read()


# ---- XML, distrusted ----


class _Builder:
    """Builds the tree while it counts depth and elements; the parser calls it."""

    def __init__(self) -> None:
        self.root: _Element | None = None
        self.stack: list[_Element] = []
        self.count = 0
        self.line: Callable[[], int] = lambda: 0

    def start(self, tag: str, given: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) >= _DEEPEST:
            raise BadBpmn([f"Tệp BPMN, dòng {self.line()}: lồng sâu quá {_DEEPEST} lớp."])
        if self.count > _MOST_ELEMENTS:
            raise BadBpmn([f"Tệp BPMN, dòng {self.line()}: có hơn {_MOST_ELEMENTS} phần tử."])
        space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        element = _Element(space, name, dict(given), self.line())
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element
        self.stack.append(element)

    def end(self, tag: str) -> None:
        self.stack.pop()

    def data(self, text: str) -> None:
        if self.stack:
            self.stack[-1].text += text

    def close(self) -> None:
        return None


def _parse(data: bytes) -> _Element:
    if len(data) > LARGEST_BYTES:
        raise BadBpmn([f"Tệp BPMN nặng {len(data) // 1000} KB, nhiều nhất là {LARGEST_BYTES // 1000} KB."])
    if not data.strip():
        raise BadBpmn(["Tệp BPMN trống."])
    builder = _Builder()
    try:
        parser = DefusedXMLParser(target=builder, forbid_dtd=True)
        builder.line = lambda: int(parser.parser.CurrentLineNumber)
        parser.feed(data)
        parser.close()
    except (DTDForbidden, EntitiesForbidden, ExternalReferenceForbidden):
        raise BadBpmn(
            ["Tệp BPMN có khai báo DOCTYPE hoặc thực thể (entity), không nhận: tệp BPMN không cần đến chúng."]
        ) from None
    except ParseError as error:
        line, column = error.position
        raise BadBpmn([f"Tệp BPMN, dòng {line}, cột {column + 1}: XML hỏng, không đọc tiếp được."]) from None
    except (LookupError, UnicodeError, ValueError):
        raise BadBpmn(["Tệp BPMN ghi bằng bảng mã không đọc được; hãy lưu lại bằng UTF-8."]) from None
    if builder.root is None:
        raise BadBpmn(["Tệp BPMN trống."])
    return builder.root


# ---- BPMN ----


class _Reader:
    def __init__(self, root: _Element, words: Words) -> None:
        self.root = root
        self.words = words
        self.ours = root.given.get("exporter") == EXPORTER
        self.faults: list[str] = []
        self.left_out: dict[str, None] = {}
        self.elements: dict[str, _Element] = {}
        self.nodes: dict[str, dict[str, Any]] = {}
        self.clocks: dict[str, str] = {}  # boundary event → its step
        self.flows: dict[str, dict[str, Any]] = {}
        self.ends: dict[str, str] = {}  # XML id → our id
        self.joined: dict[str, tuple[str, ...]] = {}  # flow of a folded decision → the edges that it runs along

    def read(self) -> Imported:
        if self.root.space != MODEL or self.root.tag != "definitions":
            space = f" của “{self.root.space[:80]}”" if self.root.space else " không có không gian tên"
            root = f"phần tử gốc là “{self.root.tag[:60]}”{space}, cần “definitions” của “{MODEL}”"
            raise BadBpmn([f"Tệp này không phải BPMN 2.0: {root}."])
        process = self._process()
        for element in process.children:
            self._sort(element)
        self._lanes(process)
        self._clocks()
        self._all_flows()
        self._refuse()
        self._decisions()
        self._implicit()
        self._refuse()
        flows = [self._ordered(flow) for flow in self.flows.values()]
        definition = from_json({"nodes": list(self.nodes.values()), "flows": flows})
        if not self.ours:
            order = {id_: at for at, id_ in enumerate(reading_order(definition))}
            definition = Definition(tuple(sorted(definition.nodes, key=lambda node: order[node.id])), definition.flows)
        name = process.given.get("name", "")
        return Imported(definition, self._drawing(definition), name, tuple(self.left_out))

    @staticmethod
    def _ordered(flow: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in flow.items() if value not in ("", False)}

    def _refuse(self) -> None:
        if self.faults:
            rest = len(self.faults) - _MOST_NAMED
            raise BadBpmn(self.faults[:_MOST_NAMED] + ([f"Còn {rest} chỗ khác không nhận được."] if rest > 0 else []))

    def _wrong(self, element: _Element, why: str) -> None:
        self.faults.append(f"Tệp BPMN, {element.word}: {why}")

    def _process(self) -> _Element:
        found = [one for one in self.root.own("process") if any(child.tag in _NODES for child in one.children)]
        if len(found) != 1:
            names = ", ".join(f"“{one.given.get('name') or one.given.get('id', '')}”" for one in found)
            raise BadBpmn(
                [
                    f"Tệp BPMN có {len(found)} quy trình ({names}), mỗi tệp chỉ một."
                    if found
                    else "Tệp BPMN không có quy trình nào."
                ]
            )
        for collaboration in self.root.own("collaboration"):
            for child in collaboration.children:
                if child.tag == "messageFlow":
                    self._wrong(child, "luồng tin nhắn giữa các bên không giữ được; dùng bước lấy ý kiến.")
                elif child.tag == "participant" and not child.given.get("processRef"):
                    self._leave_out(
                        f"Bên ngoài “{child.given.get('name', '')}” chỉ có trên hình, không đưa vào quy trình."
                    )
        return found[0]

    def _leave_out(self, text: str) -> None:
        self.left_out[text] = None

    def _sort(self, element: _Element) -> None:
        if element.space != MODEL:
            return
        id_ = element.given.get("id", "")
        if element.tag in _NODES | {"boundaryEvent", "sequenceFlow"}:
            if not id_:
                self._wrong(element, "thiếu mã “id”.")
                return
            if id_ in self.elements:
                self._wrong(element, f"mã “{id_}” có hai lần.")
                return
            self.elements[id_] = element
        if element.tag in _NODES:
            self._node(id_, element)
        elif element.tag in _SILENT:
            if _SILENT[element.tag]:
                self._leave_out(f"Bỏ qua {_SILENT[element.tag]} trên hình (không thuộc quy trình).")
        elif element.tag not in ("boundaryEvent", "sequenceFlow", "laneSet"):
            self._wrong(element, "quy trình nội bộ không có loại phần tử này.")

    def _node(self, id_: str, element: _Element) -> None:
        node: dict[str, Any] = {"id": element.given.get(f"{{{OURS}}}id", id_)}
        if element.given.get("name"):
            node["name"] = element.given["name"] if self.ours else " ".join(element.given["name"].split())
        self.ends[id_] = node["id"]
        self.nodes[id_] = node
        node["kind"] = self._kind(id_, element)
        allowed = {*_SILENT, *_PERFORMERS}
        if element.tag == "intermediateCatchEvent":
            allowed.add("timerEventDefinition")
        for child in element.children:
            if child.space == MODEL and child.tag not in allowed:
                child_word = _TEXT.get(child.tag, child.tag)
                self._wrong(element, f"có “{child_word}”, quy trình nội bộ không có loại này.")
            elif child.tag in _PERFORMERS:
                self._leave_out(
                    f"Bỏ qua người thực hiện ghi riêng ở “{node.get('name', id_)}”; chọn vai trò ở bảng bước."
                )
        if element.given.get("isForCompensation") == "true":
            self._wrong(element, "bước bù (compensation) không giữ được.")
        self._given(element, node)
        if element.tag == "intermediateCatchEvent":
            node["minutes"] = self._minutes(element)

    def _kind(self, id_: str, element: _Element) -> str:
        if element.tag in _TASKS:
            return NodeKind.STEP.value
        if element.tag in _EVENTS:
            return _EVENTS[element.tag].value
        if element.tag == "exclusiveGateway":
            return NodeKind.CHOICE.value
        direction = element.given.get("gatewayDirection", "")
        if direction in ("Diverging", "Converging"):
            return (NodeKind.SPLIT if direction == "Diverging" else NodeKind.JOIN).value
        arrows = [one.given for one in self.root.walk() if one.space == MODEL and one.tag == "sequenceFlow"]
        into = sum(given.get("targetRef") == id_ for given in arrows)
        out = sum(given.get("sourceRef") == id_ for given in arrows)
        if into > 1 and out > 1:
            self._wrong(element, "vừa gộp vừa tách song song; vẽ thành hai cổng, một cổng gộp rồi một cổng tách.")
        return (NodeKind.JOIN if into > 1 else NodeKind.SPLIT).value

    def _given(self, element: _Element, node: dict[str, Any]) -> None:
        """Our extension element, else a group that another tool names and that is one of our roles."""
        for extension in element.own("extensionElements"):
            for child in extension.children:
                if child.space == OURS and child.tag == "given":
                    self._ours(child, node)
        groups = [
            value
            for one in element.walk()
            for key, value in one.given.items()
            if key.rpartition("}")[2] == "candidateGroups"
        ]
        if "role" not in node and groups:
            role = _ROLES.get(fold(groups[0]))
            if role:
                node["role"] = role
            else:
                self._leave_out(f"Nhóm “{groups[0][:80]}” không trùng vai trò nào, chưa đặt vai trò.")

    def _ours(self, element: _Element, node: dict[str, Any]) -> None:
        for key, value in element.given.items():
            if key not in GIVEN:
                self._wrong(element, f"có từ lạ “{key}”. Chỉ dùng được: {', '.join(GIVEN)}.")
            elif key != "minutes":
                node[key] = value
            elif re.fullmatch(r"\d{1,7}", value):
                node[key] = int(value)
            else:
                self._wrong(element, f"“minutes” là “{value[:40]}”, cần số nguyên phút làm việc.")
        for child in element.children:
            if child.space == OURS and child.tag == "outcome":
                node.setdefault("outcomes", []).append([child.given.get("code", ""), child.given.get("name", "")])
            elif child.space == OURS and child.tag == "paper":
                node.setdefault("papers", []).append(child.given.get("name", ""))
            else:
                self._wrong(child, "từ lạ; chỉ dùng được outcome và paper.")

    def _minutes(self, element: _Element) -> int:
        """Working minutes of the one timer inside; a duration only, for a date or a cycle is not a wait."""
        timers = list(element.own("timerEventDefinition"))
        durations = [one for timer in timers for one in timer.own("timeDuration")]
        if len(timers) != 1 or len(durations) != 1 or len(timers[0].children) != 1:
            self._wrong(element, "cần đúng một khoảng thời gian chờ (timeDuration), ví dụ PT8H.")
            return 0
        text = durations[0].text.strip()
        match = _DURATION.fullmatch(text)
        if match is None:
            self._wrong(
                element, f"thời gian “{text[:40]}” không đọc được; cần giờ và phút làm việc, ví dụ PT8H hoặc PT90M."
            )
            return 0
        return int(match[1] or 0) * 60 + int(match[2] or 0)

    def _lanes(self, process: _Element) -> None:
        def visit(element: _Element) -> None:
            for lane in element.own("lane"):
                for reference in lane.own("flowNodeRef"):
                    node = self.nodes.get(reference.text.strip())
                    if node is not None and node["kind"] == NodeKind.STEP:
                        self._lane(lane.given.get("name", ""), node)
                for inner in lane.own("childLaneSet"):
                    visit(inner)

        for lanes in process.own("laneSet"):
            visit(lanes)

    def _lane(self, name: str, node: dict[str, Any]) -> None:
        word = fold(name)
        if word in _ROLES:
            node.setdefault("role", _ROLES[word])
        elif word in self.words.units:
            node.setdefault("unit", self.words.units[word])
        elif word in self.words.agencies:
            node.setdefault("agency", self.words.agencies[word])
        else:
            self._leave_out(f"Làn “{name[:80]}” không trùng vai trò, phòng hay cơ quan nào, chưa đặt vai trò theo làn.")

    def _clocks(self) -> None:
        for id_, element in self.elements.items():
            if element.tag != "boundaryEvent":
                continue
            step = self.nodes.get(element.given.get("attachedToRef", ""))
            if step is None or step["kind"] != NodeKind.STEP:
                self._wrong(element, "không gắn vào bước nào.")
                continue
            strange = [
                child for child in element.children
                if child.space == MODEL and child.tag not in {*_SILENT, "timerEventDefinition"}
            ]  # fmt: skip
            if strange:
                self._wrong(element, f"“{_TEXT.get(strange[0].tag, strange[0].tag)}” không giữ được, chỉ có hẹn giờ.")
                continue
            if element.given.get("cancelActivity", "true") not in ("true", "1"):
                self._wrong(element, "hẹn giờ không dừng bước (cancelActivity = false) không giữ được.")
            minutes = self._minutes(element)
            if step.setdefault("minutes", minutes) != minutes:
                self._wrong(
                    element,
                    f"hẹn {minutes} phút nhưng bước “{step.get('name', '')}” có {step['minutes']} phút; phải bằng nhau.",
                )
            self.clocks[id_] = element.given["attachedToRef"]

    def _all_flows(self) -> None:
        timed = set()
        for id_, element in self.elements.items():
            if element.tag != "sequenceFlow":
                continue
            source, target = element.given.get("sourceRef", ""), element.given.get("targetRef", "")
            at_clock = source in self.clocks
            timed.add(source)
            known = at_clock or source in self.nodes
            if not known or target not in self.nodes:
                self._wrong(
                    element, f"nối với “{target if known else source}” là phần tử không có hoặc không giữ được."
                )
                continue
            flow: dict[str, Any] = {
                "id": element.given.get(f"{{{OURS}}}id", id_),
                "source": self.ends[self.clocks.get(source, source)],
                "target": self.ends[target],
            }
            self._condition(element, flow, at_clock)
            self.flows[id_] = flow
        for id_ in self.clocks.keys() - timed:
            self._wrong(self.elements[id_], "hẹn giờ không dẫn đến đâu.")

    def _condition(self, element: _Element, flow: dict[str, Any], at_clock: bool) -> None:
        texts = [child.text if self.ours else child.text.strip() for child in element.own("conditionExpression")]
        text = texts[0] if texts else ""
        source = self.elements[element.given["sourceRef"]]
        is_default = source.given.get("default") == element.given["id"]
        flow["default"] = (is_default and source.tag == "exclusiveGateway") or (
            element.given.get(f"{{{OURS}}}default") == "true"
        )
        if at_clock:
            flow["outcome"] = TIMEOUT
            flow["condition"] = text
            return
        outcome = element.given.get(f"{{{OURS}}}outcome")
        if outcome is None and source.tag in _TASKS:
            match = _OUTCOME.fullmatch(_unwrapped(text))
            if match:
                outcome, text = match["quoted"] or match["word"], ""
        if outcome and text == outcome_condition(outcome):
            text = ""
        flow["outcome"] = outcome or ""
        flow["condition"] = _plain(text)

    def _decisions(self) -> None:
        """A choice right after a step, its arrows named and without conditions, is that step's own decision."""
        for id_, element in list(self.elements.items()):
            if self.ours or element.tag != "exclusiveGateway":
                continue
            own = self.ends[id_]
            into = [key for key, flow in self.flows.items() if flow["target"] == own]
            out = [key for key, flow in self.flows.items() if flow["source"] == own]
            if len(into) != 1 or len(out) < 2 or any(self.flows[key]["condition"] for key in out):
                continue
            before = next(node for node in self.nodes.values() if node["id"] == self.flows[into[0]]["source"])
            around = [flow for flow in self.flows.values() if flow["source"] == before["id"]]
            names = [" ".join(self.elements[key].given.get("name", "").split()) for key in out]
            plain = (
                before["kind"] == NodeKind.STEP and not before.get("outcomes") and not self.flows[into[0]]["outcome"]
            )
            alone = sum(flow["outcome"] != TIMEOUT for flow in around) == 1
            if not plain or not alone or not all(names) or len(set(names)) < len(names):
                continue
            codes = _codes(names)
            before["outcomes"] = [[code, name] for code, name in zip(codes, names, strict=True)]
            for key, code in zip(out, codes, strict=True):
                self.flows[key] |= {"source": before["id"], "outcome": code, "default": False}
                self.joined[self.flows[key]["id"]] = (into[0], key)
            del self.flows[into[0]], self.nodes[id_]
            said = "”, “".join(names)
            self._leave_out(
                f"Cổng ngay sau bước “{before.get('name', before['id'])}” được đọc thành kết quả của bước: “{said}”."
            )

    def _implicit(self) -> None:
        for id_, element in self.elements.items():
            if element.tag not in _TASKS or id_ not in self.nodes:
                continue
            plain = [
                key
                for key, flow in self.flows.items()
                if flow["source"] == self.ends[id_] and not flow["outcome"] and not flow["condition"]
            ]
            marked = any(f"{{{OURS}}}outcome" in self.elements[key].given for key in plain)
            beside = [key for key in plain if element.given.get("default") != key]
            if len(beside) > 1 and not marked:
                self._wrong(
                    element,
                    "có nhiều mũi tên đi ra không ghi kết quả; dùng cổng song song, hoặc ghi kết quả cho từng mũi tên.",
                )

    # ---- the picture ----

    def _drawing(self, definition: Definition) -> Drawing:
        """Empty where the file does not place every node."""
        boxes: dict[str, Box] = {}
        clocks: dict[str, Box] = {}
        points: dict[str, tuple[Point, ...]] = {}
        for element in self.root.walk():
            if element.space != DIAGRAM:
                continue
            of = element.given.get("bpmnElement", "")
            if element.tag == "BPMNShape":
                box = _box(element)
                if box is not None and of in self.nodes:
                    boxes[self.ends[of]] = box
                elif box is not None and of in self.clocks:
                    clocks[self.ends[self.clocks[of]]] = box
            elif element.tag == "BPMNEdge":
                points[of] = tuple(_waypoints(element))
        if any(node.id not in boxes for node in definition.nodes):
            return Drawing()
        ways = {}
        xml_ids = {flow["id"]: key for key, flow in self.flows.items()}
        for flow in definition.flows:
            edges = self.joined.get(flow.id, (xml_ids[flow.id],))
            way = tuple(point for edge in edges for point in points.get(edge, ()))
            if len(way) > 1:
                ways[flow.id] = way
        return Drawing(boxes, clocks, ways)


def _codes(names: list[str]) -> list[str]:
    """Codes of outcomes from their names: “Làm lại” → `lam_lai`."""
    codes: list[str] = []
    for name in names:
        code = outcome_code(name, codes)
        codes.append(code)
    return codes


def outcome_code(name: str, taken: list[str]) -> str:
    """A code that says the name without marks and that nobody has taken yet."""
    text = unicodedata.normalize("NFD", name.casefold().replace("đ", "d")).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", text).strip("_")[:40] or "ket_qua"
    code, number = base, 1
    while code in (*taken, TIMEOUT):
        number += 1
        code = f"{base}_{number}"
    return code


def _unwrapped(text: str) -> str:
    """The expression inside the marks that engines put around one: `${…}`, `#{…}`, `=…`."""
    match = _WRAPPED.fullmatch(text)
    return (match["braced"] or match["plain"] or "").strip() if match else text


def _plain(text: str) -> str:
    """A condition in our words where only its wrapping is another engine's, else as it is: the checks will name it."""
    inner = _unwrapped(text)
    if inner != text:
        try:
            parse_condition(inner)
        except BadCondition:
            return text
    return inner


def _box(shape: _Element) -> Box | None:
    for child in shape.children:
        if child.space == BOUNDS and child.tag == "Bounds":
            values = [_whole(child.given.get(name, "")) for name in ("x", "y", "width", "height")]
            if None not in values:
                x, y, width, height = (value or 0 for value in values)
                return (x, y, width, height)
    return None


def _waypoints(edge: _Element) -> Iterator[Point]:
    for child in edge.children:
        if child.space == POINTS and child.tag == "waypoint":
            x, y = _whole(child.given.get("x", "")), _whole(child.given.get("y", ""))
            if x is not None and y is not None:
                yield (x, y)


def _whole(text: str) -> int | None:
    """A coordinate as a whole number; None where it is none, or off any sheet."""
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value) if abs(value) < 1_000_000 else None
