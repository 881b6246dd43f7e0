"""`motcua process` as a person and a script meet it: files checked, written and loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.command import Run, command_here
from tests.processes.build import line, review, step
from tests.province import build_province

from motcua.cli.process_files import check
from motcua.processes.bpmn import export
from motcua.processes.bpmn_reader import read
from motcua.processes.definition import from_json, to_json
from motcua.processes.models import ProcessVersion


@pytest.fixture
def bpmn(tmp_path: Path) -> Path:
    path = tmp_path / "tham-dinh.bpmn"
    path.write_bytes(export(review(), name="Thẩm định"))
    return path


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    build_province()
    return command_here(committed_db.url, tmp_path, MOTCUA_NOW="2026-11-16T09:20+07:00")


def test_check_says_how_long_and_names_every_fault(bpmn: Path, tmp_path: Path) -> None:
    good = CliRunner().invoke(check, [str(bpmn), "--limit", "5 ngày làm việc"])
    late = CliRunner().invoke(check, [str(bpmn), "--limit", "3 ngày làm việc"])
    many = tmp_path / "nhieu.json"
    many.write_text(json.dumps(to_json(line(step("a", "Một", role=""), step("b", "Hai", minutes=0)))))
    faulty = CliRunner().invoke(check, [str(many)])

    assert (good.exit_code, good.stderr) == (0, "")
    assert good.stdout == "3 bước, đường dài nhất 29 giờ làm việc, thời hạn cho 40 giờ: ban hành được.\n"
    assert (late.exit_code, late.stdout) == (2, "")
    assert "vượt thời hạn 24 giờ; bước dài nhất là “Thẩm định” (10 giờ)" in late.stderr
    assert (faulty.exit_code, faulty.stderr.splitlines()) == (
        2,
        [
            f"{many}: Bước “Một” chưa có vai trò thực hiện.",
            f"{many}: Bước “Hai” chưa có thời gian thực hiện.",
        ],
    )


def test_check_as_json(bpmn: Path) -> None:
    answer = CliRunner().invoke(check, [str(bpmn), "--json", "--limit", "8 giờ làm việc"])

    said = json.loads(answer.stdout)
    assert answer.exit_code == 2
    assert (said["steps"], said["longest_minutes"], said["limit_minutes"]) == (3, 1740, 480)
    assert said["digest"] == review().digest
    assert [fault["node"] for fault in said["faults"]] == ["appraise"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.bpmn", b"<bpmn", "dòng 1, cột 1: XML hỏng"),
        ("a.bpmn", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "DOCTYPE hoặc thực thể"),
        ("a.json", b'{"nodes": [}', "dòng 1, cột 12: JSON hỏng"),
        ("a.json", b"[" * 200_000, "JSON"),
        ("a.json", b"\xff\xfe\xff", "không phải JSON mã hóa UTF-8"),
        ("a.json", b'{"nodes": [{"id": "a", "kind": "dance"}]}', "“kind” là “dance”"),
        ("a.json", b'{"nodes": [{"id": "a", "kind": "step", "colour": "red"}]}', "từ lạ “colour”"),
        ("a.bpmn", b"<a>" + b" " * 10_000_000 + b"</a>", "nặng 10000 KB, nhiều nhất là 2000 KB"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)

    answer = subprocess.run(
        [sys.executable, "-m", "motcua.cli.main", "process", "check", str(file)], capture_output=True, text=True
    )

    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert answer.stderr.startswith(str(file))
    assert answer.stderr.count("\n") == 1


def test_import_publish_export_is_a_round_trip(motcua: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "vao.bpmn", tmp_path / "ra.bpmn"
    short = line(step("a", "Thẩm định", minutes=600, unit="H32.16.03"))
    file.write_bytes(export(short))

    nothing = motcua("process", "export", "1.001193", "--out", str(out))
    draft = motcua("process", "import", str(file), "--procedure", "1.001193")
    again = motcua("process", "import", str(file), "--procedure", "1.001193")
    own = motcua("process", "import", str(file), "--procedure", "1.001193", "--agency", "H32.16", "--publish")
    exported = motcua("process", "export", "1.001193", "--agency", "H32.16", "--out", str(out))

    assert (nothing.returncode, nothing.stderr) == (2, "Thủ tục 1.001193 chưa có quy trình nào đang hiệu lực.\n")
    assert (draft.returncode, draft.stdout) == (0, "Đã nạp thành bản nháp lần 1 của thủ tục 1.001193.\n")
    assert (again.returncode, again.stderr) == (2, "Quy trình này đã có bản nháp lần 1.\n")
    assert own.stdout == "Đã ban hành lần 1 của thủ tục 1.001193, hiệu lực từ 16/11/2026.\n", own.stderr
    assert exported.returncode == 0, exported.stderr
    assert read(out.read_bytes()).definition == short
    assert {from_json(text) for text in ProcessVersion.objects.values_list("definition", flat=True)} == {short}


def test_a_faulty_import_changes_nothing(motcua: Run, bpmn: Path, tmp_path: Path) -> None:
    late = motcua("process", "import", str(bpmn), "--procedure", "1.001193", "--publish")
    past = motcua(
        "process", "import", str(bpmn), "--procedure", "1.001193", "--publish", "--from", "2026-11-01"
    )  # fmt: skip
    unknown = motcua("process", "import", str(bpmn), "--procedure", "9.999999")
    nobody = motcua("process", "import", str(bpmn), "--procedure", "1.001193", "--agency", "H99")
    alone = motcua("process", "import", str(bpmn), "--procedure", "1.001193", "--from", "2026-12-01")
    missing = motcua("process", "import", str(tmp_path / "khong.bpmn"), "--procedure", "1.001193")

    assert (late.returncode, late.stdout) == (2, "")
    assert "vượt thời hạn 24 giờ" in late.stderr
    assert past.returncode == 2
    assert unknown.stderr == "Không có thủ tục nào mang mã “9.999999”.\n"
    assert nobody.stderr == "Không có cơ quan nào mang mã “H99”.\n"
    assert alone.stderr == "--from chỉ dùng cùng --publish.\n"
    assert missing.returncode == 2
    assert "không đọc được" in missing.stderr
    assert not ProcessVersion.objects.exists()
