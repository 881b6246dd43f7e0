"""`motcua import dossiers` as a person and a script meet it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.command import Run, command_here
from tests.province import build_province

from motcua.dossiers.models import Dossier

HEADER = "code,agency,accepted_at,outcome,ended_at,due_at\n"
GOOD = "A,H32.16,2026-03-02T08:00,open,,2026-03-01\n"


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    return command_here(committed_db.url, tmp_path, MOTCUA_NOW="2026-11-20T09:00:00+07:00")


def test_one_document_of_counts_on_standard_output(motcua: Run, tmp_path: Path) -> None:
    build_province()
    path = tmp_path / "ho-so.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}{GOOD}B,H32.16,,withdrawn,,\n".encode()))

    done = motcua("import", "dossiers", str(path), "--json")
    verified = motcua("ledger", "verify", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "read": 2, "new": 1, "advanced": 0, "unchanged": 0, "refused": 1, "noted": 1,
        "notes": {
            "due_before_acceptance": 1, "pauses_differ": 0, "due_differs": 0, "end_unnamed": 0, "kept": 0,
        },
        "ignored_columns": [],
        "refused_file": str(tmp_path / "ho-so.refused.csv"), "notes_file": str(tmp_path / "ho-so.notes.csv"),
    }  # fmt: skip
    assert (tmp_path / "ho-so.refused.csv").read_text() == (
        "code,agency,accepted_at,outcome,ended_at,due_at,line,reason\n"
        "B,H32.16,,withdrawn,,,3,outcome là withdrawn nhưng thiếu ended_at\n"
    )
    assert (json.loads(verified.stdout)["entries"], json.loads(verified.stdout)["bad"]) == (1, 0)


def test_a_person_reads_what_happened(motcua: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ma,ghi chu,agency\nA,x,H32.16\n")
    (tmp_path / "m.toml").write_text('[columns]\ncode = "ma"\n')

    done = motcua("import", "dossiers", str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "m.toml"))

    assert (done.returncode, done.stdout) == (
        0, "Đã đọc 1: mới 1, đi tiếp 0, không đổi 0, không nhận 0. Cần lưu ý: 0 hồ sơ.\n",
    )  # fmt: skip
    assert done.stderr == "Bỏ qua cột không biết: ghi chu.\n"


def test_bad_input_is_one_line_and_changes_nothing(motcua: Run, tmp_path: Path) -> None:
    (tmp_path / "header.csv").write_bytes(b"ma\nA\n")
    (tmp_path / "letters.csv").write_bytes(b"code\nA\n\xff\n")
    (tmp_path / "good.csv").write_bytes(b"code\nA\n")
    (tmp_path / "m.toml").write_text("[colums]\n")

    for name, options, fault in (
        ("header.csv", [], "header.csv, dòng 1: không có cột code (mã hồ sơ)"),
        ("letters.csv", [], "letters.csv, dòng 3: không phải UTF-8"),
        ("good.csv", ["--mapping", str(tmp_path / "m.toml")], "m.toml, colums: không có tên này"),
        ("missing.csv", [], "missing.csv: không đọc được (không có tệp hoặc thư mục này)"),
    ):
        done = motcua("import", "dossiers", str(tmp_path / name), *options, "--json")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert fault in done.stderr

    assert Dossier.objects.count() == 0
