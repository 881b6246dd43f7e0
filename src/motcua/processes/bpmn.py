"""A process as BPMN 2.0: the words both directions share, and writing it.

What BPMN has no word for (role, agency, unit, outcomes, papers, assignment) stands in extension elements of our own
namespace, so that every tool keeps it; what BPMN can say (arrows, gateways, timers, conditions) is said by BPMN. A step
with several outcomes leaves by conditional arrows, its time-out by a timer on its edge. `bpmn_reader` reads it back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from xml.etree import ElementTree as Xml  # only writes; reading is `bpmn_reader`'s, distrustfully

from motcua.law.errors import BadInput
from motcua.processes.definition import TIMEOUT, Definition, Flow, Node, NodeKind
from motcua.processes.drawing import Box, Drawing, arranged, label_box

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
POINTS = "http://www.omg.org/spec/DD/20100524/DI"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
OURS = "urn:motcua:bpmn:1"
EXPORTER = "motcua"

# Attributes of our extension element of a node; outcomes and papers are its children.
GIVEN = ("step", "role", "agency", "unit", "body", "minutes", "assign")

_TAGS = {
    NodeKind.START: "startEvent",
    NodeKind.END: "endEvent",
    NodeKind.STEP: "userTask",
    NodeKind.CHOICE: "exclusiveGateway",
    NodeKind.SPLIT: "parallelGateway",
    NodeKind.JOIN: "parallelGateway",
    NodeKind.TIMER: "intermediateCatchEvent",
}
_DIRECTION = {NodeKind.SPLIT: "Diverging", NodeKind.JOIN: "Converging"}
_FIXED = ("Definitions_1", "Process_1", "Diagram_1", "Plane_1")
_DEFAULTS = {spec.name: spec.default for spec in fields(Node)}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
# What XML 1.0 cannot hold at all, and what a parser changes on reading.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\ud800-\udfff\ufffe\uffff]")


class NotWritable(BadInput):
    """A text of the process holds a sign that no XML file can carry."""

    code = "not_writable"


def outcome_condition(outcome: str) -> str:
    """The condition that tools see on an arrow that leaves a step by an outcome."""
    return f'outcome = "{outcome}"'


def element_ids(definition: Definition) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """XML ids of nodes and of flows: their own where XML allows it and nobody has it yet, else one made from it."""
    taken = {*_FIXED}

    def fresh(id_: str, kind: str) -> str:
        plain = unicodedata.normalize("NFD", id_.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
        base = id_ if _NAME.fullmatch(id_) else f"{kind}_{re.sub('[^A-Za-z0-9_.-]', '_', plain)}"
        name, number = base, 1
        while not taken.isdisjoint(_own(name)):
            number += 1
            name = f"{base}_{number}"
        taken.update(_own(name))
        return name

    nodes = {node.id: fresh(node.id, "Node") for node in definition.nodes}
    return nodes, {flow.id: fresh(flow.id, "Flow") for flow in definition.flows}


def _own(name: str) -> tuple[str, ...]:
    """Every id that an element of this name may bring along."""
    return (name, f"{name}_di", f"{name}_timer", f"{name}_timer_di")


def export(definition: Definition, drawn: Drawing | None = None, *, name: str = "") -> bytes:
    """The process as a BPMN file with its picture; `drawn` is where a drawing tool had put things.

    Reading and writing it again gives the same bytes. Raises NotWritable.
    """
    return _Writer(definition, arranged(definition, drawn), name).write()


class _Writer:
    def __init__(self, definition: Definition, drawing: Drawing, name: str) -> None:
        self.definition = definition
        self.drawing = drawing
        self.name = name
        self.node_ids, self.flow_ids = element_ids(definition)
        self.flows = [
            flow for flow in definition.flows if flow.source in definition.by_id and flow.target in definition.by_id
        ]

    def write(self) -> bytes:
        root = Xml.Element(
            "bpmn:definitions",
            {
                "xmlns:bpmn": MODEL,
                "xmlns:bpmndi": DIAGRAM,
                "xmlns:dc": BOUNDS,
                "xmlns:di": POINTS,
                "xmlns:xsi": INSTANCE,
                "xmlns:motcua": OURS,
                "id": "Definitions_1",
                "targetNamespace": OURS,
                "exporter": EXPORTER,
            },
        )
        given = {"id": "Process_1", **({"name": _fit(self.name)} if self.name else {}), "isExecutable": "false"}
        process = Xml.SubElement(root, "bpmn:process", given)
        for node in self.definition.nodes:
            self._node(process, node)
        for flow in self.flows:
            self._flow(process, flow)
        self._picture(root)
        Xml.indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'.encode()

    def _node(self, process: Xml.Element, node: Node) -> None:
        xml_id = self.node_ids[node.id]
        out = [flow for flow in self.flows if flow.source == node.id]
        timed = [flow for flow in out if flow.outcome == TIMEOUT and node.kind is NodeKind.STEP]
        given = {"id": xml_id}
        if node.name:
            given["name"] = _fit(node.name)
        if node.kind in _DIRECTION:
            given["gatewayDirection"] = _DIRECTION[node.kind]
        default = self._default_of(node, out)
        if default is not None:
            given["default"] = self.flow_ids[default.id]
        if xml_id != node.id:
            given["motcua:id"] = _fit(node.id)
        element = Xml.SubElement(process, f"bpmn:{_TAGS[node.kind]}", given)
        self._extension(element, node)
        for flow in self.flows:
            if flow.target == node.id:
                Xml.SubElement(element, "bpmn:incoming").text = self.flow_ids[flow.id]
        for flow in out:
            if flow not in timed:
                Xml.SubElement(element, "bpmn:outgoing").text = self.flow_ids[flow.id]
        if node.kind is NodeKind.TIMER:
            _timer(element, node.minutes)
        if timed:
            clock = Xml.SubElement(process, "bpmn:boundaryEvent", {"id": f"{xml_id}_timer", "attachedToRef": xml_id})
            for flow in timed:
                Xml.SubElement(clock, "bpmn:outgoing").text = self.flow_ids[flow.id]
            _timer(clock, node.minutes)

    def _default_of(self, node: Node, out: list[Flow]) -> Flow | None:
        """The arrow that BPMN calls the default one: of a choice, or of a step that names other outcomes."""
        if node.kind is NodeKind.CHOICE:
            return next((flow for flow in out if flow.default), None)
        if node.kind is NodeKind.STEP and any(flow.outcome not in ("", TIMEOUT) for flow in out):
            return next((flow for flow in out if not flow.outcome), None)
        return None

    def _extension(self, element: Xml.Element, node: Node) -> None:
        given = {
            key: _fit(str(getattr(node, key)))
            for key in GIVEN
            if getattr(node, key) != _DEFAULTS[key] and not (key == "minutes" and node.kind is NodeKind.TIMER)
        }
        if not given and not node.outcomes and not node.papers:
            return
        ours = Xml.SubElement(Xml.SubElement(element, "bpmn:extensionElements"), "motcua:given", given)
        for code, name in node.outcomes:
            Xml.SubElement(ours, "motcua:outcome", {"code": _fit(code), "name": _fit(name)})
        for paper in node.papers:
            Xml.SubElement(ours, "motcua:paper", {"name": _fit(paper)})

    def _flow(self, process: Xml.Element, flow: Flow) -> None:
        node = self.definition.by_id[flow.source]
        out = [other for other in self.flows if other.source == flow.source]
        xml_id = self.flow_ids[flow.id]
        timed = flow.outcome == TIMEOUT and node.kind is NodeKind.STEP
        source = self.node_ids[flow.source] + ("_timer" if timed else "")
        given = {"id": xml_id}
        label = "" if timed else _label(node, flow)
        if label:
            given["name"] = _fit(label)
        given |= {"sourceRef": source, "targetRef": self.node_ids[flow.target]}
        if xml_id != flow.id:
            given["motcua:id"] = _fit(flow.id)
        if not timed and (flow.outcome or (node.kind is NodeKind.STEP and len(out) > 1)):
            given["motcua:outcome"] = _fit(flow.outcome)
        if flow.default and self._default_of(node, out) is not flow:
            given["motcua:default"] = "true"
        element = Xml.SubElement(process, "bpmn:sequenceFlow", given)
        condition = flow.condition or (outcome_condition(flow.outcome) if flow.outcome and not timed else "")
        if condition:
            text = Xml.SubElement(element, "bpmn:conditionExpression", {"xsi:type": "bpmn:tFormalExpression"})
            text.text = _fit(condition)

    def _picture(self, root: Xml.Element) -> None:
        diagram = Xml.SubElement(root, "bpmndi:BPMNDiagram", {"id": "Diagram_1"})
        plane = Xml.SubElement(diagram, "bpmndi:BPMNPlane", {"id": "Plane_1", "bpmnElement": "Process_1"})
        for node in self.definition.nodes:
            more = {"isMarkerVisible": "true"} if node.kind is NodeKind.CHOICE else {}
            _shape(plane, self.node_ids[node.id], self.drawing.boxes[node.id], more)
            if node.id in self.drawing.clocks:
                _shape(plane, f"{self.node_ids[node.id]}_timer", self.drawing.clocks[node.id], {})
        for flow in self.flows:
            xml_id = self.flow_ids[flow.id]
            edge = Xml.SubElement(plane, "bpmndi:BPMNEdge", {"id": f"{xml_id}_di", "bpmnElement": xml_id})
            for x, y in self.drawing.ways[flow.id]:
                Xml.SubElement(edge, "di:waypoint", {"x": str(x), "y": str(y)})
            label = _label(self.definition.by_id[flow.source], flow)
            if label and flow.outcome != TIMEOUT:
                _bounds(Xml.SubElement(edge, "bpmndi:BPMNLabel"), label_box(self.drawing.ways[flow.id], label))


def _shape(plane: Xml.Element, xml_id: str, box: Box, more: Mapping[str, str]) -> None:
    shape = Xml.SubElement(plane, "bpmndi:BPMNShape", {"id": f"{xml_id}_di", "bpmnElement": xml_id, **more})
    _bounds(shape, box)


def _bounds(element: Xml.Element, box: Box) -> None:
    names = ("x", "y", "width", "height")
    Xml.SubElement(element, "dc:Bounds", {name: str(value) for name, value in zip(names, box, strict=True)})


def _timer(element: Xml.Element, minutes: int) -> None:
    timer = Xml.SubElement(element, "bpmn:timerEventDefinition")
    duration = Xml.SubElement(timer, "bpmn:timeDuration", {"xsi:type": "bpmn:tFormalExpression"})
    duration.text = f"PT{minutes}M"


def _label(node: Node, flow: Flow) -> str:
    """What stands on the arrow in the picture."""
    if flow.outcome:
        return node.way_text(flow.outcome)
    if flow.default:
        return "còn lại"
    return flow.condition


def _fit(text: str) -> str:
    found = _UNFIT.search(text)
    if found:
        raise NotWritable(f"“{text[:60]}” có ký tự U+{ord(found[0]):04X}, tệp BPMN không chứa được.")
    return text
