"""A clamd over a real socket, as far as INSTREAM and PING go, faithful to its framing, limits and replies.

It collects the chunks of a stream, looks for the EICAR test string, answers and closes; it closes early when
StreamMaxLength is passed, and can be told to be slow or to break.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

# Written in two parts so that no scanner takes this source for the test file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class ClamdSimulator:
    """`mode`: `normal`; `silent` (takes all, never answers); `trickle` (a byte now and then, never an end); `cut`
    (half a reply, then closes); `error` (a reply that is no verdict); `empty` (closes without a word)."""

    def __init__(self, *, stream_max_length: int = 25_000_000) -> None:
        self.mode = "normal"
        self.stream_max_length = stream_max_length
        self.streams: list[bytes] = []
        self.leaving = threading.Event()

    @contextlib.contextmanager
    def listening(self, unix_path: Path | None = None) -> Iterator[str]:
        """Serves until left; gives the address as the setting writes it."""
        if unix_path is not None:
            server = socket.socket(socket.AF_UNIX)
            server.bind(str(unix_path))
            server.listen()
            address = f"unix:{unix_path}"
        else:
            server = socket.create_server(("127.0.0.1", 0))
            address = f"127.0.0.1:{server.getsockname()[1]}"
        threads: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                worker = threading.Thread(target=self._talk, args=(connection,), daemon=True)
                threads.append(worker)
                worker.start()

        accepting = threading.Thread(target=serve, daemon=True)
        accepting.start()
        try:
            yield address
        finally:
            self.leaving.set()
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
            accepting.join(timeout=5)
            for worker in threads:
                worker.join(timeout=5)

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            reader = connection.makefile("rb")
            with reader:
                command = b""
                while not command.endswith(b"\0"):
                    byte = reader.read(1)
                    if not byte:
                        return
                    command += byte
                if command == b"zPING\0":
                    self._answer(connection, b"PONG\0")
                elif command == b"zINSTREAM\0":
                    self._instream(connection, reader)
                else:
                    self._answer(connection, b"UNKNOWN COMMAND\0")

    def _instream(self, connection: socket.socket, reader: object) -> None:
        content = b""
        while True:
            (length,) = struct.unpack("!L", reader.read(4))  # type: ignore[attr-defined]
            if length == 0:
                break
            if len(content) + length > self.stream_max_length:
                # clamd answers and hangs up without reading the rest.
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
            content += reader.read(length)  # type: ignore[attr-defined]
        self.streams.append(content)
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self._answer(connection, found)

    def _answer(self, connection: socket.socket, reply: bytes) -> None:
        if self.mode == "normal":
            connection.sendall(reply)
        elif self.mode == "cut":
            connection.sendall(reply[: len(reply) // 2])
        elif self.mode == "error":
            connection.sendall(b"stream: Can't allocate memory ERROR\0")
        elif self.mode == "silent":
            self.leaving.wait(10)
        elif self.mode == "trickle":
            while not self.leaving.wait(0.02):
                connection.sendall(b"s")
