"""`motcua facts export` and `motcua facts figures`: figures of an export, without any database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command import Run, command_here
from tests.province import build_province
from tests.statistics.plan import Plan

from motcua.statistics.reports.form_06a import measures_by_column

PERIOD = ("--from", "2026-09-01", "--to", "2026-09-30")
PLAN = Plan(seed=62, count=80)
COLUMNS = measures_by_column("date")


@pytest.fixture
def motcua(committed_db, tmp_path: Path) -> Run:
    build_province()
    run = command_here(committed_db.url, tmp_path, MOTCUA_NOW="2026-11-22T10:00:00+07:00")
    loaded = run("import", "dossiers", str(PLAN.write(tmp_path / "plan.csv")))
    assert loaded.returncode == 0, loaded.stderr
    return run


def test_form_06a_from_an_export_without_a_database(motcua: Run, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    done = motcua("facts", "export", "--to", str(folder), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["entries"] == 80
    assert told["files"] == sum(1 for _ in folder.rglob("*.parquet")) > 5
    assert motcua("facts", "export", "--to", str(folder)).stdout == "Không có gì mới để xuất.\n"

    elsewhere = command_here("postgresql://nobody@localhost/none", tmp_path)
    asked = ("facts", "figures", *COLUMNS.values(), *PERIOD, "--by", "vertical", "--by", "agency", "--json")
    done = elsewhere(*asked, "--history", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["as_of"], found["cut_at"]) == ("2026-11-22T10:00:00+07:00", None)
    expected = {
        key: {column: len(codes.get(column, ())) for column in COLUMNS}
        for key, codes in PLAN.cells("agency", "date").items()
        if key[1]
    }
    assert {
        (row["key"]["vertical"], row["key"]["agency"]): {
            column: row[name]["numerator"] for column, name in COLUMNS.items()
        }
        for row in found["rows"]
    } == {key: cells for key, cells in expected.items() if any(cells.values())}
    assert json.loads(motcua(*asked).stdout) == found


def test_figures_as_lines(motcua: Run) -> None:
    handled = len(PLAN.cells("agency", "date")[False, ""]["c3"])

    asked = ("facts", "figures", "handled", "online_over_received", *PERIOD, "--by", "vertical")
    done = motcua(*asked, "--by", "vertical")

    assert (done.returncode, done.stderr) == (0, "")
    assert f"vertical=False handled: {handled}\n" in done.stdout
    assert "vertical=False online_over_received: " in done.stdout
    assert " %\n" in done.stdout


def test_bad_input_is_one_line(motcua: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    for arguments, said in (
        (("export", "--to", str(tmp_path / "file")), "file"),
        (("export", "--to", str(tmp_path / "full")), "thư mục đã có thứ khác"),
        (("export", "--to", "/proc/x"), "/proc/x: không ghi được"),
        (("figures", "handled", *PERIOD, "--history", str(tmp_path)), "không phải bản xuất xong"),
        (("figures", "no_such", *PERIOD), "Không có chỉ tiêu “no_such”."),
        (("figures", "handled", *PERIOD, "--by", "star"), "Không có chiều “star”."),
    ):
        done = motcua("facts", *arguments)

        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
