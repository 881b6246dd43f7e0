"""The one base of every error that a person may read."""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """A rule said no, or input could not be read.

    `code` is public and never renamed: programs match on it, people read `message` (Vietnamese, one sentence that names
    what is wrong, where, and what was expected). `data` holds the facts the message was made from, JSON-ready.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class BadInput(DomainError):
    """Input from outside (form, file, command, API) that cannot be taken; nothing was changed."""

    code = "bad_input"
