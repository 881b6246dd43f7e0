"""The ledger's arithmetic, pure: what is hashed, how entries chain, how many dossiers sum to one root.

Format 1: `hash = SHA-256("motcua-ledger-1" ‖ dossier ‖ seq ‖ prev ‖ text)`, dossier and seq as 8 bytes big-endian,
prev 32 bytes (zeros before the first), text UTF-8. Personal values are in the text only as HMAC-SHA-256 under a key of the entry.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

FORMAT = 1
GENESIS = bytes(32)
_DOMAIN = b"motcua-ledger-1"
_LARGEST_SAFE = 2**53 - 1


def canonical(value: object) -> str:
    """RFC 8785 (JCS) text of JSON data made of dicts with ASCII keys, lists, str, bool, None and int up to 2**53 - 1.

    Within that subset the standard encoder with sorted keys writes exactly the canonical form and is thirty times
    faster; the subset is enforced because outside it (floats, large ints, other keys) the two differ.
    """
    _check(value)
    return _ENCODER.encode(value)


# What holds itself would not have come through `_check`, so the encoder need not look for it.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
# Most of an entry is such values; asking their type first spares a call for each.
_PLAIN = frozenset({str, bool, type(None)})


def _check(value: object) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if -_LARGEST_SAFE <= value <= _LARGEST_SAFE:
            return
    elif isinstance(value, dict):
        if not _ascii_words(value):
            raise TypeError(f"ledger keys must be ASCII strings: {list(value)!r}")
        for item in value.values():
            kind = type(item)
            if kind not in _PLAIN and not (kind is int and -_LARGEST_SAFE <= item <= _LARGEST_SAFE):
                _check(item)
        return
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
        return
    raise TypeError(f"cannot stand in a ledger entry: {value!r}")


def _ascii_words(keys: Iterable[object]) -> bool:
    try:
        # One call for all of them.
        return "".join(keys).isascii()  # type: ignore[arg-type]
    except TypeError:
        return False


def moment_text(moment: datetime) -> str:
    """`2026-11-21T02:30:00.123456Z`: one spelling for one instant."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def private_digest(key: bytes, name: str, value: object) -> str:
    """HMAC (hex) that stands for a personal value; the name is inside so that equal values do not show as equal."""
    return hmac.digest(key, f"{name}\0{canonical(value)}".encode(), "sha256").hex()


def entry_text(
    *,
    kind: str,
    occurred_at: datetime,
    recorded_at: datetime,
    actor: Mapping[str, object],
    from_state: str,
    to_state: str,
    data: Mapping[str, object],
    private: Mapping[str, object],
    key: bytes,
) -> str:
    """The exact text that is hashed and stored."""
    return canonical(
        {
            "kind": kind,
            "occurred_at": moment_text(occurred_at),
            "recorded_at": moment_text(recorded_at),
            "actor": dict(actor),
            "from": from_state,
            "to": to_state,
            "data": dict(data),
            "private": {name: private_digest(key, name, value) for name, value in private.items()},
        }
    )


def entry_hash(dossier: int, seq: int, prev: bytes, text: str) -> bytes:
    return hashlib.sha256(_DOMAIN + dossier.to_bytes(8, "big") + seq.to_bytes(8, "big") + prev + text.encode()).digest()


def leaf(dossier: int, seq: int, head: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + dossier.to_bytes(8, "big") + seq.to_bytes(8, "big") + head).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 shape: inner nodes are prefixed by 0x01, leaves by 0x00; an odd node moves up unchanged."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level: Iterable[bytes] = leaves
    nodes = list(level)
    while len(nodes) > 1:
        paired = [hashlib.sha256(b"\x01" + nodes[i] + nodes[i + 1]).digest() for i in range(0, len(nodes) - 1, 2)]
        if len(nodes) % 2:
            paired.append(nodes[-1])
        nodes = paired
    return nodes[0]
