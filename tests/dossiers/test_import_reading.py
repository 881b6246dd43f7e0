"""What a file of another system may hold: columns, words, contradictions, and files as they come. No database."""

from __future__ import annotations

import gzip
import unicodedata
from pathlib import Path

import pytest

from motcua.dossiers.importing.checking import NoteKind, go_on, last_moment, notes_of, refusal, state_of
from motcua.dossiers.importing.columns import readers
from motcua.dossiers.importing.mapping import FileMapping, read_mapping
from motcua.dossiers.importing.reading import LONGEST_FIELD, DossierFile, Line
from motcua.law.errors import BadInput
from motcua.law.lifecycle import State


def told_of(**columns: str) -> dict:
    """What is told by these columns; the code is that of no test."""
    known = readers()
    return {name: known[name](text) for name, text in ({"code": "X"} | columns).items() if text}


DAY = "2026-03-02T01:00:00.000000Z"


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("code", "  HS/2026 – 1".strip(), "HS/2026 – 1"),
        ("code", "x" * 100, "x" * 100),
        ("accepted_at", "2026-03-02T08:00", DAY),
        ("accepted_at", "2026-03-02 08:00:00", DAY),
        ("accepted_at", "2026-03-02T08:00:00+07:00", DAY),
        ("accepted_at", "2026-03-02T01:00:00Z", DAY),
        ("accepted_at", "2026-03-02", "2026-03-01T17:00:00.000000Z"),
        ("outcome", "Resolved", "resolved"),
        ("service_level", "4", "4"),
        ("assisted", "TRUE", True),
        ("portal_synced", "false", False),
        ("fee_vnd", "0", 0),
        ("paid_vnd", "9007199254740991", 2**53 - 1),
        ("rating", "5", 5),
        ("pauses", "supplement:2026-03-02T08:00/", f"supplement:{DAY}/"),
        (
            "pauses",
            "legal:2026-03-05/2026-03-06; supplement:2026-03-02T08:00/2026-03-03T08:00;",
            f"supplement:{DAY}/2026-03-03T01:00:00.000000Z;legal:2026-03-04T17:00:00.000000Z/2026-03-05T17:00:00.000000Z",
        ),
    ],
)
def test_a_value_is_read(column: str, text: str, value: object) -> None:
    assert readers()[column](text) == value


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("code", "x" * 101, "dài 101 ký tự, nhiều nhất là 100"),
        ("code", "a\0b", "có ký tự NUL, cơ sở dữ liệu không giữ được"),
        ("accepted_at", "02/03/2026", "cần thời điểm dạng ISO 8601, ví dụ 2026-11-20T16:00"),
        ("accepted_at", "0001-01-01", "cần thời điểm dạng ISO 8601, ví dụ 2026-11-20T16:00"),
        ("due_at", "9999-12-31T20:00:00Z", "cần thời điểm dạng ISO 8601, ví dụ 2026-11-20T16:00"),
        pytest.param(
            "pauses", "legal:2026-03-02/;" * 32_768, "có 32768 lần tạm dừng, nhiều nhất là 32767", id="too many pauses"
        ),
        ("outcome", "done", "cần một trong: open, resolved, refused, withdrawn, stopped, returned"),
        ("assisted", "1", "cần một trong: true, false"),
        ("fee_vnd", "1.000", "cần số đồng nguyên, không âm"),
        ("fee_vnd", "-1", "cần số đồng nguyên, không âm"),
        ("fee_vnd", "9007199254740992", "cần số đồng nguyên, không âm"),
        ("fee_vnd", "١٢", "cần số đồng nguyên, không âm"),
        ("rating", "0", "cần số từ 1 đến 5"),
        ("rating", "6", "cần số từ 1 đến 5"),
        ("supplement_rounds", "32768", "cần số nguyên từ 0 đến 32767"),
        ("pauses", ";", "cần dạng LOẠI:TỪ/ĐẾN;…"),
        (
            "pauses",
            "holiday:2026-03-02/",
            "không có loại tạm dừng “holiday”; cần một trong: supplement, payment, legal",
        ),
        ("pauses", "legal:2026-03-02/2026-03-01", "có lần tạm dừng kết thúc trước khi bắt đầu"),
        (
            "pauses",
            "legal:2026-03-02",
            "cần dạng LOẠI:TỪ/ĐẾN;… với LOẠI là supplement, payment hoặc legal, ĐẾN trống nếu còn dừng",
        ),
    ],
)
def test_a_value_that_cannot_be_taken_says_what_was_expected(column: str, text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        readers()[column](text)
    assert str(caught.value) == message


ACCEPTED = {"accepted_at": "2026-03-02T08:00"}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, ""),
        ({**ACCEPTED, "outcome": "open"}, ""),
        ({"resolved_at": "2026-03-01", "outcome": "resolved"}, ""),
        ({**ACCEPTED, "resolved_at": "2026-03-02T08:00", "outcome": "resolved"}, ""),
        ({**ACCEPTED, "handed_over_at": "2026-03-03", "outcome": "resolved"}, ""),
        ({**ACCEPTED, "due_at": "2026-03-01"}, ""),
        ({**ACCEPTED, "ended_at": "2026-03-01", "outcome": "withdrawn"}, ""),
        ({**ACCEPTED, "submitted_at": "2026-03-05"}, ""),
        ({**ACCEPTED, "resolved_at": "2026-03-05", "handed_over_at": "2026-03-04", "outcome": "resolved"}, ""),
        (
            {**ACCEPTED, "resolved_at": "2026-03-02T07:59", "outcome": "resolved"},
            "resolved_at: có kết quả lúc 02/03/2026 07:59, trước khi tiếp nhận lúc 02/03/2026 08:00",
        ),
        (
            {**ACCEPTED, "resolved_at": "2026-03-03", "handed_over_at": "2026-03-01", "outcome": "resolved"},
            "handed_over_at: trả kết quả lúc 01/03/2026 00:00, trước khi tiếp nhận lúc 02/03/2026 08:00",
        ),
        (
            {**ACCEPTED, "outcome": "open", "resolved_at": "2026-03-03"},
            "outcome là open nhưng resolved_at đã có (03/03/2026 00:00)",
        ),
        (
            {**ACCEPTED, "outcome": "open", "ended_at": "2026-03-03"},
            "outcome là open nhưng ended_at đã có (03/03/2026 00:00)",
        ),
        ({**ACCEPTED, "outcome": "resolved"}, "outcome là resolved nhưng thiếu resolved_at"),
        ({**ACCEPTED, "outcome": "resolved", "ended_at": "2026-03-03"}, "outcome là resolved nhưng thiếu resolved_at"),
        ({"outcome": "refused"}, "outcome là refused nhưng thiếu ended_at"),
        ({**ACCEPTED, "outcome": "withdrawn"}, "outcome là withdrawn nhưng thiếu ended_at"),
        ({**ACCEPTED, "outcome": "stopped", "resolved_at": "2026-03-03"}, "outcome là stopped nhưng thiếu ended_at"),
        ({**ACCEPTED, "outcome": "returned"}, "outcome là returned nhưng thiếu ended_at"),
    ],
)
def test_what_contradicts_itself_is_refused_and_only_that(columns: dict[str, str], reason: str) -> None:
    assert refusal(told_of(**columns)) == reason


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, State.SUBMITTED),
        (ACCEPTED, State.ACCEPTED),
        ({**ACCEPTED, "outcome": "open", "pauses": "supplement:2026-03-03/"}, State.AWAITING_SUPPLEMENT),
        ({**ACCEPTED, "pauses": "payment:2026-03-03/2026-03-04;payment:2026-03-05/"}, State.AWAITING_PAYMENT),
        ({**ACCEPTED, "pauses": "legal:2026-03-03/2026-03-04"}, State.ACCEPTED),
        ({**ACCEPTED, "resolved_at": "2026-03-04", "pauses": "legal:2026-03-03/"}, State.RESOLVED),
        ({**ACCEPTED, "outcome": "resolved", "handed_over_at": "2026-03-04"}, State.HANDED_OVER),
        ({"outcome": "refused", "ended_at": "2026-03-04"}, State.REFUSED),
        ({**ACCEPTED, "outcome": "returned", "ended_at": "2026-03-04"}, State.RETURNED),
        ({**ACCEPTED, "ended_at": "2026-03-04"}, State.STOPPED),
    ],
)
def test_the_state_follows_from_what_is_told(columns: dict[str, str], state: State) -> None:
    assert state_of(told_of(**columns)) is state


PAUSES = "supplement:2026-03-02T08:00/2026-03-03T08:00;legal:2026-03-04T08:00/2026-03-04T09:00"


@pytest.mark.parametrize(
    ("columns", "notes"),
    [
        ({**ACCEPTED, "due_at": "2026-03-02T08:00"}, []),
        (
            {**ACCEPTED, "due_at": "2026-03-02T07:00"},
            [(NoteKind.DUE_BEFORE_ACCEPTANCE, "hạn 02/03/2026 07:00 trước lúc tiếp nhận 02/03/2026 08:00")],
        ),
        ({"pauses": PAUSES, "supplement_rounds": "1", "paused_seconds": "90000"}, []),
        ({"pauses": PAUSES}, []),
        ({"supplement_rounds": "3", "paused_seconds": "5"}, []),
        (
            {"pauses": PAUSES, "supplement_rounds": "2"},
            [(NoteKind.PAUSES_DIFFER, "supplement_rounds là 2, pauses có 1 lần bổ sung")],
        ),
        (
            {"pauses": PAUSES, "paused_seconds": "3600"},
            [(NoteKind.PAUSES_DIFFER, "paused_seconds là 3600, pauses cộng lại 90000")],
        ),
        ({"pauses": "supplement:2026-03-02T08:00/", "paused_seconds": "3600"}, []),
        (
            {**ACCEPTED, "ended_at": "2026-03-04"},
            [(NoteKind.END_UNNAMED, "có ended_at mà không có outcome; ghi là dừng giải quyết")],
        ),
    ],
)
def test_what_does_not_fit_but_is_loaded_is_noted(columns: dict[str, str], notes: list) -> None:
    assert [(note.kind, note.text) for note in notes_of(told_of(**columns))] == notes


OPEN = {**ACCEPTED, "due_at": "2026-03-10", "outcome": "open", "supplement_rounds": "0"}
DONE = {"resolved_at": "2026-03-09", "outcome": "resolved"}


@pytest.mark.parametrize(
    ("before", "later", "merged", "kept"),
    [
        (OPEN, {**OPEN, **DONE}, {**OPEN, **DONE}, []),
        (OPEN, DONE, {**OPEN, **DONE}, []),
        ({**OPEN, **DONE}, {"rating": "4"}, {**OPEN, **DONE, "rating": "4"}, []),
        ({**OPEN, **DONE}, {"outcome": "open"}, {**OPEN, **DONE}, ["outcome"]),
        ({**OPEN, **DONE}, {"due_at": "2026-03-12"}, {**OPEN, **DONE}, ["due_at"]),
        (OPEN, {"due_at": "2026-03-12", "accepted_at": "2026-03-01"}, OPEN, ["due_at", "accepted_at"]),
        (
            OPEN,
            {"due_at": "2026-03-12", "pauses": "supplement:2026-03-05/2026-03-07", "supplement_rounds": "1"},
            {**OPEN, "due_at": "2026-03-12", "pauses": "supplement:2026-03-05/2026-03-07", "supplement_rounds": "1"},
            [],
        ),
        (
            {**OPEN, "pauses": "legal:2026-03-03/2026-03-04;supplement:2026-03-05/"},
            {"pauses": "legal:2026-03-03/2026-03-04;supplement:2026-03-05/2026-03-06"},
            {**OPEN, "pauses": "legal:2026-03-03/2026-03-04;supplement:2026-03-05/2026-03-06"},
            [],
        ),
        (
            {**OPEN, "pauses": "legal:2026-03-03/2026-03-04"},
            {"pauses": "legal:2026-03-03/2026-03-05"},
            {**OPEN, "pauses": "legal:2026-03-03/2026-03-04"},
            ["pauses"],
        ),
    ],
)  # fmt: skip
def test_a_later_file_fills_gaps_and_moves_on_what_is_open(before: dict, later: dict, merged: dict, kept: list) -> None:
    assert go_on(told_of(**before), told_of(**later)) == (told_of(**merged), kept)


def test_it_happened_when_the_last_told_thing_did_and_never_after_it_was_recorded() -> None:
    told = told_of(**ACCEPTED, resolved_at="2026-03-05", due_at="2026-03-09")

    assert last_moment(told, "2026-04-01T00:00:00.000000Z") == "2026-03-04T17:00:00.000000Z"
    assert last_moment(told, "2026-03-03T00:00:00.000000Z") == DAY
    assert last_moment({}, "2026-03-03T00:00:00.000000Z") == "2026-03-03T00:00:00.000000Z"


def file(path: Path, content: bytes, mapping: FileMapping | None = None) -> DossierFile:
    path.write_bytes(content)
    given = mapping or FileMapping()
    return DossierFile(path, given.readers, given.names)


def lines(path: Path, content: bytes) -> list[tuple[int, dict, str]]:
    return [(line.number, line.told, line.reason) for line in file(path, content)]


PLAIN = "code,agency_name\nA,Sở Xây dựng\nB,\n"
READ = [({"code": "A", "agency_name": "Sở Xây dựng"}, ""), ({"code": "B"}, "")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", PLAIN.encode()),
        ("a.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
        ("a.csv", PLAIN.replace("\n", "\r\n").encode()),
        ("a.csv", PLAIN.replace("\n", "\r").encode()),
        ("a.csv", PLAIN.rstrip("\n").encode()),
        ("a.csv", PLAIN.replace("\nB", "\n\nB").encode()),
        ("a.csv", PLAIN.replace("Sở Xây dựng", "  Sở Xây dựng  ").encode()),
        ("a.csv", unicodedata.normalize("NFD", PLAIN).encode()),
        ("a.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)),
    ],
)
def test_files_as_they_come(tmp_path: Path, name: str, content: bytes) -> None:
    assert [(told, reason) for _, told, reason in lines(tmp_path / name, content)] == READ


def test_a_quoted_line_end_belongs_to_its_field_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    found = lines(tmp_path / "a.csv", b'code,agency_name\nA,"S\xe1\xbb\x9f\nX"\nB,\n')

    assert found == [(2, {"code": "A", "agency_name": "Sở\nX"}, ""), (4, {"code": "B"}, "")]


def test_a_line_that_cannot_be_taken_leaves_the_others(tmp_path: Path) -> None:
    rows = ["code,rating,outcome", "A,6,open", ",1,open", "B,1", "C,1,open,x", "D\0E,1,open", "F,1,done"]
    content = "\n".join([*rows, f'G,"{"x" * (LONGEST_FIELD + 1)}",open', "H,1,open", ""]).encode()

    assert [(number, reason) for number, _, reason in lines(tmp_path / "a.csv", content)] == [
        (2, "rating “6”: cần số từ 1 đến 5"),
        (3, "thiếu mã hồ sơ (cột code)"),
        (4, "có 2 trường, tiêu đề có 3 cột"),
        (5, "có 4 trường, tiêu đề có 3 cột"),
        (6, "code “D␀E”: có ký tự NUL, cơ sở dữ liệu không giữ được"),
        (7, "outcome “done”: cần một trong: open, resolved, refused, withdrawn, stopped, returned"),
        (8, "có trường dài quá 1000000 ký tự (thường do thiếu dấu ngoặc kép đóng), đến dòng 8"),
        (9, ""),
    ]


def test_a_quotation_mark_that_is_never_closed_costs_what_it_swallows_and_no_more(tmp_path: Path) -> None:
    swallowed = b"".join(b"B%06d,1\n" % number for number in range(LONGEST_FIELD // 10 + 10))

    found = lines(tmp_path / "a.csv", b'code,rating\nA,"1\n' + swallowed + b"C,2\n")

    assert found[0][0] == 2
    assert found[0][2].startswith("có trường dài quá 1000000 ký tự")
    assert (found[-1][1], found[-1][2]) == ({"code": "C", "rating": 2}, "")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "dòng 1: tệp trống; cần dòng tiêu đề với cột code."),
        (
            "a.csv",
            b"ma,ten\n1,2\n",
            "dòng 1: không có cột code (mã hồ sơ); cần dòng tiêu đề với tên các cột, cách nhau bằng dấu phẩy.",
        ),
        ("a.csv", b"code,rating,rating\n", "dòng 1: cột rating có hơn một lần; mỗi cột chỉ một lần."),
        ("a.csv", b"code\nA\nB\xe1\n", "dòng 3: không phải UTF-8; cần lưu lại tệp với mã UTF-8."),
        ("a.csv", b"code\nA\nB\xe1", "dòng 3: tệp kết thúc giữa một ký tự UTF-8."),
        ("a.csv", "code\nA\n".encode("utf-16"), "dòng 1: tệp mã hóa UTF-16; cần UTF-8."),
    ],
)
def test_an_unreadable_header_or_encoding_is_the_files_fault(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        file(tmp_path / name, content)
    assert caught.value.message == f"{tmp_path / name}, {message}"


@pytest.mark.parametrize("content", [b"code\nA\n", gzip.compress(b"code\nA\n" * 1000, mtime=0)[:-9]])
def test_a_broken_archive_is_the_files_fault(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        file(tmp_path / "a.csv.gz", content)
    assert caught.value.message == f"{tmp_path / 'a.csv.gz'}: không giải nén được; cần tệp .gz nguyên vẹn."


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"không đọc được \(không có tệp hoặc thư mục này\)"):
        DossierFile(tmp_path / "a.csv", readers(), {})


def test_unknown_columns_are_named_and_those_of_a_refused_file_are_not(tmp_path: Path) -> None:
    assert file(tmp_path / "a.csv", b"code,ghi chu,line,reason\n").ignored == ["ghi chu"]


MAPPING = """
[columns]
code = "Mã hồ sơ"
outcome = "Tình trạng"
accepted_at = "Ngày tiếp nhận"
assisted = "Hỗ trợ"
pauses = "Dừng"

[words.outcome]
"Đã trả" = "resolved"
"Đang xử lý" = "open"

[words.pauses]
BS = "supplement"

[booleans]
true = ["Có", "1"]
false = ["Không", "0"]

[moments]
formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
"""


def mapping_of(path: Path, text: str) -> FileMapping:
    (path / "m.toml").write_text(text)
    return read_mapping(path / "m.toml")


def told_by(path: Path, content: str) -> list[Line]:
    return list(file(path / "a.csv", content.encode(), mapping_of(path, MAPPING)))


def test_a_mapping_names_columns_words_and_moments(tmp_path: Path) -> None:
    found = told_by(
        tmp_path,
        "Mã hồ sơ,Tình trạng,Ngày tiếp nhận,Hỗ trợ,Dừng,channel\n"
        "A,ĐANG XỬ LÝ,02/03/2026 08:00,có,BS:02/03/2026 08:00/,online\n"
        "B,open,2026-03-02T08:00,0,BS:02/03/2026 08:00/03/03/2026 08:00,\n"
        "C,xong,,,,\n",
    )

    assert [line.told for line in found[:2]] == [
        {
            "code": "A", "outcome": "open", "accepted_at": DAY, "assisted": True, "pauses": f"supplement:{DAY}/",
            "channel": "online",
        },
        {
            "code": "B", "outcome": "open", "accepted_at": DAY, "assisted": False,
            "pauses": f"supplement:{DAY}/2026-03-03T01:00:00.000000Z",
        },
    ]  # fmt: skip
    assert found[2].reason.startswith("outcome “xong”: cần một trong: open, resolved,")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[columns", "không phải TOML hợp lệ"),
        ("[cot]\n", "m.toml, cot: không có tên này; có: booleans, columns, moments, words."),
        ('[columns]\nma = "Mã"\n', "m.toml, columns.ma: không có tên này; có: accepted_at, "),
        ("[columns]\ncode = 3\n", "m.toml, columns.code: cần chữ trong ngoặc kép."),
        ('[words.code]\nA = "B"\n', "m.toml, words.code: cột này không có danh sách giá trị; có: level, "),
        ('[words.outcome]\nxong = "done"\n', 'm.toml, words.outcome."xong": “done” không có; cần một trong: open, '),
        ("[booleans]\ntrue = 1\n", 'm.toml, booleans.true: cần danh sách chữ, ví dụ ["Có", "1"].'),
        ('[moments]\nformats = ["%H:%M"]\n', "m.toml, moments.formats: “%H:%M” không đọc được một ngày; ví dụ"),
        ("columns = 3\n", "m.toml, columns: cần một bảng, ví dụ [columns]."),
    ],
)
def test_a_mapping_that_cannot_be_taken_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        mapping_of(tmp_path, text)
    assert message in caught.value.message


def test_the_documented_mapping_is_taken(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "import-dossiers.md").read_text()

    mapping = mapping_of(tmp_path, text.partition("```toml\n")[2].partition("```")[0])

    assert mapping.names["Mã hồ sơ"] == "code"
    assert mapping.readers["outcome"]("Công dân rút") == "withdrawn"
    assert mapping.readers["assisted"]("x") is True
    assert mapping.readers["accepted_at"]("02/03/2026 08:00") == DAY


def test_every_column_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "import-dossiers.md").read_text()

    assert [name for name in readers() if f"`{name}`" not in text] == []
