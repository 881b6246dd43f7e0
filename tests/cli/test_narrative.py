"""`motcua report narrative` as a person and a script meet it: what is written is read back."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pypdf
from tests.command import command_here
from tests.province import build_province
from tests.statistics.plan import Plan

PLAN = Plan(seed=62, count=80)


def test_written_as_docx_and_pdf_and_refused_in_one_line(committed_db, tmp_path: Path) -> None:
    build_province()
    motcua = command_here(committed_db.url, tmp_path, MOTCUA_NOW="2026-11-22T10:00:00+07:00")
    assert motcua("import", "dossiers", str(PLAN.write(tmp_path / "plan.csv"))).returncode == 0

    asked = ("report", "narrative", "--period", "2026-Q3", "--regime", "calendar")
    for name in ("q3.docx", "q3.pdf"):
        done = motcua(*asked, "--out", str(tmp_path / name))
        assert (done.returncode, done.stdout) == (0, "")
    cells = PLAN.cells("agency", "date")[False, ""]
    paragraphs = [one.text for one in docx.Document(str(tmp_path / "q3.docx")).paragraphs]
    assert "Quý III/2026" in paragraphs
    (said,) = [one for one in paragraphs if one.startswith("Đang giải quyết ")]
    assert said.startswith(f"Đang giải quyết {len(cells['c11'])}[")
    words = pypdf.PdfReader(io.BytesIO((tmp_path / "q3.pdf").read_bytes())).pages[0].extract_text()
    assert "BÁO CÁO CÔNG TÁC CẢI CÁCH HÀNH CHÍNH" in words

    for more, told in (
        (
            ("--period", "2026-09"),
            "Kỳ “2026-09”: báo cáo này lập theo quý (2026-Q3), 6 tháng (2026-H1) hoặc năm (2026).",
        ),
        (("--period", "2027"), "Kỳ bắt đầu ngày 15/12/2026 ở sau thời điểm tính số liệu (10:00 ngày 22/11/2026)."),
        (("--period", "2026", "--agency", "H99"), "Không có cơ quan mang mã “H99”."),
    ):
        done = motcua("report", "narrative", *more, "--out", str(tmp_path / "no.docx"))
        assert (done.returncode, done.stderr.strip()) == (2, told)
    assert not (tmp_path / "no.docx").exists()
