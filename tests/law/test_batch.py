"""Whole columns and CSV files: the same answers as the scalar clock, and refusals that leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motcua.law.batch import UNIT_CODES, due_minutes
from motcua.law.batch_csv import due_csv
from motcua.law.clock import Policy, compute_due
from motcua.law.errors import BadInput
from motcua.law.limits import Limit, Unit
from motcua.law.moments import from_minutes, parse_moment, to_minutes
from motcua.law.worktime import Calendar, CalendarGap, calendar_from, national_calendar

NATION = national_calendar()
SATURDAY_MORNING = calendar_from(
    {"weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("07:00", "11:30"), ("13:30", "17:00")))
     | {"sat": [["07:30", "11:00"]]}}
)  # fmt: skip
ROWS = 100_000


def _columns(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    first, last = (to_minutes(parse_moment(text)) for text in ("2010-01-01", "2034-12-31"))
    return dice.integers(first, last, ROWS), dice.integers(1, 90, ROWS), dice.integers(0, len(UNIT_CODES), ROWS)


@pytest.mark.parametrize("calendar", [NATION, SATURDAY_MORNING], ids=["nation", "saturday"])
@pytest.mark.parametrize("policy", Policy)
def test_columns_equal_single_answers(calendar: Calendar, policy: Policy) -> None:
    starts, amounts, units = _columns(7)

    dues = due_minutes(starts, amounts, units, calendar, policy=policy)

    names = list(UNIT_CODES)
    for start, amount, unit, due in zip(*(c.tolist() for c in (starts, amounts, units, dues)), strict=True):
        single = compute_due(from_minutes(start), Limit(amount, names[unit]), calendar, policy=policy)
        assert to_minutes(single.at) == due, (from_minutes(start), amount, names[unit])


@pytest.mark.parametrize(
    ("start", "amount", "unit"),
    [
        ("2009-12-31T23:59", 1, Unit.DAY),
        ("2036-01-01", 1, Unit.WORKING_HOUR),
        ("2035-12-31T17:00", 1, Unit.WORKING_DAY),
        ("2035-12-28T10:00", 2, Unit.WORKING_DAY),
        ("2035-12-28T10:00", 17, Unit.WORKING_HOUR),
        ("2035-12-30T10:00", 2, Unit.DAY),
        ("2010-01-04", 900_000, Unit.DAY),
    ],
)
def test_columns_refuse_what_single_answers_refuse(start: str, amount: int, unit: Unit) -> None:
    good = to_minutes(parse_moment("2026-09-07T09:00"))
    starts = np.array([good, to_minutes(parse_moment(start))])

    with pytest.raises(CalendarGap):
        compute_due(parse_moment(start), Limit(amount, unit), NATION)
    with pytest.raises(CalendarGap) as refusal:
        due_minutes(starts, np.array([1, amount]), np.full(2, UNIT_CODES[unit]), NATION)
    assert refusal.value.data["row"] == 1


def test_columns_of_nonsense_are_refused() -> None:
    start = np.array([to_minutes(parse_moment("2026-09-07T09:00"))])

    for amount, unit in ((0, 1), (1, 3), (1, -1)):
        with pytest.raises(BadInput) as refusal:
            due_minutes(start, np.array([amount]), np.array([unit]), NATION)
        assert refusal.value.data["row"] == 0
    with pytest.raises(BadInput):
        due_minutes(start, np.array([1, 2]), np.array([1]), NATION)


def _run(folder: Path, text: str, **options: object) -> str:
    source, target = folder / "in.csv", folder / "out.csv"
    source.write_bytes(text.encode())
    due_csv(source, target, **options)
    return target.read_text()


def test_csv_adds_a_due_to_every_row_in_order(tmp_path: Path) -> None:
    text = (
        "start,amount,unit\n"
        "2026-09-11T16:00,1,working_day\n"
        "2026-09-11 17:30,01,working_day\n"
        "2026-09-10T09:00:30Z,8,working_hour\n"
        "2026-09-07T09:00:00+07:00,10,day\n"
        "2026-09-07T02:00+00:00,10,day\n"
    )

    assert _run(tmp_path, text).splitlines() == [
        "start,amount,unit,due",
        "2026-09-11T16:00,1,working_day,2026-09-14T16:00:00+07:00",
        "2026-09-11 17:30,01,working_day,2026-09-15T07:00:00+07:00",
        "2026-09-10T09:00:30Z,8,working_hour,2026-09-11T16:00:00+07:00",
        "2026-09-07T09:00:00+07:00,10,day,2026-09-17T09:00:00+07:00",
        "2026-09-07T02:00+00:00,10,day,2026-09-17T09:00:00+07:00",
    ]
    assert _run(tmp_path, text, policy=Policy.END_OF_DAY).splitlines()[1].endswith("2026-09-14T17:00:00+07:00")


def test_csv_keeps_other_columns_and_any_order(tmp_path: Path) -> None:
    text = 'code,unit,start,note,amount\r\nA1,day,2026-09-07T09:00,"ghi chú, có phẩy",10\r\nA2,day,2026-09-07,Đ,1\r\n'

    assert _run(tmp_path, text).splitlines() == [
        "code,unit,start,note,amount,due",
        'A1,day,2026-09-07T09:00,"ghi chú, có phẩy",10,2026-09-17T09:00:00+07:00',
        "A2,day,2026-09-07,Đ,1,2026-09-08T07:00:00+07:00",
    ]


def test_csv_plain_and_quoted_rows_give_the_same_dues(tmp_path: Path) -> None:
    starts, amounts, units = (column[:5000].tolist() for column in _columns(11))
    names = list(UNIT_CODES)
    rows = [
        f"{from_minutes(start):%Y-%m-%dT%H:%M},{amount},{names[unit]}"
        for start, amount, unit in zip(starts, amounts, units, strict=True)
    ]

    plain = _run(tmp_path, "\n".join(["start,amount,unit", *rows]))
    quoted = _run(
        tmp_path, "\n".join(["start,amount,unit", *(f'"{row.replace(",", chr(34) + "," + chr(34))}"' for row in rows)])
    )

    assert plain == quoted
    assert plain.count("\n") == 5001


def test_csv_over_many_blocks_equals_columns(tmp_path: Path) -> None:
    starts, amounts, units = _columns(13)
    names = list(UNIT_CODES)
    rows = [
        f"{moment},{amount},{names[unit]}"
        for moment, amount, unit in zip(
            starts.astype("datetime64[m]").astype(str).tolist(), amounts.tolist(), units.tolist(), strict=True
        )
    ]

    out = _run(tmp_path, "\n".join(["start,amount,unit", *rows]) + "\n").splitlines()

    dues = due_minutes(starts, amounts, units, NATION).astype("datetime64[m]").astype(str).tolist()
    assert out[1:] == [f"{row},{due}:00+07:00" for row, due in zip(rows, dues, strict=True)]


def test_csv_without_rows_is_a_header(tmp_path: Path) -> None:
    assert _run(tmp_path, "\ufeffstart,amount,unit\n") == "start,amount,unit,due\n"


def test_csv_names_every_fault_and_leaves_no_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "start,amount,unit\n"
        "2026-09-07T09:00,1,day\n"
        "\n"
        "07/09/2026,0,month\n"
        "2026-02-30T09:00,1,day\n"
        "2035-12-31T09:00,5,day\n"
        "2026-09-07T09:00,1\n"
        "2026-09-07T09:00,1.5,day\n"
    )

    with pytest.raises(BadInput) as refusal:
        due_csv(source, target)

    moment = "cần dạng ISO 8601, ví dụ 2026-11-20T16:00."
    assert refusal.value.message.splitlines() == [
        f"{source}, dòng 4, cột start: Không đọc được thời điểm “07/09/2026”: {moment}",
        f"{source}, dòng 4, cột amount: “0” không phải số nguyên từ 1 đến 999999.",
        f"{source}, dòng 4, cột unit: “month” không phải một trong working_hour, working_day, day.",
        f"{source}, dòng 5, cột start: Không đọc được thời điểm “2026-02-30T09:00”: {moment}",
        f"{source}, dòng 6, cột start: Chưa có lịch nghỉ lễ cho năm 2036: chỉ tính được trong các năm 2010–2035.",
        f"{source}, dòng 7, cột 2: dòng có 2 cột, cần 3 cột như tiêu đề.",
        f"{source}, dòng 8, cột amount: “1.5” không phải số nguyên từ 1 đến 999999.",
    ]
    assert refusal.value.data["faults"] == 7
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_csv_faults_beyond_the_first_thousand_are_counted(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("start,amount,unit\n" + "x,1,day\n" * 1500)

    with pytest.raises(BadInput) as refusal:
        due_csv(tmp_path / "in.csv", tmp_path / "out.csv")

    lines = refusal.value.message.splitlines()
    assert (len(lines), lines[-1]) == (1001, f"{tmp_path / 'in.csv'}: và 500 lỗi khác.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "dòng 1, cột start: thiếu cột này"),
        (b"start,amount\n", "dòng 1, cột unit: thiếu cột này"),
        (b"start,amount,unit,unit\n", "dòng 1, cột unit: cột lặp lại"),
        (b"start,amount,unit,due\n", "dòng 1, cột due: tệp vào đã có cột due"),
        (b"start,amount,unit,\xff\n", "dòng 1: tệp không phải UTF-8"),
        (b"start,amount,unit,x\n2026-09-07,1,day,\xff\n", "dòng 2, cột 1: không phải UTF-8"),
        (b'start,amount,unit\n2026-09-07,1,day\n"2026-09-07,1,day\n', "dòng 3, cột 1: dòng có 1 cột"),
    ],
)
def test_csv_that_cannot_be_read_is_refused_and_an_older_result_stays(
    tmp_path: Path, text: bytes, message: str
) -> None:
    (tmp_path / "in.csv").write_bytes(text)
    (tmp_path / "out.csv").write_text("kết quả cũ")

    with pytest.raises(BadInput) as refusal:
        due_csv(tmp_path / "in.csv", tmp_path / "out.csv")

    assert message in refusal.value.message
    assert (tmp_path / "out.csv").read_text() == "kết quả cũ"
    assert len(list(tmp_path.iterdir())) == 2


def test_csv_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("start,amount,unit\n")

    with pytest.raises(BadInput, match="không có tệp"):
        due_csv(tmp_path / "none.csv", tmp_path / "out.csv")
    with pytest.raises(BadInput, match="Không ghi được tệp"):
        due_csv(tmp_path / "in.csv", tmp_path / "none" / "out.csv")
    with pytest.raises(BadInput, match="đây là thư mục"):
        due_csv(tmp_path / "in.csv", tmp_path)
