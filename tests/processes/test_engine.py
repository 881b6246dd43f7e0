import pytest
from tests.processes.build import flow, node, parallel, process, result, review, step
from tests.processes.walk import Walk, ways

from motcua.processes import engine
from motcua.processes.engine import NotThere


def test_the_signer_may_send_it_back() -> None:
    walk = Walk(review())
    walk.finish("appraise")
    walk.finish("sign", "redo")
    assert walk.at == ["appraise"]
    walk.finish("appraise")
    walk.finish("sign", "approve")
    assert walk.at == ["issue"]
    walk.finish("issue")
    assert walk.ended


@pytest.mark.parametrize("order", [("check", "ask"), ("ask", "check")])
def test_a_join_waits_for_both_in_any_order(order: tuple[str, str]) -> None:
    walk = Walk(parallel())
    assert walk.at == ["ask", "check"]
    walk.finish(order[0])
    assert walk.at == sorted([order[1], "join"])
    walk.finish(order[1])
    assert walk.at == ["issue"]


def test_silence_goes_on_where_the_process_says_so_and_only_there() -> None:
    walk = Walk(parallel())
    walk.finish("ask", "timeout")
    assert walk.at == ["check", "join"]
    with pytest.raises(NotThere):
        walk.finish("check", "timeout")


def test_an_unknown_outcome_says_which_there_are() -> None:
    walk = Walk(review())
    walk.finish("appraise")
    with pytest.raises(NotThere, match="“Đồng ý”, “Làm lại”"):
        walk.finish("sign", "maybe")
    assert walk.at == ["sign"]


@pytest.mark.parametrize(("channel", "goes"), [("online", "a"), ("counter", "b")])
def test_a_choice_goes_by_the_facts(channel: str, goes: str) -> None:
    definition = process(
        [node("which", "choice"), step("a"), step("b"), result()],
        "start>which",
        flow("which>a", condition="channel = online and sets >= 1"),
        flow("which>b", default=True),
        "a>issue",
        "b>issue",
        "issue>end",
    )
    assert Walk(definition, channel=channel, sets=1).at == [goes]


def test_a_finished_token_cannot_be_finished_again() -> None:
    with pytest.raises(NotThere):
        engine.finish(review(), [], 1, "done", {})


def test_every_way_of_a_process_with_each_loop_at_most_once() -> None:
    assert sorted(ways(review())) == [
        ["start>appraise", "appraise>sign", "sign>appraise:redo", "appraise>sign", "sign>issue:approve", "issue>end"],
        ["start>appraise", "appraise>sign", "sign>issue:approve", "issue>end"],
    ]
    assert len(list(ways(parallel()))) == 2
