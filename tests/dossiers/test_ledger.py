"""The ledger's arithmetic: canonical text, hashes that never change, roots."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from motcua.dossiers import ledger
from motcua.law.moments import VIETNAM

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@given(DATA)
def test_canonical_is_rfc_8785(value: object) -> None:
    assert ledger.canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [1.0, 2**53, -(2**53), {"họ": 1}, {1: 2}, [b"x"], {"a": {"b": 0.5}}, {"at": datetime.now(UTC)}]
)
def test_canonical_refuses_what_it_would_write_otherwise(value: object) -> None:
    with pytest.raises(TypeError):
        ledger.canonical(value)


def test_one_instant_has_one_text() -> None:
    moment = datetime(2026, 11, 21, 2, 30, 0, 123456, tzinfo=UTC)

    assert ledger.moment_text(moment) == "2026-11-21T02:30:00.123456Z"
    assert ledger.moment_text(moment.astimezone(VIETNAM)) == "2026-11-21T02:30:00.123456Z"
    assert ledger.moment_text(moment.replace(microsecond=0)) == "2026-11-21T02:30:00.000000Z"


def test_entry_text_and_hash_of_format_1_never_change() -> None:
    text = ledger.entry_text(
        kind="dossier.accepted",
        occurred_at=datetime(2026, 11, 16, 2, 20, tzinfo=UTC),
        recorded_at=datetime(2026, 11, 16, 2, 21, tzinfo=UTC),
        actor={"kind": "officer", "id": 7},
        from_state="submitted",
        to_state="accepted",
        data={"set": {"due_at": "2026-11-19T02:20:00.000000Z", "code": "H32.16-261116-0001"}},
        private={"submitter": {"full_name": "Nguyễn Thị Hòa"}},
        key=bytes(range(32)),
    )

    assert text == (
        '{"actor":{"id":7,"kind":"officer"},'
        '"data":{"set":{"code":"H32.16-261116-0001","due_at":"2026-11-19T02:20:00.000000Z"}},'
        '"from":"submitted","kind":"dossier.accepted","occurred_at":"2026-11-16T02:20:00.000000Z",'
        '"private":{"submitter":"85b655f0a5b1eb3d919edc0047359036f0b3654b1b1c039ad1cecc761c25dc46"},'
        '"recorded_at":"2026-11-16T02:21:00.000000Z","to":"accepted"}'
    )
    assert ledger.entry_hash(5, 2, b"\x11" * 32, text).hex() == (
        "49e955055b0e0787467696d33c91e59d90b64cf319e8bf7d11ccdd5894c54cf9"
    )


def test_entry_hash_is_what_the_format_says() -> None:
    expected = hashlib.sha256(
        b"motcua-ledger-1" + (258).to_bytes(8, "big") + (3).to_bytes(8, "big") + b"\x22" * 32 + '{"ở":1}'.encode()
    )
    assert ledger.entry_hash(258, 3, b"\x22" * 32, '{"ở":1}') == expected.digest()


def test_private_digest_hides_equal_values_under_other_names() -> None:
    key = b"k" * 32

    assert ledger.private_digest(key, "owner", "Hòa") == hmac.new(key, 'owner\0"Hòa"'.encode(), "sha256").hexdigest()
    assert ledger.private_digest(key, "submitter", "Hòa") != ledger.private_digest(key, "owner", "Hòa")
    assert ledger.private_digest(b"l" * 32, "owner", "Hòa") != ledger.private_digest(key, "owner", "Hòa")


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_merkle_root_of_few() -> None:
    a, b, c, d, e = (ledger.leaf(number, 1, bytes([number]) * 32) for number in range(5))

    assert ledger.merkle_root([]) == hashlib.sha256(b"").digest()
    assert ledger.merkle_root([a]) == a
    assert ledger.merkle_root([a, b]) == node(a, b)
    assert ledger.merkle_root([a, b, c]) == node(node(a, b), c)
    assert ledger.merkle_root([a, b, c, d, e]) == node(node(node(a, b), node(c, d)), e)


def rfc6962(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962 section 2.1, split at the largest power of two below the length."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(rfc6962(leaves[:split]), rfc6962(leaves[split:]))


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
def test_merkle_root_is_rfc_6962(leaves: list[bytes]) -> None:
    assert ledger.merkle_root(leaves) == rfc6962(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=40, unique=True), st.data())
def test_merkle_root_changes_with_every_leaf_and_with_the_order(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    other = [*leaves[:at], b"\xff" * 32 if leaves[at] != b"\xff" * 32 else b"\xfe" * 32, *leaves[at + 1 :]]

    assert ledger.merkle_root(other) != ledger.merkle_root(leaves)
    assert ledger.merkle_root(leaves[::-1]) != ledger.merkle_root(leaves)
    assert ledger.merkle_root(leaves[:-1]) != ledger.merkle_root(leaves)
