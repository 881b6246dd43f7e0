"""`motcua due` as scripts rely on it: output, exit codes, nothing changed on bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from motcua.cli import due as due_module
from motcua.cli.due import due
from motcua.law.policies import Policy
from motcua.law.worktime import calendar_from


def _motcua(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "motcua.cli.main", "due", *arguments], capture_output=True, text=True, check=False
    )


def _json(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(due, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    document: dict[str, object] = json.loads(result.stdout)
    return document


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-09-11T16:00", "1 ngày làm việc", "2026-09-14T16:00:00+07:00"),
        ("2026-09-11T17:30", "01 Ngày làm việc", "2026-09-15T07:00:00+07:00"),
        ("2026-09-10T16:00", "8 giờ làm việc", "2026-09-11T16:00:00+07:00"),
        ("2026-09-11T03:30Z", "4 giờ làm việc", "2026-09-11T16:30:00+07:00"),
        ("2026-09-07 09:00", "10 ngày", "2026-09-17T09:00:00+07:00"),
    ],
)
def test_json_answers_the_worked_examples(start: str, limit: str, expected: str) -> None:
    assert _json(start, "--limit", limit)["due"] == expected


def test_json_has_the_promised_keys() -> None:
    document = _json("2026-09-11T17:30", "--limit", "2 giờ làm việc")

    assert document["start"] == "2026-09-11T17:30:00+07:00"
    assert document["policy"] == "keep_time"
    assert document["projected"] is False
    assert document["limit"] == {"amount": 2, "unit": "working_hour"}
    intervals = document["intervals"]
    assert isinstance(intervals, list)
    assert intervals[-1] == {
        "from": "2026-09-14T07:00:00+07:00",
        "to": "2026-09-14T09:00:00+07:00",
        "counted": True,
        "reason": "giờ làm việc",
        "reason_code": "working",
    }


def test_policy_and_pauses() -> None:
    pauses = ["--pause", "2026-09-08T10:00/2026-09-10T14:30", "--pause", "2026-09-11T09:00/2026-09-11T10:00"]

    end = _json("2026-09-07T09:20", "--limit", "3 ngày làm việc", "--policy", "end_of_day")
    assert end["due"] == "2026-09-10T17:00:00+07:00"
    assert _json("2026-09-07T09:20", "--limit", "3 ngày làm việc", *pauses)["due"] == "2026-09-14T14:50:00+07:00"
    open_pause = _json("2026-09-07T09:20", "--limit", "3 ngày làm việc", "--pause", "2026-09-08T10:00/")
    assert open_pause["paused"] is True


def test_explanation_is_printed_in_vietnamese() -> None:
    result = CliRunner().invoke(due, ["2026-11-20T17:30", "--limit", "1 ngày làm việc", "--explain"])

    assert result.stdout.splitlines() == [
        "2026-11-25T07:00:00+07:00 (07:00 thứ Tư, 25/11/2026)",
        "Thời hạn: 1 ngày làm việc (giữ nguyên giờ tiếp nhận).",
        "Tiếp nhận lúc 17:30 thứ Sáu, 20/11/2026, ngoài giờ làm việc.",
        "Bắt đầu tính: 07:00 thứ Hai, 23/11/2026.",
        "- thứ Hai, 23/11/2026: 07:00–11:30, 13:30–17:00, tính 8 giờ (giờ làm việc)",
        "- thứ Ba, 24/11/2026: không tính (nghỉ lễ: Ngày Văn hóa Việt Nam)",
        "Hạn trả kết quả: 07:00 thứ Tư, 25/11/2026.",
    ]


def test_a_projected_year_is_said() -> None:
    result = CliRunner().invoke(due, ["2027-03-01T09:00", "--limit", "1 ngày làm việc"])

    assert "lịch nghỉ dự kiến" in result.stdout


def test_agency_brings_its_calendar_and_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    mornings = calendar_from({"weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("07:00", "11:00"),))})
    monkeypatch.setattr(due_module, "agency_rules", lambda code: (mornings, Policy.END_OF_DAY))

    own = _json("2026-09-07T09:00", "--limit", "2 ngày làm việc", "--agency", "H32.16")
    asked = _json("2026-09-07T09:00", "--limit", "2 ngày làm việc", "--agency", "H32.16", "--policy", "keep_time")
    assert (own["due"], own["policy"]) == ("2026-09-09T11:00:00+07:00", "end_of_day")
    assert asked["due"] == "2026-09-09T09:00:00+07:00"


def test_every_fault_is_one_line_and_exit_2() -> None:
    result = _motcua("20/11/2026", "--limit", "khoảng vài hôm", "--pause", "hôm qua")

    assert (result.returncode, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Không đọc được thời điểm “20/11/2026”: cần dạng ISO 8601")
    assert lines[1].startswith("Không đọc được thời hạn “khoảng vài hôm”: cần một số và đơn vị")
    assert lines[2] == "Không đọc được khoảng tạm dừng “hôm qua”: cần dạng TỪ/ĐẾN."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Thiếu START"),
        (("2026-11-20T10:00",), "Thiếu --limit"),
        (("2036-01-02T10:00", "--limit", "1 ngày"), "Chưa có lịch nghỉ lễ cho năm 2036"),
        (("2026-11-20T10:00", "--limit", "0 ngày"), "Không đọc được thời hạn “0 ngày”"),
        (("2026-11-20T10:00", "--limit", "1 tháng"), "Không đọc được thời hạn “1 tháng”"),
        (("2026-11-20T10:00", "--limit", "1 ngày", "--policy", "x"), "policy"),
        (("2026-11-20T10:00", "--limit", "1 ngày", "--pause", "2026-11-21/2026-11-20"), "trước khi bắt đầu"),
        (("--batch", "x.csv"), "Thiếu --out"),
        (("--out", "x.csv"), "Thiếu --batch"),
        (("2026-11-20T10:00", "--batch", "x.csv", "--out", "y.csv"), "--batch không dùng cùng START"),
        (("--batch", "khong-co.csv", "--out", "y.csv"), "Không mở được tệp khong-co.csv"),
    ],
)
def test_bad_input_is_one_vietnamese_line_and_exit_2(arguments: tuple[str, ...], message: str) -> None:
    result = _motcua(*arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_batch_writes_the_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("start,amount,unit\n2026-09-11T16:00,1,working_day\n")

    result = CliRunner().invoke(due, ["--batch", str(source), "--out", str(target), "--json"], catch_exceptions=False)

    assert json.loads(result.stdout) == {"rows": 1, "out": str(target)}
    assert target.read_text() == "start,amount,unit,due\n2026-09-11T16:00,1,working_day,2026-09-14T16:00:00+07:00\n"


def test_batch_with_a_fault_leaves_no_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("start,amount,unit\n2026-09-11T16:00,1,working_day\n2026-09-11T16:00,x,day\n")

    result = _motcua("--batch", str(source), "--out", str(target))

    assert result.returncode == 2
    assert result.stderr == f"{source}, dòng 3, cột amount: “x” không phải số nguyên từ 1 đến 999999.\n"
    assert not target.exists()


def test_batch_that_cannot_be_written_is_one_line_and_leaves_what_was_there(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("start,amount,unit\n2026-09-11T16:00,1,working_day\n")

    for out, why in (
        (source / "out.csv", "trên đường dẫn có một tệp ở chỗ cần thư mục"),
        (tmp_path / "no" / "out.csv", "không có tệp hoặc thư mục này"),
        (tmp_path / ("x" * 300), "tên quá dài"),
        (Path("/dev/null"), "đây là thiết bị, cần một tệp thường"),
    ):
        result = _motcua("--batch", str(source), "--out", str(out))

        assert (result.returncode, result.stderr) == (2, f"Không ghi được tệp {out}: {why}.\n")
    assert Path("/dev/null").is_char_device()
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_help_is_vietnamese_with_an_english_line() -> None:
    result = _motcua("--help")

    assert result.returncode == 0
    assert "Tính hạn giải quyết" in result.stdout
    assert "Computes the due moment" in result.stdout
