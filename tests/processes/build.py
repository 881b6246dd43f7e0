"""Small processes for tests, written the short way, and put in force."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from tests.province import MONDAY, Province

from motcua.processes.definition import Definition, Flow, Node, NodeKind, StepKind, to_json
from motcua.processes.models import Process, ProcessVersion, WorkItem


def node(id_: str, kind: str, **given: Any) -> Node:
    return Node(id=id_, kind=NodeKind(kind), **given)


def step(id_: str, name: str = "", role: str = "case_officer", minutes: int = 60, **given: Any) -> Node:
    return Node(id=id_, kind=NodeKind.STEP, name=name or f"Bước {id_}", role=role, minutes=minutes, **given)


def result(id_: str = "issue", **given: Any) -> Node:
    return step(id_, "Ban hành kết quả", step=StepKind.RESULT, **given)


def flow(text: str, **given: Any) -> Flow:
    """`a>b` or `a>b:outcome`."""
    ends, _, outcome = text.partition(":")
    source, _, target = ends.partition(">")
    return Flow(id=text, source=source, target=target, outcome=outcome, **given)


def process(nodes: list[Node], *flows: str | Flow) -> Definition:
    drawn = [flow(item) if isinstance(item, str) else item for item in flows]
    return Definition((node("start", "start"), *nodes, node("end", "end")), tuple(drawn))


def line(*steps: Node) -> Definition:
    """Steps one after the other, then the result."""
    chain = ["start", *(item.id for item in steps), "issue", "end"]
    return process([*steps, result()], *(f"{a}>{b}" for a, b in pairwise(chain)))


def review() -> Definition:
    """Appraise, then sign: the signer may send it back."""
    return process(
        [
            step("appraise", "Thẩm định", minutes=600),
            step("sign", "Ký duyệt", "signer", 240, outcomes=(("approve", "Đồng ý"), ("redo", "Làm lại"))),
            result(minutes=60),
        ],
        "start>appraise",
        "appraise>sign",
        "sign>issue:approve",
        "sign>appraise:redo",
        "issue>end",
    )


def parallel() -> Definition:
    """Two branches at once, one of them a consultation whose silence goes on, then the result."""
    return process(
        [
            node("split", "split"),
            step("check", "Kiểm tra hồ sơ", minutes=120),
            step("ask", "Lấy ý kiến", minutes=480, step=StepKind.CONSULTATION, agency="H32.101"),
            node("either", "choice"),
            node("join", "join"),
            result(),
        ],
        "start>split",
        "split>check",
        "split>ask",
        "check>join",
        "ask>either:done",
        "ask>either:timeout",
        "either>join",
        "join>issue",
        "issue>end",
    )


def publish(province: Province, definition: Definition | None = None, **where: object) -> ProcessVersion:
    """The first version of the procedure's process, in force since the beginning of the year."""
    definition = definition or review()
    process = Process.objects.create(procedure=province.procedure, **where)
    return ProcessVersion.objects.create(
        process=process, number=1, definition=to_json(definition), digest=definition.digest, created_at=MONDAY,
        published_at=MONDAY, valid_from=date(2026, 1, 1),
    )  # fmt: skip


def open_items(dossier_id: int) -> dict[str, WorkItem]:
    """The open work items of a dossier by the name of their place in the process."""
    return {
        item.node: item for item in WorkItem.objects.filter(dossier_id=dossier_id, closed_at=None).order_by("token")
    }
