"""The door through which a message leaves the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from motcua.law.errors import DomainError


class TemporaryFailure(DomainError):
    """The message may go through later: try again."""

    code = "temporary_failure"


class PermanentFailure(DomainError):
    """The message will never go through: a wrong number, a closed mailbox."""

    code = "permanent_failure"


@dataclass(frozen=True, slots=True)
class Message:
    """`to` is a phone number or a mail address; `key` is the same for every try of one notice."""

    key: str
    to: str
    subject: str
    body: str


class MessageProvider(Protocol):
    """One way to send. Called outside any transaction, may be called again with the same `key`; never touches our tables."""

    name: ClassVar[str]

    def send(self, message: Message) -> None:
        """Raises TemporaryFailure or PermanentFailure."""
        ...
