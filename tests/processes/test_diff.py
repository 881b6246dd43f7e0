from dataclasses import replace

import pytest
from tests.processes.build import line, node, process, result, review, step

from motcua.processes.definition import Assign, Definition, Node, StepKind
from motcua.processes.diff import diff
from motcua.processes.patterns import fit, instantiate, patterns


def changed(definition: Definition, id_: str, **given: object) -> Definition:
    nodes = tuple(replace(item, **given) if item.id == id_ else item for item in definition.nodes)  # type: ignore[arg-type]
    return Definition(nodes, definition.flows)


def test_the_same_process_has_no_difference() -> None:
    again = Definition(
        tuple(reversed(review().nodes)), tuple(replace(flow, id=f"x{flow.id}") for flow in review().flows)
    )
    assert diff(review(), review()) == []
    assert diff(review(), again) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"minutes": 90}, "thời gian 10 giờ → 1 giờ 30 phút"),
        ({"role": "unit_head"}, "vai trò cán bộ thụ lý → trưởng phòng"),
        ({"unit": "H32.16.03"}, "phòng bất kỳ → H32.16.03"),
        ({"agency": "desk"}, "nơi thực hiện cơ quan có thẩm quyền → nơi tiếp nhận"),
        ({"assign": Assign.LEAST_LOADED}, "giao việc: người trong phòng tự nhận → người đang ít việc nhất"),
        ({"step": StepKind.CONSULTATION, "body": "Cơ quan thuế"},
         "loại bước xử lý → lấy ý kiến cơ quan khác; cơ quan được hỏi không → Cơ quan thuế"),
        ({"outcomes": (("done", "Đạt"),)}, "thêm kết quả “Đạt”"),
        ({"papers": ("Phiếu", "Tờ trình")}, "thêm giấy tờ phải lập “Phiếu”, “Tờ trình”"),
    ],
)  # fmt: skip
def test_a_changed_step_is_told(given: dict[str, object], told: str) -> None:
    first, *rest = diff(review(), changed(review(), "appraise", **given))
    assert first == f"Bước “Thẩm định”: {told}."
    assert rest == (["Đường dài nhất: 29 giờ → 12 giờ."] if "minutes" in given else [])


def test_a_renamed_step_is_the_same_step() -> None:
    assert diff(review(), changed(review(), "sign", name="Ký")) == ["Bước “Ký”: đổi tên từ “Ký duyệt”."]


def test_a_step_put_in_between() -> None:
    assert diff(line(step("a")), line(step("a"), step("b", "Soát", "unit_head", 30))) == [
        "Thêm bước “Soát” (trưởng phòng, 30 phút).",
        "Bỏ đường đi “Bước a” → “Ban hành kết quả”.",
        "Thêm đường đi “Bước a” → “Soát”.",
        "Thêm đường đi “Soát” → “Ban hành kết quả”.",
        "Đường dài nhất: 2 giờ → 2 giờ 30 phút.",
    ]


def test_a_step_taken_out() -> None:
    assert diff(line(step("a"), step("b")), line(step("a"))) == [
        "Bỏ bước “Bước b”.",
        "Thêm đường đi “Bước a” → “Ban hành kết quả”.",
        "Đường dài nhất: 3 giờ → 2 giờ.",
    ]


def test_a_loop_taken_out() -> None:
    without = tuple(flow for flow in review().flows if flow.outcome != "redo")
    told = diff(review(), changed(Definition(review().nodes, without), "sign", outcomes=(("approve", "Đồng ý"),)))
    assert told == [
        "Bước “Ký duyệt”: bỏ kết quả “Làm lại”.",
        "Bỏ đường đi “Ký duyệt” → “Thẩm định” khi “Làm lại”.",
        "Đường dài nhất: 29 giờ → 15 giờ.",
    ]


def test_a_condition_changed() -> None:
    def choice(condition: str) -> Definition:
        steps: list[Node] = [
            node("which", "choice", name="Có phí?"),
            step("fee", "Thu phí"),
            node("on", "choice"),
            result(),
        ]
        given = process(steps, "start>which", "which>fee", "which>on", "fee>on", "on>issue", "issue>end")
        flows = tuple(
            replace(flow, condition=condition)
            if flow.target == "fee"
            else replace(flow, default=flow.source == "which")
            for flow in given.flows
        )
        return Definition(given.nodes, flows)

    assert diff(choice("fee_vnd > 0"), choice("fee_vnd > 50000")) == [
        "Bỏ đường đi “Có phí?” → “Thu phí” khi fee_vnd > 0.",
        "Thêm đường đi “Có phí?” → “Thu phí” khi fee_vnd > 50000.",
    ]


def test_a_process_drawn_anew_is_compared_by_names() -> None:
    old = line(step("a", "Thẩm định"), step("b", "Soát"))
    new = line(step("x", "Thẩm định", minutes=30), step("y", "Soát"))
    assert diff(old, new) == ["Bước “Thẩm định”: thời gian 1 giờ → 30 phút.", "Đường dài nhất: 3 giờ → 2 giờ 30 phút."]


def test_an_unfinished_draft_is_compared() -> None:
    told = diff(line(step("a")), Definition((), ()))
    assert told[:2] == ["Bỏ bắt đầu “start”.", "Bỏ bước “Bước a”."]
    assert told[-1] == "Đường dài nhất: 2 giờ → chưa tính được."


@pytest.mark.parametrize("code", list(patterns()))
def test_another_limit_changes_times_only(code: str) -> None:
    long = instantiate(patterns()[code], 9600)
    told = diff(long, fit(long, 4800))
    assert len(told) == len(long.steps) + 1
    assert all("thời gian" in sentence for sentence in told[:-1])
    assert told[-1] == "Đường dài nhất: 160 giờ → 80 giờ."
