"""A broken file of an index is told by its line, its criterion and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scoring.build import read

from motcua.law.errors import BadInput
from motcua.scoring.reading import read_index_set
from motcua.scoring.versions import countable

GOOD = """\
index: tinh
version: "1"
title: Bộ của tỉnh
source: Quyết định của tỉnh
valid_from: 2026-01-01
periods: [month]
points: 10
not_applicable: full
criteria:
  - code: G
    title: Nhóm
    kind: group
    points: 10
    criteria:
      - code: A
        title: Một
        kind: capped
        points: 10
        full_at: 80%
        numerator: received
        denominator: received
"""


def broken(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (broken("full_at: 80%", "full_at: 0.8"),
         "tinh.yaml, dòng 19, tiêu chí “A”: full_at: cần tỷ lệ phần trăm từ 0 % đến 100 %, như 80 %."),
        (broken("full_at: 80%", "full_at: 180%"),
         "tinh.yaml, dòng 19, tiêu chí “A”: full_at: cần tỷ lệ phần trăm từ 0 % đến 100 %, như 80 %."),
        (broken("full_at: 80%", "full_at: 0%"),
         "tinh.yaml, dòng 15, tiêu chí “A”: full_at phải lớn hơn zero_below (không ghi zero_below thì lớn hơn 0 %)."),
        (broken("        full_at: 80%\n", ""), "tinh.yaml, dòng 15, tiêu chí “A”: thiếu mục “full_at”."),
        (broken("full_at: 80%", "ful_at: 80%"),
         "tinh.yaml, dòng 15, tiêu chí “A”: thiếu mục “full_at”.\ntinh.yaml, dòng 19, tiêu chí “A”: không có mục “ful_at”."),
        (broken("kind: capped", "kind: caped"),
         ("tinh.yaml, dòng 15, tiêu chí “A”: kind “caped” không có; cần một trong linear, capped, steps, boolean, penalty, survey,"
         " shown, group, not_applicable.")),
        (broken("        kind: capped\n", ""),
         ("tinh.yaml, dòng 15, tiêu chí “A”: thiếu mục “kind”; cần một trong linear, capped, steps, boolean, penalty, survey,"
         " shown, group, not_applicable.")),
        (broken("        points: 10", "        points: 9,5"),
         "tinh.yaml, dòng 18, tiêu chí “A”: points: cần số điểm không âm, dấu thập phân là dấu chấm, như 6 hoặc 2.5."),
        (broken("        points: 10", "        points: 9"),
         "tinh.yaml, dòng 10, tiêu chí “G”: points là 10 nhưng các tiêu chí bên trong cộng lại được 9; hai số phải bằng nhau."),
        (broken("points: 10\nnot", "points: 20\nnot"),
         "tinh.yaml, dòng 1: points là 20 nhưng các tiêu chí bên trong cộng lại được 10; hai số phải bằng nhau."),
        (broken("numerator: received", "numerator: received / 2"),
         "tinh.yaml, dòng 20, tiêu chí “A”: numerator: cần tên chỉ tiêu, cộng hoặc trừ nhau, như received - late."),
        (broken("code: A", "code: G"),
         "tinh.yaml, dòng 15, tiêu chí “G”: mã “G” đã dùng cho tiêu chí khác; mỗi mã chỉ dùng một lần."),
        (broken("valid_from: 2026-01-01", "valid_from: 01/01/2026"),
         "tinh.yaml, dòng 5: valid_from: “01/01/2026” không phải ngày dạng năm-tháng-ngày như 2026-01-01."),
        (broken("valid_from: 2026-01-01", "valid_from: 2026-01-01\nvalid_to: 2026-01-01"),
         "tinh.yaml, dòng 1: valid_to (ngày đầu tiên không còn hiệu lực) phải sau valid_from."),
        (broken("periods: [month]", "periods: [week]"),
         "tinh.yaml, dòng 6: periods: “week” không dùng được; cần 'month', 'quarter' hoặc 'year'."),
        (broken("title: Một", "title: Một\n        title: Hai"), "tinh.yaml, dòng 17: mục “title” viết hai lần."),
        (broken("title: Một", "title: [Một"),
         "tinh.yaml, dòng 17, cột 13: không đúng dạng YAML; xem lại thụt lề, dấu hai chấm, dấu ngoặc ở đây và ngay trước đó."),
        (broken("title: Một", "title: &x Một").replace("title: Nhóm", "title: Nhóm\n    source: *x"), "không đúng dạng YAML"),
        (broken("title: Nhóm", "title: &x Nhóm").replace("title: Một", "title: *x"),
         "tinh.yaml, dòng 11: không dùng neo (&) và bí danh (*); hãy viết lại đủ."),
        ("", "tinh.yaml: tệp trống, cần một bộ chỉ số."),
        ("- a\n- b\n", "tinh.yaml, dòng 1: cần các mục “tên: giá trị”."),
        ("a: \x00", "tinh.yaml: có ký tự mà YAML không cho phép"),
        ("[" * 5000, "tinh.yaml: lồng nhau quá sâu, không phải một bộ chỉ số."),
        ("a: 1\n---\nb: 2\n", "không đúng dạng YAML"),
    ],
)  # fmt: skip
def test_broken(text: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    said = refused.value.message
    assert said == message or (not message.startswith("tinh.yaml, dòng") and message in said), said


@pytest.mark.parametrize(
    ("ladder", "message"),
    [
        ("[]", "ladder: cần một danh sách có ít nhất một dòng"),
        ("[{at_least: 50%, points: 4}, {at_least: 40%, points: 10}]", "các bậc của ladder phải xếp từ thấp lên cao"),
        ("[{at_least: 50%, points: 4}, {at_least: 60%, points: 4}]", "các bậc của ladder phải xếp từ thấp lên cao"),
        ("[{at_least: 50%, points: 4}]", "bậc cao nhất của ladder phải có điểm bằng points của tiêu chí"),
    ],
)
def test_a_ladder_climbs_to_the_points(ladder: str, message: str) -> None:
    text = broken("kind: capped", "kind: steps").replace("full_at: 80%", f"ladder: {ladder}")
    with pytest.raises(BadInput, match=message):
        read(text)


def test_every_fault_has_its_line() -> None:
    text = (
        broken("title: Một", "titel: Một").replace('version: "1"\n', "").replace("numerator: received", "numerator: 5")
    )
    with pytest.raises(BadInput) as refused:
        read(text)
    assert refused.value.message.split("\n") == [
        "tinh.yaml, dòng 1: thiếu mục “version”.",
        "tinh.yaml, dòng 14, tiêu chí “A”: thiếu mục “title”.",
        "tinh.yaml, dòng 15, tiêu chí “A”: không có mục “titel”.",
        "tinh.yaml, dòng 19, tiêu chí “A”: numerator: cần tên chỉ tiêu, cộng hoặc trừ nhau, như received - late.",
    ]


def test_a_measure_that_is_not_there() -> None:
    with pytest.raises(BadInput) as refused:
        read_index_set(broken("denominator: received", "denominator: nobody").encode(), "x.yaml", {"received"})
    assert refused.value.message == "x.yaml, dòng 21, tiêu chí “A”: không có chỉ tiêu “nobody”."


def test_not_utf_8() -> None:
    with pytest.raises(BadInput, match="dòng 2: không phải chữ mã hóa UTF-8"):
        read_index_set("index: a\ntitle: Bộ".encode("utf-16-le")[0:8] + b"\n\xff", "x.yaml", ())


def test_numbers_stay_exact() -> None:
    found = read(broken("full_at: 80%", "full_at: 33.3%"))
    (leaf,) = found.leaves()
    assert str(leaf.full_at) == "333/1000"  # type: ignore[union-attr]


def test_the_example_of_the_documentation_is_a_set() -> None:
    text = (Path(__file__).parents[2] / "docs" / "index.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    found = read_index_set(example.encode(), "tinh-x.yaml", countable())
    assert [(leaf.code, leaf.kind, leaf.confirmed) for leaf in found.leaves()] == [("1.1", "capped", False)]
