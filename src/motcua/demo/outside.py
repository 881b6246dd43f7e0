"""Police and insurance as outside systems that can be made to behave: in time, late, silent, doubled, broken.

A small HTTP server with the interface of `motcua.exchange.providers.http`. How it behaves is set per procedure, at the
start or while it runs (`PUT /behaviour`), so that a demonstration and a test meet every kind of partner on demand. It keeps
everything in memory: a partner that is started anew has forgotten what it was told, as some do.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from motcua.law.errors import BadInput
from motcua.law.moments import VIETNAM


class Behaviour(StrEnum):
    IN_TIME = "in_time"
    LATE = "late"
    REFUSE = "refuse"
    SILENT = "silent"
    TWICE = "twice"
    CONTRADICT = "contradict"
    OUT_OF_ORDER = "out_of_order"
    GARBAGE = "garbage"
    GARBLED_REPLY = "garbled_reply"
    ERROR = "error"
    SLOW = "slow"
    REJECT = "reject"


BEHAVIOUR_TEXT: Final = {
    Behaviour.IN_TIME: "nhận, rồi trả kết quả trong hạn",
    Behaviour.LATE: "nhận, rồi trả kết quả sau hạn",
    Behaviour.REFUSE: "nhận, rồi từ chối giải quyết có lý do",
    Behaviour.SILENT: "nhận, rồi im lặng",
    Behaviour.TWICE: "trả cùng một kết quả hai lần, với hai mã",
    Behaviour.CONTRADICT: "trả kết quả, rồi lại báo từ chối",
    Behaviour.OUT_OF_ORDER: "trả kết quả trước, báo đã nhận sau",
    Behaviour.GARBAGE: "trả lời không phải JSON",
    Behaviour.GARBLED_REPLY: "trả kết quả thiếu số, thiếu ngày",
    Behaviour.ERROR: "báo lỗi 500",
    Behaviour.SLOW: "không trả lời cho đến khi hết kiên nhẫn",
    Behaviour.REJECT: "không nhận tin (lỗi 400)",
}


@dataclass(slots=True)
class _Taken:
    """A message that the partner has: `answer_at` is when its answer can be had."""

    content: Mapping[str, Any]
    kind: str
    receipt: str
    answer_at: datetime | None


@dataclass
class OutsideAgency:
    """What the simulated agency knows. `clock` is its own; `after` how long it works on a dossier that it answers in time."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    after: timedelta = timedelta(0)
    default: Behaviour = Behaviour.IN_TIME
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    slow_seconds: float = 30.0
    with_file: bool = False
    # The number of its first receipt, for agencies that stand for one.
    first: int = 1
    taken: dict[str, _Taken] = field(default_factory=dict)
    posts: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def behaviour_for(self, procedure: str) -> Behaviour:
        return self.behaviours.get(procedure, self.default)

    def take(self, key: str, kind: str, content: Mapping[str, Any]) -> str:
        """The same key is the same message, however often it comes."""
        with self._lock:
            self.posts += 1
            if key not in self.taken:
                now, how = self.clock(), self.behaviour_for(content.get("procedure", {}).get("code", ""))
                due = datetime.fromisoformat(content["due_at"]) if content.get("due_at") else now
                self.taken[key] = _Taken(
                    content, kind, f"TN-{self.first + len(self.taken):05d}",
                    max(now, due) + timedelta(minutes=1) if how is Behaviour.LATE else now + self.after,
                )  # fmt: skip
            return self.taken[key].receipt

    def answers(self, key: str) -> list[dict[str, Any]]:
        with self._lock:
            taken = self.taken.get(key)
        if taken is None or taken.kind != "dossier":
            return []
        how = self.behaviour_for(taken.content.get("procedure", {}).get("code", ""))
        noted = {"id": f"{taken.receipt}-1", "kind": "accepted", "content": {"receipt": taken.receipt}}
        if how is Behaviour.SILENT or taken.answer_at is None or self.clock() < taken.answer_at:
            return [noted]
        result = {"id": f"{taken.receipt}-2", "kind": "resolved", "content": {"result": self._result(taken)}}
        refusal = {
            "id": f"{taken.receipt}-3",
            "kind": "refused",
            "content": {
                "result": self._result(taken) | {"kind": "Thông báo không giải quyết"},
                "reason": "Chỗ ở đăng ký không đủ điều kiện theo quy định",
            },
        }
        match how:
            case Behaviour.REFUSE:
                return [noted, refusal]
            case Behaviour.TWICE:
                return [noted, result, result, result | {"id": f"{taken.receipt}-2b"}]
            case Behaviour.CONTRADICT:
                return [noted, result, refusal]
            case Behaviour.OUT_OF_ORDER:
                return [result, noted]
            case Behaviour.GARBLED_REPLY:
                return [noted, {"id": f"{taken.receipt}-2", "kind": "resolved", "content": {"result": {"kind": 7}}}, 5]  # type: ignore[list-item]
        return [noted, result]

    def _result(self, taken: _Taken) -> dict[str, Any]:
        procedure = taken.content.get("procedure", {})
        result: dict[str, Any] = {
            "kind": f"Kết quả {procedure.get('name', '')}"[:300],
            "number": f"{taken.receipt}/KQ",
            "signed_on": f"{self.clock().astimezone(VIETNAM).date()}",
            "signer": "Cán bộ cơ quan phối hợp",
        }
        if self.with_file:
            result["file"] = base64.b64encode(_paper_of(taken)).decode("ascii")
        return result


def _paper_of(taken: _Taken) -> bytes:
    """A plain one-page PDF that differs from dossier to dossier."""
    text = f"Ket qua {hashlib.sha256(taken.receipt.encode()).hexdigest()[:12]}"
    stream = f"BT /F1 14 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table, len(out),
    )  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    agency: OutsideAgency
    timeout = 60

    def do_POST(self) -> None:
        body = self._body()
        if self.path != "/messages" or not isinstance(body, dict) or not isinstance(body.get("content"), dict):
            return self._answer(404, {"error": "không có địa chỉ này"})
        how = self.agency.behaviour_for(body["content"].get("procedure", {}).get("code", ""))
        if self._misbehaves(how):
            return None
        if how is Behaviour.REJECT:
            return self._answer(400, {"error": "không nhận"})
        receipt = self.agency.take(str(body.get("key")), str(body.get("kind")), body["content"])
        return self._answer(202, {"receipt": receipt})

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        if parts == ["behaviour"]:
            return self._answer(200, {"default": self.agency.default, "procedures": self.agency.behaviours})
        if len(parts) != 3 or parts[0] != "messages" or parts[2] != "replies":
            return self._answer(404, {"error": "không có địa chỉ này"})
        taken = self.agency.taken.get(parts[1])
        code = taken.content.get("procedure", {}).get("code", "") if taken else ""
        if self._misbehaves(self.agency.behaviour_for(code)):
            return None
        return self._answer(200, {"replies": self.agency.answers(parts[1])})

    def do_PUT(self) -> None:
        """`{"behaviour": "late", "procedure": "1.004222"}`; without a procedure, for all that have none of their own."""
        body = self._body()
        if self.path != "/behaviour" or not isinstance(body, dict) or body.get("behaviour") not in set(Behaviour):
            return self._answer(422, {"error": f"behaviour: cần một trong {', '.join(Behaviour)}"})
        how = Behaviour(body["behaviour"])
        if body.get("procedure"):
            self.agency.behaviours[str(body["procedure"])] = how
        else:
            self.agency.default = how
        return self._answer(200, {"behaviour": how})

    def _misbehaves(self, how: Behaviour) -> bool:
        if how is Behaviour.ERROR:
            self._answer(500, {"error": "hỏng"})
        elif how is Behaviour.GARBAGE:
            self._send(200, b"\xff\xfe<html>khong phai JSON")
        elif how is Behaviour.SLOW:
            time.sleep(self.agency.slow_seconds)
            self.close_connection = True
        else:
            return False
        return True

    def _body(self) -> Any:
        length = self.headers.get("Content-Length", "0")
        data = self.rfile.read(min(int(length) if length.isdigit() else 0, 50_000_000))
        try:
            return json.loads(data)
        except ValueError:
            return None

    def _answer(self, status: int, content: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(content, ensure_ascii=False).encode())

    def _send(self, status: int, data: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """The terminal belongs to the demonstration."""


def make_server(agency: OutsideAgency, *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """A server that is not running yet; port 0 = any free one. It listens on this machine only."""
    handler = type("Handler", (_Handler,), {"agency": agency})
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    return server


@contextlib.contextmanager
def running(agency: OutsideAgency) -> Iterator[str]:
    """The agency answers at the address that this gives, until the block ends."""
    server = make_server(agency)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def behaviours_from(texts: tuple[str, ...]) -> tuple[Behaviour | None, dict[str, Behaviour]]:
    """(for all, by procedure) from `late` or `1.004222=late`. Raises BadInput that lists the words."""
    default, by_procedure = None, {}
    for text in texts:
        procedure, _, word = text.rpartition("=")
        if word not in set(Behaviour):
            raise BadInput(f"Cách trả lời “{word}” không có. Chọn một trong: {', '.join(Behaviour)}.")
        if procedure:
            by_procedure[procedure] = Behaviour(word)
        else:
            default = Behaviour(word)
    return default, by_procedure
