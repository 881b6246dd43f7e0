"""A dossier's life run in memory: the same decisions as the services make, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.commands import AnyCommand, LateEntry
from motcua.dossiers.decide import Decision, Snapshot, decide
from motcua.dossiers.intake import Intake, draft_snapshot, note_intake
from motcua.dossiers.terms import Terms
from motcua.dossiers.writer import advance, note_late
from motcua.identity.actors import Actor
from motcua.law.lifecycle import State

# Stands for a code that the writer will take; `decide` only asks whether there is one.
CODE_TO_COME = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One command, by whom and when. `recorded_at` None = at once."""

    command: AnyCommand
    actor: Actor
    at: datetime
    recorded_at: datetime | None = None
    late: LateEntry | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """What was declared, and every command since, in order."""

    intake: Intake
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A command with what it decided, and the dossier after it."""

    given: Given
    decision: Decision
    before: State
    after: Snapshot


class Course:
    """One life from its draft on. `give` raises what `decide` raises and leaves the course as it was.

    `code` is for the writer to set; until then the snapshots hold CODE_TO_COME.
    """

    def __init__(self, intake: Intake, terms: Terms) -> None:
        self.intake = intake
        self.terms = terms
        self.snapshot = draft_snapshot(intake, terms)
        self.done: list[Done] = []
        self.code: str | None = None

    def give(self, given: Given) -> Decision:
        before = self.snapshot
        decision = decide(before, given.command, given.at)
        if not self.done:
            note_intake(decision, self.intake, self.terms)
        note_late(decision, given.late)
        if decision.needs_code:
            decision.changes["code"] = CODE_TO_COME
        self.snapshot = advance(self.snapshot, decision, given.at)
        self.done.append(Done(given, decision, before.state, self.snapshot))
        return decision
