"""XES out and in: the structure of IEEE 1849-2016, the same answers from our own export, and files that lie or are broken."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree
from tests.statistics.mining.logs import at, log, logs, trace

from motcua.statistics.mining import xes_reader
from motcua.statistics.mining.answers import Mined
from motcua.statistics.mining.log import Event, Log, Stage, Trace
from motcua.statistics.mining.xes_reader import BadLog, read_xes
from motcua.statistics.mining.xes_writer import EXTENSIONS, xes_lines

NAMESPACE = "{http://www.xes-standard.org/}"
# The schema of the standard in the parts that a log of ours uses: what an element may hold, in this order, and its attributes.
CHILDREN = {
    "log": ("extension", "global", "classifier", "attribute", "trace"),
    "global": ("attribute",),
    "trace": ("attribute", "event"),
    "event": ("attribute",),
}
ATTRIBUTES = {
    "log": {"xes.version", "xes.features"},
    "extension": {"name", "prefix", "uri"},
    "global": {"scope"},
    "classifier": {"name", "scope", "keys"},
}
TYPES = {
    "string": r"(?s).*",
    "date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d",
    "int": r"-?\d+",
    "boolean": r"true|false",
}
STANDARD = {
    "concept": {"name", "instance"},
    "time": {"timestamp"},
    "lifecycle": {"transition", "model"},
    "org": {"resource", "role", "group"},
}

LOG = Log(
    "Cấp <giấy> & “phép”",
    (
        Trace(
            "H32-1",
            (
                Event("dossier.accepted", at("8:00"), agency="H32", office="TT", who="17", seq=1),
                Event(
                    "appraise", at("10:00"), at("8:00"), at("9:00"), "appraise", "done", "H32", "P1", "23", "case_officer", 120, 2
                ),
                Event("appraise", at("11:30"), at("10:15"), None, "appraise", "done", "H32", "P1", "17", "case_officer", 120, 3, True),
            ),
            7, "H32", "digest", True, Stage.RUNNING,
        ),
        Trace("H32-2", (), agency="H32", stage=Stage.BEFORE),
    ),
    {"dossier.accepted": "Tiếp nhận", "appraise": "Thẩm định"},
    {"TT": "Trung tâm", "P1": "Phòng Một"},
)  # fmt: skip


def written(path: Path, given: Log) -> Path:
    path.write_text("".join(xes_lines(given)), encoding="utf-8")
    return path


def check_structure(text: str) -> etree._Element:
    """Raises AssertionError where the document is not one of the standard."""
    root = etree.fromstring(text.encode())
    assert root.tag == f"{NAMESPACE}log"
    assert re.fullmatch(r"\d+(\.\d+)?", root.get("xes.version"))
    prefixes = {one.get("prefix") for one in root.findall(f"{NAMESPACE}extension")}
    globals_ = {
        one.get("scope"): {child.get("key"): child.tag for child in one} for one in root.findall(f"{NAMESPACE}global")
    }
    assert set(globals_) == {"trace", "event"}
    for one in root.findall(f"{NAMESPACE}classifier"):
        assert set(one.get("keys").split()) <= set(globals_[one.get("scope")])
    for element in root.iter():
        name = element.tag.removeprefix(NAMESPACE)
        assert element.tag == f"{NAMESPACE}{name}"
        if name in TYPES:
            assert set(element.attrib) == {"key", "value"}
            assert re.fullmatch(TYPES[name], element.get("value"))
            prefix, colon, key = element.get("key").partition(":")
            assert not colon or (prefix in prefixes and key in STANDARD[prefix])
            continue
        assert set(element.attrib) == ATTRIBUTES.get(name, set())
        held = [child.tag.removeprefix(NAMESPACE) for child in element]
        places = [
            CHILDREN[name].index("attribute" if child in TYPES else child) if name in CHILDREN else -1 for child in held
        ]
        assert places == sorted(places)
        keys = [child.get("key") for child in element if child.get("key")]
        assert len(keys) == len(set(keys))
        if name in globals_:
            assert {key: child.tag for child in element if (key := child.get("key")) in globals_[name]} == globals_[
                name
            ]
    return root


def test_an_export_has_the_structure_of_the_standard() -> None:
    root = check_structure("".join(xes_lines(LOG)))

    assert [
        (one.get("name"), one.get("prefix"), one.get("uri")) for one in root.findall(f"{NAMESPACE}extension")
    ] == list(EXTENSIONS)
    life = [
        (
            event.find(f"{NAMESPACE}string[@key='concept:name']").get("value"),
            event.find(f"{NAMESPACE}string[@key='lifecycle:transition']").get("value"),
            event.find(f"{NAMESPACE}date").get("value")[11:16],
        )
        for event in root.iter(f"{NAMESPACE}event")
    ]
    assert life == [
        ("Tiếp nhận", "complete", "08:00"),
        ("Thẩm định", "schedule", "08:00"),
        ("Thẩm định", "start", "09:00"),
        ("Thẩm định", "complete", "10:00"),
        ("Thẩm định", "schedule", "10:15"),
        ("Thẩm định", "complete", "11:30"),
    ]


def test_officers_are_pseudonyms() -> None:
    text = "".join(xes_lines(LOG))

    assert re.findall(r'org:resource" value="([^"]*)"', text) == ["CB-0001", "CB-0002", "CB-0001"]
    assert '"17"' not in text
    assert '"23"' not in text


def test_what_no_xml_may_hold_does_not_break_the_file(tmp_path: Path) -> None:
    strange = Log("\x00\ud800<&>\"'\n", (Trace("]]>\x0b", (Event("a\x1f", at("8:00")),)),))

    again = read_xes(written(tmp_path / "a.xes", strange))

    assert again.traces[0].case == "]]>�"
    assert again.label(again.traces[0].events[0].activity) == "a�"


@settings(max_examples=60, deadline=None)
@given(logs())
def test_any_export_is_well_formed_and_gives_the_same_answers(
    tmp_path_factory: pytest.TempPathFactory, given: Log
) -> None:
    text = "".join(xes_lines(given))
    check_structure(text)
    if not given.traces:
        return
    path = tmp_path_factory.mktemp("xes") / "log.xes"
    path.write_text(text, encoding="utf-8")

    again = read_xes(path)

    assert again.notes == ()
    assert Mined(again, lambda one: None).as_json() == Mined(given, lambda one: None).as_json()


def test_own_export_keeps_what_conformance_needs(tmp_path: Path) -> None:
    again = read_xes(written(tmp_path / "a.xes", LOG))

    names = {"CB-0001": "17", "CB-0002": "23", "": ""}
    expected = tuple(replace(one, dossier_id=0, process="") for one in LOG.traces)
    assert (
        tuple(
            replace(one, events=tuple(replace(event, who=names[event.who]) for event in one.events))
            for one in again.traces
        )
        == expected
    )
    assert (again.title, again.labels, again.offices) == (LOG.title, LOG.labels, LOG.offices)


FOREIGN = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- somebody else's -->
<log xes.version="2.0" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://code.deckfour.org/xes/concept.xesext"/>
<global scope="event"><string key="concept:name" value="name"/></global>
<string key="concept:name" value="Phòng khám"/>
<trace><string key="concept:name" value="1"/><int key="age" value="40"/>
  <event><string key="concept:name" value="Register"/><date key="time:timestamp" value="2026-11-16T08:00:00Z"/></event>
  <event><string key="concept:name" value="Examine"/><string key="lifecycle:transition" value="START"/>
    <date key="time:timestamp" value="2026-11-16T15:10:00.1234567+07:00"/></event>
  <event><string key="concept:name" value="Examine"/><string key="lifecycle:transition" value="COMPLETE"/>
    <string key="org:resource" value="Pete"><string key="nested" value="x"/></string>
    <date key="time:timestamp" value="2026-11-16T16:00:00"/></event>
  <event><string key="concept:name" value="Decide"/><string key="lifecycle:transition" value="start"/>
    <date key="time:timestamp" value="2026-11-16T16:30:00"/></event>
</trace>
<event><string key="concept:name" value="loose"/><date key="time:timestamp" value="2026-11-16T16:00:00"/></event>
</log>"""


@pytest.mark.parametrize("zipped", [False, True])
def test_a_foreign_log_with_its_own_ways(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / ("log.xes.gz" if zipped else "log.xes")
    path.write_bytes(gzip.compress(FOREIGN.encode()) if zipped else FOREIGN.encode())

    found = read_xes(path)

    assert (found.title, [(one.case, one.path) for one in found.traces]) == (
        "Phòng khám", [("1", ("Register", "Examine"))],
    )  # fmt: skip
    register, examine = found.traces[0].events
    assert (register.at, register.begun) == (at("15:00"), None)
    assert (examine.begun is not None and examine.begun.minute, examine.at, examine.who) == (10, at("16:00"), "Pete")
    assert found.notes == (
        "1 sự kiện không thuộc trường hợp nào, không xét.",
        "1 sự kiện bắt đầu hoặc chuyển trạng thái mà không thấy hoàn thành, không xét.",
    )


def test_what_began_first_is_done_first(tmp_path: Path) -> None:
    def event(transition: str, hour: int) -> str:
        return (
            f'<event><string key="concept:name" value="a"/><string key="lifecycle:transition" value="{transition}"/>'
            f'<date key="time:timestamp" value="2026-11-16T{hour:02}:00:00"/></event>'
        )

    path = tmp_path / "log.xes"
    told = event("start", 8) + event("start", 9) + event("complete", 10) + event("complete", 12)
    path.write_text(f"<log><trace>{NAMED}{told}</trace></log>")

    found = read_xes(path)

    assert [(one.begun, one.at) for one in found.traces[0].events] == [
        (at("8:00"), at("10:00")), (at("9:00"), at("12:00")),
    ]  # fmt: skip
    assert found.notes == ()


def test_a_log_that_knows_no_complete_events_counts_all(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(FOREIGN.replace("COMPLETE", "start").replace('<event><string key="concept:name" value="Register"/>',
        '<event><string key="concept:name" value="Register"/><string key="lifecycle:transition" value="start"/>'))  # fmt: skip

    found = read_xes(path)

    assert Counter(found.traces[0].path) == {"Register": 1, "Examine": 2, "Decide": 1}
    assert "mọi sự kiện được tính là đã xong" in found.notes[1]


BOMB = '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><log><string key="x" value="&b;"/></log>'
OUTSIDE = '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log><string key="x" value="&x;"/></log>'
EVENT = '<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2026-11-16T08:00"/></event>'
NAMED = '<string key="concept:name" value="1"/>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "khai báo DTD hoặc thực thể"),
        (OUTSIDE, "khai báo DTD hoặc thực thể"),
        ("", "không phải tệp XML trọn vẹn (dòng 1, cột 1)"),
        ("<log><trace>", "không phải tệp XML trọn vẹn"),
        ("mã,hoạt động\n1,a\n", "không phải tệp XML trọn vẹn"),
        ("<definitions/>", "thẻ gốc là <definitions>, nhật ký XES cần <log>"),
        ("<log/>", "không có <trace> nào"),
        (f"<log><trace>{EVENT}</trace></log>", "trường hợp (trace) thứ 1 thiếu concept:name"),
        (f"<log><trace>{NAMED}<event/></trace></log>", "trường hợp “1”, sự kiện thứ 1 thiếu concept:name"),
        (
            f'<log><trace>{NAMED}{EVENT}<event><string key="concept:name" value="b"/></event></trace></log>',
            "sự kiện thứ 2 (“b”) thiếu time:timestamp",
        ),
        (
            f"<log><trace>{NAMED}{EVENT.replace('2026-11-16T08:00', '16/11/2026')}</trace></log>",
            "sự kiện thứ 1: time:timestamp “16/11/2026” không phải thời điểm ISO 8601",
        ),
        (f"<log>{'<list>' * 40}{'</list>' * 40}</log>", "lồng nhau sâu hơn 32 tầng"),
        ('<?xml version="1.0" encoding="shift_jis"?><log/>', "bảng mã"),
        (b"\x1f\x8b\x08\x00broken", "tệp nén gzip bị hỏng"),
        (gzip.compress(b"<log>" + b"x" * 10_000, mtime=0)[:-20], "tệp nén gzip bị hỏng"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(BadLog) as caught:
        read_xes(path)

    assert caught.value.message.startswith("log.xes: ")
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_unfolds_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes_reader, "MOST_BYTES", 100_000)
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(f"<log><trace>{NAMED}{EVENT * 5_000}</trace></log>".encode()))

    with pytest.raises(BadLog, match="sau khi giải nén"):
        read_xes(path)


def test_more_events_than_are_mined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes_reader, "MOST_EVENTS", 3)

    with pytest.raises(BadLog, match="hơn 3 sự kiện"):
        read_xes(written(tmp_path / "a.xes", log(trace("1", "a 8:00; b 9:00; c 10:00; d 11:00"))))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadLog, match="không có tệp hoặc thư mục này"):
        read_xes(tmp_path / "nope.xes")
    with pytest.raises(BadLog, match="cần một tệp"):
        read_xes(tmp_path)
