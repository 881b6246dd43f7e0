"""The directly-follows graph, variants and alignments beside pm4py's, where somebody has installed it; no part of this program."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.processes.build import line, node, process, result, review, step
from tests.statistics.mining.logs import MIDNIGHT

from motcua.processes.bpmn import export
from motcua.processes.definition import Definition
from motcua.statistics.mining.conformance import Done, replay
from motcua.statistics.mining.log import Event, Log, Trace
from motcua.statistics.mining.paths import END, START, edges, variants
from motcua.statistics.mining.xes_writer import xes_lines


def made(seed: int) -> Log:
    """A hundred traces, each with something in it: what has no event has no row in a table of events."""
    chance, traces = random.Random(seed), []
    for number in range(100):
        moment = MIDNIGHT + timedelta(minutes=chance.randrange(10_000))
        events = []
        for seq in range(chance.randint(1, 9)):
            moment += timedelta(minutes=chance.randint(1, 900))
            events.append(Event(chance.choice("abcdef"), moment, seq=seq))
        traces.append(Trace(f"H{number}", tuple(events)))
    return Log("thử", tuple(traces))


@pytest.mark.parametrize("seed", range(5))
def test_the_same_graph_and_the_same_variants(tmp_path: Path, seed: int) -> None:
    pm4py: Any = pytest.importorskip("pm4py", reason="pm4py is not installed; it is an oracle only")
    log, path = made(seed), tmp_path / "log.xes"
    path.write_text("".join(xes_lines(log)), encoding="utf-8")

    table = pm4py.read_xes(str(path))
    follows, starts, ends = pm4py.discover_dfg(table)
    theirs = pm4py.get_variants(table)

    ours = {(edge.source, edge.target): edge.count for edge in edges(log)}
    assert {pair: count for pair, count in ours.items() if START not in pair and END not in pair} == dict(follows)
    assert {target: count for (source, target), count in ours.items() if source == START} == dict(starts)
    assert {source: count for (source, target), count in ours.items() if target == END} == dict(ends)
    counted = Counter({path: found if isinstance(found, int) else len(found) for path, found in theirs.items()})
    assert Counter({one.path: len(one.cases) for one in variants(log)}) == counted


def fork() -> Definition:
    """Two steps at once, then the result."""
    return process(
        [node("split", "split"), step("check"), step("ask"), node("join", "join"), result()],
        "start>split", "split>check", "split>ask", "check>join", "ask>join", "join>issue", "issue>end",
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("definition", [line(step("check"), step("draft")), review(), fork()])
def test_as_many_deviations_as_in_the_cheapest_alignment(tmp_path: Path, definition: Definition) -> None:
    """The process as its own BPMN file, turned into a Petri net there; traces of its steps and of one that it does not have."""
    pm4py: Any = pytest.importorskip("pm4py", reason="pm4py is not installed; it is an oracle only")
    pandas: Any = pytest.importorskip("pandas")
    path = tmp_path / "process.bpmn"
    path.write_bytes(export(definition))
    net = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(path)))
    names = {one.id: one.name for one in definition.nodes if one.name}
    chance = random.Random(5)
    # The first of them is as the process has it.
    drawn = ([chance.choice([*names, *names, "stamp"]) for _ in range(chance.randint(1, 6))] for _ in range(40))
    traces = [list(names), *drawn]

    rows = [
        {"case:concept:name": f"{case:03d}", "concept:name": names.get(done, done), "time:timestamp": MIDNIGHT + timedelta(minutes=place)}
        for case, steps in enumerate(traces)
        for place, done in enumerate(steps)
    ]  # fmt: skip
    aligned = pm4py.conformance_diagnostics_alignments(pandas.DataFrame(rows), *net)
    # A move of the model alone or of the record alone; what has no name is a gateway.
    theirs = [
        sum(move[1] == ">>" or (move[0] == ">>" and move[1] is not None) for move in one["alignment"])
        for one in aligned
    ]

    ours = [replay(definition, [Done(one) for one in steps]) for steps in traces]
    assert [found if found is None else len(found) for found in ours] == theirs
    assert min(theirs) == 0 < max(theirs)
