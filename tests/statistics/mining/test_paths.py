"""Variants, what follows what, what is done again and the waits between offices: by hand, then for any log."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given, settings
from tests.statistics.mining.logs import at, log, logs, trace

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM
from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.durations import Ruler, Spread, spread
from motcua.statistics.mining.log import Event, Log, Trace
from motcua.statistics.mining.offices import hand_overs
from motcua.statistics.mining.paths import END, START, STILL, activities, edges, rework, slowest, variants

# Three went a-b-c, one of them open; one had b done again, then c twice. Office hours are 07:00–11:30 and 13:30–17:00.
GOLDEN = log(
    trace("H1", "a 8:00 @desk; b 8:00-10:00 @unit; c 14:00 @desk"),
    trace("H2", "a 8:00 @desk; b 8:00-11:00 @unit; c 1 8:00 @desk"),
    trace("H3", "a 8:00 @desk; b 8:00-12:00 @unit; c 16:00 @desk", open=True),
    trace("H4", "a 8:00 @desk; b 8:00-9:00 @unit; a 9:30 @desk; b 9:30-10:00 @unit; c 10:00; c 10:30"),
)


def mined(given: Log = GOLDEN) -> Mined:
    return Mined(given, lambda one: None)


def cases(places: tuple[int, ...]) -> list[str]:
    return [GOLDEN.traces[place].case for place in places]


def test_variants_by_hand() -> None:
    found = variants(GOLDEN)

    assert [(one.path, cases(one.cases), one.open) for one in found] == [
        (("a", "b", "c"), ["H1", "H2", "H3"], 1),
        (("a", "b", "a", "b", "c", "c"), ["H4"], 0),
    ]
    assert mined().variant_shares == [7500, 2500]
    assert found[0].times is not None
    # 6 hours, 24 hours, 8 hours by the clock; without the lunch break and the night 4, 8 and 6 hours of work.
    assert found[0].times.clock == Spread(3, 8 * 60, 24 * 60, 38 * 60)
    assert found[0].times.working == Spread(3, 6 * 60, 8 * 60, 18 * 60)


def test_the_directly_follows_graph_by_hand() -> None:
    found = {(edge.source, edge.target): edge for edge in edges(GOLDEN)}

    assert {pair: (edge.count, cases(edge.cases)) for pair, edge in found.items()} == {
        (START, "a"): (4, ["H1", "H2", "H3", "H4"]),
        ("a", "b"): (5, ["H1", "H2", "H3", "H4"]),
        ("b", "c"): (4, ["H1", "H2", "H3", "H4"]),
        ("b", "a"): (1, ["H4"]),
        ("c", "c"): (1, ["H4"]),
        ("c", END): (3, ["H1", "H2", "H4"]),
        ("c", STILL): (1, ["H3"]),
    }
    times = found["b", "c"].times
    assert times is not None
    # 10:00–14:00, 11:00–next 08:00, 12:00–16:00 and none at all.
    assert times.clock == Spread(4, 4 * 60, 21 * 60, 29 * 60)
    assert times.working == Spread(4, 2 * 60, 5 * 60, 9 * 60 + 30)
    assert found[START, "a"].times is None


def test_where_the_time_goes_is_the_whole_time() -> None:
    found = mined()

    assert [edge.key for edge in found.slowest] == ["a > b", "b > c", "b > a", "c > c"]
    assert sum(found.slow_shares) == 10_000
    total = sum(edge.times.clock.total for edge in slowest(found.edges) if edge.times)
    assert total == sum((one.events[-1].at - one.events[0].at).total_seconds() // 60 for one in GOLDEN.traces)


def test_steps_know_how_long_they_stood_and_what_was_too_long() -> None:
    given = log(
        Trace(
            "H1",
            (
                Event("b", at("16:00"), at("8:00"), at("9:00"), minutes=120),
                Event("b", at("1 8:30"), at("1 8:00"), minutes=120),
            ),
            pauses=((at("9:30"), at("14:30")),),
        )
    )

    (one,) = activities(given)

    assert one.times is not None
    assert one.waited is not None
    assert one.times.clock == Spread(2, 30, 8 * 60, 8 * 60 + 30)
    # Of 08:00–16:00 the clock of the dossier stood from 09:30 to 14:30: an hour and a half before it, the same after.
    assert one.times.working == Spread(2, 30, 180, 210)
    assert one.waited.working == Spread(1, 60, 60, 60)
    assert (one.over_count, one.over) == (1, (0,))


def test_rework_tells_at_once_from_coming_back() -> None:
    assert [(one.key, cases(one.cases), one.extra, one.direct, one.returns) for one in rework(GOLDEN)] == [
        ("a", ["H4"], 1, 0, 1),
        ("b", ["H4"], 1, 0, 1),
        ("c", ["H4"], 1, 1, 0),
    ]


def test_hand_overs_by_hand() -> None:
    found = {(one.source, one.target): one for one in hand_overs(GOLDEN)}

    assert {pair: (one.count, cases(one.cases)) for pair, one in found.items()} == {
        ("desk", "unit"): (5, ["H1", "H2", "H3", "H4"]),
        ("unit", "desk"): (4, ["H1", "H2", "H3", "H4"]),
    }
    back = found["unit", "desk"].until_done
    assert back is not None
    assert back.clock == Spread(4, 4 * 60, 21 * 60, 29 * 60 + 30)
    assert found["unit", "desk"].until_taken is None


def test_what_the_applicant_does_between_is_not_the_offices_wait() -> None:
    given = log(trace("H1", "ask 8:00 @unit; answer 2 8:00; take 2 9:00 @desk"))

    (one,) = hand_overs(given)

    assert one.until_done is not None
    assert (one.source, one.target, one.until_done.clock.median) == ("unit", "desk", 60)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([7], Spread(1, 7, 7, 7)),
        ([4, 1], Spread(2, 1, 4, 5)),
        (list(range(1, 11)), Spread(10, 5, 9, 55)),
        (list(range(1, 12)), Spread(11, 6, 10, 66)),
    ],
)
def test_spread_is_of_times_that_were(values: list[int], expected: Spread | None) -> None:
    assert spread(values) == expected


def test_beyond_the_known_holidays_there_is_clock_time_only() -> None:
    first = datetime(1999, 1, 4, 8, tzinfo=VIETNAM)
    given = log(Trace("old", (Event("a", first), Event("b", first.replace(hour=10)))))

    assert Ruler(given).between(first, first.replace(hour=10), "") == (120, None)
    assert mined(given).lead is not None
    assert mined(given).as_json()["lead"] == {
        "clock": {"count": 1, "median": 120, "p90": 120, "total": 120},
        "working": None,
    }


@settings(max_examples=60, deadline=None)
@given(logs())
def test_for_any_log_the_parts_make_up_the_whole(given: Log) -> None:
    found = mined(given)
    number = len(given.traces)

    assert sum(len(one.cases) for one in found.variants) == number
    assert sum(found.variant_shares) == (10_000 if number else 0)
    done = Counter(event.activity for one in given.traces for event in one.events)
    into, out = Counter[str](), Counter[str]()
    for edge in found.edges:
        into[edge.target] += edge.count
        out[edge.source] += edge.count
    for activity, times in done.items():
        assert into[activity] == out[activity] == times
    assert out[START] == into[END] + into[STILL] == sum(bool(one.events) for one in given.traces)
    assert {one.key: one.count for one in found.activities} == done
    whole = sum(Ruler(given).between(one.events[0].at, one.events[-1].at, "")[0] for one in given.traces if one.events)
    assert sum(edge.times.clock.total for edge in found.slowest if edge.times) == whole
    assert sum(found.slow_shares) in (0, 10_000)


@settings(max_examples=60, deadline=None)
@given(logs())
def test_every_number_opens_to_exactly_its_dossiers(given: Log) -> None:
    found = mined(given)

    for one in found.variants:
        assert [behind.path for behind in found.behind("variant", one.key)] == [one.path] * len(one.cases)
    for edge in found.edges:
        behind = found.behind("edge", edge.key)
        pairs = Counter(pair for trace in behind for pair in _pairs(trace))
        assert pairs[edge.source, edge.target] == edge.count == found.times_of("edge", edge.key)
        assert sum((edge.source, edge.target) in _pairs(trace) for trace in given.traces) == len(behind)
    for again in found.rework:
        behind = found.behind("rework", again.key)
        assert sum(one.path.count(again.key) - 1 for one in behind) == again.extra
    with pytest.raises(BadInput):
        found.behind("edge", "không > có")


def _pairs(one: Trace) -> list[tuple[str, str]]:
    if not one.events:
        return []
    return list(zip((START, *one.path), (*one.path, STILL if one.open else END), strict=True))
