"""The clamd client against a clamd over a real socket: verdicts, and that no fault is ever taken for a clean file."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.documents.clamd_simulator import EICAR, ClamdSimulator

from motcua.documents.scanning import Clamd, ScannerUnavailable, StreamTooLong, Verdict


@pytest.fixture
def simulator() -> ClamdSimulator:
    return ClamdSimulator()


@pytest.fixture
def clamd(simulator: ClamdSimulator) -> Iterator[Clamd]:
    with simulator.listening() as address:
        yield Clamd(address, timeout_seconds=5)


def test_clean_file_arrives_whole(clamd: Clamd, simulator: ClamdSimulator) -> None:
    content = bytes(range(256)) * 1000

    assert clamd.scan(io.BytesIO(content)) == Verdict("")
    assert simulator.streams == [content]


def test_infected_file_is_named(clamd: Clamd) -> None:
    verdict = clamd.scan(io.BytesIO(b"%PDF-1.7 " + EICAR))

    assert verdict == Verdict("Eicar-Test-Signature")
    assert not verdict.clean


def test_empty_file_is_scanned_too(clamd: Clamd, simulator: ClamdSimulator) -> None:
    assert clamd.scan(io.BytesIO(b"")).clean
    assert simulator.streams == [b""]


def test_unix_socket(simulator: ClamdSimulator, tmp_path: Path) -> None:
    with simulator.listening(tmp_path / "clamd.ctl") as address:
        clamd = Clamd(address, timeout_seconds=5)

        assert clamd.scan(io.BytesIO(EICAR)) == Verdict("Eicar-Test-Signature")


@pytest.mark.parametrize("mode", ["silent", "trickle", "cut", "error", "empty"])
@pytest.mark.parametrize("content", [b"sach", EICAR])
def test_doubtful_reply_is_never_clean(simulator: ClamdSimulator, mode: str, content: bytes) -> None:
    simulator.mode = mode
    with simulator.listening() as address, pytest.raises(ScannerUnavailable):
        Clamd(address, timeout_seconds=0.3).scan(io.BytesIO(content))


def test_stream_longer_than_clamd_takes_is_told_apart(simulator: ClamdSimulator) -> None:
    simulator.stream_max_length = 100_000
    with simulator.listening() as address, pytest.raises(StreamTooLong):
        Clamd(address, timeout_seconds=5).scan(io.BytesIO(b"x" * 100_001))


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    closed = Clamd(f"127.0.0.1:{port}", timeout_seconds=1)

    with pytest.raises(ScannerUnavailable):
        closed.scan(io.BytesIO(b"x"))
    with pytest.raises(ScannerUnavailable):
        Clamd(f"unix:{tmp_path / 'none'}").scan(io.BytesIO(b"x"))
