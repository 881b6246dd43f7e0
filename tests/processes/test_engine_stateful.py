"""The engine beside a model that runs the same process as nested blocks: the same steps open after every move."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.processes.blocks import STEP, Block, Play, blocks, draw
from tests.processes.walk import Walk

from motcua.processes.checks import faults, longest_path


class Dossier(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.play = Play(STEP)
        self.walk = Walk(draw(STEP))

    @initialize(block=blocks())
    def begin(self, block: Block) -> None:
        self.play = Play(block)
        self.walk = Walk(draw(block))

    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        if self.play.done:
            return
        name = data.draw(st.sampled_from(self.play.open))
        way = data.draw(st.sampled_from(self.play.ways(name)))
        self.play.finish(name, way)
        self.walk.finish(name, way)

    @invariant()
    def same_steps_are_open(self) -> None:
        assert self.walk.steps == (["issue"] if self.play.done else self.play.open)

    @invariant()
    def nothing_stands_twice(self) -> None:
        places = [(token.node, token.flow) for token in self.walk.tokens]
        assert len(places) == len(set(places))

    def teardown(self) -> None:
        """From wherever it stands, a dossier that is no longer sent back comes to its end."""
        for _ in range(200):
            if self.play.done:
                break
            name = self.play.open[0]
            way = self.play.ways(name)[0]
            self.play.finish(name, way)
            self.walk.finish(name, way)
        assert self.walk.steps == ["issue"]
        self.walk.finish("issue")
        assert self.walk.ended


Dossier.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestDossier = Dossier.TestCase


@given(blocks())
@settings(max_examples=150, deadline=None)
def test_what_is_grown_from_blocks_may_be_published(block: Block) -> None:
    definition = draw(block)
    assert faults(definition, minutes=longest_path(definition).minutes) == []


@given(blocks(), st.data())
@settings(max_examples=150, deadline=None)
def test_any_order_of_parallel_branches_ends_the_same(block: Block, data: st.DataObject) -> None:
    """Each step left by its first way, in two drawn orders: the same steps were done, as often."""
    done = []
    for _ in range(2):
        walk, count = Walk(draw(block)), []
        while walk.steps != ["issue"]:
            name = data.draw(st.sampled_from(walk.steps))
            count.append(name)
            walk.finish(name, walk.definition.by_id[name].ways[0])
        done.append(sorted(count))
    assert done[0] == done[1]


@given(blocks(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_lost_arrow_is_always_found(block: Block, data: st.DataObject) -> None:
    """The checks are not blind: without any one of its arrows the same process is refused."""
    definition = draw(block)
    lost = data.draw(st.sampled_from(definition.flows))
    broken = type(definition)(definition.nodes, tuple(flow for flow in definition.flows if flow is not lost))
    assert faults(broken)
