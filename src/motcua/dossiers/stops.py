"""What stopped or moved a dossier's clock, read from its entries: one reading for the due that is stored and the one explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motcua.law.clock import Due, Extension, Pause, compute_due, compute_stages
from motcua.law.lifecycle import State
from motcua.law.limits import Limit
from motcua.law.policies import ExtensionKind, PauseKind, Policy
from motcua.law.worktime import Calendar


@dataclass(frozen=True, slots=True)
class PastEntry:
    """A ledger entry as far as clock and rectification need it. `set` has moments as the ledger's text."""

    seq: int
    kind: str
    to_state: State
    occurred_at: datetime
    set: dict[str, Any]
    back_to: int | None = None


def standing(entries: Iterable[PastEntry]) -> list[PastEntry]:
    """The entries that still count: a rectification takes back those after the one it goes back to."""
    kept: list[PastEntry] = []
    for entry in entries:
        if entry.back_to is not None:
            kept = [earlier for earlier in kept if earlier.seq <= entry.back_to]
        else:
            kept.append(entry)
    return kept


_PAUSE_KIND = {
    "dossier.supplement_asked": PauseKind.SUPPLEMENT,
    "dossier.payment_asked": PauseKind.PAYMENT,
    "dossier.suspended": PauseKind.LEGAL,
}
_RESUMED = frozenset({"dossier.supplemented", "dossier.payment_confirmed", "dossier.resumed"})


def stops_of(entries: Iterable[PastEntry]) -> tuple[list[Pause], list[Extension]]:
    """Pauses, the last one perhaps still open, and extensions, each in the order of their entries."""
    pauses: list[Pause] = []
    extensions: list[Extension] = []
    for entry in standing(entries):
        if entry.kind in _PAUSE_KIND:
            pauses.append(Pause(_PAUSE_KIND[entry.kind], entry.occurred_at))
        elif entry.kind in _RESUMED and pauses:
            pauses[-1] = Pause(pauses[-1].kind, pauses[-1].begin, entry.occurred_at)
        elif entry.kind == "dossier.extended":
            until = datetime.fromisoformat(entry.set["due_at"])
            extensions.append(Extension(ExtensionKind.STATUTORY, entry.occurred_at, until=until))
        elif entry.kind == "dossier.promised":
            until = datetime.fromisoformat(entry.set["promised_at"])
            extensions.append(Extension(ExtensionKind.PROMISED, entry.occurred_at, until=until))
    return pauses, extensions


def dues(
    start: datetime,
    limits: Sequence[Limit],
    calendar: Calendar,
    policy: Policy,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> tuple[Due, ...]:
    """The due of each stage, the last one is the due that counts; empty without a limit."""
    if not limits:
        return ()
    if len(limits) == 1:
        return (compute_due(start, limits[0], calendar, policy=policy, pauses=pauses, extensions=extensions),)
    return compute_stages(start, limits, calendar, policy=policy, pauses=pauses, extensions=extensions)
