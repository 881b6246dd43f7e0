"""Messages kept as lines of a file under the home folder: for demos and for places whose gateway is not connected yet."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import ClassVar

from motcua.notifications.providers import Message, PermanentFailure


class OutboxFile:
    name: ClassVar[str] = "outbox_file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> None:
        """Append one line by one write, so that lines of two workers never mix. An address without a receiver fails."""
        if not message.to:
            raise PermanentFailure("Không có địa chỉ nhận.")
        line = json.dumps(
            {"key": message.key, "to": message.to, "subject": message.subject, "body": message.body}, ensure_ascii=False
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)
