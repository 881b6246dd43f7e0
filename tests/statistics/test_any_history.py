"""For any history, any window and any moment of asking: the identities of form 06a, and what was known then."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.statistics.memory import DAYS, Memory, cut_at, histories, windows

from motcua.dossiers.feed import FeedEntry
from motcua.law.moments import VIETNAM
from motcua.statistics.figures import Asked, figures, open_rows
from motcua.statistics.measures import MEASURES, Count, measure
from motcua.statistics.periods import Window, window_before
from motcua.statistics.reports.form_06a import IDENTITIES, RULES, measures_by_column

MEMORY = Memory()
LATE = 400
COLUMNS = [measures_by_column(rule) for rule in RULES]
ADDITIVE = [name for name, one in MEASURES.items() if isinstance(one, Count) and not one.distinct]


def asked_of(window: Window) -> Asked:
    """Long after everything."""
    return Asked.of(window, now=window.end + timedelta(days=LATE))


@settings(max_examples=30, deadline=None)
@given(history=histories(), window=windows(), opened=st.sampled_from(sorted(set(COLUMNS[0].values()))))
def test_identities_of_06a(history: list[list[FeedEntry]], window: Window, opened: str) -> None:
    duck, asked = MEMORY.hold(history), asked_of(window)
    (whole,) = figures(sorted({name for columns in COLUMNS for name in columns.values()}), asked, engine=duck).values()
    for columns in COLUMNS:
        cells = {column: whole[name].numerator or 0 for column, name in columns.items()}
        for total, parts in IDENTITIES:
            assert cells[total] == sum(cells[part] for part in parts), (total, cells)
    assert len(open_rows(opened, asked, engine=duck).rows) == whole[opened].numerator
    before = asked_of(window_before(window))
    (then,) = figures(["open"], Asked(before.start, asked.start, asked.as_of), engine=duck).values()
    assert whole["carried_over"] == then["open"]


@settings(max_examples=10, deadline=None)
@given(history=histories(), window=windows())
def test_sum_over_competent_agencies_is_the_whole(history: list[list[FeedEntry]], window: Window) -> None:
    duck, asked = MEMORY.hold(history), asked_of(window)
    (whole,) = figures(ADDITIVE, asked, engine=duck).values()
    parts = figures(ADDITIVE, asked, by=["agency"], engine=duck).values()
    for name in ADDITIVE:
        assert (whole[name].numerator or 0) == sum(row[name].numerator or 0 for row in parts), measure(name).title


@settings(max_examples=15, deadline=None)
@given(history=histories(), window=windows(), day=DAYS, hour=st.integers(0, 23))
def test_what_was_known_is_what_the_ledger_cut_then_tells(
    history: list[list[FeedEntry]], window: Window, day: object, hour: int
) -> None:
    moment = Window(day, day).start.astimezone(VIETNAM) + timedelta(hours=hour)
    asked = Asked(window.start, window.end, moment)
    names = [name for name, one in MEASURES.items() if isinstance(one, Count)]

    then = figures(names, asked, by=["agency"], engine=MEMORY.hold(history))
    cut = figures(names, asked, by=["agency"], engine=MEMORY.hold(cut_at(history, moment)))

    assert then == cut
