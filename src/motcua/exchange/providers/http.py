"""Another system over HTTP: `POST /messages`, then `GET /messages/KEY/replies` until the final answer is there.

What comes back is somebody else's: its size, its form and its words are checked before anything is believed.
"""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final
from uuid import UUID

from motcua.exchange.providers import PermanentFailure, Reply, TemporaryFailure

TIMEOUT_SECONDS: Final = 10
# An answer carries at most one signed file.
_MOST_BYTES: Final = 30_000_000
_MOST_REPLIES: Final = 100
KINDS: Final = frozenset({"accepted", "resolved", "refused"})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A dossier goes to the address that the administrator set, and to no other."""

    def redirect_request(self, *args: Any) -> None:
        return None


class HttpSystem:
    """See `motcua.exchange.providers.OutsideSystem`."""

    def __init__(self, address: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._address = address.rstrip("/")
        self._timeout = timeout_seconds
        # No proxy of the environment: what is sent is personal data.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects()).open

    def send(self, key: UUID, kind: str, content: Mapping[str, Any]) -> str:
        body = json.dumps({"key": str(key), "kind": kind, "content": content}, ensure_ascii=False).encode()
        answer = self._call("/messages", body, {"Idempotency-Key": str(key)})
        receipt = answer.get("receipt") if isinstance(answer, dict) else None
        if not isinstance(receipt, str) or not receipt.strip() or len(receipt) > 100:
            raise TemporaryFailure("Nơi nhận trả lời mà không có số tiếp nhận.")
        return receipt

    def replies(self, key: UUID) -> list[Reply]:
        answer = self._call(f"/messages/{key}/replies")
        rows = answer.get("replies") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise TemporaryFailure("Nơi nhận trả lời không đúng dạng: cần danh sách “replies”.")
        return [_reply(row) for row in rows[:_MOST_REPLIES]]

    def _call(self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
        request = urllib.request.Request(
            self._address + path,
            body,
            {"Content-Type": "application/json", "Accept": "application/json"} | dict(headers or {}),
        )
        try:
            with self._open(request, timeout=self._timeout) as response:
                data = response.read(_MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (408, 409, 425, 429) or error.code >= 500:
                raise TemporaryFailure(f"Hệ thống nơi nhận báo lỗi {error.code}.") from error
            raise PermanentFailure(f"Hệ thống nơi nhận không nhận tin này (lỗi {error.code}).") from error
        except (OSError, HTTPException) as error:
            raise TemporaryFailure(f"Không kết nối được hệ thống nơi nhận ({error.__class__.__name__}).") from error
        if len(data) > _MOST_BYTES:
            raise TemporaryFailure("Nơi nhận trả lời quá dài.")
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise TemporaryFailure("Nơi nhận trả lời không đọc được.") from error


def _reply(row: object) -> Reply:
    """One answer of the list; what cannot be read is kept as such, under the hash of what came."""
    if isinstance(row, dict):
        id_, kind, content = row.get("id"), row.get("kind"), row.get("content", {})
        if isinstance(id_, str) and 0 < len(id_) <= 100 and kind in KINDS and isinstance(content, dict):
            return Reply(id_, str(kind), content)
    text = json.dumps(row, ensure_ascii=False, sort_keys=True)
    return Reply(
        hashlib.sha256(text.encode()).hexdigest(), "unreadable", {"text": text[:500].replace("\x00", "")},
        "Trả lời không đúng dạng: cần id, kind (accepted, resolved, refused) và content.",
    )  # fmt: skip
