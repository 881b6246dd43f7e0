"""The lifecycle table as Markdown, for `docs/lifecycle.md`; a test keeps page and code equal."""

from __future__ import annotations

from motcua.law.lifecycle import (
    COMMAND_TEXT,
    MOVES,
    NATIONAL_CODES,
    NATIONAL_TEXT,
    STATE_TEXT,
    WHO_TEXT,
    State,
)


def states_markdown() -> str:
    """One row a state: name in code, in Vietnamese, the national codes it maps to with their dates."""
    rows = ["| state | Vietnamese | national code |", "|---|---|---|"]
    for state in State:
        codes = [row for row in NATIONAL_CODES if row.state is state]
        shown = (
            "; ".join(f"{row.code} {NATIONAL_TEXT[row.code]} (from {row.valid_from:%d/%m/%Y})" for row in codes)
            or "none"
        )
        rows.append(f"| `{state}` | {STATE_TEXT[state]} | {shown} |")
    return "\n".join(rows)


def moves_markdown() -> str:
    """One row a move, in the table's order."""
    rows = ["| from | command | to | who | ledger entry | only if |", "|---|---|---|---|---|---|"]
    for move in MOVES:
        who = ", ".join(WHO_TEXT[group] for group in move.who)
        to = f"`{move.to}`" if move.to else "(stays, or the state restored)" if move.command == "rectify" else "(stays)"
        rows.append(
            f"| `{move.state}` | `{move.command}` {COMMAND_TEXT[move.command]} | {to} | {who} | `{move.kind}` | {move.guard or '—'} |"
        )
    return "\n".join(rows)
