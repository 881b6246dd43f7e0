"""The lifecycle table: complete, without dead ends, and printed in the docs as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from motcua.law.lifecycle import (
    BEFORE_ACCEPTANCE,
    COMMAND_TEXT,
    FINISHED,
    MOVES,
    NATIONAL_TEXT,
    OPEN,
    STATE_TEXT,
    Command,
    State,
    find_move,
    national_code,
    possible,
)
from motcua.law.lifecycle_text import moves_markdown, states_markdown

DOCS = Path(__file__).parents[2] / "docs"


def test_docs_print_the_table_of_the_code() -> None:
    page = (DOCS / "lifecycle.md").read_text(encoding="utf-8")

    assert states_markdown() in page
    assert moves_markdown() in page
    assert (DOCS / "lifecycle.intro.md").read_text(encoding="utf-8").rstrip() in page


def test_every_state_and_command_has_words() -> None:
    assert set(STATE_TEXT) == set(State)
    assert set(COMMAND_TEXT) == set(Command) == {move.command for move in MOVES}


def test_each_command_stands_once_per_state() -> None:
    assert len({(move.state, move.command) for move in MOVES}) == len(MOVES)


def test_every_state_is_reached_and_every_open_life_can_end() -> None:
    reached = {State.DRAFT} | {move.to for move in MOVES if move.to}
    assert reached == set(State)

    def ends(state: State, seen: frozenset[State]) -> bool:
        if state in FINISHED:
            return True
        following = {move.to for move in possible(state) if move.to and move.to not in seen}
        return any(ends(to, seen | {to}) for to in following)

    assert all(ends(state, frozenset({state})) for state in State)


@pytest.mark.parametrize("state", sorted(FINISHED))
def test_a_finished_dossier_can_only_be_rectified(state: State) -> None:
    assert [move.command for move in possible(state)] == [Command.RECTIFY]


@pytest.mark.parametrize("state", sorted(OPEN | BEFORE_ACCEPTANCE))
def test_no_result_can_be_handed_over_before_it_exists(state: State) -> None:
    assert find_move(state, Command.HAND_OVER) is None


def test_national_codes() -> None:
    on = date(2026, 11, 21)
    assert {state.value: national_code(state, on) for state in State} == {
        "draft": None,
        "submitted": 1,
        "awaiting_completion": 5,
        "accepted": 2,
        "in_process": 4,
        "awaiting_supplement": 5,
        "awaiting_payment": 6,
        "suspended": 8,
        "resolved": 9,
        "handed_over": 10,
        "refused": 3,
        "withdrawn": 7,
        "returned": 7,
        "stopped": 8,
    }
    assert set(NATIONAL_TEXT) == set(range(1, 11))
    assert national_code(State.ACCEPTED, date(2017, 12, 31)) is None
