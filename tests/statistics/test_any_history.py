"""For any history, any window and any moment of asking: the identities of form 06a, and what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dossiers.test_decide_stateful import START
from tests.statistics.memory import DAYS, Memory, cut_at, histories, windows

from motcua.dossiers.feed import FeedEntry
from motcua.law.moments import VIETNAM
from motcua.law.windows import Window
from motcua.statistics import expressions
from motcua.statistics.engines import Query
from motcua.statistics.figures import Asked, count_values, figures, open_rows, values_at
from motcua.statistics.measures import MEASURES, Count, Fact, measure
from motcua.statistics.periods import window_before
from motcua.statistics.reports.form_06a import IDENTITIES, RULES, measures_by_column
from motcua.statistics.tables import PARAMETERS, Cut, dossier_view

MEMORY = Memory()
LATE = 400
COLUMNS = [measures_by_column(rule) for rule in RULES]
OF_DOSSIERS = [one for one in MEASURES.values() if isinstance(one, Count) and one.fact is Fact.DOSSIER]
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


def counted_but_not_found() -> tuple[ir.Table, Sequence[ir.Scalar]]:
    view = dossier_view(Cut(), with_pauses=True)
    missed = []
    for count in OF_DOSSIERS:
        # Alone it would be looked for by itself: so beside itself, and beside what is wider.
        plain, wide = ([count, count], [count, MEASURES["handled"]])
        found = expressions.any_counts(plain, view) & expressions.any_counts(wide, view)
        # As in a filter: what is unknown is not found.
        missed.append(count.where(view) & ~found.fill_null(False))
    return view.aggregate(
        [view.count(where=one).name(count.name) for count, one in zip(OF_DOSSIERS, missed, strict=True)]
    ), PARAMETERS


@settings(max_examples=60, deadline=None)
@given(history=histories(), window=windows(), hours=st.integers(0, 23))
def test_what_is_counted_lies_in_what_rows_are_found_by(
    history: list[list[FeedEntry]], window: Window, hours: int
) -> None:
    asked = Asked(window.start, window.end - timedelta(hours=hours), window.end + timedelta(days=LATE))
    (missed,) = MEMORY.hold(history).run(Query("counted but not found", counted_but_not_found, asked.values))
    assert dict(zip([count.name for count in OF_DOSSIERS], missed, strict=True)) == dict.fromkeys(
        (count.name for count in OF_DOSSIERS), 0
    )


STANDING = [measure(name) for name in ("open", "open_in_time", "open_overdue", "open_paused", "open_no_due")]


@settings(max_examples=20, deadline=None)
@given(history=histories(), ends=st.lists(windows().map(lambda one: one.end), min_size=1, max_size=4))
def test_several_ends_at_once_tell_what_each_tells(history: list[list[FeedEntry]], ends: list[datetime]) -> None:
    duck, asked = MEMORY.hold(history), asked_of(Window(START.date(), START.date()))
    together = values_at(STANDING, asked, ends, by=["agency"], engine=duck)

    for end in ends:
        each = count_values(STANDING, replace(asked, end=end), by=["agency"], engine=duck)
        assert {key: row for key, row in together[end].items() if any(row.values())} == each


@pytest.mark.parametrize("name", ["due", "resolving_seconds", "procedures_received", "officer_entries"])
def test_what_looks_at_more_than_an_end_is_not_asked_at_several(name: str) -> None:
    asked = asked_of(Window(START.date(), START.date()))
    with pytest.raises(ValueError, match=name):
        values_at([measure(name)], asked, [asked.end], engine=MEMORY.hold([]))


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
