"""A dossier's way through its process in memory: the same decisions as the services make, for lives that are written whole."""

from __future__ import annotations

from datetime import datetime

from motcua.dossiers.commands import Work
from motcua.law.lifecycle import ProcessEvent
from motcua.processes import engine
from motcua.processes.conditions import Facts
from motcua.processes.definition import Definition, NodeKind, StepKind
from motcua.processes.items import Item, tokens_of
from motcua.processes.placing import Choose, Places, advanced, place, started


class ProcessCourse:
    """Gives the commands of one dossier in order; `items` are its work items by token.

    `seq` is that of the entry before, `whole_due` the dossier's due moment.
    """

    def __init__(
        self, definition: Definition, version_id: int, *, places: Places, choose: Choose, facts: Facts
    ) -> None:
        self.definition = definition
        self.version_id = version_id
        self.places, self.choose, self.facts = places, choose, facts
        self.items: dict[int, Item] = {}

    @property
    def standing(self) -> list[Item]:
        """Open steps, timers and branches that wait, in the order in which they opened."""
        return [item for item in self.items.values() if item.open]

    @property
    def to_do(self) -> list[Item]:
        """Open steps that are finished by a worker; empty when only the result is left."""
        return [item for item in self.standing if item.role and item.kind != StepKind.RESULT]

    def start(self, *, at: datetime, seq: int, whole_due: datetime | None) -> Work:
        opened = self._opened(engine.start(self.definition, self.facts), at, seq, whole_due)
        return started(places=self.places, version_id=self.version_id, digest=self.definition.digest, opened=opened)

    def finish(
        self,
        token: int,
        outcome: str,
        *,
        officer_id: int,
        at: datetime,
        seq: int,
        whole_due: datetime | None,
        note: str = "",
    ) -> Work:
        """A step by its worker, or a timer that has run out. Raises what the engine raises; then nothing has moved."""
        item = self.items[token]
        node = self.definition.by_id[item.node]
        advance = engine.finish(self.definition, tokens_of(self.items.values()), token, outcome, self.facts)
        before = self.standing
        for closed in advance.closed:
            gone = self.items[closed]
            gone.closed_seq, gone.closed_at, gone.closed_by_id = seq + 1, at, officer_id
        opened = self._opened(advance, at, seq, whole_due)
        return advanced(
            ProcessEvent.TIMED_OUT if node.kind is NodeKind.TIMER else ProcessEvent.STEP_DONE,
            item,
            outcome,
            advance,
            places=self.places,
            before=before,
            opened=opened,
            papers=node.papers,
            note=note,
        )

    def _opened(self, advance: engine.Advance, at: datetime, seq: int, whole_due: datetime | None) -> list[Item]:
        first = max(self.items, default=0) + 1
        opened = place(
            self.definition, advance, places=self.places, choose=self.choose, first_token=first, at=at, seq=seq + 1,
            whole_due=whole_due,
        )  # fmt: skip
        self.items |= {item.token: item for item in opened}
        return opened
