"""A client for clamd's INSTREAM command.

Own code instead of the package clamav-client: that one waits per read instead of in all, lets a reply trickle for ever,
turns an over-long stream into a broken pipe, sends kilobyte chunks and reads an empty reply as "nothing found".
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from dataclasses import dataclass
from typing import BinaryIO

from motcua.platform.jobs import TemporaryFailure

CHUNK = 64 * 1024
LONGEST_REPLY = 4096


class ScannerUnavailable(TemporaryFailure):
    """clamd did not answer in time, closed early, or said something that is no verdict; ask again later."""


class StreamTooLong(Exception):
    """clamd's StreamMaxLength is below our size limit: an administrator must raise it; asking again does not help."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`signature` names what was found; empty = clean."""

    signature: str = ""

    @property
    def clean(self) -> bool:
        return not self.signature


@dataclass(frozen=True, slots=True)
class Clamd:
    """`address` as in the setting: `host:port` or `unix:/path`. `timeout_seconds` bounds the call, not each read."""

    address: str
    timeout_seconds: float = 60.0

    def scan(self, stream: BinaryIO) -> Verdict:
        """Raises ScannerUnavailable (try again) or StreamTooLong. Never takes a doubtful reply for a clean one."""
        reply = self._ask(b"zINSTREAM\0", stream)
        if reply == "stream: OK":
            return Verdict()
        if reply.startswith("stream: ") and reply.endswith(" FOUND"):
            return Verdict(reply.removeprefix("stream: ").removesuffix(" FOUND"))
        if "size limit exceeded" in reply:
            raise StreamTooLong(reply)
        raise ScannerUnavailable(f"clamd answered {reply!r}")

    def _ask(self, command: bytes, stream: BinaryIO) -> str:
        deadline = time.monotonic() + self.timeout_seconds
        try:
            with self._connect() as connection:
                # clamd closes early when the stream is too long and tells why: its reply is read in any case.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    _send(connection, command, deadline)
                    while chunk := stream.read(CHUNK):
                        _send(connection, struct.pack("!L", len(chunk)) + chunk, deadline)
                    _send(connection, struct.pack("!L", 0), deadline)
                return _receive(connection, deadline)
        except (OSError, UnicodeDecodeError) as error:
            raise ScannerUnavailable(f"clamd: {error.__class__.__name__}") from error

    def _connect(self) -> socket.socket:
        if self.address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.timeout_seconds)
            try:
                connection.connect(self.address.removeprefix("unix:"))
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=self.timeout_seconds)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(connection: socket.socket, data: bytes, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    connection.sendall(data)


def _receive(connection: socket.socket, deadline: float) -> str:
    """The reply up to its closing zero byte."""
    reply = b""
    while not reply.endswith(b"\0"):
        connection.settimeout(_left(deadline))
        part = connection.recv(LONGEST_REPLY)
        if not part or len(reply) > LONGEST_REPLY:
            raise ConnectionError("reply cut short or without end")
        reply += part
    return reply.rstrip(b"\0").decode()
