"""Small logs written the short way, and any log for Hypothesis."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st
from tests.province import MONDAY

from motcua.statistics.mining.log import Event, Log, Trace

# Monday, 16 November 2026, 00:00.
MIDNIGHT = MONDAY.replace(hour=0, minute=0)


def at(text: str) -> datetime:
    """`8:30` of the Monday, `2 9:00` of the Wednesday."""
    day, _, clock = text.rpartition(" ")
    hours, minutes = clock.split(":")
    return MIDNIGHT + timedelta(days=int(day or 0), hours=int(hours), minutes=int(minutes))


def trace(case: str, told: str, **given: object) -> Trace:
    """`a 8:00; b 9:00-10:30 @desk`: done at, or begun and done at; where."""
    events = []
    for place, part in enumerate(filter(None, (one.strip() for one in told.split(";"))), 1):
        words, _, office = part.partition("@")
        activity, _, when = words.strip().partition(" ")
        first, _, last = when.partition("-")
        events.append(
            Event(activity, at(last or first), at(first) if last else None, node=activity, office=office, seq=place)
        )
    return Trace(case, tuple(events), **given)  # type: ignore[arg-type]


def log(*traces: Trace) -> Log:
    return Log("thử", traces)


_NAMES = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Up to eight events in order of time, some of them steps that stood open, some at an office."""
    moment, events = MIDNIGHT, []
    for seq in range(draw(st.integers(0, 8))):
        moment += timedelta(minutes=draw(st.integers(0, 3000)))
        begun = moment - timedelta(minutes=draw(st.integers(0, 500))) if draw(st.booleans()) else None
        taken = moment - (moment - begun) / 2 if begun and draw(st.booleans()) else None
        office = draw(st.sampled_from(["", "x", "y"]))
        events.append(
            Event(
                draw(_NAMES), moment, begun, taken and taken.replace(second=0, microsecond=0), office=office,
                who=draw(st.sampled_from(["", "17", "18"])), seq=seq + 1,
            )
        )  # fmt: skip
    return Trace(f"H{draw(st.integers(0, 10**6))}", tuple(events), open=draw(st.booleans()))


def logs() -> st.SearchStrategy[Log]:
    return st.lists(traces(), max_size=8).map(lambda made: Log("thử", tuple(made)))
