from __future__ import annotations

import json

from click.testing import CliRunner

from motcua.cli.limits import limits


def test_one_json_object_a_line_also_for_an_empty_line() -> None:
    given = "07 Ngày làm việc\n\r\nTrực tuyến7Miễn phí\n8 giờ"

    result = CliRunner().invoke(limits, ["parse"], input=given.encode())

    assert result.exit_code == 0
    lines = result.stdout.split("\n")
    assert lines.pop() == ""
    answers = [json.loads(line) for line in lines]
    assert answers[0] == {
        "text": "07 Ngày làm việc",
        "status": "parsed",
        "limits": [{"amount": 7, "unit": "working_day"}],
    }
    assert answers[1] == {"text": "", "status": "none", "limits": []}
    assert [answer["status"] for answer in answers] == ["parsed", "none", "review", "parsed"]


def test_nothing_in_gives_nothing_out() -> None:
    assert CliRunner().invoke(limits, ["parse"], input=b"").stdout == ""


def test_byte_order_mark_is_not_part_of_the_text() -> None:
    result = CliRunner().invoke(limits, ["parse"], input=b"\xef\xbb\xbf3 ng\xc3\xa0y\n")

    assert json.loads(result.stdout)["text"] == "3 ngày"


def test_other_encodings_are_refused_with_the_line() -> None:
    result = CliRunner().invoke(limits, ["parse"], input=b"3 ng\xc3\xa0y\n3 ng\xe0y\n")

    assert result.exit_code == 2
    assert result.stderr == "Đầu vào chuẩn, dòng 2, byte 5: không phải chữ mã hóa UTF-8; cần UTF-8.\n"
