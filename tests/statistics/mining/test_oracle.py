"""The directly-follows graph and the variants beside pm4py's, where somebody has installed it; it is no part of this program."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.statistics.mining.logs import MIDNIGHT

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
