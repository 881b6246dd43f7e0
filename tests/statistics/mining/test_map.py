"""The drawing: nothing stands on anything else, every arrow goes from its place to its place, the same log the same map."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.statistics.mining.logs import log, logs, trace

from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.layout import (
    LABEL_HEIGHT,
    LABEL_WIDTH,
    NODE_HEIGHT,
    NODE_WIDTH,
    lay_out,
)
from motcua.statistics.mining.log import Log
from motcua.statistics.mining.picture import Picture, picture, short


def drawn(given: Log, *, whole: bool = True) -> Picture:
    return picture(Mined(given, lambda one: None), lambda part, key: f"?{part}={key}", whole=whole)


GRAPHS = st.dictionaries(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), st.integers(1, 50), max_size=14
)


@settings(max_examples=80, deadline=None)
@given(GRAPHS)
def test_nothing_stands_on_anything_else(weights: dict[tuple[str, str], int]) -> None:
    nodes = sorted({end for pair in weights for end in pair})

    layout = lay_out(nodes, weights, last=frozenset("g"))

    frames = [(x, y, NODE_WIDTH, NODE_HEIGHT) for x, y in layout.centres.values()]
    frames += [(x, y, LABEL_WIDTH, LABEL_HEIGHT) for x, y in layout.labels.values()]
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(frames, 2):
        assert abs(ax - bx) * 2 >= aw + bw - 2 or abs(ay - by) * 2 >= ah + bh
    for x, y, width, height in frames:
        assert width // 2 <= x <= layout.width - width // 2
        assert height // 2 <= y <= layout.height - height // 2
    assert layout == lay_out(nodes, dict(reversed(weights.items())), last=frozenset("g"))


@settings(max_examples=80, deadline=None)
@given(GRAPHS)
def test_every_arrow_goes_from_its_place_to_its_place(weights: dict[tuple[str, str], int]) -> None:
    nodes = sorted({end for pair in weights for end in pair})

    layout = lay_out(nodes, weights)

    assert set(layout.ways) == {pair for pair in weights if pair[0] != pair[1]}
    for (source, target), way in layout.ways.items():
        down = (source, target) not in layout.back
        for end, (x, y), below in ((source, way[0], down), (target, way[-1], not down)):
            centre_x, centre_y = layout.centres[end]
            assert abs(x - centre_x) < NODE_WIDTH // 2
            assert y == centre_y + (NODE_HEIGHT // 2 if below else -NODE_HEIGHT // 2)
        assert (layout.centres[source][1] < layout.centres[target][1]) == down
        assert [y for _, y in way] == sorted([y for _, y in way], reverse=not down)


def test_the_frequent_way_leads_down_and_what_comes_back_is_dashed() -> None:
    found = drawn(
        log(*[trace(f"{n}", "a 8:00; b 9:00; c 10:00") for n in range(9)], trace("x", "a 8:00; b 9:00; a 10:00"))
    )

    tops = {box.lines[0][1]: box.y for box in found.boxes}
    assert tops["Bắt đầu (10)"] < tops["a"] < tops["b"] < tops["c"] < tops["Kết thúc (10)"]
    assert {arrow.href: (arrow.count, arrow.time, arrow.back) for arrow in found.arrows} == {
        "?edge=:start > a": ("10", "", False),
        "?edge=a > b": ("10", "1g", False),
        "?edge=b > c": ("9", "1g", False),
        "?edge=c > :end": ("9", "", False),
        "?edge=b > a": ("1", "1g", True),
        "?edge=a > :end": ("1", "", False),
    }
    assert sum(arrow.slow for arrow in found.arrows) == 3
    assert "a → b: 10 lượt; một nửa trong 1 giờ làm việc (1 giờ theo đồng hồ)" in found.arrows[1].says


def test_rare_arrows_are_left_out_but_no_place_hangs_in_the_air() -> None:
    many = [trace(f"{n}", "a 8:00; b 9:00") for n in range(60)]
    rare = [trace("x", "a 8:00; c 9:00; b 10:00"), trace("y", "b 8:00; b 9:00; a 10:00")]

    short_map, whole = drawn(log(*many, *rare), whole=False), drawn(log(*many, *rare))

    assert {arrow.href for arrow in whole.arrows} - {arrow.href for arrow in short_map.arrows} == {
        "?edge=:start > b", "?edge=b > a", "?edge=a > :end",
    }  # fmt: skip
    assert {arrow.href for arrow in short_map.arrows} >= {"?edge=a > c", "?edge=c > b"}
    assert (short_map.hidden, whole.hidden) == (4, 0)
    (again,) = [box for box in whole.boxes if box.lines[0][1] == "b"]
    assert again.note == "63 lượt, 1 lặp liền"


@settings(max_examples=60, deadline=None)
@given(logs())
def test_any_log_is_drawn(given: Log) -> None:
    found = drawn(given)

    edges = [edge for edge in Mined(given, lambda one: None).edges if edge.source != edge.target]
    assert len(found.arrows) == len(edges)
    assert drawn(given) == found
    assert len(drawn(given, whole=False).boxes) == len(found.boxes)


def test_words_on_an_arrow_are_short() -> None:
    assert [short(minutes) for minutes in (0, 59, 60, 150, 6_000, 6_031)] == ["0p", "59p", "1g", "2g30", "100g", "100g"]
