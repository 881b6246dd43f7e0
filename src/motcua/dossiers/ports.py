"""What this room needs from rooms above it, bound in `motcua.wiring`; an unbound port fails at start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from motcua.dossiers.decide import Snapshot
from motcua.platform.jobs import Job

if TYPE_CHECKING:
    from motcua.dossiers.commands import AnyCommand
    from motcua.dossiers.writer import Loaded, Move


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """A ledger entry just appended, as subscribers see it inside the same transaction."""

    entry_id: int
    dossier_id: int
    # The competent agency, the same all through a dossier's life.
    agency_id: int
    seq: int
    kind: str
    to_state: str
    occurred_at: datetime
    recorded_at: datetime
    has_phone: bool
    has_email: bool
    told: bool
    # What the entry says besides its columns; no personal data.
    data: Mapping[str, Any]
    # The officer who gave it, 0 = nobody of the organisation; the process that the dossier follows before or after it, "" = none.
    officer_id: int
    process: str
    # The dossier's due that counts, as the entry leaves it.
    due_at: datetime | None


class Subscriber(Protocol):
    """Called once per transaction with its entries. May only insert rows, set-based; no network, no rendering."""

    def __call__(self, events: list[EntryEvent]) -> list[Job]: ...


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An entry of a life that is written whole, with the dossier as it stood right after it, and its code by then."""

    event: EntryEvent
    dossier: Snapshot
    code: str | None


class PastSubscriber(Protocol):
    """A subscriber's twin for things that happened and were told long ago: it stores what was told and sends nothing."""

    def __call__(self, events: Sequence[PastEvent]) -> None: ...


class ResultEvidence(Protocol):
    """Says whether a stored file can stand as a result."""

    def __call__(self, sha256: str) -> bool:
        """True when content with this SHA-256 is stored and may be opened."""
        ...


class StepGate(Protocol):
    """What the internal process of a dossier has to say about its moves, inside their transaction."""

    def before(self, loaded: Loaded, command: AnyCommand, at: datetime) -> None:
        """Raises GuardFailed where the process does not let the command happen."""
        ...

    def after(self, move: Move, command: AnyCommand, at: datetime) -> None:
        """Gives what follows in the process: an accepted dossier starts on its first step."""
        ...


class Ports:
    """The bound needs. Filled by `motcua.wiring.wire()` once per process."""

    def __init__(self) -> None:
        self.subscribers: tuple[Subscriber, ...] = ()
        self.past_subscribers: tuple[PastSubscriber, ...] = ()
        self._evidence: ResultEvidence | None = None
        self._gate: StepGate | None = None

    def bind(
        self,
        *,
        subscribers: tuple[Subscriber, ...],
        past_subscribers: tuple[PastSubscriber, ...],
        result_evidence: ResultEvidence,
        step_gate: StepGate,
    ) -> None:
        self.subscribers = subscribers
        self.past_subscribers = past_subscribers
        self._evidence = result_evidence
        self._gate = step_gate

    @property
    def result_evidence(self) -> ResultEvidence:
        if self._evidence is None:
            raise RuntimeError("port result_evidence is not bound; call motcua.wiring.wire()")
        return self._evidence

    @property
    def step_gate(self) -> StepGate:
        if self._gate is None:
            raise RuntimeError("port step_gate is not bound; call motcua.wiring.wire()")
        return self._gate


ports = Ports()
