"""The door to other agencies' own systems: we send, they say that they have it, and later we ask for their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from motcua.law.errors import DomainError


class TemporaryFailure(DomainError):
    """The system is away, busy or answers nonsense: ask again later."""

    code = "temporary_failure"


class PermanentFailure(DomainError):
    """The system does not take this message, now or later."""

    code = "permanent_failure"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `id` is the partner's own and the same however often it is given; `kind` accepted, resolved or refused.

    `fault` says in Vietnamese why an answer cannot be read; then `content` holds what of it came.
    """

    id: str
    kind: str
    content: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""


class OutsideSystem(Protocol):
    """Called outside any transaction, may be called again with the same key; never touches our tables."""

    def send(self, key: UUID, kind: str, content: Mapping[str, Any]) -> str:
        """Give the message; returns the partner's receipt number. Raises TemporaryFailure or PermanentFailure."""
        ...

    def replies(self, key: UUID) -> list[Reply]:
        """Every answer to the message so far, in the partner's order. Raises TemporaryFailure."""
        ...
