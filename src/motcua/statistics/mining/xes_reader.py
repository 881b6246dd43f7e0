"""Reading an XES file, also one of another system. The file is distrusted: no entities, no DTD, read as a stream, in bounds.

Only what is needed to mine is taken: of the log its name, of a trace its case, of an event activity, time, life cycle, who and
where. What a log of this program says beyond the standard is read again, so that its own export gives the same answers.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax import SAXParseException  # only what it raises; parsing is defusedxml's
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parse

from motcua.law.errors import BadInput, system_reason
from motcua.law.moments import parse_moment
from motcua.statistics.mining.log import Event, Log, Stage, Trace
from motcua.statistics.mining.xes_writer import ORIGIN

MOST_EVENTS = 5_000_000
MOST_BYTES = 4_000_000_000
_DEEPEST = 32
_LONGEST = 1_000
_COMPLETE = "complete"
_BEGINNINGS = ("schedule", "start")
SUFFIXES = (".xes", ".xes.gz")


class BadLog(BadInput):
    """The file is not a log that can be mined."""

    code = "bad_log"


def read_xes(path: Path) -> Log:
    """Raises BadLog with one line that names file, trace and event."""
    reading = _Reading(path.name)
    try:
        with open(path, "rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            with gzip.open(file) if zipped else file as text:
                parse(_Bounded(text, path.name), reading, forbid_dtd=True)
    except DefusedXmlException:
        raise BadLog(
            f"{path.name}: tệp có khai báo DTD hoặc thực thể XML; nhật ký XES không cần và không được có."
        ) from None
    except SAXParseException as error:
        where = f"dòng {error.getLineNumber()}, cột {(error.getColumnNumber() or 0) + 1}"
        raise BadLog(f"{path.name}: không phải tệp XML trọn vẹn ({where}).") from None
    except (ValueError, LookupError):
        raise BadLog(f"{path.name}: không đọc được bảng mã của tệp; cần UTF-8.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadLog(f"{path.name}: tệp nén gzip bị hỏng hoặc bị cắt.") from None
    except OSError as error:
        raise BadLog(f"{path.name}: không đọc được tệp, {system_reason(error)}.") from None
    return reading.log()


class _Bounded:
    """A stream that ends with a refusal: a small zipped file may unfold without end."""

    def __init__(self, file: Any, name: str) -> None:
        self._file, self._name, self._left = file, name, MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        chunk: bytes = self._file.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise BadLog(f"{self._name}: tệp dài hơn {MOST_BYTES // 1_000_000_000} GB sau khi giải nén.")
        return chunk

    def close(self) -> None:
        self._file.close()


@dataclass(slots=True)
class _Given:
    """An event as the file tells it."""

    values: dict[str, str]
    at: datetime
    activity: str
    transition: str


class _Reading(ContentHandler):
    """Takes the elements as they come; nothing of the file is kept but what is mined."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.attributes: dict[str, str] = {}
        self.about: list[dict[str, str]] = []
        self.traces: list[list[_Given]] = []
        self.events = self.loose = 0
        self.depth = 0
        self.trace: list[_Given] | None = None
        self.event: dict[str, str] | None = None
        # Few different texts stand in a log many times.
        self.kept: dict[str, str] = {}

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX calls it so
        self.depth += 1
        tag = name.rpartition(":")[2]
        match self.depth:
            case 1 if tag != "log":
                raise BadLog(f"{self.name}: thẻ gốc là <{tag[:40]}>, nhật ký XES cần <log>.")
            case 2 if tag == "trace":
                self.about.append({})
                self.trace = []
            case 2 if tag == "event":
                self.loose += 1
            case 2:
                self._keep(self.attributes, attrs)
            case 3 if tag == "event" and self.trace is not None:
                self.event = {}
            case 3 if self.trace is not None:
                self._keep(self.about[-1], attrs)
            case 4 if self.event is not None:
                self._keep(self.event, attrs)
            case depth if depth > _DEEPEST:
                raise BadLog(f"{self.name}: các thẻ lồng nhau sâu hơn {_DEEPEST} tầng.")

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX calls it so
        self.depth -= 1
        if self.depth == 2 and self.event is not None:
            assert self.trace is not None
            self.trace.append(self._given(self.event))
            self.event = None
        elif self.depth == 1 and self.trace is not None:
            if "concept:name" not in self.about[-1]:
                raise BadLog(f"{self.name}: trường hợp (trace) thứ {len(self.traces) + 1} thiếu concept:name.")
            self.traces.append(self.trace)
            self.trace = None

    def _keep(self, values: dict[str, str], attrs: Any) -> None:
        key, value = attrs.get("key"), attrs.get("value")
        if key is not None and value is not None:
            values[key] = self.kept.setdefault(value, value) if len(value) <= 60 else value[:_LONGEST]

    def _given(self, values: dict[str, str]) -> _Given:
        self.events += 1
        if self.events > MOST_EVENTS:
            raise BadLog(f"{self.name}: hơn {MOST_EVENTS} sự kiện; hãy chia nhỏ nhật ký.")
        activity = values.get("concept:name", "").strip()
        if not activity:
            raise BadLog(f"{self._where()} thiếu concept:name (tên hoạt động).")
        if "time:timestamp" not in values:
            raise BadLog(f"{self._where()} (“{activity[:60]}”) thiếu time:timestamp (thời điểm).")
        try:
            at = parse_moment(values["time:timestamp"])
        except BadInput:
            told = values["time:timestamp"][:60]
            raise BadLog(f"{self._where()}: time:timestamp “{told}” không phải thời điểm ISO 8601.") from None
        return _Given(values, at, activity, values.get("lifecycle:transition", _COMPLETE).strip().casefold())

    def _where(self) -> str:
        case = self.about[-1].get("concept:name") or f"thứ {len(self.traces) + 1}"
        return f"{self.name}: trường hợp “{case[:60]}”, sự kiện thứ {len(self.trace or ()) + 1}"

    def log(self) -> Log:
        """Everything that was read."""
        if not self.traces:
            raise BadLog(f"{self.name}: không có <trace> nào; nhật ký trống thì không có gì để xem.")
        own = self.attributes.get("origin") == ORIGIN
        notes = []
        if self.loose:
            notes.append(f"{self.loose} sự kiện không thuộc trường hợp nào, không xét.")
        whole = not self.events or any(one.transition == _COMPLETE for given in self.traces for one in given)
        if not whole:
            notes.append("Không sự kiện nào có lifecycle:transition “complete”; mọi sự kiện được tính là đã xong.")
        labels: dict[str, str] = {}
        offices: dict[str, str] = {}
        traces = []
        dropped = 0
        for about, given in zip(self.about, self.traces, strict=True):
            events, unfinished = _paired(given) if whole else ([(one, None, None) for one in given], 0)
            dropped += unfinished
            made = [_made(one, begun, taken, own, seq) for seq, (one, begun, taken) in enumerate(events, 1)]
            for (one, _, _), event in zip(events, made, strict=True):
                labels[event.activity] = one.activity
                if event.office:
                    offices[event.office] = one.values.get("org:group", event.office)
            traces.append(_trace(about, made, own))
        if dropped:
            notes.append(f"{dropped} sự kiện bắt đầu hoặc chuyển trạng thái mà không thấy hoàn thành, không xét.")
        title = self.attributes.get("concept:name") or self.name
        return Log(title, tuple(traces), labels, offices, notes=tuple(notes))


def _paired(given: list[_Given]) -> tuple[list[tuple[_Given, datetime | None, datetime | None]], int]:
    """What was completed, with when it was scheduled and started; and how many others of a life stand alone."""
    waiting: dict[tuple[str, str], dict[str, list[datetime]]] = {}
    done: list[tuple[_Given, datetime | None, datetime | None]] = []
    loose = 0
    for one in sorted(given, key=lambda one: one.at):
        key = one.activity, one.values.get("concept:instance", "")
        if one.transition == _COMPLETE:
            # What began first is taken to be done first.
            life = waiting.get(key, {})
            scheduled, started = (life[name].pop(0) if life.get(name) else None for name in _BEGINNINGS)
            done.append((one, scheduled or started, started if scheduled else None))
        elif one.transition in _BEGINNINGS:
            waiting.setdefault(key, {}).setdefault(one.transition, []).append(one.at)
        else:
            loose += 1
    return done, loose + sum(len(moments) for life in waiting.values() for moments in life.values())


def _made(given: _Given, begun: datetime | None, taken: datetime | None, own: bool, seq: int) -> Event:
    values = given.values
    event = Event(
        given.activity, given.at, begun, taken, office=values.get("org:group", ""), who=values.get("org:resource", ""),
        role=values.get("org:role", ""), seq=seq,
    )  # fmt: skip
    if not own:
        return event
    minutes = values.get("allotted_minutes", "")
    return replace(
        event,
        activity=values.get("activity") or event.activity,
        node=values.get("step", ""),
        outcome=values.get("outcome", ""),
        agency=values.get("agency", ""),
        office=values.get("office", event.office),
        minutes=int(minutes) if minutes.isdecimal() else 0,
        undone=values.get("undone") == "true",
    )


def _trace(about: dict[str, str], events: list[Event], own: bool) -> Trace:
    trace = Trace(about["concept:name"], tuple(events))
    if not own:
        return trace
    stage = about.get("stage", "")
    return replace(
        trace,
        agency=about.get("agency", ""),
        open=about.get("open") == "true",
        stage=Stage(stage) if stage in set(Stage) else Stage.ENDED,
    )
