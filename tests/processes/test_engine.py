import pytest
from tests.processes.build import flow, node, parallel, process, result, review, step

from motcua.processes import engine
from motcua.processes.definition import Definition
from motcua.processes.engine import NotThere, Token


class Walk:
    """A dossier in memory: tokens numbered as they open."""

    def __init__(self, definition: Definition, **facts: object) -> None:
        self.definition, self.facts = definition, facts
        self.tokens: list[Token] = []
        self.count = 0
        self.ended = False
        self._take(engine.start(definition, facts))

    def _take(self, advance: engine.Advance) -> None:
        self.tokens = [token for token in self.tokens if token.id not in advance.closed]
        for place, via in advance.opened:
            self.count += 1
            self.tokens.append(Token(self.count, place, via))
        self.ended = advance.ended

    @property
    def at(self) -> list[str]:
        return sorted(token.node for token in self.tokens)

    def finish(self, place: str, outcome: str = "done") -> None:
        token = next(token for token in self.tokens if token.node == place)
        self._take(engine.finish(self.definition, self.tokens, token.id, outcome, self.facts))


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
