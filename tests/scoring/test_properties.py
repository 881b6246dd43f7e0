"""What holds for every rule and all numbers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scoring.build import one, read, set_text

from motcua.scoring.rules import Numbers
from motcua.scoring.score import score

_RATIO = "numerator: n\ndenominator: d\nunknown: u\nunknown_denominator: o"
RULES = [
    f"kind: linear\n{_RATIO}",
    f"kind: survey\n{_RATIO}\nwhen_empty: full",
    f"kind: capped\nfull_at: 80%\n{_RATIO}\nwhen_empty: zero",
    f"kind: capped\nfull_at: 80%\nzero_below: 30%\n{_RATIO}",
    f"kind: steps\nladder:\n- {{at_least: 50%, points: 3}}\n- {{at_least: 90%, points: 10}}\n{_RATIO}",
    f"kind: linear\n{_RATIO}\ntimes:\n- {{numerator: s, denominator: t, unknown: v}}",
]
SETS = st.sampled_from([one(rule) for rule in RULES])
COUNT = st.integers(0, 40)
# A machine that is busy with other tests is slow to draw too.
EXAMPLES = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, int | None]:
    """Counts as they can be: what is unknown of the denominator is not in the numerator."""
    d, t = draw(COUNT), draw(COUNT)
    n, s = draw(st.integers(0, d)), draw(st.integers(0, t))
    return {
        "n": n,
        "d": d,
        "u": draw(st.integers(0, d - n)),
        "o": draw(COUNT),
        "s": s,
        "t": t,
        "v": draw(st.integers(0, t - s)),
    }


def earned(index_set, told: Numbers):
    return score(index_set, "commune", told).criteria[0].earned


@EXAMPLES
@given(SETS, numbers())
def test_points_lie_between_their_bounds_and_those_within_the_set(index_set, told: dict[str, int | None]) -> None:
    found = earned(index_set, told)
    assert 0 <= found.low <= found.high <= 10
    assert found.points is None or found.low <= found.points <= found.high


@EXAMPLES
@given(SETS, numbers(), st.data())
def test_the_score_never_falls_for_what_it_rewards(index_set, told: dict[str, int | None], data: st.DataObject) -> None:
    """One more dossier reaches what is counted: one that did not, or one that was not known to."""
    if told["n"] + told["u"] < told["d"]:  # type: ignore[operator]
        better = told | {"n": told["n"] + 1}  # type: ignore[operator]
    elif told["u"]:
        better = told | {"n": told["n"] + 1, "u": told["u"] - 1}  # type: ignore[operator]
    else:
        return
    before, after = earned(index_set, told), earned(index_set, better)
    assert after.low >= before.low
    assert after.high >= before.high
    assert before.points is None or (after.points is not None and after.points >= before.points)


@EXAMPLES
@given(SETS, numbers(), st.data())
def test_what_turns_out_was_between_the_bounds(index_set, told: dict[str, int | None], data: st.DataObject) -> None:
    """However the unknown turns out, the points are those that were said to be possible."""
    reached, outside = data.draw(st.integers(0, told["u"])), data.draw(st.integers(0, told["o"]))  # type: ignore[arg-type]
    also, synced = data.draw(st.integers(0, outside)), data.draw(st.integers(0, told["v"]))  # type: ignore[arg-type]
    known = {
        "n": told["n"] + reached + also, "d": told["d"] + outside, "u": 0, "o": 0,  # type: ignore[operator]
        "s": told["s"] + synced, "t": told["t"], "v": 0,  # type: ignore[operator]
    }  # fmt: skip
    before, after = earned(index_set, told), earned(index_set, known)
    assert after.points is None or before.low <= after.points <= before.high


@EXAMPLES
@given(st.lists(st.none() | COUNT, min_size=3, max_size=3), COUNT, st.sampled_from(["commune", "province"]))
def test_the_total_is_within_its_bounds_and_what_does_not_apply_costs_nothing(
    counts: list[int | None], d: int, subject: str
) -> None:
    criteria = "\n".join(
        f"- {{code: C{place}, title: T, kind: linear, points: {points}, numerator: n{place}, denominator: d"
        f"{', applies_to: [province]' if place == 2 else ''}}}"
        for place, points in enumerate(("3", "4.5", "2.5"))
    )
    told: Numbers = {f"n{place}": count for place, count in enumerate(counts)} | {"d": d}
    full = score(read(set_text(criteria)), subject, told)
    rescaled = score(read(set_text(criteria, head="not_applicable: rescale")), subject, told)
    for found in (full.total, rescaled.total):
        assert 0 <= found.low <= found.points <= found.high <= found.highest == 10
    if subject == "commune":
        assert full.criteria[2].points == Fraction(5, 2)
        assert rescaled.total.points == (full.total.points - Fraction(5, 2)) * Fraction(10, Fraction(15, 2))
    else:
        assert rescaled.total == full.total
