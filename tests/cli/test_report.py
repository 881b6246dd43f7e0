"""`motcua report 06a` and `motcua facts` as a person and a script meet them: what is written is read back."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from tests.command import Run, command_here
from tests.province import build_province
from tests.statistics.plan import Plan

from motcua.statistics.models import FactDossier
from motcua.statistics.reports.form_06a import COLUMNS

PERIOD = ("--from", "2026-09-01", "--to", "2026-09-30")
PLAN = Plan(seed=61, count=120)
EXPECTED = PLAN.cells("agency", "date")


def cells_of(key: str, *, vertical: bool = False) -> list[int]:
    codes = EXPECTED.get((vertical, key), {})
    return [len(codes.get(column, ())) for column in COLUMNS]


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    build_province()
    run = command_here(committed_db.url, tmp_path, MOTCUA_NOW="2026-11-22T10:00:00+07:00")
    loaded = run("import", "dossiers", str(PLAN.write(tmp_path / "plan.csv")))
    assert loaded.returncode == 0, loaded.stderr
    return run


def test_one_document_on_standard_output(motcua: Run) -> None:
    done = motcua("report", "06a", *PERIOD, "--format", "json")

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert {name: told[name] for name in ("from", "to", "cut_at", "as_of", "rule", "by")} == {
        "from": "2026-09-01", "to": "2026-09-30", "cut_at": None, "as_of": "2026-11-22T10:00:00+07:00", "rule": "date",
        "by": "agency",
    }  # fmt: skip
    rows = {row["key"]: [row[column] for column in COLUMNS] for row in told["rows"]}
    assert rows == {key: cells_of(key) for key in ("H32", "H32.16", "H32.101")}
    assert [told["total"][column] for column in COLUMNS] == cells_of("")
    assert [told["vertical"]["total"][column] for column in COLUMNS] == cells_of("", vertical=True)
    assert motcua("report", "06a", *PERIOD).stdout == done.stdout

    earlier = json.loads(motcua("report", "06a", *PERIOD, "--as-of", "2026-11-22T09:59").stdout)
    assert earlier["total"] == dict.fromkeys(COLUMNS, 0)
    instant = json.loads(motcua("report", "06a", *PERIOD, "--rule", "instant", "--by", "procedure").stdout)
    assert {row["key"]: row["c10"] for row in instant["rows"]} == {
        key: len(codes["c10"])
        for (outside, key), codes in PLAN.cells("procedure", "instant").items()
        if key and not outside
    }


def test_spreadsheet_reads_back(motcua: Run, tmp_path: Path) -> None:
    assert motcua("report", "06a", *PERIOD, "--out", str(tmp_path / "06a.xlsx")).returncode == 0

    book = openpyxl.load_workbook(tmp_path / "06a.xlsx")
    rows = [list(row) for row in book["06a"].iter_rows(values_only=True)]
    titled = {row[1]: row[2:] for row in rows if isinstance(row[2], int)}
    assert titled == {
        "UBND tỉnh Khánh Hòa": cells_of("H32"),
        "Sở Xây dựng": cells_of("H32.16"),
        "UBND phường Nha Trang": cells_of("H32.101"),
        "Tổng số": cells_of(""),
        "Thuế tỉnh Khánh Hòa": cells_of("T32", vertical=True),
        "Tổng số ngành dọc": cells_of("", vertical=True),
    }
    assert [f"({number})" for number in range(1, 14)] in rows
    assert rows[2][0] == "Kỳ báo cáo: từ ngày 01/09/2026 đến ngày 30/09/2026"
    notes = [row[0] for row in book["Ghi chú"].iter_rows(values_only=True)]
    assert "Trước hạn, đúng hạn, quá hạn so theo ngày: trả trong ngày hẹn là đúng hạn." in notes


def test_document_and_pdf_read_back(motcua: Run, tmp_path: Path) -> None:
    for name in ("06a.docx", "06a.pdf"):
        assert motcua("report", "06a", *PERIOD, "--agency", "H32.16", "--out", str(tmp_path / name)).returncode == 0
    expected = ["Sở Xây dựng", *map(str, cells_of("H32.16"))]

    (table,) = docx.Document(str(tmp_path / "06a.docx")).tables
    lines = [[cell.text for cell in row.cells] for row in table.rows]
    assert ["1", *expected] in lines
    assert ["", "Tổng số", *expected[1:]] in lines
    pdf = pypdf.PdfReader(io.BytesIO((tmp_path / "06a.pdf").read_bytes()))
    text = pdf.pages[0].extract_text()
    assert "1 " + " ".join(expected) in " ".join(text.split())
    assert pdf.metadata.title == "Biểu số 06a: Sở Xây dựng"


WRONG = [
    (("--from", "2026-12-01", "--to", "2026-12-31"), "Kỳ bắt đầu ngày 01/12/2026 ở sau thời điểm tính số liệu"),
    (("--from", "2026-09-30", "--to", "2026-09-01"), "ngày cuối phải từ ngày đầu trở đi"),
    (("--from", "2026-09-30", "--to", "9999-12-31"), "cần ngày trong các năm 1900–2100"),
    (("--from", "30/09/2026", "--to", "2026-09-30"), "--from: '30/09/2026' không phải ngày dạng năm-tháng-ngày"),
    ((*PERIOD, "--agency", "H\udcff"), "Tham số “H?”: không phải chữ mã hóa UTF-8."),
    ((*PERIOD, "--agency", "H99"), "Không có cơ quan mang mã “H99”."),
    ((*PERIOD, "--by", "level"), "--by: 'level' không phải một trong"),
    ((*PERIOD, "--as-of", "hôm qua"), "Không đọc được thời điểm “hôm qua”"),
    ((*PERIOD, "--out", "/không/có/06a.pdf"), "không ghi được"),
    (("--from", "2026-09-01"), "Thiếu --to."),
]  # fmt: skip


def test_bad_input_is_one_line(motcua: Run) -> None:
    for arguments, said in WRONG:
        done = motcua("report", "06a", *arguments)

        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_facts_are_compared_with_the_ledger_and_made_anew(motcua: Run) -> None:
    assert json.loads(motcua("facts", "catch-up", "--json").stdout) == {"entries": 120}
    assert motcua("facts", "check").returncode == 0

    FactDossier.objects.filter(code="P-00003").update(agency="H32")
    FactDossier.objects.filter(code="P-00004").delete()
    bad = motcua("facts", "check", "--json")
    told = json.loads(bad.stdout)

    assert bad.returncode == 1
    assert told.pop("daily_differences") > 0
    assert told == {"dossiers": 120, "entries": 120, "differences": 2, "differing": ["P-00003", "P-00004"]}
    assert motcua("facts", "rebuild").stdout == "Đã làm lại từ 120 mục sổ cái.\n"
    assert motcua("facts", "check").stdout.endswith("Số liệu gốc khớp sổ cái.\n")


def test_every_measure_is_listed(tmp_path: Path) -> None:
    motcua = command_here("postgresql://nobody@localhost/none", tmp_path)

    told = {one["name"]: one for one in json.loads(motcua("facts", "measures", "--json").stdout)}
    found = motcua("facts", "measures", "--find", "xin lỗi đúng lúc").stdout

    assert told["in_time_over_finished"] == {
        "name": "in_time_over_finished",
        "title": "Tỷ lệ giải quyết trước hạn, đúng hạn trên đã giải quyết",
        "unit": "%",
        "definition": "Cột 8 cộng cột 9, chia cột 7.",
        "source": "Biểu 06a, chế độ báo cáo định kỳ kiểm soát thủ tục hành chính (Thông tư 01/2020/TT-VPCP)",
        "valid_from": "2020-10-21",
        "valid_to": None,
        "numerator": "finished_in_time",
        "denominator": "finished",
    }
    assert told["petitions_answered_in_time"]["lacking"]
    assert told["handled"]["valid_from"] == "2020-10-21"
    assert "late_apologised_in_time: Xin lỗi đúng lúc (hồ sơ)\n" in found
    assert "received:" not in found
