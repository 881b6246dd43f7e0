"""BPMN out and in: nothing is lost on the way, files of other tools are read, and what cannot be held is named."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.processes.build import flow, line, node, parallel, process, result, review, step

from motcua.processes.bpmn import NotWritable, element_ids, export
from motcua.processes.bpmn_reader import BadBpmn, Words, fold, read
from motcua.processes.checks import faults
from motcua.processes.definition import (
    STEP_ROLES,
    TIMEOUT,
    Assign,
    BadDefinition,
    Definition,
    Flow,
    Node,
    NodeKind,
    StepKind,
)
from motcua.processes.drawing import Drawing, arranged, from_json, lay_out
from motcua.processes.patterns import patterns


def choice() -> Definition:
    return process(
        [
            step("a", "Kiểm tra", papers=("Tờ trình", "Dự thảo"), unit="H32.16.03", assign=Assign.LEAST_LOADED),
            node("wait", "timer", minutes=90, name="Chờ niêm yết"),
            node("paid", "choice", name="Có thu phí?"),
            step("fee", "Thu phí", "cashier", 30, agency="desk"),
            node("again", "choice"),
            result(),
        ],
        "start>a",
        "a>wait",
        "wait>paid",
        flow("paid>fee", condition='fee_vnd > 0 and case = "Nhà & đất"'),
        flow("paid>again", default=True),
        "fee>again",
        "again>issue",
        "issue>end",
    )


EXAMPLES = {
    "line": line(step("a"), step("b")),
    "review": review(),
    "parallel": parallel(),
    "choice": choice(),
    "body": line(step("ask", "Hỏi ý kiến", step=StepKind.CONSULTATION, body="Ban Quản lý rừng", minutes=480)),
    "empty": Definition((), ()),
    "faulty": process([step("a", "", role="", minutes=0), node("s", "split")], "start>a", "a>s", "s>end"),
    "strange ids": line(step("1.2 <&"), step("1.2 <& "), step("Process_1"), step("Bước đầu")),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_round_trip(name: str) -> None:
    definition = EXAMPLES[name]
    if not definition.nodes:
        with pytest.raises(BadBpmn, match="không có quy trình nào"):
            read(export(definition))
        return
    first = export(definition, name="Cấp giấy phép")
    imported = read(first)
    assert imported.definition == definition
    assert imported.left_out == ()
    assert export(imported.definition, imported.drawing, name=imported.name) == first


ids = st.text(st.sampled_from("aB1_-. >đ\"'&<"), min_size=1, max_size=6).filter(str.strip)
words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Cn", "Co")), max_size=12)
known_words = words.filter(str.strip)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Any graph at all, most of them faulty: a draft may be anything."""
    names = draw(st.lists(ids, min_size=1, max_size=7, unique=True))
    nodes = []
    for name in names:
        kind = draw(st.sampled_from(NodeKind))
        own: dict[str, object] = {"name": draw(words)}
        if kind is NodeKind.STEP:
            own |= {
                "step": draw(st.sampled_from(StepKind)),
                "role": draw(st.sampled_from(["", *STEP_ROLES, "lạ"])),
                "agency": draw(words),
                "unit": draw(words),
                "body": draw(words),
                "minutes": draw(st.integers(0, 1_000_000)),
                "assign": draw(st.sampled_from(Assign)),
                "outcomes": tuple(draw(st.lists(st.tuples(known_words, known_words), max_size=3))),
                "papers": tuple(draw(st.lists(known_words, max_size=3))),
            }
        elif kind is NodeKind.TIMER:
            own["minutes"] = draw(st.integers(0, 1_000_000))
        nodes.append(Node(name, kind, **own))  # type: ignore[arg-type]
    kinds = {one.id: one.kind for one in nodes}
    flows = []
    for name in draw(st.lists(ids, max_size=10, unique=True)):
        source = draw(st.sampled_from(names))
        leaves = {}
        if kinds[source] is NodeKind.STEP:
            leaves["outcome"] = draw(st.sampled_from(["", TIMEOUT, "done", 'lạ "x"']))
        elif kinds[source] is NodeKind.CHOICE:
            leaves |= {"condition": draw(words), "default": draw(st.booleans())}
        flows.append(Flow(name, source, draw(st.sampled_from(names)), **leaves))
    return Definition(tuple(nodes), tuple(flows))


@settings(max_examples=300, deadline=None)
@given(definitions())
def test_round_trip_of_any_graph(definition: Definition) -> None:
    first = export(definition)
    imported = read(first)
    assert imported.definition == definition
    assert export(imported.definition, imported.drawing) == first


@settings(max_examples=300, deadline=None)
@given(definitions())
def test_layout_places_everything_apart(definition: Definition) -> None:
    drawing = lay_out(definition)
    boxes = list(drawing.boxes.values())
    assert len(boxes) == len(definition.nodes)
    for at, (x, y, width, height) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        for left, top, wide, high in boxes[at + 1 :]:
            assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y
    assert set(drawing.ways) == {arrow.id for arrow in definition.flows}
    assert from_json(drawing.to_json()) == drawing
    for way in drawing.ways.values():
        assert len(way) > 1


def test_layout_reads_from_left_to_right_and_returns_above() -> None:
    drawing = lay_out(review())
    lefts = [drawing.boxes[id_][0] for id_ in ("start", "appraise", "sign", "issue", "end")]
    assert lefts == sorted(set(lefts))
    assert min(y for _, y in drawing.ways["sign>appraise:redo"]) < min(box[1] for box in drawing.boxes.values())


DRAWN = EXAMPLES | {code: pattern.drawn for code, pattern in patterns().items()}


@pytest.mark.parametrize("name", DRAWN)
def test_arrows_keep_off_what_they_do_not_join(name: str) -> None:
    drawing = lay_out(DRAWN[name])
    for arrow in DRAWN[name].flows:
        for id_, (x, y, width, height) in drawing.boxes.items():
            for (ax, ay), (bx, by) in pairwise(drawing.ways[arrow.id]):
                inside = max(ax, bx) > x and min(ax, bx) < x + width and max(ay, by) > y and min(ay, by) < y + height
                assert not inside, (arrow.id, id_)


def test_a_stored_drawing_is_kept_until_a_node_has_no_place() -> None:
    definition = review()
    moved = replace(lay_out(definition), boxes=dict.fromkeys(definition.by_id, (7, 9, 50, 50)))
    assert arranged(definition, moved).boxes == moved.boxes
    wider = process([*definition.nodes[1:-1], step("new")], *definition.flows)
    assert arranged(wider, moved) == lay_out(wider)


def test_ids_are_names_that_xml_takes_and_unique() -> None:
    nodes, flows = element_ids(EXAMPLES["strange ids"])
    every = [*nodes.values(), *flows.values()]
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.\-]*", name) for name in every)
    assert len(set(every)) == len(every)
    assert "Process_1" not in every


def test_elements_stand_in_the_order_of_the_standard() -> None:
    text = export(parallel()).decode()
    task = text[text.index('<bpmn:userTask id="ask"') :]
    inside = re.findall(r"<bpmn:(\w+)", task[: task.index("</bpmn:userTask>")])
    assert inside == ["userTask", "extensionElements", "incoming", "outgoing"]
    clock = text[text.index("<bpmn:boundaryEvent") :]
    assert re.findall(r"<bpmn:(\w+)", clock[: clock.index("</bpmn:boundaryEvent>")]) == [
        "boundaryEvent", "outgoing", "timerEventDefinition", "timeDuration",
    ]  # fmt: skip
    assert 'attachedToRef="ask"' in clock
    assert "PT480M" in clock
    assert 'gatewayDirection="Diverging"' in text
    assert text.index("<bpmndi:BPMNDiagram") > text.index("</bpmn:process>")


def test_a_sign_that_no_xml_holds_is_refused() -> None:
    with pytest.raises(NotWritable, match=r"U\+0007"):
        export(line(step("a", "Chuông\a")))


@pytest.mark.parametrize("code", patterns())
def test_round_trip_of_every_pattern(code: str) -> None:
    first = export(patterns()[code].drawn, name=code)
    imported = read(first)
    assert imported.definition == patterns()[code].drawn
    assert export(imported.definition, imported.drawing, name=imported.name) == first


# ---- drawn by others ----


def test_a_file_that_a_modeler_has_saved_again_has_lost_nothing() -> None:
    """`data/saved-by-a-modeler.bpmn` is our file of `choice()` with a consultation, written anew by bpmn-moddle."""
    imported = read((Path(__file__).parent / "data" / "saved-by-a-modeler.bpmn").read_bytes())
    definition = imported.definition
    assert imported.left_out == ()
    assert definition.by_id["a"].papers == ("Tờ trình", "Dự thảo")
    assert (definition.by_id["a"].unit, definition.by_id["fee"].agency) == ("H32.16.03", "desk")
    assert (definition.by_id["ask"].step, definition.by_id["ask"].body) == (StepKind.CONSULTATION, "Ban Quản lý rừng")
    assert definition.by_id["wait"].minutes == 45
    assert [(arrow.target, arrow.condition, arrow.default) for arrow in definition.out["paid"]] == [
        ("fee", 'fee_vnd > 0 and case = "Nhà & đất"', False),
        ("again", "", True),
    ]
    assert {(arrow.target, arrow.outcome) for arrow in definition.out["ask"]} == {("issue", ""), ("a", TIMEOUT)}
    assert set(imported.drawing.boxes) == set(definition.by_id)
    assert faults(definition, minutes=24 * 60) == []


HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 id="D" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler" exporterVersion="5.20.0">
"""


def drawn(body: str, around: str = "") -> bytes:
    return f"{HEAD}{around}<bpmn:process id='P' name='Thẩm định'>{body}</bpmn:process></bpmn:definitions>".encode()


SIMPLE = """
 <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:{tag} id="t" name="Thẩm
 định" {more}>{inside}</bpmn:{tag}>
 <bpmn:endEvent id="e"/>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
 <bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/>
"""


def simple(tag: str = "task", inside: str = "", more: str = "", extra: str = "") -> bytes:
    return drawn(SIMPLE.format(tag=tag, inside=inside, more=more) + extra)


@pytest.mark.parametrize(
    "tag",
    ["task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask"],
)
def test_every_kind_of_task_is_a_step_whose_faults_are_shown(tag: str) -> None:
    definition = read(simple(tag)).definition
    (only,) = definition.steps
    assert (only.name, only.role, only.minutes) == ("Thẩm định", "", 0)
    found = [fault.message for fault in faults(definition)]
    assert "Bước “Thẩm định” chưa có vai trò thực hiện." in found
    assert "Bước “Thẩm định” chưa có thời gian thực hiện." in found


@pytest.mark.parametrize("prefix", ["bpmn2:", "semantic:", ""])
def test_any_prefix_of_the_namespace_is_read(prefix: str) -> None:
    text = simple().decode().replace("xmlns:bpmn=", f"xmlns{':' if prefix else ''}{prefix.rstrip(':')}=")
    assert read(re.sub("(</?)bpmn:", rf"\1{prefix}", text).encode()).definition.by_id["t"].name == "Thẩm định"


def test_utf_16_is_read() -> None:
    text = simple().decode().replace("UTF-8", "UTF-16")
    assert read(text.encode("utf-16")).definition.by_id["t"].name == "Thẩm định"


def test_lanes_give_roles_units_and_agencies_by_their_names() -> None:
    lanes = """<bpmn:laneSet id="l">
      <bpmn:lane id="l1" name="  người   KÝ "><bpmn:flowNodeRef>s</bpmn:flowNodeRef><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="l2" name="Phòng Quản lý xây dựng"><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="l3" name="Sở Xây dựng"><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="l4" name="Chuyên viên"><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>
    </bpmn:laneSet>"""
    words = Words({fold("Phòng Quản lý xây dựng"): "H32.16.03"}, {fold("Sở Xây dựng"): "H32.16"})
    imported = read(simple(extra=lanes), words)
    only = imported.definition.by_id["t"]
    assert (only.role, only.unit, only.agency) == ("signer", "H32.16.03", "H32.16")
    assert imported.left_out == (
        "Làn “Chuyên viên” không trùng vai trò, phòng hay cơ quan nào, chưa đặt vai trò theo làn.",
    )


def test_a_group_of_another_tool_is_a_role_only_when_it_is_one() -> None:
    assert (
        read(simple("userTask", more='camunda:candidateGroups="unit_head"')).definition.by_id["t"].role == "unit_head"
    )
    imported = read(simple("userTask", more='camunda:candidateGroups="managers"'))
    assert imported.definition.by_id["t"].role == ""
    assert imported.left_out == ("Nhóm “managers” không trùng vai trò nào, chưa đặt vai trò.",)


def test_a_timer_on_a_step_is_its_time_and_where_silence_leads() -> None:
    clock = """<bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:timerEventDefinition><bpmn:timeDuration
      xsi:type="bpmn:tFormalExpression">PT8H30M</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
      <bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="e"/>"""
    definition = read(simple(extra=clock)).definition
    assert definition.by_id["t"].minutes == 510
    assert {(arrow.source, arrow.target, arrow.outcome) for arrow in definition.out["t"]} == {
        ("t", "e", ""),
        ("t", "e", TIMEOUT),
    }


def test_conditions_lose_only_the_wrapping_of_an_engine() -> None:
    body = """<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="g" default="f4"/><bpmn:task id="a"/><bpmn:endEvent id="e"/>
      <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="g"/>
      <bpmn:sequenceFlow id="f2" sourceRef="g" targetRef="a">
        <bpmn:conditionExpression>${fee_vnd &gt; 0}</bpmn:conditionExpression></bpmn:sequenceFlow>
      <bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="a">
        <bpmn:conditionExpression>=amount &gt; 5</bpmn:conditionExpression></bpmn:sequenceFlow>
      <bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="e"/><bpmn:sequenceFlow id="f5" sourceRef="a" targetRef="e"/>"""
    definition = read(drawn(body)).definition
    assert [(one.condition, one.default) for one in definition.out["g"]] == [
        ("fee_vnd > 0", False),
        ("=amount > 5", False),
        ("", True),
    ]
    assert any("“=amount > 5” không đọc được" in fault.message for fault in faults(definition))


DECISION = """<bpmn:startEvent id="s"/><bpmn:userTask id="t" name="Ký duyệt"/><bpmn:exclusiveGateway id="g"/>
  <bpmn:userTask id="u" name="Phát hành"/><bpmn:endEvent id="e"/>
  <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/><bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="g"/>
  <bpmn:sequenceFlow id="f3" name="Đồng ý" sourceRef="g" targetRef="u"/>
  <bpmn:sequenceFlow id="f4" name="{second}" sourceRef="g" targetRef="t"/>
  <bpmn:sequenceFlow id="f5" sourceRef="u" targetRef="e"/>"""


def test_a_named_choice_right_after_a_step_is_the_step_s_decision() -> None:
    imported = read(drawn(DECISION.format(second="Làm lại")))
    sign = imported.definition.by_id["t"]
    assert sign.outcomes == (("dong_y", "Đồng ý"), ("lam_lai", "Làm lại"))
    assert [(one.id, one.target, one.outcome) for one in imported.definition.out["t"]] == [
        ("f3", "u", "dong_y"),
        ("f4", "t", "lam_lai"),
    ]
    assert "g" not in imported.definition.by_id
    assert imported.left_out == ("Cổng ngay sau bước “Ký duyệt” được đọc thành kết quả của bước: “Đồng ý”, “Làm lại”.",)


def test_an_unnamed_choice_is_not_guessed() -> None:
    definition = read(drawn(DECISION.format(second=""))).definition
    assert definition.by_id["g"].kind is NodeKind.CHOICE
    assert any(fault.node == "g" and "đúng một nhánh mặc định" in fault.message for fault in faults(definition))


def test_what_only_explains_the_picture_is_left_out_and_said() -> None:
    extra = '<bpmn:textAnnotation id="n"><bpmn:text>Ghi</bpmn:text></bpmn:textAnnotation><bpmn:association id="as"/>'
    assert read(simple(extra=extra)).left_out == (
        "Bỏ qua ghi chú trên hình (không thuộc quy trình).",
        "Bỏ qua đường nối ghi chú trên hình (không thuộc quy trình).",
    )


def test_the_drawing_of_the_tool_is_kept() -> None:
    picture = """</bpmn:process><bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="P">{}
      <bpmndi:BPMNEdge bpmnElement="f1"><di:waypoint xmlns:di="http://www.omg.org/spec/DD/20100524/DI" x="1.4" y="2"/>
      <di:waypoint xmlns:di="http://www.omg.org/spec/DD/20100524/DI" x="30" y="2"/></bpmndi:BPMNEdge>
      </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"""
    shape = '<bpmndi:BPMNShape bpmnElement="{}"><dc:Bounds x="{}.6" y="10" width="100" height="80"/></bpmndi:BPMNShape>'
    shapes = "".join(shape.format(id_, at * 150) for at, id_ in enumerate("ste"))
    imported = read(simple().replace(b"</bpmn:process>", picture.format(shapes).encode()))
    assert imported.drawing.boxes["t"] == (151, 10, 100, 80)
    assert imported.drawing.ways["f1"] == ((1, 2), (30, 2))
    missing = read(simple().replace(b"</bpmn:process>", picture.format(shape.format("s", 0)).encode()))
    assert missing.drawing == Drawing()


# ---- what is refused ----

CLOCK = '<bpmn:boundaryEvent id="b" attachedToRef="t"{}><bpmn:{}/></bpmn:boundaryEvent><bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="e"/>'
WAIT = (
    '<bpmn:intermediateCatchEvent id="w" name="Chờ"><bpmn:timerEventDefinition><bpmn:{0}>{1}</bpmn:{0}>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
MIXED = '<bpmn:parallelGateway id="g"/><bpmn:task id="u"/>' + "".join(
    f'<bpmn:sequenceFlow id="x{number}" sourceRef="{source}" targetRef="{target}"/>'
    for number, (source, target) in enumerate(["ug", "sg", "gu", "ge"])
)
MESSAGES = "<bpmn:collaboration id='c'><bpmn:messageFlow id='m'/></bpmn:collaboration>"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "trống"),
        (b"   ", "trống"),
        (b"<bpmn", "dòng 1, cột 1: XML hỏng"),
        (simple()[:-30], "XML hỏng"),
        (b"<html/>", "không phải BPMN 2.0: phần tử gốc là “html” không có không gian tên, cần “definitions” của “http://www"),
        (b"<definitions/>", "gốc là “definitions” không có không gian tên, cần “definitions” của “http://www.omg.org/spec/BPMN"),
        (b"<definitions xmlns='urn:x'/>", "phần tử gốc là “definitions” của “urn:x”, cần “definitions” của “http://www.omg.org"),
        (b"\xff\xfe\x00", "XML hỏng"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "XML hỏng|bảng mã"),
        (drawn(""), "không có quy trình nào"),
        (simple(extra='</bpmn:process><bpmn:process id="Q" name="Hai"><bpmn:task id="x"/>'), "có 2 quy trình"),
        (simple("subProcess"), "quy trình con “Thẩm định”: quy trình nội bộ không có loại phần tử này"),
        (simple("callActivity"), "gọi quy trình khác"),
        (simple(extra='<bpmn:inclusiveGateway id="g"/>'), "cổng bao hàm"),
        (simple(extra='<bpmn:eventBasedGateway id="g"/>'), "cổng theo sự kiện"),
        (simple(inside="<bpmn:multiInstanceLoopCharacteristics/>"), "“Thẩm định”: có “bước lặp nhiều lần”"),
        (simple(more='isForCompensation="true"'), "bước bù"),
        (simple(extra='<bpmn:endEvent id="x"><bpmn:terminateEventDefinition/></bpmn:endEvent>'), "kết thúc ngay mọi nhánh"),
        (simple(extra='<bpmn:startEvent id="x"><bpmn:messageEventDefinition/></bpmn:startEvent>'), "sự kiện tin nhắn"),
        (simple(extra=CLOCK.format("", "messageEventDefinition")), "“sự kiện tin nhắn” không giữ được"),
        (simple(extra=CLOCK.format("", "timerEventDefinition")), "đúng một khoảng thời gian chờ"),
        (simple(extra=CLOCK.format(' cancelActivity="false"', "timerEventDefinition")), "không dừng bước"),
        (simple(extra=WAIT.format("timeDuration", "P1D")), "“P1D” không đọc được; cần giờ và phút làm việc"),
        (simple(extra=WAIT.format("timeDate", "2026-01-01")), "đúng một khoảng thời gian chờ"),
        (simple(extra='<bpmn:task id="t"/>'), "mã “t” có hai lần"),
        (simple(extra="<bpmn:task/>"), "thiếu mã “id”"),
        (simple(extra='<bpmn:sequenceFlow id="f9" sourceRef="t" targetRef="không có"/>'), "nối với “không có”"),
        (simple(extra='<bpmn:sequenceFlow id="f9" sourceRef="t" targetRef="e"/>'), "nhiều mũi tên đi ra không ghi kết quả"),
        (simple(extra=MIXED), "vừa gộp vừa tách song song"),
        (
            simple(inside='<bpmn:extensionElements><m:given xmlns:m="urn:motcua:bpmn:1" minutes="nhanh"/></bpmn:extensionElements>'),
            "“minutes” là “nhanh”",
        ),
        (
            simple(inside='<bpmn:extensionElements><m:given xmlns:m="urn:motcua:bpmn:1" color="đỏ"/></bpmn:extensionElements>'),
            "từ lạ “color”",
        ),
        (drawn(SIMPLE.format(tag="task", inside="", more=""), MESSAGES), "luồng tin nhắn"),
    ],
)  # fmt: skip
def test_what_cannot_be_held_is_named(data: bytes, said: str) -> None:
    with pytest.raises(BadBpmn, match=said):
        read(data)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(BadBpmn) as caught:
        read(simple(extra='<bpmn:inclusiveGateway id="g"/><bpmn:callActivity id="c" name="Gọi"/>'))
    assert len(caught.value.faults) == 2
    assert caught.value.faults[1].startswith("Tệp BPMN, dòng ")
    assert "gọi quy trình khác “Gọi”" in caught.value.faults[1]


def test_unknown_kinds_and_assignments_are_refused() -> None:
    ours = '<bpmn:extensionElements><m:given xmlns:m="urn:motcua:bpmn:1" assign="lottery"/></bpmn:extensionElements>'
    with pytest.raises(BadDefinition, match="“assign” là “lottery”"):
        read(simple(inside=ours))


BOMBS = {
    "laughs": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
    "external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><x/>',
    "document type": b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_entities_and_document_types_are_refused(name: str) -> None:
    with pytest.raises(BadBpmn, match="DOCTYPE hoặc thực thể"):
        read(BOMBS[name])


def test_size_depth_and_count_are_bounded() -> None:
    with pytest.raises(BadBpmn, match="nặng 10000 KB, nhiều nhất là 2000 KB"):
        read(b"<a>" + b" " * 10_000_000)
    with pytest.raises(BadBpmn, match="lồng sâu quá 60 lớp"):
        read(b"<a>" * 300_000)
    with pytest.raises(BadBpmn, match="hơn 20000 phần tử"):
        read(b"<a>" + b"<b/>" * 30_000 + b"</a>")
