"""What this room needs from rooms above it, bound in `motcua.wiring`; an unbound port fails at start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from motcua.dossiers.decide import Snapshot
from motcua.platform.jobs import Job


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """A ledger entry just appended, as subscribers see it inside the same transaction."""

    entry_id: int
    dossier_id: int
    kind: str
    to_state: str
    occurred_at: datetime
    recorded_at: datetime
    has_phone: bool
    has_email: bool
    told: bool


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


class Ports:
    """The bound needs. Filled by `motcua.wiring.wire()` once per process."""

    def __init__(self) -> None:
        self.subscribers: tuple[Subscriber, ...] = ()
        self.past_subscribers: tuple[PastSubscriber, ...] = ()
        self._evidence: ResultEvidence | None = None

    def bind(
        self,
        *,
        subscribers: tuple[Subscriber, ...],
        past_subscribers: tuple[PastSubscriber, ...],
        result_evidence: ResultEvidence,
    ) -> None:
        self.subscribers = subscribers
        self.past_subscribers = past_subscribers
        self._evidence = result_evidence

    @property
    def result_evidence(self) -> ResultEvidence:
        if self._evidence is None:
            raise RuntimeError("port result_evidence is not bound; call motcua.wiring.wire()")
        return self._evidence


ports = Ports()
