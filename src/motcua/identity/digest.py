"""The stored mark by which an identity number or a phone is found without being readable."""

from __future__ import annotations

import hmac
from functools import lru_cache

from motcua.platform.config import config
from motcua.platform.secrets import own_key


@lru_cache(maxsize=1)
def _key() -> bytes:
    return own_key(config().home, "search_key").encode()


def search_digest(kind: str, value: str) -> bytes | None:
    """HMAC-SHA-256 (32 bytes) of a normalised identity number, tax code or phone; None for an empty one.

    `kind` ("identity", "phone") is inside, so that the same digits in two roles do not match.
    """
    return hmac.digest(_key(), f"{kind}\0{value}".encode(), "sha256") if value else None
