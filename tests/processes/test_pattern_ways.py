"""Every pattern of the library walked whole: each arrow, and each way from start to end with each loop at most once."""

from __future__ import annotations

import pytest
from tests.processes.walk import ways, without_conditions

from motcua.processes.definition import NodeKind
from motcua.processes.patterns import instantiate, pattern_of, patterns

GATEWAYS = {NodeKind.CHOICE, NodeKind.SPLIT, NodeKind.JOIN}


@pytest.mark.parametrize("code", sorted(patterns()))
def test_every_way_of_a_pattern_ends_and_every_arrow_is_on_one(code: str) -> None:
    pattern = pattern_of(code)
    definition = instantiate(pattern, pattern.usual_minutes)
    walked = list(ways(definition))
    assert walked
    free = without_conditions(definition)
    # Between two gateways nothing stops: such an arrow is on every way that has the arrow before it.
    stops = {
        flow.id
        for flow in free.flows
        if not (free.by_id[flow.source].kind in GATEWAYS and free.by_id[flow.target].kind in GATEWAYS)
    }
    assert stops - {arrow for way in walked for arrow in way} == set()
