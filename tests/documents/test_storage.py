"""The content store: addressed by hash, whole or not at all, never a path from outside."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage

from motcua.documents.storage import ContentStore, FileMissing, FileTooLarge, LocalStore, RemoteStore, path_of

CONTENT = b"n\xe1\xbb\x99i dung " * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ContentStore:
    return LocalStore(tmp_path / "files") if request.param == "local" else RemoteStore(InMemoryStorage())


def read(store: ContentStore, sha256: str) -> bytes:
    with store.open(sha256) as stream:
        return stream.read()


def test_content_comes_back_under_its_hash(store: ContentStore) -> None:
    stream = io.BytesIO(CONTENT)
    stream.seek(10)

    stored = store.put(stream, limit_bytes=len(CONTENT))

    assert (stored.sha256, stored.size) == (SHA256, len(CONTENT))
    assert read(store, SHA256) == CONTENT
    assert store.holds(SHA256)


def test_same_content_twice_is_stored_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    assert store.put(io.BytesIO(CONTENT), limit_bytes=10**6) == store.put(io.BytesIO(CONTENT), limit_bytes=10**6)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / path_of(SHA256)]


def test_too_large_leaves_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)

    with pytest.raises(FileTooLarge) as refused:
        store.put(io.BytesIO(b"x" * 2_000_001), limit_bytes=2_000_000)

    assert refused.value.message == "Tệp lớn quá 2 MB. Ông/bà hãy nén hoặc tách thành nhiều tệp nhỏ hơn."
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_content_is_synced_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        calls.append("sync folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "sync content")
        real_fsync(handle)

    def replace(source: Path, target: Path) -> None:
        calls.append("rename")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    LocalStore(tmp_path).put(io.BytesIO(CONTENT), limit_bytes=10**6)

    assert calls.index("sync content") < calls.index("rename")
    assert calls[-1] == "sync folder"


def test_broken_reading_leaves_nothing(tmp_path: Path) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        LocalStore(tmp_path).put(Cut(CONTENT), limit_bytes=10**6)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_stored_content_cannot_be_written(tmp_path: Path) -> None:
    LocalStore(tmp_path).put(io.BytesIO(CONTENT), limit_bytes=10**6)

    assert (tmp_path / path_of(SHA256)).stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("asked", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "/x", SHA256.upper()])
def test_only_a_hash_is_ever_an_address(store: ContentStore, asked: str) -> None:
    with pytest.raises(FileMissing):
        store.open(asked)
    with pytest.raises(FileMissing):
        store.holds(asked)


def test_missing_content_is_told(store: ContentStore) -> None:
    assert not store.holds("0" * 64)
    with pytest.raises(FileMissing, match="không còn trong kho"):
        store.open("0" * 64)
