"""Replay against the process: what it can produce fits, a step less or more is found where it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.processes.blocks import Block, Play, blocks, draw
from tests.processes.build import line, node, parallel, process, result, review, step
from tests.statistics.mining.logs import at, log, trace

from motcua.processes.definition import Definition, Flow, Node
from motcua.statistics.mining.conformance import Deviation, Done, Fault, replay, steps_done
from motcua.statistics.mining.judging import conform, held_against
from motcua.statistics.mining.log import Event, Stage, Trace


def done(text: str) -> tuple[Done, ...]:
    """`appraise sign:redo`."""
    return tuple(Done(*one.split(":")) for one in text.split())


def told(definition: Definition, text: str, stage: Stage = Stage.ENDED) -> list[tuple[str, str, str]]:
    found = replay(definition, done(text), stage)
    assert found is not None
    return [(one.fault.value, one.node, one.after) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("appraise sign:approve issue", []),
        ("appraise sign:redo appraise sign:approve issue:resolved", []),
        # Nobody told how it was signed: any way may have been meant.
        ("appraise sign appraise sign issue", []),
        ("sign:approve issue", [("skipped", "appraise", "")]),
        ("appraise issue", [("skipped", "sign", "appraise")]),
        ("appraise sign:approve", [("skipped", "issue", "sign")]),
        # Appraised anew: what explains it is a signature that sent it back and is not on record.
        ("appraise appraise sign:approve issue", [("skipped", "sign", "appraise")]),
        # Sent back and yet issued: the two steps again are missing.
        ("appraise sign:redo issue", [("skipped", "appraise", "sign"), ("skipped", "sign", "sign")]),
        ("appraise sign:approve stamp issue", [("extra", "stamp", "sign")]),
        ("", [("skipped", "appraise", ""), ("skipped", "sign", ""), ("skipped", "issue", "")]),
    ],
)
def test_a_review_by_hand(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(review(), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("check ask:done issue", []),
        ("ask:timeout check issue", []),
        ("check issue ask:done", [("skipped", "ask", "check"), ("extra", "ask", "issue")]),
        ("check issue", [("skipped", "ask", "check")]),
        ("ask:lost check issue", [("extra", "ask", ""), ("skipped", "ask", "check")]),
    ],
)
def test_branches_go_in_any_order_and_are_waited_for(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(parallel(), text) == expected


@pytest.mark.parametrize("stage", [Stage.RUNNING, Stage.CUT])
def test_what_runs_or_was_broken_off_need_not_be_at_the_end(stage: Stage) -> None:
    assert told(review(), "appraise", stage) == []
    assert told(review(), "sign:approve", stage) == [("skipped", "appraise", "")]


def test_a_choice_may_go_any_way_and_a_timer_passes_by_itself() -> None:
    drawn = process(
        [
            step("check"),
            node("fee", "choice"),
            step("pay"),
            node("wait", "timer", minutes=60),
            node("met", "choice"),
            result(),
        ],
        "start>check",
        "check>fee",
        Flow("fee>pay", "fee", "pay", condition="fee_vnd > 0"),
        Flow("fee>wait", "fee", "wait", default=True),
        "pay>met",
        "wait>met",
        "met>issue",
        "issue>end",
    )
    for way in ("check pay issue", "check issue", "check wait issue"):
        assert told(drawn, way) == []
    assert told(drawn, "pay issue") == [("skipped", "check", "")]


def test_what_was_taken_back_did_not_happen_and_the_record_orders() -> None:
    events = (
        Event("sign", at("8:00"), node="sign", outcome="approve", seq=4, undone=True),
        Event("appraise", at("9:00"), node="appraise", seq=2),
        Event("sign", at("10:00"), node="sign", outcome="redo", seq=6),
        Event("dossier.accepted", at("7:00"), seq=1),
    )

    assert steps_done(Trace("H1", events)) == done("appraise sign:redo")


def test_the_dossiers_behind_each_group() -> None:
    given = log(
        trace("fits", "appraise 8:00; sign 9:00; issue 10:00"),
        trace("skips", "appraise 8:00; issue 10:00"),
        trace("skips too", "appraise 8:00; issue 11:00"),
        trace("withdrawn", "appraise 8:00", stage=Stage.CUT, left=("sign",)),
        trace("new", "", stage=Stage.BEFORE, open=True),
        trace("free", "forward 8:00", process="none"),
    )

    found = conform(given, lambda one: None if one.process else review())

    def names(places: tuple[int, ...]) -> list[str]:
        return [given.traces[place].case for place in places]

    assert names(found.fitting) == ["fits", "withdrawn"]
    assert names(found.deviating) == ["skips", "skips too"]
    assert names(found.without) == ["free"]
    assert [(one.fault, one.label, one.count, names(one.cases)) for one in found.departures] == [
        (Fault.SKIPPED, "Ký duyệt", 2, ["skips", "skips too"])
    ]
    assert [(one.label, names(one.cases)) for one in found.broken_off] == [("Ký duyệt", ["withdrawn"])]
    assert found.judged == 4


def test_a_foreign_log_is_held_against_a_process_by_the_names_of_its_steps() -> None:
    given = log(
        trace("1", "1 8:00; 2 9:00; 3 10:00"),
    )
    events = [
        Event(name, event.at)
        for name, event in zip(("THẨM  ĐỊNH", "Gọi điện", "issue"), given.traces[0].events, strict=True)
    ]

    placed = held_against(log(Trace("1", tuple(events))), review())

    assert [one.node for one in steps_done(placed.traces[0])] == ["appraise", "Gọi điện", "issue"]


def walked(block: Block, seed: int, most: int = 40) -> list[Done] | None:
    """A way through the block's own model, which knows nothing of graphs and tokens; None = it went on for too long."""
    chance, play, way = random.Random(seed), Play(block), list[Done]()
    while not play.done:
        if len(way) == most:
            return None
        name = chance.choice(play.open)
        outcome = chance.choice(play.ways(name))
        way.append(Done(name, outcome))
        play.finish(name, outcome)
    return [*way, Done("issue", "resolved")]


@settings(max_examples=60, deadline=None)
@given(blocks(), st.integers(0, 10_000), st.booleans())
def test_what_a_process_produces_fits_it(block: Block, seed: int, told_how: bool) -> None:
    way = walked(block, seed)
    if way is None:
        return
    if not told_how:
        way = [Done(one.node) for one in way]

    assert replay(draw(block), way) == ()
    for cut in range(len(way)):
        assert replay(draw(block), way[:cut], Stage.RUNNING) == ()


@settings(max_examples=60, deadline=None)
@given(blocks(), st.integers(0, 10_000), st.data())
def test_one_removed_step_is_found(block: Block, seed: int, data: st.DataObject) -> None:
    way = walked(block, seed, most=15)
    if way is None:
        return
    gone = data.draw(st.integers(0, len(way) - 1))
    rest = way[:gone] + way[gone + 1 :]

    found = replay(draw(block), rest)

    assert found is not None
    # The way without it may be one that the process allows as well (a loop less), or miss another in its stead.
    assert len(found) <= 1
    if [one.node for one in way].count(way[gone].node) == 1 and not found:
        assert _may_go_without(draw(block), way[gone].node)
    for one in found:
        assert one.fault in (Fault.SKIPPED, Fault.EXTRA)


def _may_go_without(definition: Definition, node_id: str) -> bool:
    """Whether some way from start to end passes the step by: of branches at once each must be gone through."""
    seen, waiting = set(), ["start"]
    while waiting:
        here = waiting.pop()
        for flow in definition.out[here]:
            if flow.target not in seen and flow.target != node_id:
                seen.add(flow.target)
                waiting.append(flow.target)
    return "end" in seen


def test_in_a_line_the_removed_step_is_the_one_that_is_missing() -> None:
    names = [f"s{number}" for number in range(6)]
    drawn = line(*(step(name) for name in names))
    way = [*(Done(name) for name in names), Done("issue")]

    for place, gone in enumerate(way):
        after = way[place - 1].node if place else ""
        assert replay(drawn, way[:place] + way[place + 1 :]) == (Deviation(Fault.SKIPPED, gone.node, after),)


def test_a_trace_that_has_nothing_to_do_with_the_process_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motcua.statistics.mining.conformance._MOST_STATES", 50)
    many: list[Node] = [step(f"s{number}") for number in range(8)]
    flows = [*(f"split>s{n}" for n in range(8)), *(f"s{n}>join" for n in range(8))]
    drawn = process(
        [node("split", "split"), *many, node("join", "join"), result()],
        "start>split", *flows, "join>issue", "issue>end",
    )  # fmt: skip

    assert replay(drawn, done("x y z")) is None
    found = conform(log(trace("strange", "x 8:00; y 9:00")), lambda one: drawn)
    assert (found.unjudged, found.judged) == ((0,), 0)
