"""`motcua mine` as a person and a script meet it: on the ledger, and on a file without any database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.command import Run, command_here
from tests.processes.build import line, review, step
from tests.province import build_province
from tests.statistics.mining.town import Town, settle

from motcua.processes.bpmn import export

FOREIGN = """<log xes.version="1849.2016"><string key="concept:name" value="Cấp phép"/>
<trace><string key="concept:name" value="1"/>{0}</trace><trace><string key="concept:name" value="2"/>{1}</trace></log>"""
EVENT = (
    '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="2026-11-16T{}:00+07:00"/></event>'
)


@pytest.fixture
def town(committed_db: object) -> Town:
    return settle(build_province())


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    return command_here(committed_db.url, tmp_path, MOTCUA_NOW="2026-11-26T09:20:00+07:00")


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "khac.xes"
    whole = [
        EVENT.format(*one) for one in (("Thẩm định", "08:00"), ("Ký duyệt", "09:00"), ("Ban hành kết quả", "10:30"))
    ]
    path.write_text(FOREIGN.format("".join(whole), whole[0] + whole[2]), encoding="utf-8")
    return path


def alone(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own with a home that does not exist: what needs a database would make one there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return subprocess.run(
        [sys.executable, "-m", "motcua.cli.main", "mine", *arguments],
        env=environment | {"MOTCUA_HOME": str(tmp_path / "home")}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_procedure_in_words_and_as_json(town: Town, motcua: Run) -> None:
    asked = ("mine", "1.001193", "--from", "2026-11-16", "--to", "2026-11-26")

    words, told = motcua(*asked), motcua(*asked, "--json")

    assert (words.returncode, words.stderr) == (0, "")
    lines = words.stdout.splitlines()
    assert lines[0] == "Cấp giấy phép xây dựng nhà ở riêng lẻ: 6 hồ sơ, 4 đang mở."
    assert "Đúng quy trình: 5 trong 5 hồ sơ (100,00 %)." in lines
    assert "  Dừng hoặc rút khi đang ở “Thẩm định”: 1 hồ sơ" in lines
    found = json.loads(told.stdout)
    assert (found["dossiers"], found["open"], found["conformance"]["share"]) == (6, 4, 10_000)
    rework = {one["name"]: (one["extra"], one["undone"], one["dossiers"]) for one in found["rework"]}
    assert rework["Thẩm định"] == (2, 1, [town.code("redone")])
    assert sum(one["count"] for one in found["variants"]) == 6
    below = motcua(*asked, "--agency", "H32.101", "--json")
    assert json.loads(below.stdout)["dossiers"] == 1


def test_a_log_goes_out_and_comes_back_with_the_same_answers(town: Town, motcua: Run, tmp_path: Path) -> None:
    target = tmp_path / "ra.xes"
    asked = ("mine", "1.001193", "--from", "2026-11-16", "--to", "2026-11-26", "--agency", "H32.16")

    written = motcua(*asked, "--xes", str(target))
    first = json.loads(motcua(*asked, "--json").stdout)
    again = json.loads(motcua("mine", str(target), "--json").stdout)

    assert (written.returncode, written.stdout) == (0, f"Đã ghi 5 hồ sơ vào {target}.\n")
    assert [path.name for path in tmp_path.glob("*.tmp")] == []
    # Pauses are no part of a log, nor is what only a definition knows.
    for name in ("variants", "edges", "bottlenecks", "rework", "hand_overs", "lead"):
        assert again[name] == first[name]
    assert again["conformance"]["judged"] == 0


WINDOW = ("--from", "2026-11-16", "--to", "2026-11-26")
FAULTS = {
    ("1.001193", "--to", "2026-11-26"): "Thiếu --from: cần ngày dạng 2026-11-20.",
    ("1.001193", "--from", "16/11", "--to", "2026-11-26"): "--from: không đọc được ngày “16/11”",
    ("9.9", *WINDOW): "Không có thủ tục nào mang mã “9.9”.",
    ("1.001193", "--from", "2026-12-16", "--to", "2026-12-26"): "chưa bắt đầu",
    ("1.001193", "--from", "2026-12-16", "--to", "2026-12-26", "--as-of", "2030-01-01"): "chưa bắt đầu",
    ("1.001193", "--from", "2026-11-16", "--to", "9999-12-31"): "cần ngày trong các năm 1900–2100",
    ("1.001193", *WINDOW, "--agency", "H99"): "Không có cơ quan nào mang mã “H99”.",
    ("1.001193", *WINDOW, "--as-of", "qua"): "Không đọc được thời điểm “qua”",
    ("1.001193", *WINDOW, "--xes", "/khong-co/a.xes"): "--xes: không ghi được",
}


def test_a_bad_question_exits_2_with_one_line(town: Town, motcua: Run) -> None:
    for arguments, said in FAULTS.items():
        asked = motcua("mine", *arguments)

        assert (asked.returncode, asked.stdout) == (2, "")
        assert len(asked.stderr.splitlines()) == 1
        assert said in asked.stderr


def test_a_foreign_file_needs_no_database(foreign: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "quy-trinh.bpmn"
    drawn.write_bytes(export(review(), name="Thẩm định"))

    plain = alone(tmp_path, str(foreign))
    judged = alone(tmp_path, str(foreign), "--process", str(drawn), "--json")

    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout.splitlines()[0] == "Cấp phép: 2 hồ sơ, 0 đang mở."
    assert "So với quy trình: không có hồ sơ nào đi theo quy trình đã ban hành." in plain.stdout
    conformance = json.loads(judged.stdout)["conformance"]
    assert (conformance["judged"], conformance["fitting"], conformance["share"]) == (2, 1, 5000)
    assert conformance["deviations"] == [
        {"what": "bỏ qua bước", "step": "Ký duyệt", "after": "Thẩm định", "count": 1, "dossiers": ["2"]}
    ]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><log>&a;</log>', (), "khai báo DTD hoặc thực thể"),
        ("<model/>", (), "thẻ gốc là <model>"),
        ("<log><trace/></log>", (), "thiếu concept:name"),
        ("<log/>", ("--from", "2026-11-16"), "--from: chỉ dùng cho hồ sơ trong cơ sở dữ liệu"),
        ("<log/>", ("--process", "khong-co.bpmn"), "--process: không đọc được khong-co.bpmn"),
    ],
)
def test_a_bad_file_exits_2_with_one_line(
    motcua_without: Run, tmp_path: Path, content: str, arguments: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "hong.xes"
    path.write_text(content)

    asked = motcua_without("mine", str(path), *arguments)

    assert (asked.returncode, asked.stdout) == (2, "")
    assert len(asked.stderr.splitlines()) == 1
    assert said in asked.stderr


@pytest.fixture
def motcua_without(tmp_path: Path) -> Run:
    """In this process; a file is read before any database is thought of."""
    return command_here("postgresql:///khong-co", tmp_path / "home")


def test_a_process_that_may_not_be_published_is_refused(motcua_without: Run, foreign: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "hong.bpmn"
    drawn.write_bytes(export(line(step("a", "Một", minutes=0)), name="x"))

    asked = motcua_without("mine", str(foreign), "--process", str(drawn))

    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr == "--process: hong.bpmn chưa ban hành được. Bước “Một” chưa có thời gian thực hiện.\n"
