"""The conditions that measures are put together from, each said once."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from motcua.statistics.models import FAR
from motcua.statistics.tables import END, START

# Withdrawn and returned after acceptance stand in column 9; a stop is judged by its end.
UNJUDGED = ("returned", "withdrawn")


def in_window(moment: ir.TimestampColumn) -> ir.BooleanValue:
    return (moment >= START) & (moment < END)


def _not_finished_before(t: ir.Table, moment: ir.TimestampScalar) -> ir.BooleanValue:
    # One comparison, as the index of what is open has it (`FactDossier`): null or later would be two.
    return t.finished_at.fill_null(ibis.literal(FAR)) >= moment


def received(t: ir.Table) -> ir.BooleanValue:
    return t.counted & in_window(t.accepted_at)


def handled(t: ir.Table) -> ir.BooleanValue:
    """Accepted before the window's end and not finished before its start."""
    return t.counted & (t.accepted_at < END) & _not_finished_before(t, START)


def carried_over(t: ir.Table) -> ir.BooleanValue:
    return t.counted & (t.accepted_at < START) & _not_finished_before(t, START)


def finished(t: ir.Table) -> ir.BooleanValue:
    return t.counted & in_window(t.finished_at)


def resolved(t: ir.Table) -> ir.BooleanValue:
    return finished(t) & (t.outcome == "resolved")


def open_at_end(t: ir.Table) -> ir.BooleanValue:
    return t.counted & (t.accepted_at < END) & _not_finished_before(t, END)


def passed_at_end(t: ir.Table) -> ir.BooleanValue:
    """The due that counts was before the window's end, and the clock ran."""
    return t.due_at.notnull() & (t.due_at < END) & ~t.paused


def judged(t: ir.Table, verdict: str, rule: str) -> ir.BooleanValue:
    return t.outcome.notin(UNJUDGED) & (t[f"verdict_{rule}"] == verdict)


def column_9(t: ir.Table, rule: str) -> ir.BooleanValue:
    return t.outcome.isin(UNJUDGED) | (t[f"verdict_{rule}"] == "") | (t[f"verdict_{rule}"] == "on_time")


def is_online(t: ir.Table) -> ir.BooleanValue:
    return t.online.fill_null(False)
